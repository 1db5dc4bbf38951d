"""The whole engine as a process: killed in the middle of its work, and asked to stop. Without Prefect's server here."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from storage import processes, supervision
from storage.actors import System
from storage.house import House
from storage.jobs import queue
from storage.jobs.tables import Job, Mail, Run
from storage.journal.entries import record
from storage.journal.tables import JournalEntry
from storage.mail import send_later
from workflows.engine import resident

ENGINE = """
import sys, time
from pathlib import Path
from config.settings import Settings
from storage.house import House
from storage.jobs import queue
from storage.jobs.handlers import JobKind
from storage.mail import MAIL
from workflows.engine import resident

def slow(context, job):
    time.sleep(0.02)
    with context.house.database.write() as session:
        queue.enqueue(session, "effect", f"{job.key}/{job.lease.rsplit('#')[-1]}")
        queue.complete(session, job)

def stuck(context, job):
    Path(sys.argv[2], "stuck").touch()
    time.sleep(600)

house = House(Settings(data_dir=Path(sys.argv[2]), database_url=sys.argv[1]))
kinds = [MAIL, JobKind("slow", "S", handle_one=slow, batch=10), JobKind("stuck", "S", handle_one=stuck)]
resident.GRACE_SECONDS = float(sys.argv[3])
resident.run(house, kinds, [], prefect=False)
"""


def until(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)  # polling with a deadline


@contextmanager
def engine(
    house: House, grace: float = resident.GRACE_SECONDS
) -> Iterator[subprocess.Popen[bytes]]:
    data = str(house.settings.data_dir)
    process = subprocess.Popen(
        [sys.executable, "-c", ENGINE, house.settings.database, data, str(grace)],
        cwd=Path(__file__).parents[3],
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def count(house: House, query: Any) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def done(house: House, kind: str = "slow") -> int:
    return count(house, select(Job.id).where(Job.kind == kind, Job.state == "done"))


def test_a_killed_engine_loses_nothing_and_does_nothing_twice(house: House) -> None:
    """kill -9 twice under load: every job is done, and each left exactly one effect."""
    number = 120
    with house.database.write() as session:
        for n in range(number):
            queue.enqueue(session, "slow", str(n))
        send_later(session, "a@stadt.example", "Betreff", "Text", "k")
    for kills in range(2):
        with engine(house) as process:
            until(lambda kills=kills: done(house) > 20 * kills)
            os.kill(process.pid, signal.SIGKILL)
    assert 0 < done(house) < number
    with engine(house):
        until(lambda: done(house) == number and done(house, "mail") == 1)
    with house.database.read() as session:
        effects = list(session.scalars(select(Job.key).where(Job.kind == "effect")))
        crashed = session.scalars(select(Run).where(Run.state == "crashed")).all()
        assert session.scalars(select(Mail)).one().sent_at is not None
    assert sorted(int(effect.split("/")[0]) for effect in effects) == list(range(number))
    assert crashed, "runs of the killed engines are shown as what they are"
    assert len(list((house.settings.data_dir / "mail").glob("*.eml"))) == 1


def test_a_graceful_stop_gives_back_what_does_not_end(sqlite_house: House) -> None:
    house = sqlite_house
    with house.database.write() as session:
        queue.enqueue(session, "stuck", "a")
    with engine(house) as process:
        until((house.settings.data_dir / "stuck").exists)
        process.terminate()
        assert process.wait(120) == 0, "it waits for what hangs no longer than it may"
    assert resident.GRACE_SECONDS + resident.PREFECT_GRACE_SECONDS < supervision.STOP_SECONDS
    with house.database.read() as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.attempts) == ("waiting", 0)
    states = processes.status(house.database, house.clock())["processes"]
    assert [(each["name"], each["state"]) for each in states] == [("engine", "stopped")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_engine_seals_the_journal_and_ends_at_once(
    sqlite_house: House, number: signal.Signals
) -> None:
    house = sqlite_house
    with engine(house, grace=3600) as process:
        until(lambda: processes.status(house.database, house.clock())["warnings"] == [])
        with house.database.write() as session:
            record(
                session,
                actor=System("test").journal_id,
                verb="test",
                object_kind="test",
                object_id="1",
                at=house.clock(),
            )
        until(lambda: count(house, select(JournalEntry.number)) == 1)
        process.send_signal(number)
        assert process.wait(120) == 0, "it had an hour, and nothing to wait for"
