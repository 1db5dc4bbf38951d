"""Runs of the engine as they happen: begun, ended, and marked as crashed where their engine died."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from storage.clock import new_id
from storage.jobs.tables import Run

Cause = Literal["batch", "schedule"]
RunState = Literal["running", "done", "findings", "failed", "crashed"]
LogLine = tuple[str, str, str]
"""Moment (ISO, UTC), level (``INFO``), text."""

LOG_LIMIT = 500
CRASHED = "Die Ablaufsteuerung wurde während dieses Laufs beendet."


def begin(
    session: Session,
    cause: Cause,
    subject: str,
    engine: str,
    now: datetime,
    started_by: UUID | None = None,
) -> UUID:
    """Note that a run has begun. ``engine`` is the owner string of the engine that carries it."""
    run = Run(
        id=new_id(),
        cause=cause,
        subject=subject,
        engine=engine,
        started_at=now,
        started_by=started_by,
        state="running",
        counts={},
        log=[],
    )
    session.add(run)
    session.flush()
    return run.id


def finish(
    session: Session,
    run: UUID,
    state: RunState,
    now: datetime,
    *,
    seconds: float,
    counts: Mapping[str, int],
    log: Sequence[LogLine] = (),
    reason: str | None = None,
    flow_run: UUID | None = None,
) -> None:
    """Note how it ended. Of a long log the first and last lines are kept."""
    session.execute(
        update(Run)
        .where(Run.id == run)
        .values(
            state=state,
            finished_at=now,
            seconds=round(seconds, 3),
            counts=dict(counts),
            log=_shortened(log),
            reason=reason,
            flow_run=flow_run,
        )
    )


def crashed(session: Session, engines: Iterable[str], now: datetime) -> int:
    """Mark what these dead engines left running. Returns the number of runs."""
    rows = session.scalars(
        update(Run)
        .where(Run.state == "running", Run.engine.in_(list(engines)))
        .values(state="crashed", finished_at=now, reason=CRASHED)
        .returning(Run.id)
    )
    return len(rows.all())


def engines_at_work(session: Session) -> set[str]:
    """The engines that have runs in progress."""
    return set(session.scalars(select(Run.engine).where(Run.state == "running").distinct()))


def last_ended(session: Session, subjects: Iterable[str]) -> Sequence[Run]:
    """The last run of each of these schedules that came to its end, whether it found something or not."""
    return session.scalars(
        select(Run).where(Run.id.in_(_last_ended()), Run.subject.in_(list(subjects)))
    ).all()


def forget_old(session: Session, now: datetime, keep: timedelta = timedelta(days=30)) -> int:
    """Delete runs that began longer ago than ``keep``, but for each schedule's last result. Returns their number."""
    old = (
        delete(Run)
        .where(Run.started_at < now - keep, Run.state != "running", Run.id.not_in(_last_ended()))
        .returning(Run.id)
    )
    return len(session.scalars(old, execution_options={"synchronize_session": False}).all())


def _last_ended() -> Select[tuple[UUID]]:
    ranked = (
        select(
            Run.id,
            func.row_number()
            .over(partition_by=Run.subject, order_by=(Run.started_at.desc(), Run.id.desc()))
            .label("rank"),
        )
        .where(Run.cause == "schedule", Run.state.in_(("done", "findings")))
        .subquery()
    )
    return select(ranked.c.id).where(ranked.c.rank == 1)


def _shortened(log: Sequence[LogLine]) -> list[Any]:
    if len(log) <= LOG_LIMIT:
        return [list(line) for line in log]
    half = LOG_LIMIT // 2
    gap = ["", "INFO", f"… {len(log) - 2 * half} Zeilen ausgelassen …"]
    return [*map(list, log[:half]), gap, *map(list, log[-half:])]
