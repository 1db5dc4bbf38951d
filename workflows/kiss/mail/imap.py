"""One folder of a mail server, by IMAP (RFC 9051). Fetching marks nothing as read; that comes after the commit."""

import contextlib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.mailboxes import Mailbox

if TYPE_CHECKING:
    from imapclient import IMAPClient

SIZES_AT_ONCE = 1_000
PART = 4 * 1024 * 1024


class AwayError(Exception):
    """The server can't be reached, or cut the connection. The message is for people, in German."""


class RefusedError(Exception):
    """The server is there and says no: to user, password, or folder. The message is for people, in German."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail in the folder, by its UID and size in bytes."""

    uid: int
    size: int


class Folder:
    """An opened folder. Its methods raise ``AwayError``."""

    def __init__(self, client: "IMAPClient", mailbox: Mailbox, uidvalidity: int) -> None:
        self._client = client
        self._mailbox = mailbox
        self.uidvalidity = uidvalidity

    def unread(self, last_uid: int) -> list[Listed]:
        """What is new after ``last_uid``, and before it what a crash kept from being put away; by UID."""
        with _told():
            left = "ALL" if self._mailbox.done else "UNSEEN"
            uids = set(self._client.search(["UID", f"1:{max(last_uid, 1)}", left]))
            # n:* gives the last mail also where its UID is smaller (RFC 9051, 9, seq-range).
            new = self._client.search(["UID", f"{last_uid + 1}:*"])
            uids.update(uid for uid in new if uid > last_uid)
            return self._sizes(sorted(uids))

    def _sizes(self, uids: Sequence[int]) -> list[Listed]:
        found: list[Listed] = []
        for start in range(0, len(uids), SIZES_AT_ONCE):
            some = self._client.fetch(uids[start : start + SIZES_AT_ONCE], ["RFC822.SIZE"])
            found += [Listed(uid, int(each[b"RFC822.SIZE"])) for uid, each in some.items()]
        return sorted(found, key=lambda each: each.uid)

    def fetch(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The mails as they are; those that are gone meanwhile are missing."""
        with _told():
            found = self._client.fetch(uids, ["BODY.PEEK[]"])
            return {uid: each[b"BODY[]"] for uid, each in found.items() if b"BODY[]" in each}

    def parts(self, uid: int) -> Iterator[bytes]:
        """A large mail, piece by piece."""
        at = 0
        while True:
            with _told():
                found: Any = self._client.fetch([uid], [f"BODY.PEEK[]<{at}.{PART}>"])
            piece = found.get(uid, {}).get(f"BODY[]<{at}>".encode(), b"")
            if piece:
                yield piece
            if len(piece) < PART:
                return
            at += len(piece)

    def put_away(self, uids: Sequence[int]) -> None:
        """Into the folder for what is done, or marked as read."""
        if not uids:
            return
        with _told():
            self._client.add_flags(uids, [rb"\Seen"], silent=True)
            if self._mailbox.done is None:
                return
            if self._client.has_capability("MOVE"):
                self._client.move(uids, self._mailbox.done)
            else:
                self._client.copy(uids, self._mailbox.done)
                self._delete(uids)

    def erase(self, uids: Sequence[int]) -> None:
        """Gone from the server, for what must not stay in this mailbox."""
        if uids:
            with _told():
                self._delete(uids)

    def _delete(self, uids: Sequence[int]) -> None:
        self._client.add_flags(uids, [rb"\Deleted", rb"\Seen"], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)
        else:
            self._client.expunge()


@contextmanager
def open_folder(mailbox: Mailbox) -> Iterator[Folder]:
    """Connect, sign in, open the folder. Raises ``AwayError``, ``RefusedError`` or ``MailboxesError``."""
    from imapclient.exceptions import CapabilityError, LoginError

    password = mailbox.secret
    with _told():
        client = _connect(mailbox)
    try:
        try:
            with _told():
                _sign_in(client, mailbox.user, password)
        except (LoginError, UnicodeEncodeError):
            raise RefusedError("Der Mailserver weist Benutzer oder Kennwort ab.") from None
        except CapabilityError:
            raise RefusedError("Der Mailserver erlaubt diese Anmeldung nicht.") from None
        yield _select(client, mailbox)
    finally:
        with contextlib.suppress(Exception):
            client.logout()


def _connect(mailbox: Mailbox) -> "IMAPClient":
    from imapclient import IMAPClient

    context = ssl.create_default_context(cafile=mailbox.ca_file)
    client = IMAPClient(
        mailbox.host,
        mailbox.at_port,
        ssl=mailbox.tls == "tls",
        ssl_context=context if mailbox.tls == "tls" else None,
        timeout=mailbox.seconds,
    )
    if mailbox.tls == "starttls":
        try:
            client.starttls(context)
        except BaseException:
            with contextlib.suppress(Exception):
                client.shutdown()
            raise
    return client


def _sign_in(client: "IMAPClient", user: str, password: str) -> None:
    """By PLAIN where it is offered: LOGIN knows no umlauts."""
    if client.has_capability("AUTH=PLAIN"):
        client.plain_login(user, password)
    else:
        client.login(user, password)


def _select(client: "IMAPClient", mailbox: Mailbox) -> Folder:
    from imapclient.exceptions import IMAPClientError

    try:
        if mailbox.done and not client.folder_exists(mailbox.done):
            client.create_folder(mailbox.done)
            client.subscribe_folder(mailbox.done)
        opened = client.select_folder(mailbox.folder)
    except (OSError, ssl.SSLError) as error:
        raise AwayError("Der Mailserver antwortet nicht mehr.") from error
    except IMAPClientError as error:
        if type(error).__name__ == "IMAPClientAbortError":
            raise AwayError("Der Mailserver hat die Verbindung beendet.") from error
        raise RefusedError(
            f"Der Ordner „{mailbox.folder}“ oder „{mailbox.done or '–'}“ lässt sich nicht öffnen."
        ) from None
    return Folder(client, mailbox, int(opened[b"UIDVALIDITY"]))


@contextmanager
def _told() -> Iterator[None]:
    """Say in German what went wrong; what the server itself said may hold content and is not repeated."""
    from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

    try:
        yield
    except (LoginError, CapabilityError):
        raise
    except ssl.SSLCertVerificationError as error:
        raise AwayError(
            f"Das Zertifikat des Mailservers wird nicht anerkannt: {error.verify_message}"
        ) from error
    except ssl.SSLError as error:
        raise AwayError(
            f"Die verschlüsselte Verbindung kam nicht zustande: {error.reason}"
        ) from error
    except OSError as error:
        raise AwayError(f"Der Mailserver ist nicht erreichbar: {_network(error)}.") from error
    except IMAPClientError as error:
        raise AwayError("Der Mailserver hat die Verbindung beendet.") from error


def _network(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "er antwortet nicht"
    if isinstance(error, ConnectionRefusedError):
        return "dort hört niemand zu"
    return "das Netz meldet einen Fehler"
