"""The start page: tasks, deadlines, what is new in one's office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from config.rooms import Room
from intranet import words
from storage.actors import Role, Staff
from storage.clock import LOCAL, local_date
from storage.organisation.queries import names
from storage.tasks.list import count_tasks, tasks_for
from storage.tasks.tables import Task
from workflows.eakte import deadline_task as _deadlines_told  # noqa: F401 - says whom tasks about deadlines reach
from workflows.eakte.deadline_queries import nearest
from workflows.eakte.queries import inbox_counts, latest
from workflows.kiss.anliegen import reach as _reach  # noqa: F401 - says whom tasks about Anliegen reach

SHOWN = 15
DEADLINES = 8


@dataclass(frozen=True, slots=True)
class TaskLine:
    title: str
    link: str
    due: str
    overdue: bool
    stands_in_for: str | None = None
    """The absent person whose task it is."""


@dataclass(frozen=True, slots=True)
class Filed:
    id: UUID
    title: str
    kind: str
    when: str


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    id: UUID
    title: str
    due: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class StartView:
    """``waiting``: all tasks, of which ``tasks`` are the most urgent. ``post``: what the e-Akte has to show."""

    tasks: Sequence[TaskLine]
    waiting: int
    post: "PostView | None"


@dataclass(frozen=True, slots=True)
class PostView:
    """The inbox in numbers, what was filed last, and the nearest deadlines."""

    ready: int
    reading: int
    quarantined: int
    latest: Sequence[Filed]
    deadlines: Sequence[DeadlineLine]


def load(
    session: Session, staff: Staff, now: datetime, rooms_off: frozenset[Room] = frozenset()
) -> StartView:
    """Rooms that are switched off add nothing, nor do tasks they once asked for."""
    tasks = tasks_for(session, staff, SHOWN, rooms_off)
    whose = {task.id: _absent(task, staff) for task in tasks}
    absent = names(session, {person for person in whose.values() if person})
    return StartView(
        tasks=[
            TaskLine(
                task.title,
                task.link,
                words.due(task.due_at, now) if task.due_at else "",
                bool(task.due_at and task.due_at < now),
                absent.get(person) if (person := whose[task.id]) else None,
            )
            for task in tasks
        ],
        waiting=count_tasks(session, staff, rooms_off) if len(tasks) == SHOWN else len(tasks),
        post=None if Room.EAKTE in rooms_off else _post(session, staff, now),
    )


def _absent(task: Task, staff: Staff) -> UUID | None:
    """The absent person for whom the task is done, where it is not one's own."""
    if task.person_id is not None:
        return task.person_id if task.person_id in staff.stands_in_for else None
    return staff.acts_for(Role(task.role), task.office_id) if task.role else None


def _post(session: Session, staff: Staff, now: datetime) -> PostView:
    counts = inbox_counts(session, staff)
    return PostView(
        ready=counts.get("ready", 0),
        reading=counts.get("received", 0) + counts.get("reading", 0),
        quarantined=counts.get("quarantined", 0),
        latest=[
            Filed(
                row.id,
                row.title,
                row.kind or "",
                words.when(row.filed_at, now) if row.filed_at else "",
            )
            for row in latest(session, staff, staff.memberships)
        ],
        deadlines=_deadlines(session, staff, local_date(now)),
    )


def _deadlines(session: Session, staff: Staff, today: date) -> list[DeadlineLine]:
    """The nearest deadlines found in post that is not filed yet; found is not confirmed. Those of filed post are tasks."""
    return [
        DeadlineLine(
            each.document,
            each.title,
            words.due(_at_noon(each.day), _at_noon(today)),
            each.day < today,
        )
        for each in nearest(session, staff, today, DEADLINES)
    ]


def _at_noon(day: date) -> datetime:
    """The day as a moment that no change of clocks moves to its neighbour."""
    return datetime.combine(day, time(12), LOCAL)
