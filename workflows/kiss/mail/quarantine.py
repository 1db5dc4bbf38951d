"""Mails that could not be read: kept as they came, until somebody has them read again or throws them away."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor, Role
from storage.blobs.store import BlobStore
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.queue import Priority, enqueue
from storage.journal.entries import record
from storage.rights import Verb, require
from storage.tasks.list import finish_task, open_task
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.tables import MailItem

REREAD = "kiss.reread"
LINK = "/ungelesen"
LONGEST_REASON = 500
NO_ORIGINAL = "Von dieser E-Mail ist das Original nicht mehr da."


def quarantined(session: Session, actor: Actor) -> Sequence[MailItem]:
    """What waits for somebody, oldest first: for the coordination of Feedback LE."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    return session.scalars(
        select(MailItem).where(MailItem.fate == Fate.QUARANTINED.value).order_by(MailItem.id)
    ).all()


def unread(session: Session, actor: Actor, item: UUID) -> MailItem:
    """One that waits. Raises ``NotFoundError`` where there is none any more."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = session.get(MailItem, item)
    if row is None or row.fate != Fate.QUARANTINED.value:
        raise NotFoundError("Diese E-Mail wartet nicht mehr: Jemand hat sich darum gekümmert.")
    return row


def ask_to_read_again(session: Session, actor: Actor, item: UUID, now: datetime) -> None:
    """Have the engine read it once more: it has the keys that tell where a reply belongs."""
    row = load_quarantined(session, actor, item)
    if row.original is None:
        raise NotFoundError(NO_ORIGINAL)
    row.asked_at = now
    enqueue(session, REREAD, row.id.hex, priority=Priority.URGENT, again=True, now=now)
    journal(session, actor, "ask_retry", row, now)


def load_quarantined(session: Session, actor: Actor, item: UUID) -> MailItem:
    """Locked for this transaction. Raises ``NotFoundError``; ``ConflictError`` where somebody was quicker."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = session.scalars(
        select(MailItem).where(MailItem.id == item).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese E-Mail gibt es nicht.")
    if row.fate != Fate.QUARANTINED.value:
        raise ConflictError("Diese E-Mail wartet nicht mehr: Jemand hat sich darum gekümmert.")
    return row


def original_of(session: Session, actor: Actor, blobs: BlobStore, item: UUID) -> bytes:
    """The mail as it came, for a program that can read it."""
    row = load_quarantined(session, actor, item)
    if row.original is None:
        raise NotFoundError(NO_ORIGINAL)
    return blobs.read(row.original)


def discard(
    session: Session, actor: Actor, blobs: BlobStore, item: UUID, why: str, now: datetime
) -> None:
    """Throw it away, and say why: it is spam, or its sender was asked to send it again."""
    row = load_quarantined(session, actor, item)
    told = " ".join(why.split())[:LONGEST_REASON]
    if not told:
        raise ConflictError("Bitte schreiben Sie, warum diese E-Mail verworfen wird.")
    end(session, row, Fate.DISCARDED, blobs, now, told)
    journal(session, actor, "discard", row, now)


def end(
    session: Session,
    row: MailItem,
    fate: Fate,
    blobs: BlobStore,
    now: datetime,
    why: str | None = None,
) -> None:
    """It waits no more; its original goes, unless a message holds it by now, and so does what its head said."""
    if row.original is not None:
        blobs.release(session, row.original)
    row.fate, row.original, row.reason = fate.value, None, why
    row.sender = row.subject = row.asked_at = row.tried_at = None
    finish_task(session, _task(row), now)


def wait_for_somebody(session: Session, row: MailItem, now: datetime) -> None:
    open_task(
        session, key=_task(row), kind="kiss.quarantine",
        title="Eine E-Mail konnte nicht gelesen werden", link=LINK,
        object_kind="kiss.mail", object_id=row.id, role=Role.FEEDBACK, now=now,
    )  # fmt: skip


def journal(session: Session, actor: Actor, verb: str, row: MailItem, now: datetime) -> None:
    record(
        session, actor=actor.journal_id, verb=f"mail.{verb}", object_kind="mail", object_id=row.id, at=now,
    )  # fmt: skip


def _task(row: MailItem) -> str:
    return f"kiss.mail:{row.id.hex}"
