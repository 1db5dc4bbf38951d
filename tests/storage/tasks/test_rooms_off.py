"""What a room has asked for isn't shown while the room is off, whatever of the room it is about."""

from datetime import UTC, date, datetime

import pytest

from config.rooms import Room
from storage.actors import System
from storage.clock import new_id
from storage.database import Database
from storage.organisation.operations import add_person
from storage.organisation.queries import load_staff
from storage.tasks.list import count_tasks, open_task, tasks_for

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["kiss", "kiss.something", "document"])
def test_tasks_of_a_room_wait_unseen_while_it_is_off(database: Database, kind: str) -> None:
    day = date(2026, 1, 1)
    with database.write() as session:
        ada = add_person(
            session, System("test"), login="ada", name="Ada", office=None, valid_from=day, now=NOW
        )
        for about in (kind, "kissen"):
            open_task(
                session, key=about, kind="test", title=about, link="/", object_kind=about,
                object_id=new_id(), now=NOW, person=ada.id,
            )  # fmt: skip
    with database.read() as session:
        staff = load_staff(session, ada.id, date(2026, 11, 23))
        assert staff
        off = frozenset({Room.KISS, Room.EAKTE})
        assert [each.title for each in tasks_for(session, staff, rooms_off=off)] == ["kissen"]
        assert count_tasks(session, staff, off) == 1
        assert count_tasks(session, staff) == 2
