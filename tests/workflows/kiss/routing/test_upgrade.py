"""Houses furnished before mails kept their recipients and topics their class: what is there stays as open as it was."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import MetaData

from storage.clock import new_id
from storage.database import Database
from storage.migration import configuration, upgrade
from workflows.kiss.anliegen.tables import Anliegen, Group, Message, Topic
from workflows.kiss.routing.shelf import as_message, load_gazetteer

BEFORE = "0018"
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = date(2020, 1, 1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'alt.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()


def test_nothing_is_protected_or_addressed_that_was_not(empty: Database) -> None:
    ids = {
        name: new_id()
        for name in ("office", "kiss_group", "kiss_topic", "anliegen", "anliegen_message")
    }

    def key(name: str) -> UUID | str:
        return ids[name] if empty.dialect == "postgresql" else ids[name].hex

    rows: dict[str, dict[str, object]] = {
        "office": {"key": "a", "number": "1", "name": "Amt", "short": "A", "keywords": [], "valid_from": DAY},
        "kiss_group": {
            "key": "g", "name": "G", "office_id": key("office"), "general": True, "coordination": True, "spreads": False,
            "hours": 24, "valid_from": DAY,
        },
        "kiss_topic": {
            "key": "t", "title": "T", "description": "T", "group_id": key("kiss_group"), "kind": "fault", "keywords": [],
            "hours": 24, "four_eyes": False, "public": True, "valid_from": DAY,
        },
        "anliegen": {
            "year": 2026, "number": 1, "kind": "fault", "state": "new", "title": "Loch", "channel": "mail",
            "received_at": AT, "changed_at": AT, "group_id": key("kiss_group"), "since_holder": AT,
            "office_id": key("office"), "protection": "internal", "access": "x", "allowed": 1, "used": 0, "link_revision": 1,
            "may_publish": False,
        },
        "anliegen_message": {
            "anliegen_id": key("anliegen"), "key": "mail:1", "kind": "incoming", "state": "received", "trusted": True,
            "text": "Ein Loch.", "at": AT,
        },
    }  # fmt: skip
    with empty.engine.execution_options(writer=True).begin() as connection:
        command.upgrade(configuration(connection), BEFORE)
        held = MetaData()
        held.reflect(connection, only=list(rows))
        for name, row in rows.items():
            known = {column.name for column in held.tables[name].columns}
            values = {"id": key(name), "revision": 1, **row}
            connection.execute(
                held.tables[name]
                .insert()
                .values({each: values[each] for each in values if each in known})
            )
    upgrade(empty)
    with empty.read() as session:
        message = session.get_one(Message, ids["anliegen_message"])
        assert (message.recipients, message.addressed) == (None, None)
        assert session.get_one(Topic, ids["kiss_topic"]).protection == "internal"
        assert session.get_one(Group, ids["kiss_group"]).protection == "internal"
        row = session.get_one(Anliegen, ids["anliegen"])
        assert as_message(session, row, load_gazetteer(session, AT.date())).addressed is None
