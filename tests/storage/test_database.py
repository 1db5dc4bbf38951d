"""Writers take turns: none is turned away, and those who wait are served in order of arrival."""

import fcntl
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from storage.database import (
    LOOK_AGAIN,
    Database,
    StorageBusyError,
    StorageFullError,
    WriteQueue,
    patience,
)
from storage.schema import UtcDateTime


def test_many_writers_at_once_all_commit(database: Database) -> None:
    with database.write() as session:
        session.execute(text("CREATE TABLE counter (value INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))

    def add(_: int) -> None:
        with database.write() as session:
            session.execute(text("UPDATE counter SET value = value + 1"))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(add, range(100)))
    with database.read() as session:
        assert session.execute(text("SELECT value FROM counter")).scalar() == 100


def test_a_failing_deed_leaves_nothing_behind(database: Database) -> None:
    database.run(lambda session: session.execute(text("CREATE TABLE note (line TEXT)")))

    def fail() -> None:
        with database.write() as session:
            session.execute(text("INSERT INTO note VALUES ('halb')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM note")).scalar() == 0


def test_waiting_writers_are_served_in_order_of_arrival() -> None:
    queue, order, started = WriteQueue(), [], threading.Semaphore(0)

    def take(number: int) -> None:
        started.release()
        with queue.turn():
            order.append(number)

    with queue.turn():
        threads = []
        for number in range(8):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            started.acquire()
            while len(queue._waiting) <= number:
                pass
    for thread in threads:
        thread.join(120)
    assert order == list(range(8))


def test_a_full_queue_says_so_in_german() -> None:
    queue = WriteQueue(limit=0)
    with queue.turn(), pytest.raises(StorageBusyError, match="überlastet"), queue.turn():
        pass


def test_a_database_locked_by_another_program_is_reported_as_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 50)
    first, second = (Database(f"sqlite:///{tmp_path / 'eine.sqlite'}") for _ in range(2))
    first.run(lambda session: session.execute(text("CREATE TABLE t (a INTEGER)")))
    with first.write() as session:
        session.execute(text("INSERT INTO t VALUES (1)"))
        with pytest.raises(StorageBusyError), second.write() as other:
            other.execute(text("INSERT INTO t VALUES (2)"))
    with second.write() as other:
        other.execute(text("INSERT INTO t VALUES (3)"))
    for database in (first, second):
        database.close()


def test_a_lock_of_a_foreign_program_is_said_in_german_and_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that knows nothing of our turns (an administrator's sqlite3) holds the database; reading goes on."""
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 50)
    database = Database(f"sqlite:///{tmp_path / 'eine.sqlite'}")
    database.run(lambda session: session.execute(text("CREATE TABLE t (a INTEGER)")))

    def write(value: int) -> None:
        database.run(lambda session: session.execute(text(f"INSERT INTO t VALUES ({value})")))

    with closing(sqlite3.connect(tmp_path / "eine.sqlite", isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        foreign.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(StorageBusyError) as refusal:
            write(2)
        assert str(refusal.value) == (
            "Die Datenbank ist gerade überlastet. Bitte versuchen Sie es gleich noch einmal."
        )
        with database.read() as session:
            assert session.scalars(text("SELECT a FROM t")).all() == []
        foreign.execute("COMMIT")
    write(3)
    with database.read() as session:
        assert session.scalars(text("SELECT a FROM t")).all() == [1, 3], (
            "what was refused is not there"
        )
    database.close()


def test_a_full_disk_is_said_in_german_and_nothing_is_half_written(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'eine.sqlite'}", pool_size=1)
    database.run(lambda session: session.execute(text("CREATE TABLE t (a TEXT)")))

    def fill(session: Session) -> None:
        for _ in range(100):
            session.execute(text("INSERT INTO t VALUES (:a)"), {"a": "x" * 4000})

    def limit(pages: int) -> None:  # SQLite then answers as on a full disk
        with database.read() as session:
            session.execute(text(f"PRAGMA max_page_count={pages}"))

    limit(20)
    with pytest.raises(StorageFullError, match="Speicherplatz der Datenbank ist erschöpft"):
        database.run(fill)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM t")) == 0
    limit(100_000)
    database.run(fill)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM t")) == 100
    database.close()


def test_another_process_is_not_kept_out_by_one_of_many_writers(tmp_path: Path) -> None:
    """Who has come to the lock file first goes first, though the process at work has more writers waiting."""
    file, order = tmp_path / "eine.sqlite-turn", list[str]()
    busy, other = WriteQueue(lock_file=file), WriteQueue(lock_file=file)

    def take(queue: WriteQueue, name: str) -> None:
        with queue.turn():
            order.append(name)

    def stands_at_the_door() -> bool:
        with file.with_name(f"{file.name}-door").open("a") as door:
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    threads = [
        threading.Thread(target=take, args=(other, "the other process")),
        threading.Thread(target=take, args=(busy, "the next of many")),
    ]
    with busy.turn():
        threads[0].start()
        while not stands_at_the_door():
            time.sleep(LOOK_AGAIN)  # polling; the test's own time limit is the deadline
        threads[1].start()
        while not busy._waiting:
            time.sleep(LOOK_AGAIN)
    for thread in threads:
        thread.join(120)
    assert order == ["the other process", "the next of many"]


def _postgres_table(url: str, **options: float) -> Database:
    database = Database(url, **options)  # type: ignore[arg-type]
    with database.write() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b INTEGER)"))
        session.execute(text("INSERT INTO t VALUES (1, 0), (2, 0) ON CONFLICT DO NOTHING"))
    return database


@pytest.mark.postgres
def test_a_deadlock_is_reported_as_busy(postgres_url: str) -> None:
    database, both_hold = _postgres_table(postgres_url), threading.Barrier(2)

    def take(rows: tuple[int, int]) -> bool:
        take_one = text("UPDATE t SET b = b + 1 WHERE a = :a")
        try:
            with database.write() as session:
                session.execute(take_one, {"a": rows[0]})
                both_hold.wait(120)
                session.execute(take_one, {"a": rows[1]})
        except StorageBusyError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, [(1, 2), (2, 1)])) == [False, True]
    with database.read() as session:
        assert session.scalars(text("SELECT b FROM t")).all() == [1, 1], "one did both, one nothing"
    database.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("settings", "deed"),
    [
        ("SET LOCAL lock_timeout = '50ms'", "UPDATE t SET b = 5 WHERE a = 1"),
        ("SET LOCAL lock_timeout = 0", "SELECT * FROM t WHERE a = 1 FOR UPDATE NOWAIT"),
    ],
)
def test_a_lock_that_does_not_come_is_reported_as_busy(
    postgres_url: str, settings: str, deed: str
) -> None:
    database = _postgres_table(postgres_url)
    with database.write() as session:
        session.execute(text("UPDATE t SET b = 1 WHERE a = 1"))
        with pytest.raises(StorageBusyError):
            database.run(lambda other: (other.execute(text(settings)), other.execute(text(deed))))
    database.close()


@pytest.mark.postgres
def test_a_change_seen_too_late_is_reported_as_busy(postgres_url: str) -> None:
    database = _postgres_table(postgres_url)

    def overtaken(session: Session) -> None:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        session.execute(text("SELECT * FROM t"))
        database.run(lambda other: other.execute(text("UPDATE t SET b = 2")))
        session.execute(text("UPDATE t SET b = 3"))

    with pytest.raises(StorageBusyError):
        database.run(overtaken)
    database.close()


@pytest.mark.postgres
def test_a_used_up_pool_is_reported_as_busy(postgres_url: str) -> None:
    database = _postgres_table(postgres_url, pool_size=1, pool_timeout=0.05)
    with (
        database.engine.connect(),
        database.engine.connect(),
        pytest.raises(StorageBusyError),
        database.write() as session,
    ):
        session.execute(text("SELECT 1"))
    database.close()


def test_other_faults_are_not_called_busy(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'eine.sqlite'}")
    with pytest.raises(OperationalError), database.write() as session:
        session.execute(text("SELECT * FROM gibt_es_nicht"))
    database.close()


def test_a_naive_moment_is_refused() -> None:
    from sqlalchemy.dialects import sqlite

    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), sqlite.dialect())  # noqa: DTZ001 - that is the point
    stored = UtcDateTime().process_bind_param(
        datetime(2026, 7, 1, 12, tzinfo=UTC), sqlite.dialect()
    )
    assert UtcDateTime().process_result_value(stored, sqlite.dialect()) == datetime(
        2026, 7, 1, 12, tzinfo=UTC
    )


def test_who_is_in_a_hurry_waits_no_longer_for_a_foreign_lock(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'eine.sqlite'}")
    database.run(lambda session: session.execute(text("CREATE TABLE t (a INTEGER)")))
    with closing(sqlite3.connect(tmp_path / "eine.sqlite", isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with patience(0.05), pytest.raises(StorageBusyError), database.write():
            pass
        assert time.monotonic() - began < 60, "the usual patience is a minute"
    with database.write() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 60_000
    database.close()


@pytest.mark.postgres
def test_who_is_in_a_hurry_waits_no_longer_for_a_row(postgres_url: str) -> None:
    database = _postgres_table(postgres_url)
    update = text("UPDATE t SET b = 1 WHERE a = 1")
    with database.write() as session:
        session.execute(update)
        with patience(0.05), pytest.raises(StorageBusyError):
            database.run(lambda other: other.execute(update))
    with database.write() as session:
        assert session.scalar(text("SHOW lock_timeout")) == "0"
    database.close()
