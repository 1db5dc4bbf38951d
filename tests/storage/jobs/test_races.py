"""Several claimers at once, on both databases; and workers that die in the middle."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from storage.clock import utc_now
from storage.database import Database
from storage.jobs import queue
from storage.jobs.tables import Job

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(minutes=1)
CLAIMERS = 6
JOBS = 60


def ask(database: Database, number: int) -> None:
    with database.write() as session:
        for n in range(number):
            queue.enqueue(session, "noop", str(n), now=NOON)


def together(deed: Callable[[], None]) -> None:
    threads = [threading.Thread(target=deed) for _ in range(CLAIMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_no_job_is_given_to_two_claimers(database: Database) -> None:
    ask(database, JOBS)
    given: Counter[UUID] = Counter()
    ready = threading.Barrier(CLAIMERS)

    def claimer() -> None:
        ready.wait(120)
        while jobs := queue.claim(database, ["noop"], 4, "m/1", LEASE, NOON):
            given.update(job.id for job in jobs)
            for job in jobs:
                database.run(lambda s, job=job: queue.complete(s, job, NOON))

    together(claimer)
    assert len(given) == JOBS
    assert set(given.values()) == {1}


def test_control_looking_before_taking_gives_jobs_twice(database: Database) -> None:
    """What ``claim`` does in one statement, done in two: everybody takes the same jobs."""
    ask(database, 4)
    given: Counter[UUID] = Counter()
    looked = threading.Barrier(CLAIMERS)

    def naive() -> None:
        with database.read() as session:
            seen = session.scalars(select(Job.id).where(Job.state == "waiting").limit(4)).all()
        looked.wait(120)
        with database.write() as session:
            session.execute(update(Job).where(Job.id.in_(seen)).values(state="running"))
        given.update(seen)

    together(naive)
    assert set(given.values()) == {CLAIMERS}


def test_asking_at_once_makes_one_job(database: Database) -> None:
    ready, asked = threading.Barrier(CLAIMERS), []

    def asker() -> None:
        ready.wait(120)
        asked.append(database.run(lambda s: queue.enqueue(s, "noop", "same", now=NOON)))

    together(asker)
    assert len(asked) == CLAIMERS
    assert len(set(asked)) == 1


WORKER = """
import pathlib, sys, time
from datetime import timedelta
from storage.clock import utc_now
from storage.database import Database
from storage.jobs import queue
database = Database(sys.argv[1])
[job] = queue.claim(database, ["noop"], 1, "m/1", timedelta(seconds=1), utc_now())
print("claimed", flush=True)
time.sleep(600)
"""


def test_a_killed_workers_job_is_taken_again_and_done_once(database: Database) -> None:
    ask(database, 1)
    url = database.engine.url.render_as_string(hide_password=False)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, url],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"claimed\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()

    deadline = time.monotonic() + 120
    while not (taken := _release_and_claim(database)):
        assert time.monotonic() < deadline
        time.sleep(0.05)  # polling with a deadline
    [job] = taken
    assert job.attempt == 2
    database.run(lambda s: queue.complete(s, job))
    assert _release_and_claim(database) == []


def _release_and_claim(database: Database) -> list[queue.ClaimedJob]:
    database.run(lambda s: queue.release_expired(s, utc_now()))
    return queue.claim(database, ["noop"], 1, "m/2", LEASE, utc_now())
