"""Engine and sessions for SQLite and PostgreSQL.

SQLite is opened in WAL mode; every writer starts with BEGIN IMMEDIATE (a plain BEGIN that turns into a writer
later fails with "database is locked" instead of waiting) and queues inside the process, first come, first served,
so that neighbours are not overtaken and the file lock is hardly contended.

On PostgreSQL we say BEGIN ourselves as well, at once: it is the ping that tells whether a pooled connection outlived
the server. A connection that did not is replaced before the deed has begun, and a healthy one costs no round trip more.
"""

import fcntl
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

BUSY_TIMEOUT_MS = 60_000
LOOK_AGAIN = 0.002
QUEUE_LIMIT = 2_000
SQLITE_FULL = 13
DISK_FULL = "53100"
BUSY_STATES = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL's serialization failure, deadlock and lock timeout (its manual, appendix A)."""
AWAY_STATES = frozenset({"57P01", "57P02", "57P03"})
"""Shut down by an administrator or a crash, or starting up still."""

T = TypeVar("T")

_PATIENCE: ContextVar[float | None] = ContextVar("patience", default=None)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """How long deeds begun in here (and in threads this context is handed to) wait for others who write.

    About so long for each of two: the turn among ourselves, and a lock that somebody from outside holds.
    """
    present = _PATIENCE.get()
    before = _PATIENCE.set(seconds if present is None else min(seconds, present))
    try:
        yield
    finally:
        _PATIENCE.reset(before)


class StorageBusyError(Exception):
    """The database can't take more work just now. Nothing was changed; the same deed may be tried again."""

    sentence = "Die Datenbank ist gerade überlastet. Bitte versuchen Sie es gleich noch einmal."

    def __init__(self) -> None:
        super().__init__(self.sentence)


class StorageAwayError(StorageBusyError):
    """The database can't be reached, or went away during the deed (a restart).

    Unless the connection was cut in the very COMMIT, nothing was changed. So the same deed may be tried again with
    the same key, as any: done already, it is found done.
    """

    sentence = (
        "Die Datenbank ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal."
    )


class StorageFullError(StorageBusyError):
    """The disk under the database is full. Nothing was changed, and trying again helps once somebody made room."""

    sentence = (
        "Der Speicherplatz der Datenbank ist erschöpft, es wurde nichts gespeichert. "
        "Bitte verständigen Sie die Systemverwaltung."
    )


class WriteQueue:
    """A fair, bounded lock: writers of this process take turns in order of arrival.

    Its head then waits for other processes at a lock file, looking again every two milliseconds: SQLite's own busy
    handler naps up to 100 ms between tries, so that whole processes starve each other. Who waits there holds a second
    lock file, the door: a process of many writers can't take turn after turn before the nose of a process of one.
    """

    def __init__(self, limit: int = QUEUE_LIMIT, lock_file: Path | None = None) -> None:
        self._lock_file = lock_file
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False
        self._limit = limit

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the queue's turn. Raises ``StorageBusyError`` when the queue is full or too slow."""
        patient = _PATIENCE.get() or BUSY_TIMEOUT_MS / 1000
        until = time.monotonic() + patient
        self._enter(patient)
        try:
            with self._among_processes(until):
                yield
        finally:
            self._leave()

    @contextmanager
    def _among_processes(self, until: float) -> Iterator[None]:
        if self._lock_file is None:
            yield
            return
        with self._lock_file.open(
            "a"
        ) as turn:  # closing a file gives its lock away, and so does dying
            with self._lock_file.with_name(f"{self._lock_file.name}-door").open("a") as door:
                _lock(door, until)
                _lock(turn, until)
            yield

    def _enter(self, timeout: float) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            if len(self._waiting) >= self._limit:
                raise StorageBusyError
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout):
            return
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise StorageBusyError
        # The turn was handed over between the timeout and the guard: it is ours.

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


def _lock(file: IO[str], until: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise StorageBusyError from None
            time.sleep(LOOK_AGAIN)
        else:
            return


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    # SQLite's own knows no letters but those of ASCII: "Ämter" would not be found by "ämter"
    connection.create_function("lower", 1, _lower, deterministic=True)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _lower(value: str | bytes | float | None) -> str | bytes | float | None:
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    if not _is_writer(connection):
        connection.exec_driver_sql("BEGIN")
        return
    milliseconds = _hurry()
    if milliseconds is None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _begin_postgresql(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
    milliseconds = _hurry()
    if milliseconds is not None and _is_writer(connection):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")


def _is_writer(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writer", False))


def _hurry() -> int | None:
    """Milliseconds to wait for a lock, where the patience is shorter than usual."""
    seconds = _PATIENCE.get()
    return None if seconds is None else max(round(seconds * 1000), 1)


class Database:
    """One database: ``read()`` for a session that only looks, ``write()`` for a deed (commits at the end)."""

    def __init__(self, url: str, *, pool_size: int = 10, pool_timeout: float = 30.0) -> None:
        self.engine = _make_engine(url, pool_size, pool_timeout)
        self.dialect = self.engine.dialect.name
        self._readers = sessionmaker(self.engine, expire_on_commit=False)
        self._writers = sessionmaker(
            self.engine.execution_options(writer=True), expire_on_commit=False
        )
        self._queue = _queue_for(self.engine) if self.dialect == "sqlite" else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only looks; whatever it changes is rolled back."""
        session, _ = self._begin(self._readers)
        with session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: state, journal and jobs of a deed commit together, or nothing does.

        Raises ``StorageBusyError`` where the database stayed locked, chose this deed to end a deadlock, or had no
        connection to spare; nothing was changed then. ``StorageFullError`` and ``StorageAwayError`` say why else.
        """
        turn = self._queue.turn() if self._queue else nullcontext()
        try:
            with turn:
                session, transaction = self._begin(self._writers)
                with session, transaction:
                    yield session
        except PoolTimeout as error:
            raise StorageBusyError from error
        except OperationalError as error:
            on_postgresql = self.dialect == "postgresql"
            told = _told_by_postgresql(error) if on_postgresql else _told_by_sqlite(error)
            if told is None:
                raise
            raise told from error

    def _begin(self, make: sessionmaker[Session]) -> tuple[Session, SessionTransaction]:
        """A session in a transaction; where the server went away since the last deed, on a new connection."""
        try:
            return _begin(make())
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return _begin(make())  # the pool has dropped all its connections

    def run(self, deed: Callable[[Session], T]) -> T:
        """Carry out a deed in a transaction of its own."""
        with self.write() as session:
            return deed(session)

    def close(self) -> None:
        self.engine.dispose()


def _begin(session: Session) -> tuple[Session, SessionTransaction]:
    transaction = session.begin()
    try:
        session.connection()  # says BEGIN
    except BaseException:
        session.close()
        raise
    return session, transaction


def _told_by_postgresql(error: OperationalError) -> StorageBusyError | None:
    """What people are told of it; None where it is a fault of the program."""
    state = getattr(error.orig, "sqlstate", None)
    if state in BUSY_STATES:
        return StorageBusyError()
    if state == DISK_FULL:
        return StorageFullError()
    if error.connection_invalidated or state is None or state in AWAY_STATES:
        return StorageAwayError()  # the driver's own faults have no state: it can't connect
    return None


def _told_by_sqlite(error: OperationalError) -> StorageBusyError | None:
    if getattr(error.orig, "sqlite_errorcode", None) == SQLITE_FULL:
        return StorageFullError()
    return StorageBusyError() if "locked" in str(error.orig) else None


def _queue_for(engine: Engine) -> WriteQueue:
    file = engine.url.database
    return WriteQueue(lock_file=Path(f"{file}-turn") if file and file != ":memory:" else None)


def _make_engine(url: str, pool_size: int, pool_timeout: float) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=pool_timeout,
            connect_args={"autocommit": True},  # the driver says no BEGIN of its own
        )
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4 * pool_size,
        pool_timeout=pool_timeout,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine
