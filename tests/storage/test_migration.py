"""The revisions lead to exactly the schema the code works with, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect

from storage.database import Database
from storage.migration import is_current, upgrade
from tests.storage.releases import differences


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'leer.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()


def test_upgrade_makes_the_schema_of_the_code(empty: Database) -> None:
    assert not is_current(empty)
    upgrade(empty)
    assert is_current(empty)
    assert differences(empty) == []
    tables = set(inspect(empty.engine).get_table_names())
    assert {"document", "akte", "job", "fulltext_entry"} <= tables


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    upgrade(empty)
    assert is_current(empty)
