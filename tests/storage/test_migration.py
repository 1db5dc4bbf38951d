"""The revisions lead to exactly the schema the code works with, on both databases."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from storage.all_tables import load
from storage.database import Database
from storage.migration import is_current, upgrade


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'leer.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()


def _ours(name: str, kind: str) -> bool:
    return not (kind == "table" and name.startswith("fulltext"))


def test_upgrade_makes_the_schema_of_the_code(empty: Database) -> None:
    assert not is_current(empty)
    upgrade(empty)
    assert is_current(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: _ours(name or "", kind),
                "compare_type": True,
            },
        )
        assert compare_metadata(context, load()) == []
        tables = set(inspect(connection).get_table_names())
    assert {"document", "akte", "job", "fulltext_entry"} <= tables


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    upgrade(empty)
    assert is_current(empty)
