"""The drain and the schedules without Prefect: within a second, visible, stopped gracefully, put right after a crash."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from storage import processes, schedules
from storage.actors import System
from storage.clock import utc_now
from storage.house import House
from storage.jobs import queue, runs
from storage.jobs.handlers import JobContext, JobKind, PermanentError, registry
from storage.jobs.queue import ClaimedJob
from storage.jobs.tables import Job, Run
from storage.schedules import ScheduleDefinition
from workflows.engine.drain import POLL_SECONDS, Drain
from workflows.engine.housekeeping import TIDY
from workflows.engine.reconcile import reconcile
from workflows.engine.runs import failed_jobs, list_runs, read_log, retry
from workflows.engine.scheduling import Scheduler, by_key

ME = System("test")
OWNER = f"{socket.gethostname()}/1/1"


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)  # polling with a deadline


def ask(house: House, *keys: str, kind: str = "k") -> None:
    with house.database.write() as session:
        for key in keys:
            queue.enqueue(session, kind, key)


def states(house: House) -> list[str]:
    with house.database.read() as session:
        return list(session.scalars(select(Job.state).order_by(Job.id)))


def nothing(_context: JobContext, _job: ClaimedJob) -> None:
    return None


def drained(
    house: House, kind: JobKind, during: Callable[[Drain], Coroutine[Any, Any, None]]
) -> None:
    """Let a drain work while ``during`` runs."""

    async def both() -> None:
        drain = Drain(house, registry([kind]), OWNER)
        working = asyncio.create_task(drain.work())
        await during(drain)
        assert await drain.stop(120)
        await working

    asyncio.run(both())


class Looking(Drain):
    """Counts its looks at the queue, and notes which ones found something."""

    looks, found = 0, -1

    async def turn(self) -> int:
        self.looks += 1
        mine, begun = self.looks, await super().turn()
        if begun:
            self.found = mine
        return begun


def test_work_begins_within_a_second_and_its_run_is_shown(house: House) -> None:
    """An idle drain looks twice a second at least, and its next look takes what was asked for."""

    async def scene() -> None:
        drain = Looking(house, registry([JobKind("k", "K", handle_one=nothing)]), OWNER)
        working = asyncio.create_task(drain.work())
        await until(lambda: drain.looks > 1)  # the drain is idle now
        ask(house, "a", "b")
        asked = drain.looks  # this one may have looked just before
        await until(lambda: states(house) == ["done", "done"])
        assert drain.found - asked in {0, 1}
        assert await drain.stop(120)
        await working

    asyncio.run(scene())
    assert POLL_SECONDS <= 0.5
    with house.database.read() as session:
        [run] = list_runs(session, ME)
        assert (run.cause, run.subject, run.state, dict(run.counts)) == (
            "batch",
            "k",
            "done",
            {"done": 2},
        )
        assert len(read_log(session, ME, run.id)) == 2


def test_batches_of_one_kind_run_side_by_side_up_to_the_limit(sqlite_house: House) -> None:
    gate = threading.Barrier(2)

    def meet(_context: JobContext, _job: ClaimedJob) -> None:
        gate.wait(120)

    async def during(_drain: Drain) -> None:
        ask(sqlite_house, *map(str, range(4)))
        await until(lambda: states(sqlite_house) == ["done"] * 4)

    drained(sqlite_house, JobKind("k", "K", handle_one=meet, batch=1, parallel=2), during)


def test_failed_jobs_are_listed_with_reason_and_tried_again(sqlite_house: House) -> None:
    healed = threading.Event()

    def handle(_context: JobContext, _job: ClaimedJob) -> None:
        if not healed.is_set():
            raise PermanentError("Die Datei ist verschlüsselt.")

    async def during(_drain: Drain) -> None:
        ask(sqlite_house, "a")
        await until(lambda: states(sqlite_house) == ["failed"])
        with sqlite_house.database.read() as session:
            [job] = failed_jobs(session, ME)
        assert job.reason == "Die Datei ist verschlüsselt."
        healed.set()
        with sqlite_house.database.write() as session:
            assert retry(session, ME, [job.id], "Passwort nachgereicht") == 1
        await until(lambda: states(sqlite_house) == ["done"])

    drained(sqlite_house, JobKind("k", "K", handle_one=handle), during)
    with sqlite_house.database.read() as session:
        assert [run.state for run in list_runs(session, ME)] == ["done", "findings"]
        assert [run.reason for run in list_runs(session, ME, state="findings")] == [
            "Die Datei ist verschlüsselt."
        ]


def test_a_long_job_keeps_its_lease(sqlite_house: House) -> None:
    go = threading.Event()

    def handle(_context: JobContext, _job: ClaimedJob) -> None:
        go.wait(120)

    def lease() -> Any:
        with sqlite_house.database.read() as session:
            return session.scalars(select(Job.lease_until)).one()

    async def during(_drain: Drain) -> None:
        ask(sqlite_house, "a")
        await until(lease)
        first = lease()
        await until(lambda: lease() > first)
        go.set()
        await until(lambda: states(sqlite_house) == ["done"])

    kind = JobKind("k", "K", handle_one=handle, lease=timedelta(seconds=1))
    drained(sqlite_house, kind, during)


def test_work_that_does_not_end_in_time_is_given_back(sqlite_house: House) -> None:
    begun, go = threading.Event(), threading.Event()

    def handle(_context: JobContext, _job: ClaimedJob) -> None:
        begun.set()
        go.wait(120)

    async def scene() -> None:
        drain = Drain(sqlite_house, registry([JobKind("k", "K", handle_one=handle)]), OWNER)
        working = asyncio.create_task(drain.work())
        ask(sqlite_house, "a")
        await until(begun.is_set)
        assert not await drain.stop(0.1)
        assert states(sqlite_house) == ["waiting"]
        go.set()
        await working
        left = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*left, return_exceptions=True)  # some were told to end

    asyncio.run(scene())
    assert states(sqlite_house) == ["waiting"], "the late thread can't complete what was given back"


@pytest.mark.parametrize("dead", [f"{socket.gethostname()}/999999999/1", "elsewhere/1/1"])
def test_what_a_dead_engine_held_is_free_at_once(house: House, dead: str) -> None:
    ask(house, "a")
    queue.claim(house.database, ["k"], 1, dead, timedelta(hours=1), house.clock())
    run = house.database.run(lambda s: runs.begin(s, "batch", "k", dead, house.clock()))
    assert reconcile(house, {}, OWNER) == (1, 0)
    assert states(house) == ["waiting"]
    with house.database.read() as session:
        assert session.get_one(Run, run).state == "crashed"


def test_a_living_engine_elsewhere_is_left_alone(house: House) -> None:
    beat = processes.Beat("engine", "elsewhere", 7, house.clock(), 0)
    house.database.run(lambda s: processes.beat(s, beat, house.clock()))
    ask(house, "a")
    queue.claim(house.database, ["k"], 1, beat.owner, timedelta(hours=1), house.clock())
    assert reconcile(house, {}, OWNER) == (0, 0)
    assert states(house) == ["running"]


def _scheduled(house: House, definition: ScheduleDefinition) -> Run:
    """Register, ask for a run, and wait for its end."""

    async def scene() -> None:
        scheduler = Scheduler(house, by_key([definition]), OWNER)
        scheduler.register()
        house.database.run(lambda s: schedules.run_now(s, ME, definition.key, house.clock()))
        working = asyncio.create_task(scheduler.work())
        await until(lambda: _last(house).state not in {"none", "running"})
        assert await scheduler.stop(120)
        await working

    asyncio.run(scene())
    return _last(house)


def _last(house: House) -> Run:
    with house.database.read() as session:
        newest = select(Run).order_by(Run.id.desc()).limit(1)
        return session.scalars(newest).one_or_none() or Run(state="none")


def test_a_schedule_runs_and_reports_counts(house: House) -> None:
    run = _scheduled(house, ScheduleDefinition("s", "Abgleich", "0 4 * * *", lambda _c: {"neu": 3}))
    assert (run.cause, run.subject, run.state, run.counts) == ("schedule", "s", "done", {"neu": 3})
    with house.database.read() as session:
        assert [line.title for line in list_runs(session, ME)] == ["Abgleich"]


def test_a_schedule_that_breaks_says_so_without_content(sqlite_house: House) -> None:
    def broken(_context: JobContext) -> dict[str, int]:
        raise KeyError("Erika Muster")

    run = _scheduled(sqlite_house, ScheduleDefinition("s", "Abgleich", "0 4 * * *", broken))
    assert (run.state, run.reason) == ("failed", "Unerwarteter Fehler (KeyError).")


def test_the_house_forgets_what_is_over(house: House) -> None:
    with house.database.write() as session:
        queue.enqueue(session, "k", "old")
        queue.enqueue(session, "k", "failed")
    old, failed = queue.claim(house.database, ["k"], 2, OWNER, timedelta(hours=1), house.clock())
    with house.database.write() as session:
        queue.complete(session, old)
        queue.fail(session, failed, "kaputt")
        run = runs.begin(session, "batch", "k", OWNER, house.clock())
        runs.finish(session, run, "done", house.clock(), seconds=1, counts={})
    later = House(house.settings, lambda: utc_now() + timedelta(days=31))
    assert TIDY.run(JobContext(later)) == {"Aufträge": 1, "E-Mails": 0, "Läufe": 1}
    assert states(house) == ["failed"], "what failed stays until a person has looked at it"
    later.close()


def test_the_end_of_a_run_is_written_when_the_database_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of runs is away while the batch ends."""
    monkeypatch.setattr("workflows.engine.ending.PAUSE_SECONDS", 0.05)

    def rename(before: str, after: str) -> None:
        with house.database.write() as session:
            session.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))

    async def during(_drain: Drain) -> None:
        ask(house, "a")
        await until(lambda: states(house) == ["done"])
        await asyncio.to_thread(rename, "away", "run")

    def handle(_context: JobContext, _job: ClaimedJob) -> None:
        rename("run", "away")

    drained(house, JobKind("k", "K", handle_one=handle), during)
    assert _last(house).state == "done"


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_cut_connections_are_made_anew(house: House) -> None:
    """What a restarted PostgreSQL does to us: all connections end at once, also in the middle of work."""
    was_cut = threading.Event()

    def cut() -> None:
        with house.database.read() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend'"
                )
            )  # with a timeout it waits for their end: until then they would still answer

    def handle(_context: JobContext, _job: ClaimedJob) -> None:
        if not was_cut.is_set():
            cut()
            was_cut.set()

    async def during(_drain: Drain) -> None:
        ask(house, "a")
        await until(was_cut.is_set)  # looking at states meanwhile, we would be cut off ourselves
        await until(lambda: states(house) == ["done"])
        await asyncio.to_thread(cut)
        ask(house, "b")
        await until(lambda: states(house) == ["done", "done"])

    drained(house, JobKind("k", "K", handle_one=handle), during)
