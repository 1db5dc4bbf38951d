"""Schedules: when recurring work starts. The row in the table belongs to the admin, the definition to the room.

The table is the one source of "when": each engine looks for due ticks every second and claims a tick by conditional
UPDATE (``claim_due``), so two engines start it once, and a schedule runs whether Prefect's server is there or not. Ticks
missed while no engine ran are made up for by one late run, never one by one: what runs on a schedule asks
"what is still due?". A schedule never overlaps itself: a tick that comes while the last run is busy waits for its end.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, exists, func, or_, select, update
from sqlalchemy.orm import Session

from storage import cron
from storage.actors import Actor, Staff
from storage.conflicts import NotFoundError
from storage.database import Database
from storage.jobs import runs
from storage.jobs.handlers import JobContext
from storage.jobs.tables import Run, Schedule
from storage.journal.entries import record
from storage.rights import Verb, require


class UnknownScheduleError(NotFoundError):
    """There is no such schedule. The message is for people, in German."""


@dataclass(frozen=True, slots=True)
class ScheduleDefinition:
    """What a room wants to run regularly. ``run`` is a plain function and returns counts for the admin page."""

    key: str
    title: str
    default_cron: str
    run: Callable[[JobContext], Mapping[str, int]]
    timezone: str = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class LastRun:
    at: datetime
    state: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A schedule as it is shown; ``words`` says the cron expression in German."""

    key: str
    title: str
    cron: str
    words: str
    timezone: str
    paused: bool
    next_run: datetime | None
    last_run: LastRun | None
    changed: bool


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A tick that is ours: the run has begun in the table."""

    run: UUID
    key: str
    started_by: UUID | None


def register(session: Session, definitions: Sequence[ScheduleDefinition], now: datetime) -> None:
    """Make the table know exactly these schedules. An admin's cron and pause survive; a new default replaces only
    an old default.

    Raises ``CronError`` for a default that is not allowed.
    """
    rows = {row.key: row for row in session.scalars(select(Schedule))}
    for definition in definitions:
        text = cron.check(definition.default_cron).text
        row = rows.pop(definition.key, None)
        if row is None:
            session.add(
                Schedule(
                    key=definition.key,
                    title=definition.title,
                    cron=text,
                    default_cron=text,
                    timezone=definition.timezone,
                    next_run=cron.next_after(text, now, definition.timezone),
                )
            )
            continue
        untouched = row.cron == row.default_cron and row.changed_at is None
        if (untouched and text != row.cron) or not row.known:
            row.cron = text if untouched else row.cron
            row.next_run = cron.next_after(row.cron, now, definition.timezone)
        row.title, row.default_cron, row.known = definition.title, text, True
    for row in rows.values():
        row.known = False


def change(session: Session, actor: Actor, key: str, expression: str, now: datetime) -> None:
    """Set another time. Raises ``CronError`` with what to change, ``UnknownScheduleError``, ``NotAllowedError``."""
    row = _for_change(session, actor, key)
    text = cron.check(expression).text
    before, row.cron = row.cron, text
    row.next_run = cron.next_after(text, now, row.timezone)
    _changed(session, actor, row, "schedule.change", now, {"before": before, "after": text})


def pause(session: Session, actor: Actor, key: str, now: datetime) -> None:
    """No more runs until it is resumed; a run in progress ends as usual."""
    row = _for_change(session, actor, key)
    row.paused = True
    _changed(session, actor, row, "schedule.pause", now)


def resume(session: Session, actor: Actor, key: str, now: datetime) -> None:
    """Run again from the next regular time on."""
    row = _for_change(session, actor, key)
    row.paused = False
    row.next_run = cron.next_after(row.cron, now, row.timezone)
    _changed(session, actor, row, "schedule.resume", now)


def run_now(session: Session, actor: Actor, key: str, now: datetime) -> None:
    """Ask for a run at once, paused or not; the engine starts it within a second. Asking twice is asking once."""
    row = _for_change(session, actor, key)
    row.asked_at = row.asked_at or now
    row.asked_by = _person(actor)
    record(
        session,
        actor=actor.journal_id,
        verb="schedule.run",
        object_kind="schedule",
        object_id=key,
        at=now,
    )


def lines(session: Session, actor: Actor) -> list[ScheduleLine]:
    """All schedules of the rooms that are switched on, by title."""
    require(actor, Verb.SCHEDULE_SEE)
    known = session.scalars(select(Schedule).where(Schedule.known).order_by(Schedule.title))
    latest = {
        run.subject: LastRun(run.started_at, run.state, run.seconds) for run in _latest(session)
    }
    return [
        ScheduleLine(
            key=row.key,
            title=row.title,
            cron=row.cron,
            words=cron.in_words(row.cron),
            timezone=row.timezone,
            paused=row.paused,
            next_run=None if row.paused else row.next_run,
            last_run=latest.get(row.key),
            changed=row.cron != row.default_cron,
        )
        for row in known
    ]


def claim_due(
    database: Database, keys: Sequence[str], engine: str, now: datetime
) -> list[StartedRun]:
    """Take the ticks that are due: each is given to one engine, and its run has begun when this returns."""
    busy = exists().where(
        Run.cause == "schedule", Run.subject == Schedule.key, Run.state == "running"
    )
    due = select(Schedule).where(
        Schedule.key.in_(keys),
        Schedule.known,
        or_(Schedule.asked_at.is_not(None), ~Schedule.paused & (Schedule.next_run <= now)),
        ~busy,
    )
    with database.read() as session:
        rows = session.scalars(due).all()
    return [started for row in rows if (started := _claim(database, row, engine, now))]


def _claim(database: Database, row: Schedule, engine: str, now: datetime) -> StartedRun | None:
    asked = row.asked_at is not None
    ticked = not row.paused and row.next_run <= now
    following = cron.next_after(row.cron, now, row.timezone) if ticked else row.next_run
    with database.write() as session:
        taken = cast(
            "CursorResult[Any]",
            session.execute(
                update(Schedule)
                .where(
                    Schedule.key == row.key,
                    Schedule.next_run == row.next_run,
                    Schedule.asked_at.is_not_distinct_from(row.asked_at),
                    Schedule.revision == row.revision,
                )
                .values(
                    next_run=following,
                    asked_at=None,
                    asked_by=None,
                    revision=Schedule.revision + 1,
                )
            ),
        ).rowcount
        if not taken:
            return None
        started_by = row.asked_by if asked else None
        run = runs.begin(session, "schedule", row.key, engine, now, started_by)
    return StartedRun(run, row.key, started_by)


def _for_change(session: Session, actor: Actor, key: str) -> Schedule:
    require(actor, Verb.SCHEDULE_CHANGE)
    row = session.scalars(
        select(Schedule).where(Schedule.key == key, Schedule.known).with_for_update()
    ).one_or_none()
    if row is None:
        keys = ", ".join(
            session.scalars(select(Schedule.key).where(Schedule.known).order_by("key"))
        )
        raise UnknownScheduleError(
            f"Den Zeitplan „{key}“ gibt es nicht. Es gibt: {keys or 'keinen'}."
        )
    row.revision += 1
    return row


def _changed(
    session: Session,
    actor: Actor,
    row: Schedule,
    verb: str,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    row.changed_at, row.changed_by = now, _person(actor)
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="schedule",
        object_id=row.key,
        details=details,
        at=now,
    )


def _person(actor: Actor) -> UUID | None:
    return actor.person if isinstance(actor, Staff) else None


def _latest(session: Session) -> Sequence[Run]:
    """The last run of each schedule."""
    numbered = (
        select(
            Run.id,
            func.row_number()
            .over(partition_by=Run.subject, order_by=(Run.started_at.desc(), Run.id.desc()))
            .label("rank"),
        )
        .where(Run.cause == "schedule")
        .subquery()
    )
    return session.scalars(
        select(Run).join(numbered, numbered.c.id == Run.id).where(numbered.c.rank == 1)
    ).all()
