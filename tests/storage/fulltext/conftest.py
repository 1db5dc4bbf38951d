"""An empty index on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from storage.database import Database
from storage.fulltext import ddl


@pytest.fixture(scope="session")
def fulltext_url(postgres_server: str) -> str:
    """One PostgreSQL database for all tests of the index; each creates and drops the index in it."""
    admin = create_engine(postgres_server + "postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE fulltext"))
    admin.dispose()
    return postgres_server + "fulltext"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with an empty full-text index."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'index.db'}"
    else:
        url = request.getfixturevalue("fulltext_url")
    database = Database(url)
    with database.write() as session:
        ddl.create(session.connection())
    yield database
    with database.write() as session:
        ddl.drop(session.connection())
    database.close()
