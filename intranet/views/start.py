"""The start page: tasks, deadlines, what is new in one's office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intranet import words
from storage.actors import Staff
from storage.tasks.list import count_tasks, tasks_for
from workflows.eakte.queries import inbox_counts, latest

SHOWN = 15


@dataclass(frozen=True, slots=True)
class TaskLine:
    title: str
    link: str
    due: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Filed:
    id: UUID
    title: str
    kind: str
    when: str


@dataclass(frozen=True, slots=True)
class StartView:
    """``waiting``: all tasks, of which ``tasks`` are the most urgent."""

    tasks: Sequence[TaskLine]
    waiting: int
    ready: int
    reading: int
    quarantined: int
    latest: Sequence[Filed]


def load(session: Session, staff: Staff, now: datetime) -> StartView:
    counts = inbox_counts(session, staff)
    return StartView(
        tasks=[
            TaskLine(
                task.title,
                task.link,
                words.due(task.due_at, now) if task.due_at else "",
                bool(task.due_at and task.due_at < now),
            )
            for task in tasks_for(session, staff, SHOWN)
        ],
        waiting=count_tasks(session, staff),
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
    )
