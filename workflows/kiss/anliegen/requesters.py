"""People of the house who asked for something themselves, or took a call down: what they see, and how they are told."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session

from config.rooms import Room
from storage.actors import SHARED_CLASSES, ProtectionClass, Staff
from storage.tasks import reach
from storage.tasks.list import finish_task, open_task
from storage.tasks.tables import Task
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.progress import link, reference
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen

ANSWERED = "Antwort auf Ihr Anliegen"
ENDED = "Abgeschlossen ohne Antwort: Ihr Anliegen"
OBJECT_KIND = f"{Room.KISS.value}.request"
CALL = timedelta(hours=24)
"""So long who took a call down may still give the caller the link."""
_SHARED = tuple(sorted(each.value for each in SHARED_CLASSES))


def requested_by(actor: Staff) -> ColumnElement[bool]:
    """The internal Anliegen a person came with; of them they see what citizens see of theirs."""
    return and_(
        Anliegen.opened_by == actor.person,
        Anliegen.channel == Channel.INTERNAL.value,
        or_(Anliegen.about_id.is_(None), Anliegen.about_id != actor.person),
    )


def taken_down_by(actor: Staff, now: datetime) -> ColumnElement[bool]:
    """A call a person just took down, unless it is confidential."""
    return and_(
        Anliegen.opened_by == actor.person,
        Anliegen.channel == Channel.PHONE.value,
        Anliegen.received_at > now - CALL,
        Anliegen.kind != Kind.SUPERVISORY.value,
        Anliegen.protection.in_(_SHARED),
    )


def tell_requester(
    session: Session, row: Anliegen, author: UUID | None, now: datetime, what: str = ANSWERED
) -> None:
    """An answer or a question to somebody of the house, or the end without one (``what``), is a task for them: there is no
    mail they could get. Who came with one that was merged into it is told of theirs.
    """
    copies = session.scalars(select(Anliegen).where(Anliegen.merged_into_id == row.id)).all()
    for each in (row, *copies):
        _tell(session, each, author, now, what)


def _tell(session: Session, row: Anliegen, author: UUID | None, now: datetime, what: str) -> None:
    if row.channel != Channel.INTERNAL.value or row.opened_by in {None, author, row.about_id}:
        return
    shared = ProtectionClass(row.protection) in SHARED_CLASSES
    open_task(
        session, key=told_key(row.id), kind="kiss.told",
        title=f"{what} {reference(row)}" + (f": {row.title}" if shared else ""),
        link=link(row.id), object_kind=OBJECT_KIND, object_id=row.id, person=row.opened_by, now=now,
    )  # fmt: skip


def was_read(session: Session, anliegen: UUID, now: datetime) -> None:
    finish_task(session, told_key(anliegen), now)


def is_told(session: Session, actor: Staff, anliegen: UUID) -> bool:
    """Whether something told to the person themselves is still to be read."""
    waits = select(Task.id).where(
        Task.key == told_key(anliegen), Task.done_at.is_(None), Task.person_id == actor.person
    )
    return session.scalar(waits) is not None


def told_key(anliegen: UUID) -> str:
    return f"anliegen.told:{anliegen.hex}"


def _sees(_session: Session, actor: Staff) -> ColumnElement[bool]:
    return exists().where(Anliegen.id == Task.object_id, requested_by(actor))


def _also(_session: Session, _actor: Staff) -> ColumnElement[bool]:
    return false()


reach.told_by(OBJECT_KIND, reach.Reach(_sees, _also))
