"""Schedules: the admin's word survives restarts, ticks start once, runs don't overlap, nothing is run for the past."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import schedules
from storage.actors import Grant, Role, Staff, System
from storage.clock import new_id
from storage.cron import CronError
from storage.database import Database
from storage.jobs import runs
from storage.jobs.tables import Run, Schedule
from storage.journal.tables import JournalPending
from storage.rights import NotAllowedError
from storage.schedules import ScheduleDefinition, ScheduleLine, StartedRun, UnknownScheduleError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # 13:00 in Berlin
ADMIN = Staff(new_id(), "Systemverwaltung", grants=frozenset({Grant(Role.ADMIN)}))
CLERK = Staff(new_id(), "Sachbearbeitung", grants=frozenset({Grant(Role.STAFF)}))
HOUSE = System("test")


def definition(
    key: str = "sync", cron: str = "0 14 * * *", title: str = "Abgleich"
) -> ScheduleDefinition:
    return ScheduleDefinition(key, title, cron, lambda _context: {})


def register(database: Database, *definitions: ScheduleDefinition, now: datetime = NOON) -> None:
    database.run(lambda s: schedules.register(s, definitions, now))


def do(database: Database, deed: Callable[..., None], *args: Any, now: datetime = NOON) -> None:
    database.run(lambda s: deed(s, ADMIN, *args, now))


def line(database: Database, key: str = "sync") -> ScheduleLine:
    with database.read() as session:
        return next(each for each in schedules.lines(session, HOUSE) if each.key == key)


def due(database: Database, now: datetime, engine: str = "m/1") -> list[StartedRun]:
    return schedules.claim_due(database, ["sync"], engine, now)


def end(database: Database, run: StartedRun, now: datetime) -> None:
    database.run(lambda s: runs.finish(s, run.run, "done", now, seconds=1.5, counts={"n": 3}))


def test_what_an_admin_set_survives_every_restart(database: Database) -> None:
    register(database, definition())
    do(database, schedules.change, "sync", "15 6 * * 1-5")
    do(database, schedules.pause, "sync")
    register(database, definition(cron="0 5 * * *", title="Abgleich mit dem Verzeichnis"))
    shown = line(database)
    assert (shown.cron, shown.words) == ("15 6 * * 1-5", "montags bis freitags um 6:15 Uhr")
    assert (shown.paused, shown.next_run, shown.changed) == (True, None, True)
    assert shown.title == "Abgleich mit dem Verzeichnis"


def test_a_new_default_replaces_an_untouched_one(database: Database) -> None:
    register(database, definition())
    register(database, definition(cron="0 5 * * *"))
    assert line(database).cron == "0 5 * * *"
    assert line(database).next_run == datetime(2026, 3, 3, 4, tzinfo=UTC)


def test_schedules_of_a_room_switched_off_are_neither_shown_nor_run(database: Database) -> None:
    register(database, definition(), definition("other"))
    do(database, schedules.change, "sync", "0 15 * * *")
    register(database, definition("other"))
    with database.read() as session:
        assert [each.key for each in schedules.lines(session, HOUSE)] == ["other"]
    assert due(database, NOON + timedelta(days=1)) == []
    register(database, definition())
    assert line(database).cron == "0 15 * * *"


def test_a_tick_starts_one_run_and_sets_the_next(database: Database) -> None:
    register(database, definition())
    assert due(database, NOON) == []
    at_two = NOON + timedelta(hours=1)
    [run] = due(database, at_two)
    assert due(database, at_two) == []
    assert line(database).next_run == at_two + timedelta(days=1)
    end(database, run, at_two)
    last = line(database).last_run
    assert last is not None
    assert (last.at, last.state, last.seconds) == (at_two, "done", 1.5)


def test_missed_ticks_are_made_up_for_by_one_run(database: Database) -> None:
    register(database, definition())
    week_later = NOON + timedelta(days=7)
    [run] = due(database, week_later)
    end(database, run, week_later)
    assert due(database, week_later) == []


def test_a_schedule_does_not_overlap_itself(database: Database) -> None:
    register(database, definition(cron="*/5 * * * *"))
    now = NOON + timedelta(minutes=5)
    [run] = due(database, now)
    later = now + timedelta(minutes=12)
    do(database, schedules.run_now, "sync")
    assert due(database, later) == []
    end(database, run, later)
    assert len(due(database, later)) == 1


def test_run_now_works_paused_too_and_says_who(database: Database) -> None:
    register(database, definition())
    do(database, schedules.pause, "sync")
    do(database, schedules.run_now, "sync")
    do(database, schedules.run_now, "sync")
    [run] = due(database, NOON)
    assert run.started_by == ADMIN.person
    end(database, run, NOON)
    assert due(database, NOON + timedelta(days=3)) == []
    with database.read() as session:
        assert session.get_one(Run, run.run).started_by == ADMIN.person


def test_resuming_starts_with_the_next_regular_time(database: Database) -> None:
    register(database, definition())
    do(database, schedules.pause, "sync")
    later = NOON + timedelta(days=3)
    do(database, schedules.resume, "sync", now=later)
    assert due(database, later) == []
    assert line(database).next_run == later + timedelta(hours=1)


def test_refusals_change_nothing(database: Database) -> None:
    register(database, definition())
    with pytest.raises(CronError, match="Zeitumstellung"):
        do(database, schedules.change, "sync", "30 2 * * *")
    with pytest.raises(UnknownScheduleError, match="„nix“ gibt es nicht"):
        do(database, schedules.pause, "nix")
    with pytest.raises(NotAllowedError):
        database.run(lambda s: schedules.pause(s, CLERK, "sync", NOON))
    with database.read() as session, pytest.raises(NotAllowedError):
        schedules.lines(session, CLERK)
    assert line(database).cron == "0 14 * * *"
    assert not line(database).paused


def test_every_change_is_journalled(database: Database) -> None:
    register(database, definition())
    do(database, schedules.change, "sync", "0 15 * * *")
    do(database, schedules.pause, "sync")
    do(database, schedules.resume, "sync")
    do(database, schedules.run_now, "sync")
    with database.read() as session:
        entries = session.scalars(select(JournalPending).order_by(JournalPending.id)).all()
    assert [entry.verb.removeprefix("schedule.") for entry in entries] == [
        "change",
        "pause",
        "resume",
        "run",
    ]
    assert {entry.actor for entry in entries} == {ADMIN.journal_id}


def _race(database: Database, take: Callable[[], int]) -> int:
    """How many runs are started by four engines that look at once."""
    ready, started = threading.Barrier(4), []

    def engine() -> None:
        ready.wait(120)
        started.append(take())

    threads = [threading.Thread(target=engine) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(started)


def test_several_engines_start_a_tick_once(database: Database) -> None:
    register(database, definition())
    now = NOON + timedelta(hours=1)
    assert _race(database, lambda: len(due(database, now))) == 1


def test_control_the_race_is_real(database: Database) -> None:
    """Looking first and starting then, without the conditional UPDATE, starts a tick more than once."""
    register(database, definition())
    now, looked = NOON + timedelta(hours=1), threading.Barrier(4)

    def naive() -> int:
        with database.read() as session:
            row = session.scalars(select(Schedule).where(Schedule.next_run <= now)).one_or_none()
        looked.wait(120)

        def start(session: Session) -> int:
            if row is None:
                return 0
            runs.begin(session, "schedule", row.key, "m/1", now)
            return 1

        return database.run(start)

    assert _race(database, naive) == 4
