"""Mails that machines wrote, or seem to have written: nothing is made of them, but they are kept for a while, if somebody misses one.

A citizen's subject may begin with „Automatische Antwort“, and web forms call what people typed automatic.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.blobs.store import BlobStore
from storage.conflicts import NotFoundError
from storage.jobs.queue import Priority, enqueue
from storage.rights import Verb, require
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.quarantine import REREAD, journal
from workflows.kiss.mail.tables import MailItem

KEPT = timedelta(days=14)
SHOWN = 100
FORGOTTEN_AT_ONCE = 500


def passed_over(session: Session, actor: Actor) -> Sequence[MailItem]:
    """The latest of those that are kept: for the coordination of Feedback LE."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    return session.scalars(
        select(MailItem)
        .where(MailItem.fate == Fate.IGNORED.value, MailItem.original.is_not(None))
        .order_by(MailItem.id.desc())
        .limit(SHOWN)
    ).all()


def take_in_anyway(session: Session, actor: Actor, item: UUID, now: datetime) -> None:
    """A person wrote it: the engine takes it in as such, and answers it by no machine. Until then it waits like an unread one.

    Raises ``NotFoundError`` where it is not kept any more.
    """
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = session.scalars(
        select(MailItem).where(MailItem.id == item).with_for_update()
    ).one_or_none()
    if row is None or row.fate != Fate.IGNORED.value or row.original is None:
        raise NotFoundError(
            "Diese E-Mail ist nicht mehr da, oder jemand hat sie schon aufgenommen."
        )
    row.fate, row.asked_at = Fate.QUARANTINED.value, now
    enqueue(session, REREAD, row.id.hex, priority=Priority.URGENT, again=True, now=now)
    journal(session, actor, "take_in_anyway", row, now)


def is_wanted(row: MailItem) -> bool:
    """Whether an unread one was passed over before: it is known by what it says, not by its bytes."""
    return row.original is not None and row.key != f"mail:{row.original}"


def forget_passed_over(session: Session, blobs: BlobStore, now: datetime) -> int:
    """Let go of those nobody missed; that they were here stays known. Returns how many."""
    old = session.scalars(
        select(MailItem)
        .where(
            MailItem.fate == Fate.IGNORED.value,
            MailItem.original.is_not(None),
            MailItem.at < now - KEPT,
        )
        .limit(FORGOTTEN_AT_ONCE)
    ).all()
    for row in old:
        blobs.release(session, row.original or "")
        row.original = row.sender = row.subject = None
    return len(old)
