"""Finished tasks and old drafts go when the register says, in batches, on both databases."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.actors import System
from storage.clock import new_id
from storage.database import Database
from storage.organisation.operations import add_person
from storage.tasks import forgetting
from storage.tasks.drafts import save_draft
from storage.tasks.forgetting import forget_drafts, forget_tasks
from storage.tasks.list import finish_task, open_task
from storage.tasks.tables import Draft, Task
from tests.storage.promises import promised_end

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ada(database: Database) -> UUID:
    with database.write() as session:
        return add_person(
            session, System("test"), login="ada", name="Ada", office=None,
            valid_from=date(2026, 1, 1), now=NOW,
        ).id  # fmt: skip


def _task(database: Database, person: UUID, key: str) -> None:
    with database.write() as session:
        open_task(
            session, key=key, kind="test", title=key, link="/", object_kind="test",
            object_id=new_id(), now=NOW, person=person,
        )  # fmt: skip


def test_a_finished_task_goes_a_year_later_and_an_open_one_waits(
    database: Database, ada: UUID
) -> None:
    for key in ("fertig", "offen"):
        _task(database, ada, key)
    with database.write() as session:
        finish_task(session, "fertig", NOW)
    end = promised_end(Task, NOW)
    with database.write() as session:
        assert forget_tasks(session, end) == 0
        assert forget_tasks(session, end + MINUTE) == 1
        assert session.scalars(select(Task.key)).all() == ["offen"]


def test_a_draft_goes_when_nobody_touched_it(database: Database, ada: UUID) -> None:
    end = promised_end(Draft, NOW)
    with database.write() as session:
        save_draft(session, ada, "alt", {}, NOW)
        save_draft(session, ada, "neu", {}, NOW + timedelta(days=1))
    with database.write() as session:
        assert forget_drafts(session, end) == 0
        assert forget_drafts(session, end + MINUTE) == 1
        assert session.scalars(select(Draft.key)).all() == ["neu"]


def test_many_go_in_batches(database: Database, ada: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    for key in ("a", "b", "c"):
        _task(database, ada, key)
        with database.write() as session:
            finish_task(session, key, NOW)
    late, found = promised_end(Task, NOW) + MINUTE, []
    for _ in range(3):
        with database.write() as session:
            found.append(forget_tasks(session, late))
    assert found == [2, 1, 0]
