"""What the engine has done, for the page of the administrators: runs, their logs, failed jobs and trying again.

Imports no Prefect: the page works where its server is away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.clock import utc_now
from storage.conflicts import NotFoundError
from storage.jobs import queue
from storage.jobs.runs import LogLine
from storage.jobs.tables import Job, Run, Schedule
from storage.journal.entries import record
from storage.rights import Verb, require

PAGE = 50

STATES = {
    "running": "läuft",
    "done": "fertig",
    "findings": "fertig, mit Auffälligkeiten",
    "failed": "fehlgeschlagen",
    "crashed": "abgebrochen",
}


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list. ``title`` is the schedule's title or the kind of job; ``flow_run`` its id in Prefect."""

    id: UUID
    cause: str
    subject: str
    title: str
    state: str
    started_at: datetime
    seconds: float | None
    counts: Mapping[str, Any]
    reason: str | None
    started_by: UUID | None
    flow_run: UUID | None


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up; ``reason`` says why, in German."""

    id: UUID
    kind: str
    key: str
    attempts: int
    reason: str
    finished_at: datetime | None


def list_runs(
    session: Session,
    actor: Actor,
    *,
    cause: str | None = None,
    subject: str | None = None,
    state: str | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[RunLine]:
    """Runs, newest first; ``before`` is the id of the last line of the page before."""
    require(actor, Verb.SCHEDULE_SEE)
    query = (
        select(Run, Schedule.title)
        .outerjoin(Schedule, (Run.cause == "schedule") & (Schedule.key == Run.subject))
        .order_by(Run.id.desc())
        .limit(limit)
    )
    for column, value in ((Run.cause, cause), (Run.subject, subject), (Run.state, state)):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(Run.id < before)
    return [_line(run, title) for run, title in session.execute(query)]


def one_run(session: Session, actor: Actor, run: UUID) -> RunLine:
    """The run. Raises ``NotFoundError``."""
    require(actor, Verb.SCHEDULE_SEE)
    found = session.execute(
        select(Run, Schedule.title)
        .outerjoin(Schedule, (Run.cause == "schedule") & (Schedule.key == Run.subject))
        .where(Run.id == run)
    ).one_or_none()
    if found is None:
        raise NotFoundError("Diesen Lauf gibt es nicht mehr.")
    return _line(*found)


def read_log(session: Session, actor: Actor, run: UUID) -> list[LogLine]:
    """The log lines of a run, oldest first. Raises ``NotFoundError``."""
    require(actor, Verb.SCHEDULE_SEE)
    lines = session.scalar(select(Run.log).where(Run.id == run))
    if lines is None:
        raise NotFoundError
    return [(moment, level, text) for moment, level, text in lines]


def failed_jobs(
    session: Session,
    actor: Actor,
    *,
    kind: str | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[FailedJob]:
    """Jobs that were given up, newest first."""
    require(actor, Verb.SCHEDULE_SEE)
    query = select(Job).where(Job.state == "failed").order_by(Job.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if before is not None:
        query = query.where(Job.id < before)
    return [
        FailedJob(job.id, job.kind, job.key, job.attempts, job.reason or "", job.finished_at)
        for job in session.scalars(query)
    ]


def retry(
    session: Session, actor: Actor, jobs: Sequence[UUID], reason: str, now: datetime | None = None
) -> int:
    """Have failed jobs tried again; ``reason`` says what has changed and is journalled. Returns how many wait now."""
    require(actor, Verb.SCHEDULE_CHANGE)
    moment = now or utc_now()
    waiting = queue.retry_failed(session, jobs, moment)
    for job in jobs:
        record(
            session,
            actor=actor.journal_id,
            verb="job.retry",
            object_kind="job",
            object_id=job,
            details={"reason": reason},
            at=moment,
        )
    return waiting


def _line(run: Run, title: str | None) -> RunLine:
    return RunLine(
        id=run.id,
        cause=run.cause,
        subject=run.subject,
        title=title or run.subject,
        state=run.state,
        started_at=run.started_at,
        seconds=run.seconds,
        counts=run.counts,
        reason=run.reason,
        started_by=run.started_by,
        flow_run=run.flow_run,
    )
