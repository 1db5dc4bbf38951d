"""Houses furnished before anything was published keep their Anliegen, and nobody has agreed to anything."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import MetaData

from storage.clock import new_id
from storage.database import Database
from storage.migration import configuration, upgrade
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.citizens.published import published

BEFORE = "0013"
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'alt.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()


def fill(empty: Database, before: str, more: dict[str, object]) -> UUID:
    """An Anliegen as a house of that release held it."""
    identities = {name: new_id() for name in ("office", "kiss_group", "anliegen")}

    def key(value: UUID) -> object:
        return value if empty.dialect == "postgresql" else value.hex

    rows: dict[str, dict[str, object]] = {
        "office": {"key": "a", "number": "1", "name": "Amt", "short": "A", "keywords": [], "valid_from": date(2020, 1, 1)},
        "kiss_group": {
            "key": "g", "name": "G", "office_id": key(identities["office"]), "general": True,
            "coordination": True, "spreads": False, "hours": 24, "valid_from": date(2020, 1, 1), "revision": 1,
        },
        "anliegen": {
            "year": 2026, "number": 1, "kind": "fault", "state": "new", "title": "Loch", "channel": "form",
            "received_at": AT, "changed_at": AT, "group_id": key(identities["kiss_group"]), "since_holder": AT,
            "office_id": key(identities["office"]), "protection": "internal", "access": "x", "allowed": 1,
            "used": 0, "link_revision": 1, "revision": 1, **more,
        },
    }  # fmt: skip
    with empty.engine.execution_options(writer=True).begin() as connection:
        command.upgrade(configuration(connection), before)
        held = MetaData()
        held.reflect(connection, only=list(rows))
        for name, row in rows.items():
            known = {column.name for column in held.tables[name].columns}
            values = {"id": key(identities[name]), "revision": 1, **row}
            connection.execute(
                held.tables[name]
                .insert()
                .values({each: values[each] for each in values if each in known})
            )
    return identities["anliegen"]


def test_nobody_has_agreed_to_be_published(empty: Database) -> None:
    anliegen = fill(empty, BEFORE, {})
    upgrade(empty)
    with empty.read() as session:
        row = session.get_one(Anliegen, anliegen)
        assert (row.may_publish, row.published_text, row.title) == (False, None, "Loch")
        assert published(session) == []


@pytest.mark.parametrize(("kind", "where"), [("fault", "exact"), ("complaint", "none")])
def test_what_is_out_keeps_its_place_only_where_it_is_found_by_it(
    empty: Database, kind: str, where: str
) -> None:
    out = {"kind": kind, "published_at": AT, "published_text": "Text", "may_publish": True}
    anliegen = fill(empty, "0018", out)
    upgrade(empty)
    with empty.read() as session:
        assert session.get_one(Anliegen, anliegen).published_where == where
