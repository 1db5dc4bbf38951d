"""Working off a batch: every way a handler can end, and no way to end twice."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.house import House
from storage.jobs import queue
from storage.jobs.handlers import (
    DONE,
    SETTLED,
    JobContext,
    JobKind,
    Outcome,
    PermanentError,
    TemporaryError,
    registry,
)
from storage.jobs.queue import ClaimedJob
from storage.jobs.tables import Job
from workflows.engine.once import drain_once
from workflows.engine.work import work_off


def ask(house: House, *keys: str) -> None:
    with house.database.write() as session:
        for key in keys:
            queue.enqueue(session, "k", key)


def claim(house: House, kind: JobKind) -> list[ClaimedJob]:
    return queue.claim(house.database, ["k"], 50, "m/1", kind.lease, house.clock())


def states(house: House) -> dict[str, tuple[str, str | None]]:
    with house.database.read() as session:
        return {job.key: (job.state, job.reason) for job in session.scalars(select(Job))}


def by_key(_context: JobContext, job: ClaimedJob) -> None:
    match job.key:
        case "permanent":
            raise PermanentError("Die Datei ist verschlüsselt.")
        case "temporary":
            raise TemporaryError("Der Server ist weg.")
        case "bug":
            raise KeyError("Erika Muster")


def test_each_job_ends_on_its_own(house: House) -> None:
    kind = JobKind("k", "K", handle_one=by_key)
    ask(house, "good", "permanent", "temporary", "bug")
    tally = work_off(JobContext(house), kind, claim(house, kind))
    assert states(house) == {
        "good": ("done", None),
        "permanent": ("failed", "Die Datei ist verschlüsselt."),
        "temporary": ("waiting", "Der Server ist weg."),
        "bug": ("waiting", "Unerwarteter Fehler (KeyError)."),
    }
    assert dict(tally.counts) == {"done": 1, "failed": 1, "retry": 2}
    assert not tally.clean


def test_the_last_attempt_is_final(sqlite_house: House) -> None:
    kind = JobKind("k", "K", handle_one=by_key, max_attempts=1)
    ask(sqlite_house, "temporary")
    drain_once(sqlite_house, [kind])
    assert states(sqlite_house)["temporary"] == ("failed", "Der Server ist weg.")


def test_a_batch_says_how_each_job_ended(house: House) -> None:
    def handle(_context: JobContext, jobs: Sequence[ClaimedJob]) -> Mapping[UUID, Outcome]:
        ends = {"a": DONE, "b": Outcome("failed", "kaputt"), "c": Outcome("retry", "später")}
        return {job.id: ends[job.key] for job in jobs if job.key in ends}

    kind = JobKind("k", "K", handle_batch=handle)
    ask(house, "a", "b", "c", "forgotten")
    work_off(JobContext(house), kind, claim(house, kind))
    shown = states(house)
    assert [shown[key][0] for key in "abc"] == ["done", "failed", "waiting"]
    assert shown["forgotten"][0] == "waiting"
    assert "nichts gemeldet" in (shown["forgotten"][1] or "")


def test_a_batch_that_breaks_is_tried_again_whole(sqlite_house: House) -> None:
    def handle(_context: JobContext, _jobs: Sequence[ClaimedJob]) -> Mapping[UUID, Outcome]:
        raise MemoryError

    kind = JobKind("k", "K", handle_batch=handle)
    ask(sqlite_house, "a", "b")
    work_off(JobContext(sqlite_house), kind, claim(sqlite_house, kind))
    assert {state for state, _ in states(sqlite_house).values()} == {"waiting"}


def test_a_handler_may_complete_in_the_transaction_of_its_effects(house: House) -> None:
    def handle(context: JobContext, job: ClaimedJob) -> None:
        with context.house.database.write() as session:
            queue.enqueue(session, "effect", f"of:{job.key}")
            queue.complete(session, job)

    kind = JobKind("k", "K", handle_one=handle)
    ask(house, "a")
    tally = work_off(JobContext(house), kind, claim(house, kind))
    assert dict(tally.counts) == {"done": 1}
    assert states(house)["a"] == ("done", None)


def test_the_effects_of_a_lost_job_are_undone(house: House) -> None:
    """The lease is lost while the handler works: the other worker's result stands, ours vanishes."""

    def handle(context: JobContext, job: ClaimedJob) -> None:
        context.house.database.run(lambda s: queue.release_of(s, ["m/1"], context.house.clock()))
        other.extend(queue.claim(house.database, ["k"], 1, "m/2", kind.lease, house.clock()))
        with context.house.database.write() as session:
            queue.enqueue(session, "effect", "mine")
            queue.complete(session, job)

    other: list[ClaimedJob] = []
    kind = JobKind("k", "K", handle_one=handle)
    ask(house, "a")
    tally = work_off(JobContext(house), kind, claim(house, kind))
    assert dict(tally.counts) == {"given_back": 1}
    house.database.run(lambda s: queue.complete(s, other[0]))
    with house.database.read() as session:
        assert session.scalars(select(Job.kind)).all() == ["k"]


def test_no_more_at_once_than_allowed(sqlite_house: House) -> None:
    inside, most, guard = 0, 0, threading.Lock()
    gate = threading.Barrier(3)

    def handle(_context: JobContext, _job: ClaimedJob) -> None:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        gate.wait(120)
        with guard:
            inside -= 1

    kind = JobKind("k", "K", handle_one=handle, concurrency=3)
    ask(sqlite_house, *map(str, range(9)))
    work_off(JobContext(sqlite_house), kind, claim(sqlite_house, kind))
    assert most == 3


def test_a_stop_gives_back_what_is_not_begun(sqlite_house: House) -> None:
    kind = JobKind("k", "K", handle_one=by_key)
    ask(sqlite_house, "a", "b")
    tally = work_off(
        JobContext(sqlite_house, stopping=lambda: True), kind, claim(sqlite_house, kind)
    )
    assert dict(tally.counts) == {"given_back": 2}
    assert [job.attempt for job in claim(sqlite_house, kind)] == [1, 1]


def test_a_kind_is_handled_in_exactly_one_way() -> None:
    def both(*_arguments: Any) -> Any: ...

    with pytest.raises(ValueError, match="handle_one or handle_batch"):
        JobKind("k", "K")
    with pytest.raises(ValueError, match="handle_one or handle_batch"):
        JobKind("k", "K", handle_one=both, handle_batch=both)
    with pytest.raises(ValueError, match="share a name"):
        registry([JobKind("k", "K", handle_one=both), JobKind("k", "L", handle_one=both)])


def test_a_job_its_handler_has_settled_is_left_alone(sqlite_house: House) -> None:
    """Asked for again while its batch still runs, it stays to be done."""

    def handle(context: JobContext, jobs: Sequence[ClaimedJob]) -> Mapping[UUID, Outcome]:
        with context.house.database.write() as session:
            for job in jobs:
                queue.complete(session, job)
        with context.house.database.write() as session:
            queue.enqueue(session, "k", "a", again=True)
        return dict.fromkeys([job.id for job in jobs], SETTLED)

    kind = JobKind("k", "K", handle_batch=handle)
    ask(sqlite_house, "a", "b")
    tally = work_off(JobContext(sqlite_house), kind, claim(sqlite_house, kind))
    assert dict(tally.counts) == {"done": 2}
    assert states(sqlite_house) == {"a": ("waiting", None), "b": ("done", None)}
