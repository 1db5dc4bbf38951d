"""A citizen was asked and says nothing: who has it is reminded, and told when it may be closed. Nothing ends by itself."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import Session

from config.rooms import Room
from storage.database import Database
from storage.tasks.list import open_task
from storage.tasks.tables import Task
from workflows.kiss.anliegen.conversation import find_holder
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.progress import SILENT, link, reference, silent_key
from workflows.kiss.anliegen.reach import OBJECT_KIND
from workflows.kiss.anliegen.states import State
from workflows.kiss.anliegen.tables import Anliegen, Step

NO_REPLY = "Auf die Rückfrage kam keine Antwort."
_SAYS = {1: "Keine Antwort auf die Rückfrage", 2: "Keine Antwort, kann geschlossen werden"}


def remind(database: Database, days: int, now: datetime) -> int:
    """Tell who has it after ``days`` without a reply, and once more after as many again. Returns how many are told.

    Each in a transaction of its own: it locks those that were merged into it too, and several in one would be in no order.
    """
    span = timedelta(days=days)
    key = literal(SILENT).concat(func.replace(cast(Anliegen.id, String), "-", ""))
    asked = func.max(Step.at)
    wanted = (
        select(Anliegen.id, asked, Task.due_at)
        .join(Step, (Step.anliegen_id == Anliegen.id) & (Step.state == State.WAITS_CITIZEN.value))
        .outerjoin(Task, Task.key == key)
        .where(Anliegen.state == State.WAITS_CITIZEN.value, Anliegen.merged_into_id.is_(None))
        .group_by(Anliegen.id, Task.due_at)
        .having(asked <= now - span)
    )
    with database.read() as session:
        waiting = session.execute(wanted).all()
    told = 0
    for anliegen, since, before in waiting:
        times = 2 if since <= now - 2 * span else 1
        due = since + times * span
        if before != due:
            told += database.run(partial(_tell, anliegen=anliegen, times=times, due=due, now=now))
    return told


def _tell(session: Session, anliegen: UUID, times: int, due: datetime, now: datetime) -> bool:
    hold_family(session, anliegen)
    row = session.scalars(
        select(Anliegen)
        .where(
            Anliegen.id == anliegen,
            Anliegen.state == State.WAITS_CITIZEN.value,
            Anliegen.merged_into_id.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return False
    find_holder(session, row, now)
    open_task(
        session, key=silent_key(row.id), kind=f"{Room.KISS.value}.silent",
        title=f"{_SAYS[times]}: Anliegen {reference(row)}", link=link(row.id),
        object_kind=OBJECT_KIND, object_id=row.id, person=row.person_id,
        office=None if row.person_id else row.office_id, due_at=due, now=now,
    )  # fmt: skip
    return True


def asked_since(session: Session, row: Anliegen) -> datetime | None:
    """Since when the citizen is asked; ``None`` where nobody waits for them."""
    if State(row.state) is not State.WAITS_CITIZEN:
        return None
    return session.scalar(
        select(func.max(Step.at)).where(
            Step.anliegen_id == row.id, Step.state == State.WAITS_CITIZEN.value
        )
    )
