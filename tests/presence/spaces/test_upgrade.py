"""Houses furnished before spaces could be out of order and floors given up come over with all they have."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, column, insert, table

from presence.spaces.queries import floors, terms_of
from presence.spaces.tables import Building, Floor, Space
from storage.clock import new_id
from storage.database import Database
from storage.migration import configuration, upgrade
from storage.organisation.tables import Office
from storage.schema import Table, as_core


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'alt.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()


def _insert(connection: Connection, of: type[Table], /, **row: Any) -> None:
    """As it was stored before: with these columns only."""
    held = as_core(of)
    before = table(held.name, *(column(key, held.c[key].type) for key in row))
    connection.execute(insert(before).values(row))


def test_a_floor_with_a_room_is_neither_shut_nor_given_up(empty: Database) -> None:
    office, building, floor, space = (new_id() for _ in range(4))
    with empty.engine.execution_options(writer=True).begin() as connection:
        command.upgrade(configuration(connection), "0008")
        _insert(connection, Office, id=office, key="amt", number="10", name="Amt",
                short="Amt", valid_from=date(2020, 1, 1), keywords=[], revision=1)  # fmt: skip
        _insert(connection, Building, id=building, key="rathaus", name="Rathaus",
                address="Markt 1", revision=1)  # fmt: skip
        _insert(connection, Floor, id=floor, building_id=building, level=0, name="EG",
                plan="<svg/>", width=10.0, height=10.0, revision=1)  # fmt: skip
        _insert(connection, Space, id=space, key="saal", floor_id=floor, office_id=office,
                kind="room", name="Saal", capacity=9, equipment=[], mode="both",
                hours=[[0, 480, 1080]], on_holidays=False, rules="", bookers="all", public=True,
                ahead_days=90, video=False, x=0.0, y=0.0, width=5.0, height=5.0,
                revision=3)  # fmt: skip
    upgrade(empty)
    with empty.read() as session:
        row = session.get_one(Space, space)
        assert (row.name, row.revision, terms_of(row).closures) == ("Saal", 3, ())
        assert session.get_one(Floor, floor).valid_to is None
        assert [each.id for _, each in floors(session, date(2026, 3, 2))] == [floor]
