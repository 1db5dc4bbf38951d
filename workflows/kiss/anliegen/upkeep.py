"""What Anliegen need by the clock: a word to the head when they are late, an end when nobody objects, and forgetting.

Names and addresses go one year after the closing, the Anliegen itself three years after the end of that year (the
period of limitation, BGB §§ 195, 199); what was filed lies in its Akte and stays.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from storage.blobs.store import BlobStore
from storage.clock import local
from storage.schema import Table
from storage.tasks.list import open_task
from workflows.kiss.anliegen.answering import forget_writing
from workflows.kiss.anliegen.holders import head_of
from workflows.kiss.anliegen.progress import link, move, reference
from workflows.kiss.anliegen.states import RUNNING, Deed, State
from workflows.kiss.anliegen.tables import (
    Anliegen,
    Contact,
    Contribution,
    Likeness,
    Merge,
    Message,
    MessageFile,
    SignatureBand,
    Step,
    TextSignature,
)
from workflows.kiss.routing.tables import RoutingDecision

SILENCE = timedelta(days=14)
"""So long after the answer an Anliegen is closed if nothing more comes."""
NAMED = timedelta(days=365)
YEARS = 3
BATCH = 500
_RUNNING = tuple(sorted(state.value for state in RUNNING))


def escalate(session: Session, now: datetime) -> int:
    """Tell the head of the office about what is late, once for each due time. Returns how many are late."""
    late = session.scalars(
        select(Anliegen)
        .where(Anliegen.state.in_(_RUNNING), Anliegen.due_at < now)
        .order_by(Anliegen.due_at)
        .limit(BATCH)
    ).all()
    for row in late:
        head = row.person_id if row.about_id else head_of(session, row.office_id, now)
        open_task(
            session, key=f"anliegen.late:{row.id.hex}", kind="kiss.late",
            title=f"Überfällig: Anliegen {reference(row)}", link=link(row.id),
            object_kind="kiss.anliegen", object_id=row.id, person=head, due_at=row.due_at, now=now,
        )  # fmt: skip
    return len(late)


def close_silent(session: Session, now: datetime) -> int:
    """Close what was answered two weeks ago without a word since. Returns how many."""
    rows = session.scalars(
        select(Anliegen)
        .where(Anliegen.state == State.ANSWERED.value, Anliegen.changed_at < now - SILENCE)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        move(session, row, Deed.CLOSE, now)
        row.revision += 1
    return len(rows)


def forget(session: Session, blobs: BlobStore, now: datetime) -> dict[str, int]:
    """Take names off what was closed a year ago, and delete what is older than three years."""
    return {
        "Kontakte": _forget_names(session, now),
        "Anliegen": _forget_whole(session, blobs, now),
        "Hinweise": forget_writing(session, now),
    }


def _forget_names(session: Session, now: datetime) -> int:
    """Contacts and the addresses of mails; the words themselves stay until the end."""
    old = select(Anliegen.id).where(
        Anliegen.closed_at < now - NAMED, Anliegen.contact_id.is_not(None)
    )
    contacts = session.scalars(select(Anliegen.contact_id).where(Anliegen.id.in_(old))).all()
    if not contacts:
        return 0
    session.execute(update(Message).where(Message.anliegen_id.in_(old)).values(sender=None))
    session.execute(
        update(Anliegen).where(Anliegen.contact_id.in_(contacts)).values(contact_id=None)
    )
    session.execute(delete(Contact).where(Contact.id.in_(contacts)))
    return len(contacts)


def _forget_whole(session: Session, blobs: BlobStore, now: datetime) -> int:
    before = local(now).replace(
        year=local(now).year - YEARS, month=1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    held = select(Anliegen.merged_into_id).where(
        Anliegen.merged_into_id.is_not(None),
        or_(Anliegen.closed_at.is_(None), Anliegen.closed_at >= before),
    )
    old = session.scalars(
        select(Anliegen.id)
        .where(Anliegen.closed_at < before, Anliegen.id.not_in(held))
        .order_by(Anliegen.merged_into_id.is_(None), Anliegen.id)
        .limit(BATCH)
    ).all()
    if not old:
        return 0
    messages = select(Message.id).where(Message.anliegen_id.in_(old))
    for file in session.scalars(select(MessageFile).where(MessageFile.message_id.in_(messages))):
        for name in (file.sha256, file.shown_sha256):
            if name is not None:
                blobs.release(session, name)
    session.execute(delete(MessageFile).where(MessageFile.message_id.in_(messages)))
    tables: tuple[type[Table], ...] = (
        Message, Contribution, Step, RoutingDecision, SignatureBand, TextSignature,
    )  # fmt: skip
    for table in tables:
        session.execute(delete(table).where(table.anliegen_id.in_(old)))  # type: ignore[attr-defined]
    session.execute(delete(Merge).where(or_(Merge.anliegen_id.in_(old), Merge.into_id.in_(old))))
    session.execute(
        delete(Likeness).where(or_(Likeness.first_id.in_(old), Likeness.second_id.in_(old)))
    )
    session.execute(update(Anliegen).where(Anliegen.id.in_(old)).values(merged_into_id=None))
    session.execute(delete(Anliegen).where(Anliegen.id.in_(old)))
    return len(old)
