"""PostgreSQL is restarted, and crashes, in mid-load: nothing is lost, nothing done twice, and work goes on."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from config.settings import Settings
from storage.all_tables import create_all
from storage.clock import utc_now
from storage.database import Database, StorageAwayError
from storage.jobs.queue import enqueue
from storage.jobs.tables import Job
from storage.journal import record
from storage.journal.anchor import Anchor
from storage.journal.sealer import keep_sealing
from storage.journal.tables import JournalEntry
from storage.journal.verification import verify

CLIENTS = 4
PATIENCE = 120.0


@dataclass
class Cluster:
    """A PostgreSQL server of one test's own, reached by a socket in its folder."""

    folder: Path
    control: list[str]

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://rathaus@/postgres?host={self.folder}"

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self._run("-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """``fast`` cuts all connections, ``immediate`` is a crash: the next start recovers from the log."""
        self._run("-m", mode, "stop")

    def _run(self, *arguments: str) -> None:
        subprocess.run([*self.control, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb")).parent
    folder = Path(tempfile.mkdtemp(prefix="rathaus-restart-"))
    user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses root
        shutil.chown(folder, "postgres")
        user = ["runuser", "-u", "postgres", "--"]
    data = str(folder / "data")
    subprocess.run(
        [*user, str(programs / "initdb"), "-D", data, "-U", "rathaus", "-A", "trust", "-N"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )
    made = Cluster(folder, [*user, str(programs / "pg_ctl"), "-D", data, "-w", "-s"])
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def do_once(session: Session, key: str) -> None:
    """A verb, idempotent by key: a row, a journal entry and a job."""
    new = text("INSERT INTO deed VALUES (:key) ON CONFLICT DO NOTHING RETURNING key")
    if session.scalar(new, {"key": key}):
        record(session, actor="system:test", verb="v", object_kind="k", object_id=key, at=utc_now())
        enqueue(session, "mail", key)


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # polling with a deadline


@pytest.mark.postgres
def test_restart_and_crash_under_load(cluster: Cluster, tmp_path: Path) -> None:
    database = Database(cluster.url)
    anchor = Anchor.from_settings(Settings(data_dir=tmp_path / "daten"))
    create_all(database.engine)
    database.run(lambda session: session.execute(text("CREATE TABLE deed (key TEXT PRIMARY KEY)")))
    stop, reported, cut = threading.Event(), [list[str]() for _ in range(CLIENTS)], []

    def client(number: int) -> None:
        while not stop.is_set():
            key = f"{number}.{len(reported[number])}"
            while True:  # somebody who tries again when told to
                try:
                    database.run(lambda session, key=key: do_once(session, key))  # type: ignore[misc]
                    break
                except StorageAwayError:  # the only thing anybody gets to see
                    cut.append(key)
                    stop.wait(0.02)
            reported[number].append(key)

    def done() -> int:
        return sum(map(len, reported))

    sealer = threading.Thread(target=keep_sealing, args=(database, anchor, utc_now, stop))
    sealer.start()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(client, number) for number in range(CLIENTS)]
        try:
            for mode in ("fast", "immediate"):
                before, cut_before = done(), len(cut)
                wait_for(lambda before=before: done() > before + 40)  # type: ignore[misc]
                cluster.stop(mode)
                wait_for(lambda before=cut_before: len(cut) > before)  # type: ignore[misc]
                cluster.start()
            before = done()
            wait_for(lambda: done() > before + 40)
        finally:
            stop.set()
        for finished in clients:
            finished.result(PATIENCE)
    sealer.join(PATIENCE)
    keep_sealing(database, anchor, utc_now, stop)

    expected = sorted(key for keys in reported for key in keys)
    with database.read() as session:
        assert sorted(session.scalars(text("SELECT key FROM deed"))) == expected
        assert sorted(session.scalars(select(Job.key))) == expected
        assert sorted(session.scalars(select(JournalEntry.object_id))) == expected
    found = verify(database, anchor)
    assert (found.ok, found.sealed, found.unsealed) == (True, len(expected), 0), found.problems
    database.close()


@pytest.mark.postgres
def test_connections_that_a_restart_cut_are_replaced_unnoticed(cluster: Cluster) -> None:
    database = Database(cluster.url, pool_size=3)
    create_all(database.engine)
    with database.read() as one, database.read() as two:  # several lie in the pool afterwards
        assert one.scalar(text("SELECT 1")) == two.scalar(text("SELECT 1"))
    for number in (1, 2):
        cluster.stop()
        cluster.start()
        database.run(lambda session: enqueue(session, "mail", str(number)))  # noqa: B023 - run at once
        with database.read() as one, database.read() as two:
            counted = select(func.count()).select_from(Job)
            assert one.scalar(counted) == two.scalar(counted) == number
    database.close()


@pytest.mark.postgres
def test_a_server_that_is_away_is_said_in_german(cluster: Cluster) -> None:
    database = Database(cluster.url)
    cluster.stop()
    try:
        with pytest.raises(StorageAwayError, match="ist gerade nicht erreichbar"):
            database.run(lambda session: enqueue(session, "mail", "1"))
    finally:
        cluster.start()
    create_all(database.engine)
    database.run(lambda session: enqueue(session, "mail", "1"))
    database.close()
