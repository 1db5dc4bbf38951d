"""View models on both databases: what pages show comes out the same."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from config.settings import Settings
from intranet.views import inbox, start, system
from intranet.views.akte import akte_history
from intranet.views.offices import inboxes
from presence.queries import people_with_accounts
from storage.actors import ProtectionClass, Scope, Staff
from storage.clock import local_date, new_id
from storage.database import Database
from storage.house import House
from storage.organisation.queries import load_staff, person_by_login
from storage.rights import NotAllowedError
from workflows.eakte.akten import close_akte, open_akte
from workflows.eakte.tables import Document, PlanEntry


@pytest.fixture
def house(tmp_path: Path, database: Database, small: Any) -> House:
    made = House(Settings(data_dir=tmp_path, _env_file=None))
    made.__dict__["database"] = database
    small.furnish(made, create=False)
    small.plan(made)
    return made


def person(house: House, login: str) -> Staff:
    today = local_date(house.clock())
    with house.database.read() as session:
        found = person_by_login(session, login, today)
        assert found is not None
        staff = load_staff(session, found.id, today)
    assert staff is not None
    return staff


def put(house: House, small: Any, count: int, **values: Any) -> None:
    with house.database.write() as session:
        office = small.office(session, "ordnungsamt")
        scope = Scope(office, ProtectionClass.UNFILED)
        session.execute(
            insert(Document),
            [
                {
                    "id": new_id(),
                    "state": "ready",
                    "intake_key": new_id().hex,
                    "source": "upload",
                    "received_at": house.clock(),
                    "office_id": office,
                    "protection": scope.protection.value,
                    "access": scope.token,
                    "sha256": f"{number:064x}",
                    "file_name": f"brief-{number}.pdf",
                    "media_type": "application/pdf",
                    "size": 1,
                    "title": f"Brief {number}",
                    "details": {},
                }
                | values
                for number in range(count)
            ],
        )


def test_the_start_page_names_the_nearest_deadlines_in_order(house: House, small: Any) -> None:
    today = local_date(house.clock())
    for days in (9, -600, 2, -30, -3):
        due = (today + timedelta(days)).isoformat()
        put(house, small, 1, details={"deadline": due}, title=f"Frist {days}")
    put(house, small, 1)
    anna, ada = person(house, "anna.beispiel"), person(house, "ada.admin")
    with house.database.read() as session:
        mine = start.load(session, anna, house.clock())
        other = start.load(session, ada, house.clock())
    assert mine.post is not None
    assert other.post is not None
    named = [each.title for each in mine.post.deadlines]
    assert named == ["Frist -3", "Frist 2", "Frist 9", "Frist -30", "Frist -600"]
    assert mine.post.ready == 6
    assert (other.post.ready, list(other.post.deadlines)) == (0, [])


def test_the_inbox_pages_by_key_without_gaps_or_repeats(house: House, small: Any) -> None:
    put(house, small, inbox.PAGE + 5)
    anna = person(house, "anna.beispiel")
    with house.database.read() as session:
        first = inbox.load(session, anna, house.clock())
        assert first.older is not None
        second = inbox.load(session, anna, house.clock(), after=first.older)
    ids = [line.id for line in (*first.lines, *second.lines)]
    assert len(ids) == len(set(ids)) == inbox.PAGE + 5
    assert second.older is None
    assert first.counts["bereit"] == inbox.PAGE + 5


def test_the_history_of_an_akte_names_who_did_what(house: House) -> None:
    paula, ada = person(house, "paula.post"), person(house, "ada.admin")
    with house.database.write() as session:
        entry = session.scalars(select(PlanEntry.id).where(PlanEntry.number == "C1.01")).one()
        akte = open_akte(session, paula, plan_entry=entry, title="Bauzäune", now=house.clock())
    with house.database.write() as session:
        close_akte(session, paula, akte.id, akte.revision, now=house.clock())
    with house.database.read() as session:
        steps = akte_history(session, paula, akte.id)
    assert [(step.text, step.who) for step in steps] == [
        ("Akte geschlossen", "Paula Post"),
        ("Akte angelegt", "Paula Post"),
    ]
    with house.database.read() as session, pytest.raises(Exception, match="gibt es nicht"):
        akte_history(session, ada, akte.id)


def test_lists_of_the_administration_ask_for_the_right(house: House) -> None:
    anna, ada = person(house, "anna.beispiel"), person(house, "ada.admin")
    today = local_date(house.clock())
    with house.database.read() as session:
        assert {each.account for each in people_with_accounts(session, ada, today)} == {"open"}
        with pytest.raises(NotAllowedError):
            people_with_accounts(session, anna, today)
        assert [each.short for each in inboxes(session, anna, today)] == ["Ordnung"]
    assert system.load(house, ada).unsealed > 0
    with pytest.raises(NotAllowedError):
        system.load(house, anna)
