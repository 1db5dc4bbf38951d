"""The queue as its users see it: idempotent asking, exclusive claiming, fenced completing, patient retrying."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from storage.database import Database
from storage.jobs import queue
from storage.jobs.queue import ClaimedJob, LostLeaseError, Priority
from storage.jobs.tables import Job

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(minutes=1)
LATER = NOON + 2 * LEASE


def ask(database: Database, key: str = "a", **more: Any) -> UUID:
    return database.run(lambda s: queue.enqueue(s, "noop", key, now=NOON, **more))


def take(database: Database, now: datetime = NOON, limit: int = 10) -> list[ClaimedJob]:
    return queue.claim(database, ["noop"], limit, "m/1", LEASE, now)


def job(database: Database, id_: UUID) -> Job:
    with database.read() as session:
        return session.get_one(Job, id_)


def complete(database: Database, mine: ClaimedJob, now: datetime = NOON) -> None:
    database.run(lambda s: queue.complete(s, mine, now))


def test_the_same_work_is_asked_for_and_done_once(database: Database) -> None:
    one = ask(database)
    assert ask(database) == one
    [mine] = take(database)
    assert (mine.id, mine.attempt) == (one, 1)
    assert take(database) == []
    complete(database, mine)
    assert job(database, one).state == "done"
    ask(database)
    assert take(database) == []


def test_finished_work_is_done_again_only_when_asked(database: Database) -> None:
    one = ask(database)
    complete(database, take(database)[0])
    ask(database, again=True)
    assert [j.id for j in take(database)] == [one]


def test_work_asked_for_while_it_runs_is_done_once_more(database: Database) -> None:
    one = ask(database)
    [mine] = take(database)
    ask(database, again=True)
    assert take(database) == []
    complete(database, mine)
    [second] = take(database)
    assert (second.id, second.attempt) == (one, 1)
    complete(database, second)
    assert job(database, one).state == "done"


def test_what_a_person_asks_for_goes_before_what_the_night_asked_for(database: Database) -> None:
    ask(database, "night", priority=Priority.BACKGROUND)
    ask(database, "other", priority=Priority.NORMAL)
    ask(database, "night", priority=Priority.URGENT, again=True)
    ask(database, "night", priority=Priority.BACKGROUND, again=True)  # and is not held up by it
    first, second = take(database)
    assert (first.key, second.key) == ("night", "other")
    complete(database, first)
    ask(database, "night", priority=Priority.BACKGROUND, again=True)
    ask(database, "third", priority=Priority.NORMAL)
    assert [each.key for each in take(database)] == ["third", "night"]


def test_asking_rolls_back_with_the_deed(database: Database) -> None:
    def deed(session: Session) -> float:
        queue.enqueue(session, "noop", "a", now=NOON)
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        database.run(deed)
    assert take(database) == []


def test_urgent_first_then_in_order_of_arrival_never_before_its_time(database: Database) -> None:
    slow = ask(database, "slow", priority=Priority.BACKGROUND)
    first, second = ask(database, "first"), ask(database, "second")
    ask(database, "tomorrow", run_after=NOON + timedelta(days=1))
    urgent = ask(database, "urgent", priority=Priority.URGENT)
    assert [j.id for j in take(database)] == [urgent, first, second, slow]


def test_who_lost_the_lease_can_do_nothing(database: Database) -> None:
    one = ask(database)
    [late] = take(database)
    assert database.run(lambda s: queue.release_expired(s, LATER)) == (1, 0)
    [mine] = take(database, LATER)
    for deed in (
        queue.complete,
        lambda s, j: queue.retry(s, j, "x"),
        lambda s, j: queue.fail(s, j, "x"),
    ):
        with pytest.raises(LostLeaseError):
            database.run(lambda s, deed=deed: deed(s, late))
    assert database.run(lambda s: queue.extend(s, [late], LEASE)) == 0
    complete(database, mine)
    with pytest.raises(LostLeaseError):
        complete(database, mine)
    assert (job(database, one).state, mine.attempt) == ("done", 2)


def test_a_living_worker_keeps_its_jobs(database: Database) -> None:
    ask(database)
    mine = take(database)
    assert database.run(lambda s: queue.extend(s, mine, 3 * LEASE, NOON)) == 1
    assert database.run(lambda s: queue.release_expired(s, LATER)) == (0, 0)


def test_retries_wait_longer_each_time_and_give_up_on_request(database: Database) -> None:
    ask(database)
    now, waits = NOON, []
    for _ in range(12):
        [mine] = take(database, now)
        again_at = database.run(lambda s, m=mine, t=now: queue.retry(s, m, "Server weg", t))
        assert take(database, again_at - timedelta(seconds=1)) == []
        waits.append((again_at - now).total_seconds())
        now = again_at
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 3600
    [mine] = take(database, now)
    database.run(lambda s: queue.fail(s, mine, "Adresse unbekannt", now))
    assert job(database, mine.id).reason == "Adresse unbekannt"
    assert database.run(lambda s: queue.retry_failed(s, [mine.id], now)) == 1
    assert [j.attempt for j in take(database, now)] == [1]


def test_a_job_that_kills_its_workers_ends_as_failed(database: Database) -> None:
    one = ask(database)
    for _ in range(3):
        take(database)
        database.run(lambda s: queue.release_expired(s, LATER, {"noop": 3}))
    assert job(database, one).state == "failed"
    assert job(database, one).reason == queue.BROKE_OFF


def test_jobs_of_a_dead_owner_are_free_at_once(database: Database) -> None:
    ask(database)
    take(database)
    assert database.run(queue.owners_at_work) == {"m/1"}
    assert database.run(lambda s: queue.release_of(s, ["m/11"], NOON)) == (0, 0)
    assert database.run(lambda s: queue.release_of(s, ["m/1"], NOON)) == (1, 0)
    assert len(take(database)) == 1


def test_jobs_given_back_count_no_attempt(database: Database) -> None:
    ask(database)
    mine = take(database)
    assert database.run(lambda s: queue.give_back(s, mine)) == 1
    assert [j.attempt for j in take(database)] == [1]


def test_the_length_of_the_queue_counts_what_could_run(database: Database) -> None:
    ask(database, "a")
    ask(database, "b")
    ask(database, "tomorrow", run_after=NOON + timedelta(days=1))
    with database.read() as session:
        [length] = queue.counts(session, NOON + timedelta(seconds=7))
        assert (length.kind, length.waiting, length.oldest_seconds) == ("noop", 2, 7.0)
        assert queue.due_kinds(session, ["noop", "mail"], NOON) == ["noop"]


def test_done_jobs_are_forgotten_in_time(database: Database) -> None:
    ask(database)
    complete(database, take(database)[0])
    assert database.run(lambda s: queue.forget_done(s, NOON)) == 0
    assert database.run(lambda s: queue.forget_done(s, NOON + timedelta(days=1))) == 1


@pytest.mark.parametrize(
    ("key", "payload"),
    [
        ("a b", {}),
        ("", {}),
        ("a", {"name": "Erika Muster"}),
        ("a", {"to": "x@stadt.example"}),
        ("a", {"l": [1]}),
    ],
)
def test_content_is_refused(database: Database, key: str, payload: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="opaque"):
        database.run(lambda s: queue.enqueue(s, "noop", key, payload))
