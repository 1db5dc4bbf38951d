"""The current status: a store of its own that forgets.

What somebody set by hand and the busy times of their calendar are kept apart from everything that lasts: on SQLite in
``fluechtig/anwesenheit.sqlite`` (deleted content is overwritten with zeros, the rollback journal stays in memory, so
that nothing is left on the disk), on PostgreSQL in UNLOGGED tables of the schema ``fluechtig`` (not in the write-ahead
log, not on replicas, empty after a crash), best in a database of its own (``RATHAUS_CURRENT_URL``): in the main one a
plain ``pg_dump`` would take it along, and the status warns of that. Nothing of it is journalled or logged. A crash may lose it: then people's working hours and absences still answer.

``version`` grows with every change; monitors wait for it.
"""

import logging
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    delete,
    event,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError

from presence.availability.current_engine import (
    engine_of,
    keep_out_of_the_log,
    rewrite,
    take_turns,
)
from presence.availability.current_tables import (
    BUSY,
    COUNTER,
    FLUECHTIG,
    NOTICE,
    STATUS,
    tables_of,
)
from presence.availability.facts import Manual
from presence.availability.levels import Level
from storage.house import House
from storage.keyfiles import replace_durably

logger = logging.getLogger(__name__)

CACHE_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n"
"""CACHEDIR.TAG (bford.info/cachedir): backup programs leave a folder out that holds it."""
NOTICE_DAYS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BusySpan:
    """A span of somebody's calendar: ``busy``, ``tentative`` or ``away``; no title, no place, no people."""

    starts: datetime
    ends: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody set another's status."""

    by: UUID
    at: datetime


class CurrentStore:
    """Opened with ``current_store(house)``. Safe to share among threads."""

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)
        self._file = self._engine.url.database if self._engine.dialect.name == "sqlite" else None
        self._made = False

    def set_status(self, person: UUID, status: Manual, *, by: Deed | None = None) -> None:
        """Replace what this person's status is; ``by`` whom else, and when, they are told."""
        with self._write() as connection:
            self._put(
                connection,
                STATUS,
                {"person": person},
                {
                    "level": int(status.level),
                    "starts": status.starts,
                    "until": status.until,
                    "message": status.message,
                    "place": status.place,
                },
            )
            self._tell(connection, person, by)
            _count(connection)

    def clear_status(self, person: UUID, *, by: Deed | None = None) -> bool:
        """Forget it. False where there was none."""
        with self._write() as connection:
            gone = connection.execute(delete(STATUS).where(STATUS.c.person == person)).rowcount
            if gone:
                self._tell(connection, person, by)
                _count(connection)
        return bool(gone)

    def deeds(self, person: UUID) -> list[Deed]:
        """Who else set this person's status since they last read it, and when; the latest last."""
        with self._read() as connection:
            rows = connection.execute(
                select(NOTICE.c.by, NOTICE.c.at)
                .where(NOTICE.c.person == person)
                .order_by(NOTICE.c.at)
            ).all()
        return [Deed(row.by, row.at) for row in rows]

    def read_deeds(self, person: UUID, until: datetime) -> None:
        """They know of everything up to this moment: it is forgotten."""
        with self._write() as connection:
            connection.execute(
                delete(NOTICE).where(NOTICE.c.person == person, NOTICE.c.at <= until)
            )

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

    def people(self) -> frozenset[UUID]:
        """Of whom anything is known at all."""
        with self._read() as connection:
            return frozenset(
                person
                for column in (STATUS.c.person, BUSY.c.person, NOTICE.c.person, NOTICE.c.by)
                for person in connection.execute(select(column).distinct()).scalars()
            )

    def forget(self, *people: UUID) -> None:
        """Everything about people who leave or ask for it."""
        with self._write() as connection:
            for column in (STATUS.c.person, BUSY.c.person, NOTICE.c.person, NOTICE.c.by):
                connection.execute(delete(column.table).where(column.in_(people)))
            _count(connection)

    def forget_busy(self) -> int:
        """All calendars, of everybody. Returns how many rows went."""
        with self._write() as connection:
            gone = connection.execute(delete(BUSY)).rowcount
            if gone:
                _count(connection)
        return gone

    def purge(self, now: datetime) -> dict[str, int]:
        """Forget what is over, and rewrite what is left, so that no page keeps a trace. Returns how many rows went.

        Writers wait meanwhile (see ``_write``): what is set during the night is neither lost nor twice there.
        """
        gone: dict[str, int] = {}
        with self._write() as connection:
            for name, table, over in (
                ("Status", STATUS, STATUS.c.until <= now),
                ("Kalenderzeiten", BUSY, BUSY.c.ends <= now),
                ("Hinweise", NOTICE, NOTICE.c.at <= now - NOTICE_DAYS),
            ):
                gone[name] = connection.execute(delete(table).where(over)).rowcount
                if self._file is None:
                    rewrite(connection, table)
            _count(connection)
        if self._file is not None:
            with self._engine.connect() as plain:
                plain.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
        return gone

    def close(self) -> None:
        self._engine.dispose()

    def close_with(self, _engine: Engine) -> None:
        """For the end of the house's own engine."""
        self.close()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        self._ensure()
        with self._noticing_damage(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        """One writer at a time on both databases: deeds are short, and the night must not meet one half done."""
        self._ensure()
        writer = self._engine.execution_options(writer=True)
        with self._noticing_damage(), writer.begin() as connection:
            if self._file is None:
                take_turns(connection)
            yield connection

    def _tell(self, connection: Connection, person: UUID, by: Deed | None) -> None:
        if by is not None:
            self._put(connection, NOTICE, {"person": person, "by": by.by}, {"at": by.at})

    def _put(
        self, connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]
    ) -> None:
        """Insert or renew the row of this key."""
        add = sqlite.insert if self._file is not None else postgresql.insert
        connection.execute(
            add(table)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )

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
                take_turns(connection)
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {FLUECHTIG}"))
            elif connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                raise DatabaseError("quick_check", None, sqlite3.DatabaseError("broken"))
            tables_of().create_all(connection)
            if self._file is None:
                keep_out_of_the_log(connection)
            if connection.execute(select(COUNTER.c.version)).first() is None:
                connection.execute(insert(COUNTER).values(version=0))


def current_store(house: House) -> CurrentStore:
    """The store of this house, one per process; on PostgreSQL it lets its connections go when the house is closed."""
    engine, apart = house.database.engine, house.settings.current_url
    if apart is None and engine.dialect.name == "sqlite":
        file = (house.settings.data_dir / "fluechtig" / "anwesenheit.sqlite").resolve()
        return _opened(f"sqlite:///{file}")
    if apart is not None and engine.dialect.name != "sqlite" and make_url(apart) != engine.url:
        _leave(engine)
    store = _opened(apart or engine.url.render_as_string(hide_password=False))
    if not event.contains(engine, "engine_disposed", store.close_with):
        event.listen(engine, "engine_disposed", store.close_with)
    return store


@lru_cache(maxsize=8)
def _leave(engine: Engine) -> None:
    """Nothing of it stays in the main database, and so in its backups, once it has one of its own."""
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {FLUECHTIG} CASCADE"))


@lru_cache(maxsize=8)
def _opened(url: str) -> CurrentStore:
    return CurrentStore(url)


def _count(connection: Connection) -> None:
    connection.execute(update(COUNTER).values(version=COUNTER.c.version + 1))
