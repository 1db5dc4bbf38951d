"""A mail is taken in: what it came to, its Anliegen or note, and that it was here, in the caller's transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.blobs.store import BlobStore, Staged
from storage.clock import new_id
from storage.journal.entries import record
from workflows.kiss.anliegen.answering import tell_later
from workflows.kiss.anliegen.conversation import FileIn, Reply, add_note, hear
from workflows.kiss.anliegen.holders import at_it
from workflows.kiss.anliegen.locking import hold_families
from workflows.kiss.anliegen.opening import Channel, Incoming, open_anliegen
from workflows.kiss.anliegen.progress import look_at
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.mail.belonging import ACTOR, believed, belongs_to
from workflows.kiss.mail.deciding import (
    Decision,
    caller,
    complains,
    decide,
    is_trusted,
    kind_of,
    note_of,
    written,
)
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.glance import NOTHING, Glance
from workflows.kiss.mail.marks import Marks
from workflows.kiss.mail.parsing import ParsedMail
from workflows.kiss.mail.quarantine import wait_for_somebody
from workflows.kiss.mail.tables import MailItem

RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail as it was fetched. ``original`` and ``files`` are staged where they are to be kept.

    ``mail`` is ``None`` where it can't be read (``reason``) or was handed over unopened (``reason`` is ``None`` too).
    """

    uid: int
    mailbox: str
    sha256: str
    size: int
    mail: ParsedMail | None = None
    reason: str | None = None
    original: Staged | None = None
    seen: Glance = NOTHING
    """What the head of an unread one says."""
    files: Sequence[FileIn] = field(default=())
    office: str | None = None
    """Key of the office whose mailbox it was written to."""

    @property
    def key(self) -> str:
        return f"mail:{self.mail.key if self.mail else self.sha256}"


@dataclass(frozen=True, slots=True)
class Desk:
    """What settling needs of the house."""

    marks: Marks
    blobs: BlobStore
    inboxes: frozenset[str]
    now: datetime


def settle_all(session: Session, desk: Desk, batch: Sequence[Arrived]) -> list[Fate | None]:
    """What became of each, in order; ``None`` where it had been taken in before, from this inbox or another."""
    known = {
        item.key: item
        for item in session.scalars(
            select(MailItem).where(MailItem.key.in_({each.key for each in batch}))
        )
    }
    _hold_all(session, desk, [each for each in batch if each.key not in known])
    fates: list[Fate | None] = []
    for arrived in batch:
        item = known.get(arrived.key)
        if item is None:
            item = known[arrived.key] = settle(session, desk, arrived)
            fates.append(Fate(item.fate))
            continue
        if arrived.mailbox not in item.mailboxes:
            item.mailboxes = [*item.mailboxes, arrived.mailbox]
        fates.append(None)
    return fates


def _hold_all(session: Session, desk: Desk, batch: Sequence[Arrived]) -> None:
    """Lock all that the mails are about in the one order; in the order of the mails, merging two of them meanwhile could end in a
    circle of waiting.
    """
    marked = [each.mail for each in batch if each.mail is not None and each.mail.marks]
    if marked:  # before the number of a new one, which others wait for, too
        rows = [belongs_to(session, desk.marks, mail.marks) for mail in marked]
        hold_families(session, {row.id for row in rows if row is not None})


def settle(session: Session, desk: Desk, arrived: Arrived) -> MailItem:
    """Take a mail in that was not here before. Raises what the verbs of Anliegen raise."""
    if arrived.mail is None:
        return _unread(session, desk, arrived)
    decision, anliegen = _settled(session, desk, arrived, arrived.mail)
    item = _note(session, desk, arrived, decision, anliegen)
    if decision.fate is Fate.IGNORED and arrived.original is not None:
        item.original = _keep(session, desk, arrived)
        item.sender, item.subject = arrived.mail.sender or None, arrived.mail.subject or None
    return item


def settle_wanted(
    session: Session, desk: Desk, arrived: Arrived, mail: ParsedMail, item: MailItem
) -> Fate:
    """Take in what was here before and passed over; to end its item is the caller's."""
    decision, anliegen = _settled(session, desk, arrived, mail)
    item.anliegen_id = anliegen.id if anliegen else None
    return decision.fate


def _settled(
    session: Session, desk: Desk, arrived: Arrived, mail: ParsedMail
) -> tuple[Decision, Anliegen | None]:
    row, suspected = belongs_to(session, desk.marks, mail.marks), set[UUID]()
    if row is not None and row.kind != Kind.SUPERVISORY.value and complains(mail):
        suspected, row = at_it(session, row), None  # it must not lie with them
    decision = decide(mail, belongs=row is not None)
    if decision.fate is Fate.OPENED:
        return decision, _open(session, desk, arrived, mail, suspected)
    return decision, _carry_out(session, desk, arrived, mail, decision, row)


def _carry_out(
    session: Session,
    desk: Desk,
    arrived: Arrived,
    mail: ParsedMail,
    decision: Decision,
    row: Anliegen | None,
) -> Anliegen | None:
    if decision.fate is Fate.HEARD and row is not None:
        _hear(session, desk, arrived, mail, row)
    elif decision.fate is Fate.NOTED and row is not None:
        add_note(session, ACTOR, row.merged_into_id or row.id, note_of(mail), now=desk.now)
        if mail.bounce or mail.bulk:
            look_at(session, row, desk.now)
    return row


def _open(
    session: Session, desk: Desk, arrived: Arrived, mail: ParsedMail, suspected: Collection[UUID]
) -> Anliegen:
    who = caller(mail, desk.inboxes)
    incoming = Incoming(
        key=arrived.key, channel=Channel.MAIL, kind=kind_of(mail), text=written(mail),
        title=mail.subject, caller=who, files=arrived.files, sender=mail.sender or None,
        message_id=mail.message_id or None, original=_keep(session, desk, arrived),
        recipients=mail.recipients, addressed=arrived.office, suspected=suspected,
    )  # fmt: skip
    row = open_anliegen(session, ACTOR, incoming, blobs=desk.blobs, now=desk.now)
    if who.mail and not mail.automatic:
        tell_later(session, row, RECEIVED, desk.now, "first")
    return row


def _hear(session: Session, desk: Desk, arrived: Arrived, mail: ParsedMail, row: Anliegen) -> None:
    reply = Reply(
        key=arrived.key, text=written(mail), sender=mail.sender or None, subject=mail.subject or None,
        trusted=is_trusted(mail, believed(session, row)), message_id=mail.message_id or None,
        original=_keep(session, desk, arrived), files=arrived.files,
    )  # fmt: skip
    hear(session, ACTOR, row.id, reply, blobs=desk.blobs, now=desk.now)


def _keep(session: Session, desk: Desk, arrived: Arrived) -> str | None:
    """The mail as it came, in the blob store."""
    if arrived.original is None:
        return None
    return desk.blobs.put(session, arrived.original).sha256


def _unread(session: Session, desk: Desk, arrived: Arrived) -> MailItem:
    """Nothing but its bytes is known of it."""
    if arrived.reason is None:
        return _note(session, desk, arrived, Decision(Fate.HANDED_OVER), None)
    item = _note(session, desk, arrived, Decision(Fate.QUARANTINED, arrived.reason), None)
    item.original = _keep(session, desk, arrived)
    item.sender, item.subject = arrived.seen.sender, arrived.seen.subject
    wait_for_somebody(session, item, desk.now)
    record(
        session, actor=ACTOR.journal_id, verb="mail.quarantine", object_kind="mail",
        object_id=item.id, at=desk.now,
    )  # fmt: skip
    return item


def _note(
    session: Session, desk: Desk, arrived: Arrived, decision: Decision, row: Anliegen | None
) -> MailItem:
    item = MailItem(
        id=new_id(), key=arrived.key, mailboxes=[arrived.mailbox], fate=decision.fate.value,
        anliegen_id=row.id if row else None, reason=decision.why, original=None, size=arrived.size,
        at=desk.now,
    )  # fmt: skip
    session.add(item)
    return item
