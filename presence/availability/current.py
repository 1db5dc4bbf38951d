"""The current status: a store of its own that forgets.

What somebody set by hand and the busy times of their calendar are kept apart from everything that lasts: on SQLite in
``fluechtig/anwesenheit.sqlite`` (deleted content is overwritten with zeros, the rollback journal stays in memory, so
that nothing is left on the disk), on PostgreSQL in UNLOGGED tables of the schema ``fluechtig`` (not in the write-ahead
log, not on replicas, empty after a crash; ``pg_dump --exclude-schema=fluechtig``). Nothing of it is journalled, logged
or backed up. A crash may lose it: then people's working hours and absences still answer.

``version`` grows with every change; monitors wait for it.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from presence.availability.current_tables import BUSY, COUNTER, FLUECHTIG, STATUS, tables_of
from presence.availability.facts import Manual
from presence.availability.levels import Level
from storage.house import House
from storage.keyfiles import replace_durably

logger = logging.getLogger(__name__)

CACHE_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n"
"""CACHEDIR.TAG (bford.info/cachedir): backup programs leave a folder out that holds it."""
BUSY_TIMEOUT_MS = 10_000
_LOCK = 7_236_103  # an arbitrary key of our own for PostgreSQL's advisory lock


@dataclass(frozen=True, slots=True)
class BusySpan:
    """A span of somebody's calendar: ``busy``, ``tentative`` or ``away``; no title, no place, no people."""

    starts: datetime
    ends: datetime
    status: str


class CurrentStore:
    """Opened with ``current_store(house)``. Safe to share among threads."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._file = self._engine.url.database if self._engine.dialect.name == "sqlite" else None
        self._made = False

    def set_status(self, person: UUID, status: Manual) -> None:
        """Replace what this person's status is."""
        with self._write() as connection:
            connection.execute(delete(STATUS).where(STATUS.c.person == person))
            connection.execute(
                insert(STATUS).values(
                    person=person,
                    level=int(status.level),
                    starts=status.starts,
                    until=status.until,
                    message=status.message,
                    place=status.place,
                )
            )
            _count(connection)

    def clear_status(self, person: UUID) -> bool:
        """Forget it. False where there was none."""
        with self._write() as connection:
            gone = connection.execute(delete(STATUS).where(STATUS.c.person == person)).rowcount
            if gone:
                _count(connection)
        return bool(gone)

    def statuses(self, people: Collection[UUID], now: datetime) -> dict[UUID, Manual]:
        """What is set and not over, by person."""
        with self._read() as connection:
            rows = connection.execute(
                select(STATUS).where(STATUS.c.person.in_(people), STATUS.c.until > now)
            ).all()
        return {
            row.person: Manual(Level(row.level), row.until, row.starts, row.message, row.place)
            for row in rows
        }

    def set_busy(self, person: UUID, spans: Sequence[BusySpan]) -> None:
        """Replace everything known of this person's calendar."""
        with self._write() as connection:
            gone = connection.execute(delete(BUSY).where(BUSY.c.person == person)).rowcount
            rows = [
                {"person": person, "starts": s.starts, "ends": s.ends, "status": s.status}
                for s in spans
            ]
            if rows:
                connection.execute(insert(BUSY), rows)
            if gone or rows:
                _count(connection)

    def busy(
        self, people: Collection[UUID], begins: datetime, ends: datetime
    ) -> dict[UUID, list[BusySpan]]:
        """Spans that touch the window, by person, in order."""
        with self._read() as connection:
            rows = connection.execute(
                select(BUSY)
                .where(BUSY.c.person.in_(people), BUSY.c.ends > begins, BUSY.c.starts < ends)
                .order_by(BUSY.c.starts)
            ).all()
        found: dict[UUID, list[BusySpan]] = {}
        for row in rows:
            found.setdefault(row.person, []).append(BusySpan(row.starts, row.ends, row.status))
        return found

    def version(self) -> int:
        """A number that grows with every change of anybody's availability; cheap to ask often."""
        with self._read() as connection:
            return connection.execute(select(COUNTER.c.version)).scalar() or 0

    def touch(self) -> None:
        """Something else changed that the resolver looks at: an absence, a booking, working hours."""
        with self._write() as connection:
            _count(connection)

    def forget(self, person: UUID) -> None:
        """Everything about a person who leaves or asks for it."""
        with self._write() as connection:
            for table in (STATUS, BUSY):
                connection.execute(delete(table).where(table.c.person == person))
            _count(connection)

    def purge(self, now: datetime) -> dict[str, int]:
        """Forget what is over, and rewrite what is left, so that no page keeps a trace. Returns how many rows went."""
        gone: dict[str, int] = {}
        with self._write() as connection:
            for name, table, end in (
                ("Status", STATUS, STATUS.c.until),
                ("Kalenderzeiten", BUSY, BUSY.c.ends),
            ):
                gone[name] = connection.execute(delete(table).where(end <= now)).rowcount
                if self._file is None:
                    _rewrite(connection, table)
            _count(connection)
        if self._file is not None:
            with self._engine.connect() as plain:
                plain.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
        return gone

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        self._ensure()
        with self._noticing_damage(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        self._ensure()
        writer = self._engine.execution_options(writer=True)
        with self._noticing_damage(), writer.begin() as connection:
            yield connection

    @contextmanager
    def _noticing_damage(self) -> Iterator[None]:
        """A file that turns out to be broken is looked at again before the next use."""
        try:
            yield
        except DatabaseError as error:
            self._made = self._made and isinstance(error, OperationalError)
            raise

    def _ensure(self) -> None:
        """The store exists and is whole; one that a crash left broken is begun anew."""
        there = self._file is None or Path(self._file).exists()
        if self._made and there:
            return
        if self._file is None:
            self._create()
        else:
            folder = Path(self._file).parent
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not (folder / "CACHEDIR.TAG").exists():
                replace_durably(folder / "CACHEDIR.TAG", CACHE_TAG)
            try:
                self._create()
            except OperationalError:
                raise  # locked or full, not broken
            except DatabaseError:
                logger.warning("the store of the current status was broken and is begun anew")
                Path(self._file).unlink(missing_ok=True)
                self._create()
        self._made = True

    def _create(self) -> None:
        with self._engine.execution_options(writer=True).begin() as connection:
            if self._file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {FLUECHTIG}"))
            elif connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                raise DatabaseError("quick_check", None, sqlite3.DatabaseError("broken"))
            tables_of().create_all(connection)
            if self._file is None:
                _keep_out_of_the_log(connection)
            if connection.execute(select(COUNTER.c.version)).first() is None:
                connection.execute(insert(COUNTER).values(version=0))


def current_store(house: House) -> CurrentStore:
    """The store of this house, one per process."""
    url = house.database.engine.url
    if url.get_backend_name() == "sqlite":
        file = (house.settings.data_dir / "fluechtig" / "anwesenheit.sqlite").resolve()
        return _opened(f"sqlite:///{file}")
    return _opened(url.render_as_string(hide_password=False))


@lru_cache(maxsize=8)
def _opened(url: str) -> CurrentStore:
    return CurrentStore(url)


def _count(connection: Connection) -> None:
    connection.execute(update(COUNTER).values(version=COUNTER.c.version + 1))


def _keep_out_of_the_log(connection: Connection) -> None:
    logged = connection.execute(
        text(
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE n.nspname = :schema AND relkind = 'r' AND relpersistence = 'p'"
        ),
        {"schema": FLUECHTIG},
    ).scalars()
    for name in logged.all():
        connection.execute(text(f'ALTER TABLE {FLUECHTIG}."{name}" SET UNLOGGED'))


def _rewrite(connection: Connection, table: Any) -> None:
    """A new file for the table: PostgreSQL keeps deleted rows in the old one until their place is needed."""
    kept = [dict(row) for row in connection.execute(select(table)).mappings()]
    connection.execute(text(f"TRUNCATE {FLUECHTIG}.{table.name}"))
    if kept:
        connection.execute(insert(table), kept)


def _engine(url: str) -> Engine:
    """``hide_parameters``: an error's text, which may be logged, never shows a message or a place."""
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(
            url, pool_size=2, max_overflow=8, pool_pre_ping=True, hide_parameters=True
        )
        return engine.execution_options(schema_translate_map={None: FLUECHTIG})
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "secure_delete=ON",
        "journal_mode=MEMORY",
        "synchronous=OFF",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    writer = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")
