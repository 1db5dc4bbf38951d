"""Talking to the directory: verified TLS, one server after the other, every result code looked at."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

from ldap3 import ANONYMOUS, NONE, SIMPLE, SYNC, Connection, Server, Tls
from ldap3.core.exceptions import (
    LDAPException,
    LDAPInvalidDnError,
    LDAPInvalidFilterError,
    LDAPStartTLSError,
)
from ldap3.protocol.sasl.sasl import validate_simple_password

from config.settings import Settings
from config.sign_in import is_loopback
from presence.directory.entries import Attributes
from presence.directory.errors import (
    AwayError,
    BrokenOffError,
    DirectoryError,
    IncompleteError,
)

SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT, INVALID_CREDENTIALS = 0, 4, 32, 49
REFUSING = frozenset({INVALID_CREDENTIALS, 19, NO_SUCH_OBJECT, 48, 50, 53})
"""Result codes of a bind that mean no: wrong, locked, expired or not allowed (RFC 4511, appendix A)."""
BUSY = frozenset({3, 51, 52, 80})
"""Result codes of a server that is not up to it just now: time limit, busy, unavailable, other (RFC 4511, appendix A)."""
REST_SECONDS = 60.0
PAGED = "1.2.840.113556.1.4.319"

Scope = Literal["BASE", "SUBTREE"]
Found = tuple[str, Attributes]
"""An entry: its distinguished name and its attributes."""
SEARCH_ENTRY = 4
"""Tag of a SearchResultEntry (RFC 4511, 4.5.2)."""


@dataclass(frozen=True, slots=True)
class Address:
    """One server of the directory."""

    text: str
    host: str
    port: int
    ldaps: bool

    @classmethod
    def of(cls, text: str) -> "Address":
        parts = urlsplit(text)
        ldaps = parts.scheme == "ldaps"
        return cls(text, parts.hostname or "", parts.port or (636 if ldaps else 389), ldaps)


class _VerifiedTls(Tls):
    """TLS as OpenSSL checks it, host name included; ldap3's own way knows neither IP addresses nor Python 3.12."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED, version=ssl.PROTOCOL_TLS_CLIENT)
        self._context = context

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        connection.socket = self._context.wrap_socket(
            connection.socket,
            do_handshake_on_connect=do_handshake,
            server_hostname=connection.server.host,
        )


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Chain and host name are checked. Raises ``DirectoryError`` for a CA file that can't be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if settings.ldap_ca_file:
            context.load_verify_locations(settings.ldap_ca_file)
        else:
            context.load_default_certs()
    except (OSError, ssl.SSLError):
        raise DirectoryError(
            f"Die Datei der Zertifizierungsstelle ({settings.ldap_ca_file}) fehlt oder enthält kein "
            "Zertifikat im PEM-Format."
        ) from None
    return context


class Conversation:
    """A bound connection to one server."""

    def __init__(self, connection: Connection, settings: Settings, address: Address) -> None:
        self._connection, self._settings, self.address = connection, settings, address

    def search(
        self,
        base: str,
        wanted: str,
        attributes: Sequence[str],
        *,
        scope: Scope = "SUBTREE",
        most: int = 0,
    ) -> list[Found]:
        """What fits. With ``most`` the server may stop there, which is no fault then.

        Raises ``IncompleteError`` for every other result than a complete one; ``BrokenOffError``, one of these, where the
        server is the reason.
        """
        result, entries = self._ask(base, wanted, attributes, scope, size_limit=most)
        if result["result"] not in {SUCCESS, SIZE_LIMIT if most else SUCCESS}:
            raise _incomplete(result)
        return entries

    def pages(self, base: str, wanted: str, attributes: Sequence[str]) -> Iterator[Found]:
        """Everything that fits, page by page (RFC 2696). Raises ``IncompleteError`` where any page is not whole."""
        cookie: bytes | None = None
        while True:
            result, entries = self._ask(
                base,
                wanted,
                attributes,
                "SUBTREE",
                paged_size=self._settings.ldap_page_size,
                paged_cookie=cookie,
            )
            if result["result"] != SUCCESS:
                raise _incomplete(result)
            yield from entries
            control = result.get("controls", {}).get(PAGED)
            cookie = control["value"]["cookie"] if control else None
            if not cookie:
                return

    def has(self, name: str, wanted: str) -> bool:
        """Whether there is an entry of this name that fits, and the service account sees it."""
        result, entries = self._ask(name, wanted, ["1.1"], "BASE")
        if result["result"] in BUSY:
            raise _incomplete(result)
        return result["result"] == SUCCESS and bool(entries)

    def read(self, name: str, attributes: Sequence[str]) -> Attributes | None:
        """The attributes of one entry, the root entry's for ``""``; ``None`` where it is not to be seen."""
        result, entries = self._ask(name, "(objectClass=*)", attributes, "BASE")
        if result["result"] in BUSY:
            raise _incomplete(result)
        return entries[0][1] if result["result"] == SUCCESS and entries else None

    def accepts(self, name: str, password: str) -> bool:
        """Whether the directory takes this password for this entry. Raises ``AwayError``.

        A password must be checked for emptiness before: a bind without one succeeds for anybody (RFC 4513, 5.1.2).
        """
        if not password or "\0" in password or not _can_be_sent(password):
            return False
        code = _bind(self._connection, name, password)
        if code in REFUSING:
            return False
        if code != SUCCESS:
            raise AwayError(f"Das Verzeichnis ist gerade nicht bereit (Ergebnis {code}).")
        return True

    def as_service(self) -> None:
        """Go on as the service account after somebody's password was checked, anonymously where there is none.

        What somebody may read in the directory must not decide which roles they get. Raises ``AwayError``.
        """
        settings = self._settings
        if _bind(self._connection, settings.ldap_bind_dn, settings.ldap_bind_password) != SUCCESS:
            raise AwayError("Das Verzeichnis nimmt das Dienstkonto gerade nicht an.")

    def _ask(
        self, base: str, wanted: str, attributes: Sequence[str], scope: Scope, **more: Any
    ) -> tuple[dict[str, Any], list[Found]]:
        try:
            self._connection.search(
                base,
                wanted,
                scope,
                attributes=list(attributes),
                **more,
            )
        except (LDAPInvalidFilterError, LDAPInvalidDnError) as error:
            raise DirectoryError(
                "Der Filter oder die Basis der Suche ist nicht richtig geschrieben "
                "(RATHAUS_LDAP_FILTER, RATHAUS_LDAP_BASE)."
            ) from error
        except (LDAPException, OSError) as error:
            raise BrokenOffError(
                "Die Verbindung zum Verzeichnis ist mitten in der Antwort abgebrochen."
            ) from error
        entries = [
            (each["dn"], each["raw_attributes"])
            for each in self._connection.response or ()
            if each["type"] == "searchResEntry"
        ]
        return self._connection.result, entries


_resting: dict[str, float] = {}
_resting_lock = threading.Lock()


@contextmanager
def connect(settings: Settings) -> Iterator[Conversation]:
    """A conversation as the service account, with the first server that answers.

    One that did not answer, or broke off later, is asked last for a minute, so that people don't wait for it each time.
    Raises ``DirectoryError`` where a setting is wrong, ``AwayError`` where nobody answers.
    """
    if not settings.ldap_servers or not settings.ldap_base:
        raise DirectoryError(
            "Es fehlt RATHAUS_LDAP_SERVERS oder RATHAUS_LDAP_BASE: wo das Verzeichnis ist und wo darin die Personen stehen."
        )
    last: AwayError | None = None
    for address in _in_order(settings.ldap_servers):
        try:
            connection = open_connection(settings, address)
        except AwayError as error:
            last = error
            _rest(address)
            continue
        with _resting_lock:
            _resting.pop(address.text, None)
        try:
            yield Conversation(connection, settings, address)
        except (AwayError, BrokenOffError):
            _rest(address)
            raise
        finally:
            hang_up(connection)
        return
    raise last or AwayError("Kein Server des Verzeichnisses antwortet.")


def open_connection(settings: Settings, address: Address) -> Connection:
    """Connect, encrypt and bind as the service account. Raises ``AwayError`` or ``DirectoryError``."""
    connection = dial(settings, address)
    if not settings.ldap_bind_dn:
        return connection
    if not settings.ldap_bind_password:
        hang_up(connection)
        raise DirectoryError("Zu RATHAUS_LDAP_BIND_DN fehlt RATHAUS_LDAP_BIND_PASSWORD.")
    try:
        code = _bind(connection, settings.ldap_bind_dn, settings.ldap_bind_password)
    except AwayError:
        hang_up(connection)
        raise
    if code == SUCCESS:
        return connection
    hang_up(connection)
    if code in REFUSING:
        raise DirectoryError(
            "Das Verzeichnis nimmt das Dienstkonto nicht an: RATHAUS_LDAP_BIND_DN oder "
            "RATHAUS_LDAP_BIND_PASSWORD stimmen nicht, oder das Konto ist gesperrt oder abgelaufen."
        )
    raise AwayError(f"{address.text} ist gerade nicht bereit (Ergebnis {code}).")


def dial(settings: Settings, address: Address) -> Connection:
    """Connect and encrypt, without saying who we are. Raises ``AwayError`` or ``DirectoryError``."""
    encrypted = address.ldaps or settings.ldap_starttls
    if not encrypted and not is_loopback(address.host):
        raise DirectoryError(
            f"{address.text} wäre unverschlüsselt. Bitte ldaps:// verwenden oder RATHAUS_LDAP_STARTTLS=true setzen."
        )
    server = Server(
        address.host,
        port=address.port,
        use_ssl=address.ldaps,
        tls=_VerifiedTls(tls_context(settings)) if encrypted else None,
        get_info=NONE,
        connect_timeout=settings.ldap_connect_seconds,
    )
    connection = Connection(
        server,
        client_strategy=SYNC,  # no thread shares it; the safe one copies every answer deeply
        auto_referrals=False,
        check_names=False,
        receive_timeout=settings.ldap_receive_seconds,
        return_empty_attributes=False,
    )
    decode = connection.strategy.decode_response_fast
    connection.strategy.decode_response_fast = partial(_decoded, decode)
    try:
        connection.open(read_server_info=False)
        if not address.ldaps and encrypted:
            connection.start_tls(read_server_info=False)
    except LDAPStartTLSError as error:
        hang_up(connection)
        raise AwayError(
            f"{address.text} nimmt StartTLS nicht an, oder das Zertifikat passt nicht."
        ) from error
    except (LDAPException, OSError) as error:
        hang_up(connection)
        raise AwayError(
            f"{address.text} antwortet nicht, oder das Zertifikat passt nicht."
        ) from error
    return connection


def _decoded(otherwise: Callable[[Any], Any], message: dict[str, Any]) -> Any:
    """An entry as we want it: ldap3 would decode each value twice and look every name up in a slow dictionary."""
    if message["protocolOp"] != SEARCH_ENTRY:
        return otherwise(message)
    name, attributes = message["payload"]
    return {
        "type": "searchResEntry",
        "dn": str(name[3], "utf-8", "replace"),
        "raw_attributes": {
            str(attribute[3][0][3], "utf-8", "replace").lower(): [
                bytes(value[3]) for value in attribute[3][1][3]
            ]
            for attribute in attributes[3]
        },
    }


def _rest(address: Address) -> None:
    with _resting_lock:
        _resting[address.text] = time.monotonic() + REST_SECONDS


def _in_order(servers: Sequence[str]) -> list[Address]:
    now = time.monotonic()
    with _resting_lock:
        resting = {text for text, until in _resting.items() if until > now}
    return [Address.of(text) for text in sorted(servers, key=lambda text: text in resting)]


def _can_be_sent(password: str) -> bool:
    """Whether SASLprep (RFC 4013) lets it through: what it refuses is nobody's password, and no fault of the line."""
    try:
        validate_simple_password(password)
    except LDAPException:
        return False
    return True


def _bind(connection: Connection, name: str, password: str) -> int:
    """The result code of a bind; without a name an anonymous one (RFC 4513, 5.1.1)."""
    try:
        if name:
            connection.rebind(
                user=name, password=password, authentication=SIMPLE, read_server_info=False
            )
        else:
            connection.user = connection.password = None  # ldap3 would say the last name again
            connection.rebind(authentication=ANONYMOUS, read_server_info=False)
    except (LDAPException, OSError) as error:
        raise AwayError("Die Verbindung zum Verzeichnis ist abgebrochen.") from error
    code: int = connection.result["result"]
    return code


def hang_up(connection: Connection) -> None:
    with suppress(LDAPException, OSError):
        connection.unbind()
    if connection.socket is not None:  # ldap3 leaves it open where TLS failed
        connection.socket.close()


def _incomplete(result: dict[str, Any]) -> Exception:
    code, words = result["result"], result.get("description", "")
    if code == NO_SUCH_OBJECT:
        return DirectoryError(
            "Die Suchbasis gibt es nicht, oder das Dienstkonto darf sie nicht sehen."
        )
    if code == SIZE_LIMIT:
        return IncompleteError(
            "Das Verzeichnis gibt dem Dienstkonto nicht alle Einträge heraus (Größenbegrenzung)."
        )
    kind = BrokenOffError if code in BUSY else IncompleteError
    return kind(f"Das Verzeichnis hat die Suche nicht beendet (Ergebnis {code}, {words}).")
