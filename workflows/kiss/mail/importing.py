"""Mails are fetched, read in another process, and taken in by groups: one transaction each, and only then put away.

How far a folder was read commits together with what was made of it, and each mail is known by what it is: whatever
breaks off in between, nothing is lost and nothing doubled.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.mailboxes import Mailbox, office_written_to, read_mailboxes
from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from workflows.kiss.anliegen.conversation import FileIn
from workflows.kiss.mail import unopened
from workflows.kiss.mail.belonging import belongs_to, marks_of
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.glance import HEAD, Glance, glance, others_post
from workflows.kiss.mail.imap import Folder, Listed
from workflows.kiss.mail.parsing import LIMITS, ParsedMail, reports_success
from workflows.kiss.mail.settling import Arrived, Desk, settle_all
from workflows.kiss.mail.tables import MailboxState

AT_ONCE = 25
BYTES_AT_ONCE = 16 * 1024 * 1024
PUT_AWAY_AT_ONCE = 500
"""A server with a file for each mail looks through the whole folder whenever some are moved: seldom, then."""
READ = "workflows.kiss.mail.parsing:read_batch"
TRIES = 2
BROKE_OFF = "Das Leseprogramm brach bei dieser E-Mail mehrmals ab."
TOO_LARGE = "Die E-Mail ist zu groß, um gelesen zu werden."

log = logging.getLogger("rathaus.mail")


@dataclass
class Importer:
    """Takes the mails of one folder in. ``inboxes``: the addresses of all our mailboxes, in lower case."""

    house: House
    pool: ReaderPool
    inboxes: frozenset[str]
    stopping: Callable[[], bool] = lambda: False
    counts: Counter[Fate] = field(default_factory=Counter)
    _taken_in: list[int] = field(default_factory=list)

    def take_in_all(self, mailbox: Mailbox, folder: Folder) -> Counter[Fate]:
        """What waits in the folder. Raises ``AwayError`` in the middle; what is in is in then.

        While one group is taken in, the next is made durable and the one after it is read: the disk and the other core are
        busy too. What computes stays on this thread, for two that do would wait for each other at every statement.
        """
        groups = _groups(folder.unread(self._begin(mailbox, folder)))
        with ThreadPoolExecutor(2, thread_name_prefix="mail") as helpers, ExitStack() as stack:
            fetched = self._fetch(helpers, folder, next(groups, []))
            kept: _Kept | None = None
            while (kept or fetched) and not self.stopping():
                following = self._keep(helpers, stack, mailbox, folder, fetched)
                fetched = self._fetch(helpers, folder, next(groups, []))
                if kept is not None:
                    self._take_in(mailbox, folder, kept)
                    self._put_away(folder, PUT_AWAY_AT_ONCE)
                kept = following
        self._put_away(folder)
        return self.counts

    def _begin(self, mailbox: Mailbox, folder: Folder) -> int:
        """How far it was read; from the start where the server counts anew."""

        def deed(session: Session) -> int:
            state = session.get(MailboxState, mailbox.name)
            if state is None:
                state = MailboxState(name=mailbox.name, last_uid=0)
                session.add(state)
            if state.uidvalidity != folder.uidvalidity:
                state.uidvalidity, state.last_uid = folder.uidvalidity, 0
            return state.last_uid

        return self.house.database.run(deed)

    def _fetch(
        self, helpers: ThreadPoolExecutor, folder: Folder, group: Sequence[Listed]
    ) -> "_Fetched | None":
        """Fetch a group, and have it read."""
        if not group:
            return None
        if group[0].size > LIMITS.size:
            return _Fetched([], None, group[0].uid)
        mails = sorted(folder.fetch([each.uid for each in group]).items())
        return _Fetched(mails, helpers.submit(self._read, [data for _, data in mails]))

    def _keep(
        self,
        helpers: ThreadPoolExecutor,
        outer: ExitStack,
        mailbox: Mailbox,
        folder: Folder,
        fetched: "_Fetched | None",
    ) -> "_Kept | None":
        """Encrypt what is kept of a group, and have it made durable. ``outer`` closes what is never taken in."""
        if fetched is None:
            return None
        stack = outer.enter_context(ExitStack())
        if fetched.large is not None:
            arrived = [self._unread(stack, mailbox.name, folder, fetched.large)]
        else:
            parts = fetched.parts.result() if fetched.parts else []
            arrived = self._stage(stack, mailbox.name, fetched.mails, parts)
        return _Kept(stack, arrived, helpers.submit(self._publish, arrived))

    def prepare(
        self,
        stack: ExitStack,
        mailbox: str,
        mails: Sequence[tuple[int, bytes]],
        *,
        wanted: bool = False,
    ) -> list[Arrived]:
        """Read mails by UID, and have what is kept of them lie durably in the blob store while ``stack`` is open.

        ``wanted``: somebody says that a person wrote them.
        """
        parts = self._read([data for _, data in mails])
        if wanted:
            parts = [each | _by_a_person(each) for each in parts]
        arrived = self._stage(stack, mailbox, mails, parts)
        self._publish(arrived)
        return arrived

    def _stage(
        self,
        stack: ExitStack,
        mailbox: str,
        mails: Sequence[tuple[int, bytes]],
        parts: Sequence[dict[str, Any]],
    ) -> list[Arrived]:
        return [
            self._prepare(stack, mailbox, uid, data, part)
            for (uid, data), part in zip(mails, parts, strict=True)
        ]

    def _publish(self, arrived: Sequence[Arrived]) -> None:
        staged = [[each.original, *(file.staged for file in each.files)] for each in arrived]
        self.house.blobs.publish_all([each for some in staged for each in some if each is not None])

    def _read(self, mails: Sequence[bytes]) -> list[dict[str, Any]]:
        """In the reader process; where one of them ended it, each by itself."""
        about = self._about()
        try:
            return list(self.pool.run(READ, list(mails), *about))
        except UnreadableError:
            return [self._read_alone(data, *about) for data in mails]

    def _about(self) -> tuple[str, frozenset[str], date]:
        """What the reader has to know of the house."""
        domain = self.house.settings.mail_from.rpartition("@")[2]
        return domain, self.inboxes, local_date(self.house.clock())

    def _read_alone(self, data: bytes, *about: Any) -> dict[str, Any]:
        for _ in range(TRIES):
            try:
                return dict(self.pool.run(READ, [data], *about)[0])
            except UnreadableError as error:
                if self.stopping():
                    raise
                if error.permanent:
                    return {"reason": error.message}
        return {"reason": BROKE_OFF}

    def _take_in(self, mailbox: Mailbox, folder: Folder, kept: "_Kept") -> None:
        arrived = kept.arrived
        with kept.stack:
            kept.durable.result()
            if not arrived:  # all were gone when we fetched them
                return
            self._settle(mailbox, folder, arrived)
        handed = [each.uid for each in arrived if each.mail is None and each.reason is None]
        folder.erase(handed)
        self._taken_in += [each.uid for each in arrived if each.uid not in handed]

    def _put_away(self, folder: Folder, least: int = 1) -> None:
        """What is in leaves the folder; what breaks off before is found there again, and known."""
        if len(self._taken_in) >= least:
            folder.put_away(self._taken_in)
            self._taken_in = []

    def _prepare(
        self, stack: ExitStack, mailbox: str, uid: int, data: bytes, part: dict[str, Any]
    ) -> Arrived:
        digest = hashlib.sha256(data).hexdigest()
        if part.get("marks") and "unopened" in part and self._belongs(part["marks"]):
            part = self._read_alone(data, *self._about(), True)
        rule = part.get("unopened") or (self._others_post(data) if "reason" in part else None)
        if rule is not None:
            unopened.hand_over(self.house, data, rule, self._office((), mailbox))
            return Arrived(uid, mailbox, digest, len(data))
        if "reason" in part:
            kept = stack.enter_context(self.house.blobs.stage(data))
            return Arrived(
                uid, mailbox, digest, len(data), reason=part["reason"], original=kept,
                seen=glance(data),
            )  # fmt: skip
        mail = ParsedMail(**part)
        if mail.own or reports_success(mail):
            return Arrived(uid, mailbox, digest, len(data), mail)
        original = stack.enter_context(self.house.blobs.stage(data))
        if mail.machine:  # at most a note is made of it; kept for a while, if somebody misses it
            return Arrived(uid, mailbox, digest, len(data), mail, original=original)
        files = [
            FileIn(each.name, each.type, stack.enter_context(self.house.blobs.stage(each.content)))
            for each in mail.attachments
        ]
        return Arrived(
            uid, mailbox, digest, len(data), mail, original=original, files=files,
            office=self._office(mail.recipients, mailbox),
        )  # fmt: skip

    def _unread(self, stack: ExitStack, mailbox: str, folder: Folder, uid: int) -> Arrived:
        """One that is too large to be read: kept, piece by piece."""
        file = stack.enter_context(NamedTemporaryFile())  # noqa: SIM115 - the stack closes it
        for piece in folder.parts(uid):
            file.write(piece)
        file.seek(0)
        head = file.read(HEAD)
        file.seek(0)
        kept = stack.enter_context(self.house.blobs.stage(cast("BinaryIO", file)))
        sha256, size = kept.ref.sha256, kept.ref.size
        rule = self._others_post(head)
        if rule is not None:
            unopened.hand_over(self.house, Path(file.name), rule, self._office((), mailbox))
            return Arrived(uid, mailbox, sha256, size)
        return Arrived(
            uid, mailbox, sha256, size, reason=TOO_LARGE, original=kept, seen=glance(head)
        )

    def _office(self, recipients: Sequence[str], mailbox: str) -> str | None:
        return office_written_to(self._mailboxes, recipients, mailbox)

    @cached_property
    def _mailboxes(self) -> tuple[Mailbox, ...]:
        return read_mailboxes(self.house.settings.mailboxes)

    def _others_post(self, head: bytes) -> str | None:
        return others_post(head, local_date(self.house.clock()))

    def _belongs(self, claims: Sequence[str]) -> bool:
        with self.house.database.read() as session:
            return belongs_to(session, marks_of(self.house.settings), claims) is not None

    def _settle(self, mailbox: Mailbox, folder: Folder, arrived: Sequence[Arrived]) -> None:
        """All in one transaction; where that fails each for itself, and what can't be taken in is quarantined."""
        try:
            fates = self._commit(mailbox, folder, arrived)
        except (IntegrityError, ConflictError, NotFoundError, ValueError):
            fates = [fate for each in arrived for fate in self._alone(mailbox, folder, each)]
        self.counts.update(fate for fate in fates if fate is not None)

    def _alone(self, mailbox: Mailbox, folder: Folder, arrived: Arrived) -> Sequence[Fate | None]:
        try:
            return self._commit(mailbox, folder, [arrived])
        except IntegrityError:  # it came in by another inbox at the same moment; now it is there
            return self._commit(mailbox, folder, [arrived])
        except (ConflictError, NotFoundError, ValueError) as error:
            log.warning("a mail could not be taken in", exc_info=error)
            reason = (
                str(error)
                if not isinstance(error, ValueError)
                else "Die E-Mail ist anders aufgebaut als erwartet."
            )
            refused = Arrived(
                arrived.uid, arrived.mailbox, arrived.sha256, arrived.size,
                reason=reason, original=arrived.original, seen=_seen(arrived.mail),
            )  # fmt: skip
            return self._commit(mailbox, folder, [refused])

    def _commit(
        self, mailbox: Mailbox, folder: Folder, arrived: Sequence[Arrived]
    ) -> list[Fate | None]:
        house = self.house

        def deed(session: Session) -> list[Fate | None]:
            desk = Desk(marks_of(house.settings), house.blobs, self.inboxes, house.clock())
            fates = settle_all(session, desk, arrived)
            state = session.get_one(MailboxState, mailbox.name)
            if state.uidvalidity == folder.uidvalidity:
                state.last_uid = max(state.last_uid, *(each.uid for each in arrived))
            return fates

        return house.database.run(deed)


def _by_a_person(part: dict[str, Any]) -> dict[str, Any]:
    """What machines are known by only keeps it from being answered by one."""
    if "machine" not in part:
        return {}
    quiet = (*part["quiet"], *part["machine"])
    return {"machine": (), "quiet": quiet, "own": False, "bulk": False}


def _seen(mail: ParsedMail | None) -> Glance:
    return Glance(mail.sender or None, mail.subject or None) if mail else Glance()


@dataclass
class _Fetched:
    """Mails by UID that are being read; or the UID of one too large for it."""

    mails: list[tuple[int, bytes]]
    parts: "Future[list[dict[str, Any]]] | None"
    large: int | None = None


@dataclass
class _Kept:
    """A group whose contents are on their way to the disk; their files are open until it is taken in."""

    stack: ExitStack
    arrived: list[Arrived]
    durable: "Future[None]"


def _groups(listed: Iterable[Listed]) -> Iterator[list[Listed]]:
    """Groups of few enough mails and bytes, in order; what is too large comes by itself."""
    group: list[Listed] = []
    size = 0
    for each in listed:
        if group and (
            len(group) >= AT_ONCE or size + each.size > BYTES_AT_ONCE or each.size > LIMITS.size
        ):
            yield group
            group, size = [], 0
        group.append(each)
        size += each.size
    if group:
        yield group
