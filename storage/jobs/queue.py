"""The queue of jobs: asked for in the transaction of the deed, claimed by conditional UPDATE, completed under a lease.

A claim hands out a token (``ClaimedJob.lease``). Whoever lost it (the lease ran out and the job was claimed again)
can't complete, retry or fail the job any more: ``LostLeaseError`` rolls back the transaction in which it tried. So a
handler that completes its job in the transaction of its effects does them exactly once.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.clock import new_id, utc_now
from storage.database import Database
from storage.jobs.tables import Job
from storage.schema import as_core

BACKOFF_FIRST = timedelta(seconds=5)
BACKOFF_CAP = timedelta(hours=1)
BROKE_OFF = "Die Verarbeitung brach mehrmals ab, ohne einen Grund zu nennen."

_INSERT = {  # nearly every verb pays for it: made once, no ORM in the way
    name: made.insert(as_core(Job)).on_conflict_do_nothing().returning(as_core(Job).c.id)
    for name, made in (("sqlite", sqlite), ("postgresql", postgresql))
}
_OPAQUE = re.compile(r"[\w.:/+=-]{1,200}", re.ASCII)


class Priority(IntEnum):
    """Smaller goes first; within one priority, first come, first served."""

    URGENT = 10
    NORMAL = 50
    BACKGROUND = 90


class LostLeaseError(Exception):
    """The job is no longer ours. Nothing of this transaction may stay."""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job in our hands until ``lease`` runs out; ``attempt`` counts from 1."""

    id: UUID
    kind: str
    key: str
    lease: str
    attempt: int
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueLength:
    """How many jobs of a kind wait that could run now, and for how long the oldest does."""

    kind: str
    waiting: int
    oldest_seconds: float


def enqueue(
    session: Session,
    kind: str,
    key: str,
    payload: Mapping[str, Any] | None = None,
    *,
    run_after: datetime | None = None,
    priority: int = Priority.NORMAL,
    again: bool = False,
    now: datetime | None = None,
) -> UUID:
    """Ask for work in the caller's transaction; the same kind and key give the job that is there already.

    With ``again`` a finished job waits once more, and a running one is repeated when it ends (its handler may have
    looked before our change). ``payload`` takes opaque ids and numbers only: other values raise ``ValueError``.
    """
    _check_opaque(key, payload or {})
    moment = now or utc_now()
    row = {
        "id": new_id(),
        "kind": kind,
        "key": key,
        "payload": dict(payload or {}),
        "priority": int(priority),
        "run_after": run_after or moment,
        "state": "waiting",
        "attempts": 0,
        "repeat": False,
        "created_at": moment,
    }
    created: UUID | None = session.scalar(_INSERT[session.get_bind().dialect.name], row)
    if created is not None:
        return created
    existing: UUID = session.scalars(select(Job.id).where(Job.kind == kind, Job.key == key)).one()
    if again:
        _ask_again(session, existing, run_after or moment, int(priority))
    return existing


def _ask_again(session: Session, job: UUID, run_after: datetime, priority: int) -> None:
    """What waits already becomes sooner and more urgent by it, never less."""
    ended = Job.state.in_(("done", "failed"))
    session.execute(
        update(Job)
        .where(Job.id == job)
        .values(
            repeat=case((Job.state == "running", True), else_=False),
            attempts=case((ended, 0), else_=Job.attempts),
            priority=case((ended | (Job.priority > priority), priority), else_=Job.priority),
            run_after=case(
                (ended, run_after),
                ((Job.state == "waiting") & (Job.run_after > run_after), run_after),
                else_=Job.run_after,
            ),
            reason=case((ended, None), else_=Job.reason),
            finished_at=case((ended, None), else_=Job.finished_at),
            state=case((ended, "waiting"), else_=Job.state),
        )
    )


def claim(
    database: Database,
    kinds: Sequence[str],
    limit: int,
    owner: str,
    lease: timedelta,
    now: datetime,
) -> list[ClaimedJob]:
    """Take up to ``limit`` due jobs, most urgent and oldest first. No job is ever given to two claimers."""
    token = f"{owner}#{new_id()}"
    due = (
        select(Job.id)
        .where(Job.kind.in_(kinds), Job.state == "waiting", Job.run_after <= now)
        .order_by(Job.priority, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite holds its one write lock anyway
        .cte("due")
    )
    taken = (
        update(Job)
        .where(Job.id.in_(select(due.c.id)))  # nothing else: SQLite would pick another index
        .values(state="running", lease=token, lease_until=now + lease, attempts=Job.attempts + 1)
        .returning(Job.id, Job.kind, Job.key, Job.attempts, Job.payload, Job.priority)
        .execution_options(synchronize_session=False)
    )
    with database.write() as session:
        rows = session.execute(taken).all()
    rows = sorted(rows, key=lambda row: (row.priority, row.id))
    return [ClaimedJob(r.id, r.kind, r.key, token, r.attempts, r.payload) for r in rows]


def complete(session: Session, job: ClaimedJob, now: datetime | None = None) -> None:
    """The work is done. Raises ``LostLeaseError`` where the lease was lost, or the job is completed already."""
    complete_all(session, [job], now)


def complete_all(session: Session, jobs: Sequence[ClaimedJob], now: datetime | None = None) -> None:
    """The same for many in one statement. Raises ``LostLeaseError`` where one of them is no longer ours."""
    moment = now or utc_now()
    done = _count(
        session,
        update(Job)
        .where(*_held(jobs))
        .values(
            lease=None,
            lease_until=None,
            state=case((Job.repeat, "waiting"), else_="done"),
            attempts=case((Job.repeat, 0), else_=Job.attempts),
            run_after=case((Job.repeat, moment), else_=Job.run_after),
            finished_at=case((Job.repeat, None), else_=moment),
            repeat=False,
            reason=None,
        ),
    )
    if done != len(jobs):
        raise LostLeaseError(", ".join(f"{job.kind} {job.id}" for job in jobs))


def retry(session: Session, job: ClaimedJob, reason: str, now: datetime | None = None) -> datetime:
    """Put the job back; it waits 5 s, 10 s, 20 s ... at most an hour. Returns when it runs again."""
    again_at = (now or utc_now()) + backoff(job.attempt)
    _settle(session, job, state="waiting", run_after=again_at, reason=reason, repeat=False)
    return again_at


def fail(session: Session, job: ClaimedJob, reason: str, now: datetime | None = None) -> None:
    """Give up: ``reason`` (German) tells people why, and only a person or a new deed starts it again."""
    _settle(
        session,
        job,
        state=case((Job.repeat, "waiting"), else_="failed"),
        attempts=case((Job.repeat, 0), else_=Job.attempts),
        finished_at=case((Job.repeat, None), else_=now or utc_now()),
        repeat=False,
        reason=reason,
    )


def give_back(session: Session, jobs: Iterable[ClaimedJob]) -> int:
    """Return jobs that were not begun (a graceful stop): they wait again, and the attempt does not count."""
    return _count(
        session,
        update(Job)
        .where(*_held(jobs))
        .values(state="waiting", lease=None, lease_until=None, attempts=Job.attempts - 1),
    )


def extend(
    session: Session, jobs: Iterable[ClaimedJob], lease: timedelta, now: datetime | None = None
) -> int:
    """Hold the jobs for longer. Returns how many are still ours."""
    until = (now or utc_now()) + lease
    return _count(session, update(Job).where(*_held(jobs)).values(lease_until=until))


def is_settled(session: Session, job: UUID) -> bool:
    """Whether the job has been done (a repeat asked for meanwhile counts as new work)."""
    state, repeat = session.execute(select(Job.state, Job.attempts == 0).where(Job.id == job)).one()
    return state == "done" or (state == "waiting" and repeat)


def release_expired(
    session: Session, now: datetime, attempts_allowed: Mapping[str, int] | None = None
) -> tuple[int, int]:
    """Jobs whose worker fell silent wait again; those that used up their attempts fail. Returns both numbers."""
    return _release(session, (Job.lease_until < now,), now, attempts_allowed or {})


def release_of(
    session: Session,
    owners: Iterable[str],
    now: datetime,
    attempts_allowed: Mapping[str, int] | None = None,
) -> tuple[int, int]:
    """The same at once for owners known to be dead, without waiting for their leases."""
    freed = failed = 0
    for owner in owners:
        held = (Job.lease.startswith(f"{owner}#", autoescape=True),)
        one, two = _release(session, held, now, attempts_allowed or {})
        freed, failed = freed + one, failed + two
    return freed, failed


def owners_at_work(session: Session) -> set[str]:
    """Who holds leases at present."""
    leases = session.scalars(select(Job.lease).where(Job.state == "running").distinct())
    return {lease.rsplit("#", 1)[0] for lease in leases if lease}


def due_kinds(session: Session, kinds: Iterable[str], now: datetime) -> list[str]:
    """The kinds of which some job could run now. Looks at one job of each, however many wait."""
    some = [
        select(literal(kind)).where(
            exists().where(Job.kind == kind, Job.state == "waiting", Job.run_after <= now)
        )
        for kind in kinds
    ]
    return list(session.scalars(union_all(*some))) if some else []


def counts(session: Session, now: datetime) -> list[QueueLength]:
    """Every kind that has due jobs waiting, by name."""
    rows = session.execute(
        select(Job.kind, func.count(), func.min(Job.run_after))
        .where(Job.state == "waiting", Job.run_after <= now)
        .group_by(Job.kind)
        .order_by(Job.kind)
    )
    return [
        QueueLength(kind, number, round((now - oldest).total_seconds(), 1))
        for kind, number, oldest in rows
    ]


def retry_failed(session: Session, jobs: Iterable[UUID], now: datetime | None = None) -> int:
    """An admin's "try again" for failed jobs. Returns how many wait now."""
    return _count(
        session,
        update(Job)
        .where(Job.id.in_(list(jobs)), Job.state == "failed")
        .values(state="waiting", attempts=0, run_after=now or utc_now(), finished_at=None),
    )


def forget_done(session: Session, before: datetime) -> int:
    """Delete jobs done before the given moment. Their keys may be used for new work then."""
    return _count(session, delete(Job).where(Job.state == "done", Job.finished_at < before))


def backoff(attempt: int) -> timedelta:
    """The pause after the given attempt (from 1): doubling from 5 s to one hour."""
    doublings = min(max(attempt - 1, 0), 20)
    return min(BACKOFF_FIRST * (1 << doublings), BACKOFF_CAP)


def _held(jobs: Iterable[ClaimedJob]) -> tuple[ColumnElement[bool], ...]:
    mine = list(jobs)
    return (
        Job.id.in_([job.id for job in mine]),
        Job.lease.in_({job.lease for job in mine}),
        Job.state == "running",
    )


def _settle(session: Session, job: ClaimedJob, **values: Any) -> None:
    statement = update(Job).where(Job.id == job.id, Job.lease == job.lease, Job.state == "running")
    if not _count(session, statement.values(lease=None, lease_until=None, **values)):
        raise LostLeaseError(f"{job.kind} {job.id}")


def _release(
    session: Session,
    whose: tuple[ColumnElement[bool], ...],
    now: datetime,
    attempts_allowed: Mapping[str, int],
) -> tuple[int, int]:
    failed = 0
    for kind, allowed in attempts_allowed.items():
        spent = (Job.state == "running", Job.kind == kind, Job.attempts >= allowed, *whose)
        failed += _count(
            session,
            update(Job)
            .where(*spent)
            .values(
                state="failed", lease=None, lease_until=None, reason=BROKE_OFF, finished_at=now
            ),
        )
    freed = _count(
        session,
        update(Job)
        .where(Job.state == "running", *whose)
        .values(state="waiting", lease=None, lease_until=None, repeat=False),
    )
    return freed, failed


def _count(session: Session, statement: Any) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def _check_opaque(key: str, payload: Mapping[str, Any]) -> None:
    for name, value in (("key", key), *payload.items()):
        plain = value is None or isinstance(value, bool | int | float)
        if not plain and not (isinstance(value, str) and _OPAQUE.fullmatch(value)):
            raise ValueError(f"job {name}: opaque ids and numbers only, no content")
