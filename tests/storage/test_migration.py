"""The revisions lead to exactly the schema the code works with, on both databases."""

from collections.abc import Iterator
from datetime import date

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

from presence.people.tables import Laufzettel, LaufzettelStep
from storage.clock import new_id
from storage.database import Database
from storage.migration import configuration, is_current, upgrade
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


def test_open_laufzettel_learn_from_which_day_their_steps_count(empty: Database) -> None:
    person, office, sheet = (new_id() for _ in range(3))
    as_stored = (lambda key: key.hex) if empty.dialect == "sqlite" else str
    day = {"day": "2026-03-31", "due": "2026-03-24", "at": "2026-03-02 08:00:00+00:00"}
    ids = {"person": person, "office": office, "sheet": sheet, "step": new_id()}
    filled = """
        INSERT INTO office (id, key, number, name, short, keywords, valid_from, revision)
        VALUES (:office, 'amt', '1', 'Amt', 'Amt', '[]', '2020-01-01', 1);
        INSERT INTO person (id, login, name, valid_from, revision)
        VALUES (:person, 'kati', 'Kati', '2020-01-01', 1);
        INSERT INTO laufzettel (id, kind, person_id, office_id, day, state, opened_at, revision)
        VALUES (:sheet, 'leave', :person, :office, :day, 'open', :at, 1);
        INSERT INTO laufzettel_step
        (id, laufzettel_id, key, position, title, office_id, due_on, state, revision)
        VALUES (:step, :sheet, 'akten', 1, 'Akten', :office, :due, 'open', 1)
    """
    with empty.engine.execution_options(writer=True).begin() as connection:
        command.upgrade(configuration(connection), "0008")
        for statement in filled.split(";"):
            connection.execute(
                text(statement), {name: as_stored(key) for name, key in ids.items()} | day
            )
    upgrade(empty)
    with empty.read() as session:
        step = session.scalars(select(LaufzettelStep)).one()
        assert (step.days, step.due_on, step.ended) == (-7, date(2026, 3, 24), None)
        kept = session.scalars(select(Laufzettel)).one()
        assert (kept.id, kept.office_id, kept.valid_to_before) == (sheet, office, None)
