"""The second pair of eyes: which answers need one, who is asked for it, and what becomes of them when the Anliegen moves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES, ProtectionClass, Staff
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.tasks.list import finish_task, open_task
from workflows.kiss.anliegen.holders import cleared
from workflows.kiss.anliegen.progress import link, reference
from workflows.kiss.anliegen.reach import OBJECT_KIND
from workflows.kiss.anliegen.sight import scope_of
from workflows.kiss.anliegen.tables import Anliegen, Message, Step, Topic


def needs_second(session: Session, row: Anliegen) -> bool:
    """Whether its topic demands it, or one it had with the same group: another topic is no way around it."""
    had = select(Step.topic_id).where(Step.anliegen_id == row.id, Step.group_id == row.group_id)
    strict = select(Topic.id).where(
        Topic.four_eyes, (Topic.id == row.topic_id) | Topic.id.in_(had.scalar_subquery())
    )
    return session.scalars(strict.limit(1)).first() is not None


def must_have_second(session: Session, actor: Staff, row: Anliegen, now: datetime) -> None:
    """Of a protected one, nobody else may see the answer unless the scope was opened to them."""
    if ProtectionClass(row.protection) in SHARED_CLASSES:
        return
    others = {*cleared(session, scope_of(row), local_date(now)), row.person_id}
    if not others - {actor.person, row.about_id, None}:
        raise ConflictError(
            "Dieses Thema verlangt eine zweite Person für die Freigabe, aber außer Ihnen ist für das geschützte Anliegen "
            "niemand freigeschaltet. Bitte lassen Sie jemanden freischalten."
        )


def ask_second(session: Session, row: Anliegen, message: UUID, now: datetime) -> None:
    """Let the answer wait for a colleague."""
    open_task(
        session, key=second_key(message), kind="kiss.release",
        title=f"Antwort freigeben: Anliegen {reference(row)}", link=link(row.id),
        object_kind=OBJECT_KIND, object_id=row.id, office=row.office_id, due_at=row.due_at, now=now,
    )  # fmt: skip


def must_wait_for_nobody(session: Session, row: Anliegen) -> None:
    """Raises ``ConflictError`` while an answer waits for a second pair of eyes."""
    if waiting(session, row):
        raise ConflictError(
            "Eine Antwort wartet noch auf Freigabe. Bitte entscheiden Sie erst darüber."
        )


def waiting(session: Session, row: Anliegen) -> Sequence[Message]:
    """Answers that wait for a second pair of eyes."""
    return session.scalars(
        select(Message).where(Message.anliegen_id == row.id, Message.state == "waiting")
    ).all()


def ask_second_there(session: Session, row: Anliegen, now: datetime) -> None:
    """What waits for a second pair of eyes waits where the Anliegen lies now."""
    for message in waiting(session, row):
        ask_second(session, row, message.id, now)


def take_back_waiting(session: Session, row: Anliegen, now: datetime) -> None:
    """Nothing that was written before goes out any more: it may be from whom the complaint is about."""
    for message in waiting(session, row):
        message.state = "returned"
        message.revision += 1
        finish_task(session, second_key(message.id), now)


def second_key(message: UUID) -> str:
    return f"anliegen.release:{message.hex}"
