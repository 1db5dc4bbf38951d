"""Writers take turns: none is turned away, and those who wait are served in order of arrival."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.database import Database, StorageBusyError, WriteQueue
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
        thread.join(5)
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
