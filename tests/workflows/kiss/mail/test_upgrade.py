"""Houses furnished before mails belonged to conversations keep what waits to be sent, as automatic as it was."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import MetaData, func, select

from storage.clock import new_id
from storage.database import Database
from storage.jobs.tables import Mail
from storage.mail import compose
from storage.migration import configuration, upgrade
from workflows.kiss.mail.tables import MailItem

BEFORE = "0012"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'alt.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()


def test_mails_on_their_way_go_out_as_before(empty: Database) -> None:
    identity, at = new_id(), datetime(2026, 3, 2, 8, tzinfo=UTC)
    with empty.engine.execution_options(writer=True).begin() as connection:
        command.upgrade(configuration(connection), BEFORE)
        held = MetaData()
        held.reflect(connection, only=["mail"])
        connection.execute(
            held.tables["mail"].insert().values(
                id=identity if empty.dialect == "postgresql" else identity.hex, key="k", recipient="e@example.org", subject="Termin", text="Bis Montag.", created_at=at,
            )
        )  # fmt: skip
    upgrade(empty)
    with empty.read() as session:
        row = session.get_one(Mail, identity)
        message = compose(row, [], "rathaus@stadt.example")
        assert session.scalar(select(func.count()).select_from(MailItem)) == 0
    assert (message["From"], message["Auto-Submitted"]) == (
        "rathaus@stadt.example",
        "auto-generated",
    )
    assert "In-Reply-To" not in message
