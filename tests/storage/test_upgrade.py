"""Every release that was ever out there is brought to this one with its data, and the house works on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text

from presence.sign_in import Token, sign_in
from storage.actors import Role, Staff, System
from storage.clock import local_date
from storage.house import House
from storage.journal.anchor import Anchor
from storage.journal.sealer import seal
from storage.journal.verification import verify
from storage.migration import is_current, upgrade
from storage.organisation.operations import grant_role
from storage.organisation.queries import load_staff, person_by_login
from storage.tasks.drafts import load_draft
from storage.tasks.list import tasks_for
from tests.intranet.house import PASSWORD, office
from tests.storage.releases import RELEASES, differences, restore
from workflows.eakte.akten import open_akte, open_vorgang
from workflows.eakte.filing import file_document
from workflows.eakte.queries import inbox, search_documents, visible_document
from workflows.eakte.tables import Akte, Document, PlanEntry

KEPT_COUNTS = {"document": 7, "akte": 2, "vorgang": 2, "person": 4, "office": 3, "blob": 8}


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, release: str, tmp_path: Path) -> Iterator[House]:
    """A house of that release, not upgraded yet."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    house = restore(release, tmp_path, url)
    yield house
    house.close()


@pytest.fixture
def house(old: House) -> House:
    upgrade(old.database)
    return old


def person(house: House, login: str) -> Staff:
    today = local_date(house.clock())
    with house.database.read() as session:
        row = person_by_login(session, login, today)
        assert row is not None
        staff = load_staff(session, row.id, today)
    assert staff is not None
    return staff


def counts(house: House) -> dict[str, int]:
    with house.database.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0
            for name in tables
            if not name.startswith(("fulltext_tokens", "fulltext_vocabulary", "alembic"))
        }


def test_no_row_is_lost_and_the_schema_is_the_code_s(old: House) -> None:
    before = counts(old)
    assert before.items() >= KEPT_COUNTS.items()
    upgrade(old.database)
    assert is_current(old.database)
    assert differences(old.database) == []
    after = counts(old)
    assert {name: after.get(name) for name in before} == before


def test_who_had_an_account_signs_in(house: House) -> None:
    assert isinstance(sign_in(house, "anna.beispiel", PASSWORD, "127.0.0.1"), Token)
    assert not isinstance(sign_in(house, "anna.beispiel", "falsch", "127.0.0.1"), Token)


def test_the_inbox_tasks_and_drafts_are_there(house: House) -> None:
    anna, paula = person(house, "anna.beispiel"), person(house, "paula.post")
    with house.database.read() as session:
        states = sorted(row.state for row in inbox(session, anna))
        assert states == ["quarantined", "ready", "received", "unopened"]
        forwarded = inbox(session, paula, office=office(session, "poststelle"))
        assert [row.file_name for row in forwarded] == ["laerm2.txt"]
        assert {task.kind for task in tasks_for(session, anna)} == {"quarantine"}
        assert {task.kind for task in tasks_for(session, paula)} >= {"forwarded"}
        assert load_draft(session, anna.person, "notiz") == {"text": "Rückruf Hafenweg"}


def test_search_finds_within_sight_only(house: House) -> None:
    anna, ada = person(house, "anna.beispiel"), person(house, "ada.admin")
    with house.database.read() as session:
        assert search_documents(session, anna, "Absperrgitter").total == 2
        assert search_documents(session, anna, "Ruhestörung").total == 1
        assert search_documents(session, ada, "Absperrgitter").total == 0


def test_the_journal_is_whole_and_goes_on(house: House) -> None:
    anchor = Anchor.from_settings(house.settings)
    before = verify(house.database, anchor)
    assert before.ok, before.problems
    assert before.sealed >= 40
    with house.database.write() as session:
        give = (person(house, "anna.beispiel").person, Role.LOTSE, office(session, "ordnungsamt"))
        grant_role(session, System("test"), *give, now=house.clock())
    seal(house.database, anchor, house.clock)
    after = verify(house.database, anchor)
    assert after.ok
    assert after.sealed > before.sealed


def test_filing_goes_on_and_originals_open(house: House) -> None:
    anna = person(house, "anna.beispiel")
    now = house.clock()
    with house.database.write() as session:
        ready = session.scalars(
            select(Document).where(Document.state == "ready", Document.file_name == "laerm.txt")
        ).one()
        entry = session.scalars(select(PlanEntry).where(PlanEntry.number == "C1.01")).one()
        akte = open_akte(session, anna, plan_entry=entry.id, title="Neu", now=now)
        assert akte.reference not in {
            row.reference for row in session.scalars(select(Akte)) if row.id != akte.id
        }
        vorgang = open_vorgang(session, anna, akte.id, "Erster", now=now)
        file_document(session, anna, ready.id, ready.revision, vorgang.id, now=now)
    with house.database.read() as session:
        filed = visible_document(session, anna, ready.id)
        assert filed.state == "filed"
        content = house.blobs.read(filed.sha256)
        assert "Ruhestörung" in content.decode()
        assert session.scalar(select(func.count()).where(Document.state == "filed")) == 3
