"""Kept releases: filled databases as they left the house, restored for tests."""

import sqlite3
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import make_url

from config.settings import Settings
from storage.all_tables import load
from storage.database import Database
from storage.house import House

DUMPS = Path(__file__).with_name("dumps")
RELEASES = sorted({path.name.rpartition("-")[0] for path in DUMPS.glob("*.tar.gz")})
LATER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A month after the dumps were filled."""


def restore(release: str, folder: Path, postgres: str | None = None) -> House:
    """The house of that release below ``folder``: on SQLite, or in the empty PostgreSQL database of this URL."""
    system = "postgresql" if postgres else "sqlite"
    with tarfile.open(DUMPS / f"{release}-{system}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    sql = (folder / "dump.sql").read_text("utf-8")
    if postgres:
        import psycopg

        url = make_url(postgres).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as connection:
            connection.execute(sql.encode())
    else:
        with sqlite3.connect(folder / "rathaus.sqlite") as file:
            file.executescript(sql)
        file.close()
    settings = Settings(data_dir=folder, database_url=postgres, _env_file=None)
    return House(settings, lambda: LATER)


def differences(database: Database) -> list[object]:
    """How the schema differs from what the code works with."""
    with database.engine.connect() as connection:
        options = {"include_name": _is_compared, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, load()))


def _is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index is made of plain SQL, not of the code's tables."""
    return not (kind == "table" and (name or "").startswith("fulltext"))
