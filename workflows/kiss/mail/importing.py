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
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.mailboxes import Mailbox
from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from workflows.kiss.anliegen.conversation import FileIn
from workflows.kiss.mail import unopened
from workflows.kiss.mail.belonging import marks_of
from workflows.kiss.mail.deciding import Fate
from workflows.kiss.mail.imap import Folder, Listed
from workflows.kiss.mail.parsing import LIMITS, ParsedMail
from workflows.kiss.mail.settling import Arrived, Desk, settle_all
from workflows.kiss.mail.tables import MailboxState

AT_ONCE = 25
BYTES_AT_ONCE = 16 * 1024 * 1024
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

    def take_in_all(self, mailbox: Mailbox, folder: Folder) -> Counter[Fate]:
        """What waits in the folder. Raises ``AwayError`` in the middle; what is in is in then.

        While one group is taken in, the next is read, encrypted and made durable: the disk and the other core are busy too.
        """
        groups = _groups(folder.unread(self._begin(mailbox, folder)))
        with ThreadPoolExecutor(1, thread_name_prefix="mail") as helper, ExitStack() as stack:
            ready = self._ahead(helper, stack, mailbox, folder, next(groups, []))
            while ready is not None and not self.stopping():
                following = self._ahead(helper, stack, mailbox, folder, next(groups, []))
                self._take_in(mailbox, folder, ready)
                ready = following
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

    def _ahead(
        self,
        helper: ThreadPoolExecutor,
        outer: ExitStack,
        mailbox: Mailbox,
        folder: Folder,
        group: Sequence[Listed],
    ) -> "_Ready | None":
        """Fetch a group, and have it prepared while others are taken in. ``outer`` closes what is never taken in."""
        if not group:
            return None
        stack = outer.enter_context(ExitStack())
        if group[0].size > LIMITS.size:
            large = self._unread(stack, mailbox.name, folder, group[0].uid)
            return _Ready(stack, helper.submit(lambda: [large]))
        mails = sorted(folder.fetch([each.uid for each in group]).items())
        return _Ready(stack, helper.submit(self.prepare, stack, mailbox.name, mails))

    def prepare(
        self, stack: ExitStack, mailbox: str, mails: Sequence[tuple[int, bytes]]
    ) -> list[Arrived]:
        """Read them, and have what is kept of them lie durably in the blob store."""
        arrived = [
            self._prepare(stack, mailbox, uid, data, part)
            for (uid, data), part in zip(
                mails, self._read([data for _, data in mails]), strict=True
            )
        ]
        staged = [[each.original, *(file.staged for file in each.files)] for each in arrived]
        self.house.blobs.publish_all([each for some in staged for each in some if each is not None])
        return arrived

    def _read(self, mails: Sequence[bytes]) -> list[dict[str, Any]]:
        """In the reader process; where one of them ended it, each by itself."""
        about = (
            self.house.settings.mail_from.rpartition("@")[2],
            self.inboxes,
            local_date(self.house.clock()),
        )
        try:
            return list(self.pool.run(READ, list(mails), *about))
        except UnreadableError:
            return [self._read_alone(data, *about) for data in mails]

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

    def _take_in(self, mailbox: Mailbox, folder: Folder, ready: "_Ready") -> None:
        with ready.stack:
            arrived = ready.arrived.result()
            if not arrived:  # all were gone when we fetched them
                return
            self._settle(mailbox, folder, arrived)
        handed = [each.uid for each in arrived if each.mail is None and each.reason is None]
        folder.erase(handed)
        folder.put_away([each.uid for each in arrived if each.uid not in handed])

    def _prepare(
        self, stack: ExitStack, mailbox: str, uid: int, data: bytes, part: dict[str, Any]
    ) -> Arrived:
        digest = hashlib.sha256(data).hexdigest()
        if "unopened" in part:
            unopened.hand_over(self.house, data)
            return Arrived(uid, mailbox, digest, len(data))
        if "reason" in part:
            kept = stack.enter_context(self.house.blobs.stage(data))
            return Arrived(uid, mailbox, digest, len(data), reason=part["reason"], original=kept)
        mail = ParsedMail(**part)
        if mail.machine:  # at most a note is made of it
            return Arrived(uid, mailbox, digest, len(data), mail)
        original = stack.enter_context(self.house.blobs.stage(data))
        files = [
            FileIn(each.name, each.type, stack.enter_context(self.house.blobs.stage(each.content)))
            for each in mail.attachments
        ]
        return Arrived(uid, mailbox, digest, len(data), mail, original=original, files=files)

    def _unread(self, stack: ExitStack, mailbox: str, folder: Folder, uid: int) -> Arrived:
        """One that is too large to be read: kept, piece by piece."""
        file = stack.enter_context(TemporaryFile())  # noqa: SIM115 - the stack closes it
        for piece in folder.parts(uid):
            file.write(piece)
        file.seek(0)
        kept = stack.enter_context(self.house.blobs.stage(cast("BinaryIO", file)))
        return Arrived(
            uid, mailbox, kept.ref.sha256, kept.ref.size, reason=TOO_LARGE, original=kept
        )

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
                reason=reason, original=arrived.original,
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


@dataclass
class _Ready:
    """A group on its way; its files are open until it is taken in."""

    stack: ExitStack
    arrived: "Future[list[Arrived]]"


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
