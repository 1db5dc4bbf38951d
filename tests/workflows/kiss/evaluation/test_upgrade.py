"""Houses furnished before evaluations stood keep their proposals, mails and tasks, and go on working with them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import JSON, MetaData, Uuid, inspect, select

from storage.actors import Grant, Role, Staff
from storage.clock import new_id
from storage.database import Database
from storage.migration import configuration, upgrade
from storage.tasks.tables import Task
from tests.storage.releases import differences
from workflows.kiss.anliegen.tables import Step
from workflows.kiss.evaluation.hearing import annoyances, open_by_topic
from workflows.kiss.evaluation.improving import change_of, keep_effects, proposals
from workflows.kiss.evaluation.standing import ask, standing
from workflows.kiss.evaluation.tables import Proposal
from workflows.kiss.mail.quarantine import LINK, unread
from workflows.kiss.mail.tables import MailItem

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
NAMES = (
    "office", "person", "kiss_group", "kiss_topic", "anliegen", "anliegen_step", "kiss_proposal", "kiss_annoyance", "kiss_mail", "task",
)  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'alt.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()


def rows(ids: dict[str, UUID]) -> dict[str, dict[str, Any]]:
    """A row of each table as the house had it."""
    group, topic, office = ids["kiss_group"], ids["kiss_topic"], ids["office"]
    return {
        "office": {"key": "a", "number": "1", "name": "Amt", "short": "A", "keywords": [], "valid_from": LONG_AGO},
        "person": {"login": "kora", "name": "Kora Beispiel", "valid_from": LONG_AGO, "email": None},
        "kiss_group": {
            "key": "g", "name": "G", "office_id": office, "general": True, "coordination": True, "spreads": False,
            "hours": 24, "valid_from": LONG_AGO,
        },
        "kiss_topic": {
            "key": "licht", "title": "Licht", "description": "", "group_id": group, "kind": "fault", "keywords": [],
            "hours": 24, "four_eyes": False, "public": True, "valid_from": LONG_AGO,
        },
        "anliegen": {
            "year": 2026, "number": 1, "kind": "fault", "state": "new", "title": "Loch", "channel": "form",
            "received_at": AT, "changed_at": AT, "group_id": group, "since_holder": AT, "office_id": office,
            "protection": "internal", "access": "x", "allowed": 1, "used": 0, "link_revision": 1, "may_publish": False,
        },
        "anliegen_step": {
            "anliegen_id": ids["anliegen"], "at": AT, "deed": "open", "state": "new", "group_id": group,
        },
        "kiss_proposal": {
            "key": f"{group.hex}:{topic.hex}:", "pattern": "Es ging hin und her.", "text": "Vorschlag: gleich zu G.",
            "change": {"group": group.hex, "topic": topic.hex, "word": None}, "effect": {"cases": 7}, "begins": AT,
            "ends": AT, "state": "accepted", "made_at": AT, "decided_by": ids["person"], "decided_at": AT,
        },
        "kiss_annoyance": {
            "text": "Drei Formulare", "office_id": office, "topic_id": topic, "reporter_id": None, "state": "open", "at": AT,
        },
        "kiss_mail": {
            "key": "mail:abc", "mailboxes": ["feedback"], "fate": "quarantined", "reason": "Zu groß", "size": 7, "at": AT,
        },
        "task": {
            "key": "kiss.mail:x", "kind": "kiss.quarantine", "title": "Eine E-Mail konnte nicht gelesen werden",
            "link": "/anliegen?post=unlesbar", "object_kind": "kiss.mail", "object_id": ids["kiss_mail"],
            "role": "feedback", "created_at": AT,
        },
    }  # fmt: skip


def fill(database: Database, before: str, ids: dict[str, UUID]) -> None:
    """Bring an empty database to a revision, and rows into it as far as it knows their columns."""
    with database.engine.execution_options(writer=True).begin() as connection:
        command.upgrade(configuration(connection), before)
        held = MetaData()
        held.reflect(connection, only=list(NAMES))
        for name, row in rows(ids).items():
            table = held.tables[name]
            known = {column.name: column for column in table.columns}
            values = {"id": ids[name], "revision": 1, **row}
            connection.execute(
                table.insert().values(
                    {
                        each: _as_kept(values[each], database, known[each].type)
                        for each in values
                        if each in known
                    }
                )
            )


def _as_kept(value: Any, database: Database, kind: Any) -> Any:
    """Reflected columns of SQLite know no ids."""
    plain = database.dialect != "postgresql" and not isinstance(kind, JSON)
    return value.hex if plain and isinstance(value, UUID) and not isinstance(kind, Uuid) else value


@pytest.mark.parametrize("before", ["0016", "0017"])
def test_proposals_reports_and_tasks_are_kept_and_go_on(empty: Database, before: str) -> None:
    ids = {name: new_id() for name in NAMES}
    fill(empty, before, ids)
    upgrade(empty)
    assert differences(empty) == []
    kora = Staff(
        ids["person"], "Kora", frozenset({ids["office"]}), frozenset({Grant(Role.FEEDBACK, None)})
    )
    with empty.write() as session:
        [proposal] = proposals(session, kora)
        assert (proposal.groups, proposal.follow_up, proposal.topic_id) == (None, None, None)
        assert change_of(proposal).topic == ids["kiss_topic"].hex
        keep_effects(session, {proposal.id: "Weniger Weitergaben."}, AT)
        assert [each.text for each in annoyances(session, kora)] == ["Drei Formulare"]
        assert open_by_topic(session, kora) == {ids["kiss_topic"]: 1}
        assert session.get_one(Step, ids["anliegen_step"]).group_id == ids["kiss_group"]
        ask(session, kora, 92, now=AT)
        mail = unread(session, kora, ids["kiss_mail"])
        assert (mail.reason, mail.sender, mail.asked_at) == ("Zu groß", None, None)
        assert session.scalars(select(Task.link)).all() == [LINK]
    with empty.read() as session:
        assert session.get_one(Proposal, ids["kiss_proposal"]).follow_up == "Weniger Weitergaben."
        kept = standing(session, kora, 92)
        assert kept is not None
        assert kept.done_at is None
        assert session.scalars(select(MailItem.mailboxes)).all() == [["feedback"]]
    with empty.engine.connect() as connection:
        indexes = {each["name"] for each in inspect(connection).get_indexes("anliegen_step")}
    assert "ix_anliegen_step_group_id" in indexes


def test_going_back_leaves_what_was_there_before(empty: Database) -> None:
    ids = {name: new_id() for name in NAMES}
    fill(empty, "0017", ids)
    upgrade(empty)
    with empty.engine.execution_options(writer=True).begin() as connection:
        command.downgrade(configuration(connection), "0016")
        held = MetaData()
        held.reflect(connection, only=["kiss_proposal", "kiss_mail", "task"])
        assert connection.execute(select(held.tables["kiss_proposal"].c.text)).scalars().all() == [
            "Vorschlag: gleich zu G."
        ]
        assert connection.execute(select(held.tables["task"].c.link)).scalars().all() == [
            "/anliegen?post=unlesbar"
        ]
    upgrade(empty)
    assert differences(empty) == []
