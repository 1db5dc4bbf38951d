"""One database is enough here: what differs between two is tried beside the verbs."""

import pytest

from storage.database import Database


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database
