"""The database under the current status: a SQLite file that wipes what is deleted, or PostgreSQL without its log."""

import sqlite3
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    Table,
    create_engine,
    event,
    insert,
    make_url,
    select,
    text,
)

from presence.availability.current_tables import FLUECHTIG

BUSY_TIMEOUT_MS = 10_000
_LOCK = 7_236_103  # an arbitrary key of our own for PostgreSQL's advisory lock


def engine_of(url: str) -> Engine:
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


def take_turns(connection: Connection) -> None:
    """PostgreSQL: until the end of the transaction nobody else writes here. SQLite does so by itself."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def keep_out_of_the_log(connection: Connection) -> None:
    logged = connection.execute(
        text(
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE n.nspname = :schema AND relkind = 'r' AND relpersistence = 'p'"
        ),
        {"schema": FLUECHTIG},
    ).scalars()
    for name in logged.all():
        connection.execute(text(f'ALTER TABLE {FLUECHTIG}."{name}" SET UNLOGGED'))


def rewrite(connection: Connection, table: Table) -> None:
    """A new file for the table: PostgreSQL keeps deleted rows in the old one until their place is needed."""
    kept = [dict(row) for row in connection.execute(select(table)).mappings()]
    connection.execute(text(f"TRUNCATE {FLUECHTIG}.{table.name}"))
    if kept:
        connection.execute(insert(table), kept)
