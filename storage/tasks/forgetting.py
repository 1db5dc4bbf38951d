"""Tasks and drafts go when their time is over, as ``tables`` promise; whoever writes meanwhile waits for one batch only."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.tasks.tables import Draft, Task

TASKS_KEPT = timedelta(days=365)
DRAFTS_KEPT = timedelta(days=90)
BATCH = 1000


def forget_tasks(session: Session, now: datetime) -> int:
    """Tasks done a year ago, ``BATCH`` at a time; how many went."""
    old = select(Task.id).where(Task.done_at < now - TASKS_KEPT).order_by(Task.id).limit(BATCH)
    return len(session.scalars(delete(Task).where(Task.id.in_(old)).returning(Task.id)).all())


def forget_drafts(session: Session, now: datetime) -> int:
    """Drafts nobody touched for 90 days, ``BATCH`` at a time; how many went."""
    old = select(Draft.id).where(Draft.changed_at < now - DRAFTS_KEPT).limit(BATCH)
    return len(session.scalars(delete(Draft).where(Draft.id.in_(old)).returning(Draft.id)).all())
