"""What Anliegen need by the clock: a word to the head when they are late, an end when nobody objects, and forgetting.

Names and addresses go one year after the closing, the Anliegen itself three years after the end of that year (the
period of limitation, BGB §§ 195, 199); what was filed lies in its Akte and stays.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import String, cast, delete, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.actors import SHARED_CLASSES, ProtectionClass, Role, System
from storage.blobs.store import BlobStore
from storage.clock import local, local_date
from storage.conflicts import ConflictError
from storage.organisation.queries import load_staff
from storage.tasks.list import open_task
from storage.tasks.tables import Task
from workflows.kiss.anliegen.answering import forget_writing
from workflows.kiss.anliegen.contributing import end_asking
from workflows.kiss.anliegen.erasing import erase
from workflows.kiss.anliegen.four_eyes import waiting
from workflows.kiss.anliegen.holders import head_of
from workflows.kiss.anliegen.progress import journal, late_key, link, move, reference
from workflows.kiss.anliegen.reach import OBJECT_KIND
from workflows.kiss.anliegen.sight import may_see
from workflows.kiss.anliegen.states import RUNNING_VALUES, Deed, State
from workflows.kiss.anliegen.tables import (
    Anliegen,
    Contact,
    Message,
    SignatureBand,
    TextSignature,
)
from workflows.kiss.duplicates.finding import PERIOD

SILENCE = timedelta(days=14)
"""So long after the answer an Anliegen is closed if nothing more comes."""
NAMED = timedelta(days=365)
YEARS = 3
BATCH = 500
_LATE = late_key(UUID(int=0)).removesuffix(UUID(int=0).hex)
_Main = aliased(Anliegen)


def escalate(session: Session, now: datetime) -> int:
    """Tell the head of the office about what is late, once for each due time. Returns how many are new.

    What is protected is told to who has it alone (and to who gets it then); until somebody has it, ``relieve`` looks for
    them. Where nobody leads an office who may see it, the coordination is told.
    """
    shared = Anliegen.protection.in_(sorted(each.value for each in SHARED_CLASSES))
    key = literal(_LATE).concat(func.replace(cast(Anliegen.id, String), "-", ""))
    told = exists().where(
        Task.key == key,
        Task.due_at == Anliegen.due_at,
        or_(shared, Task.person_id == Anliegen.person_id),
    )
    late = session.scalars(
        select(Anliegen)
        .where(
            Anliegen.state.in_(RUNNING_VALUES),
            Anliegen.due_at < now,
            or_(shared, Anliegen.person_id.is_not(None)),
            ~told,
        )
        .order_by(Anliegen.due_at)
        .limit(BATCH)
    ).all()
    for row in late:
        person, role = _who_hears(session, row, now)
        open_task(
            session, key=late_key(row.id), kind="kiss.late",
            title=f"Überfällig: Anliegen {reference(row)}", link=link(row.id),
            object_kind=OBJECT_KIND, object_id=row.id, person=person, role=role, due_at=row.due_at,
            now=now,
        )  # fmt: skip
    return len(late)


def _who_hears(session: Session, row: Anliegen, now: datetime) -> tuple[UUID | None, Role | None]:
    if ProtectionClass(row.protection) not in SHARED_CLASSES and row.person_id is not None:
        return row.person_id, None
    try:
        head = load_staff(session, head_of(session, row.office_id, now), local_date(now))
    except ConflictError:
        head = None
    if head is None or not may_see(session, head, row.id):
        return None, Role.FEEDBACK
    return head.person, None


def close_silent(session: Session, now: datetime) -> int:
    """Close what was answered two weeks ago without a word since. Returns how many."""
    rows = session.scalars(
        select(Anliegen)
        .where(Anliegen.state == State.ANSWERED.value, Anliegen.changed_at < now - SILENCE)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    closed = 0
    for row in rows:
        if waiting(session, row):
            continue
        move(session, row, Deed.CLOSE, now)
        end_asking(session, row, now)
        journal(session, System("kiss.silence"), "close", row, now)
        row.revision += 1
        closed += 1
    return closed


def forget(session: Session, blobs: BlobStore, now: datetime) -> dict[str, int]:
    """Take names off what was closed a year ago, and delete what is older than three years; ``BATCH`` at a time, so call
    it until it finds nothing.
    """
    return {
        "Kontakte": _forget_names(session, blobs, now),
        "Anliegen": _forget_whole(session, blobs, now),
        "Vergleiche": _forget_signatures(session, now),
        "Hinweise": forget_writing(session, now),
    }


def _forget_names(session: Session, blobs: BlobStore, now: datetime) -> int:
    """Contacts, addresses of mails, and the mails as they came; the words themselves stay until the end."""
    open_main = select(_Main.id).where(
        _Main.id == Anliegen.merged_into_id, _Main.closed_at.is_(None)
    )
    named = exists().where(
        Message.anliegen_id == Anliegen.id,
        or_(Message.sender.is_not(None), Message.original.is_not(None)),
    )
    old = session.scalars(
        select(Anliegen.id)
        .where(
            Anliegen.closed_at < now - NAMED,
            or_(Anliegen.contact_id.is_not(None), named),
            ~open_main.exists(),
        )
        .order_by(Anliegen.id)
        .limit(BATCH)
    ).all()
    if not old:
        return 0
    mails = select(Message).where(Message.anliegen_id.in_(old), Message.original.is_not(None))
    for message in session.scalars(mails):
        blobs.release(session, message.original or "")
    session.execute(
        update(Message)
        .where(Message.anliegen_id.in_(old))
        .values(sender=None, original=None, recipients=None)
    )
    contacts = session.scalars(
        select(Anliegen.contact_id).where(Anliegen.id.in_(old), Anliegen.contact_id.is_not(None))
    ).all()
    session.execute(update(Anliegen).where(Anliegen.id.in_(old)).values(contact_id=None))
    session.execute(delete(Contact).where(Contact.id.in_(contacts)))
    return len(old)


def _forget_signatures(session: Session, now: datetime) -> int:
    """What is compared is not older than ``PERIOD``."""
    old = select(Anliegen.id).where(Anliegen.received_at < now - 2 * PERIOD)
    session.execute(delete(SignatureBand).where(SignatureBand.anliegen_id.in_(old)))
    gone = session.scalars(
        delete(TextSignature)
        .where(TextSignature.anliegen_id.in_(old))
        .returning(TextSignature.anliegen_id)
    ).all()
    return len(gone)


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
    erase(session, blobs, old)
    return len(old)
