"""Offices open, change their names and close, each from a day on, and nothing that was theirs is lost."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.actors import Role, Staff, System
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.database import Database
from storage.jobs.tables import Job
from storage.journal.tables import JournalEntry
from storage.organisation.offices import (
    NewOffice,
    OfficeInUseError,
    close_office,
    open_office,
    rename_office,
    settle_names,
)
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import (
    _last,
    load_staff,
    office_by_key,
    office_in_charge,
    offices,
    people,
    successions,
)
from storage.organisation.tables import Membership, Office, OfficeName, Person
from storage.rights import NotAllowedError
from storage.tasks.list import open_task, tasks_for

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = local_date(NOW)
NEXT_YEAR = date(2027, 1, 1)
ACTOR = System("test")


def office(database: Database, key: str, number: str = "1") -> UUID:
    with database.write() as session:
        return add_office(
            session, ACTOR, key=key, number=number, name=f"Amt {key}", short=key.title(),
            valid_from=date(2020, 1, 1), now=NOW,
        ).id  # fmt: skip


def person(database: Database, login: str, where: UUID) -> UUID:
    with database.write() as session:
        return add_person(
            session, ACTOR, login=login, name=login.title(), office=where,
            valid_from=date(2020, 1, 1), now=NOW,
        ).id  # fmt: skip


def revision(database: Database, which: UUID) -> int:
    with database.read() as session:
        return session.get_one(Office, which).revision


def close(database: Database, which: UUID, day: date, heir: UUID | None) -> None:
    seen = revision(database, which)
    with database.write() as session:
        close_office(session, ACTOR, which, seen, day, heir, belongings=[], now=NOW)


def rename(database: Database, which: UUID, name: str, day: date) -> None:
    seen = revision(database, which)
    with database.write() as session:
        rename_office(session, ACTOR, which, seen, name, name, day, now=NOW)


def name_of(database: Database, which: UUID) -> str:
    with database.read() as session:
        return session.get_one(Office, which).name


def verbs(database: Database) -> list[str]:
    from storage.journal.tables import JournalPending

    with database.read() as session:
        rows = session.scalars(select(JournalPending.verb)).all()
        return [*rows, *session.scalars(select(JournalEntry.verb))]


def staff(database: Database, who: UUID, day: date) -> Staff:
    with database.read() as session:
        found = load_staff(session, who, day)
    assert found is not None
    return found


def test_a_name_changes_today(database: Database) -> None:
    bau = office(database, "bau")
    rename(database, bau, "Bauordnungsamt", TODAY)
    assert name_of(database, bau) == "Bauordnungsamt"
    with database.read() as session:
        rows = session.scalars(select(OfficeName).order_by(OfficeName.valid_from)).all()
        assert [(row.name, row.valid_from, row.valid_to) for row in rows] == [
            ("Amt bau", date(2020, 1, 1), TODAY),
            ("Bauordnungsamt", TODAY, None),
        ]
    assert "office.rename" in verbs(database)


def test_a_name_changes_on_its_day_and_not_before(database: Database) -> None:
    bau = office(database, "bau")
    rename(database, bau, "Später", NEXT_YEAR)
    assert name_of(database, bau) == "Amt bau"
    with database.read() as session:
        job = session.scalars(select(Job).where(Job.kind == "office.names")).one()
        assert job.run_after == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight here
    for day, name in ((NEXT_YEAR - timedelta(days=1), "Amt bau"), (NEXT_YEAR, "Später")):
        database.run(lambda session, day=day: settle_names(session, day))
        assert name_of(database, bau) == name


def test_the_last_plan_for_a_name_counts(database: Database) -> None:
    bau = office(database, "bau")
    rename(database, bau, "Falsch", NEXT_YEAR)
    rename(database, bau, "Richtig", date(2026, 7, 1))
    database.run(lambda session: settle_names(session, NEXT_YEAR))
    assert name_of(database, bau) == "Richtig"


def test_two_at_once_do_not_overwrite_each_other(database: Database) -> None:
    bau = office(database, "bau")
    seen = revision(database, bau)
    rename(database, bau, "Erster", TODAY)
    with pytest.raises(ConflictError, match="Jemand anders"), database.write() as session:
        rename_office(session, ACTOR, bau, seen, "Zweiter", "Z", TODAY, now=NOW)


def test_without_a_successor_the_list_says_what_stands_in_the_way(database: Database) -> None:
    bau = office(database, "bau")
    anna = person(database, "anna", bau)
    with database.write() as session:
        open_task(
            session, key="t", kind="x", title="T", link="/", object_kind="x", object_id=anna,
            now=NOW, office=bau,
        )  # fmt: skip
    with pytest.raises(OfficeInUseError) as refused, database.write() as session:
        close_office(
            session, ACTOR, bau, 1, NEXT_YEAR, None,
            belongings=[lambda _session, _office, _day: ["2 Akten"]], now=NOW,
        )  # fmt: skip
    assert refused.value.obstacles == (
        "1 Person arbeitet dort (Anna)", "1 offene Aufgabe", "2 Akten",
    )  # fmt: skip
    with database.read() as session:
        assert session.get_one(Office, bau).valid_to is None


def test_an_empty_office_closes_without_a_successor(database: Database) -> None:
    bau = office(database, "bau")
    close(database, bau, NEXT_YEAR, None)
    with database.read() as session:
        assert [row.id for row in offices(session, NEXT_YEAR - timedelta(days=1))] == [bau]
        assert offices(session, NEXT_YEAR) == []
    assert "office.close" in verbs(database)


def test_people_tasks_and_roles_on_the_day_of_closing(database: Database) -> None:
    bau, amt = office(database, "bau", "1"), office(database, "amt", "2")
    anna, leader = person(database, "anna", bau), person(database, "leo", bau)
    with database.write() as session:
        grant_role(session, ACTOR, leader, Role.HEAD, bau, now=NOW)
        open_task(
            session, key="t", kind="x", title="T", link="/", object_kind="x", object_id=anna,
            now=NOW, office=bau,
        )  # fmt: skip
    heir = person(database, "herta", amt)
    close(database, bau, NEXT_YEAR, amt)
    eve = NEXT_YEAR - timedelta(days=1)
    assert staff(database, anna, eve).memberships == {bau}
    assert staff(database, leader, eve).has(Role.HEAD, bau)
    assert staff(database, heir, eve).memberships == {amt}
    assert staff(database, anna, NEXT_YEAR).memberships == {bau, amt}
    assert staff(database, heir, NEXT_YEAR).memberships == {bau, amt}
    assert not staff(database, leader, NEXT_YEAR).grants
    with database.read() as session:
        assert [task.key for task in tasks_for(session, staff(database, heir, NEXT_YEAR))] == ["t"]
        assert tasks_for(session, staff(database, heir, eve)) == []
        assert {found.key for _, found in people(session, NEXT_YEAR) if found} == {"amt"}
        by_key = office_by_key(session, "bau", NEXT_YEAR)
        assert by_key is not None
        assert by_key.id == amt
    assert {"person.move", "role.withdraw", "office.close"} <= set(verbs(database))


def test_who_leads_the_successor_has_the_role_for_the_closed_one(database: Database) -> None:
    bau, amt = office(database, "bau", "1"), office(database, "amt", "2")
    leader = person(database, "leo", amt)
    with database.write() as session:
        grant_role(session, ACTOR, leader, Role.HEAD, amt, now=NOW)
    close(database, bau, NEXT_YEAR, amt)
    assert not staff(database, leader, TODAY).has(Role.HEAD, bau)
    assert staff(database, leader, NEXT_YEAR).has(Role.HEAD, bau)


def test_who_comes_after_the_plan_was_made_is_not_lost(database: Database) -> None:
    bau, amt = office(database, "bau", "1"), office(database, "amt", "2")
    close(database, bau, NEXT_YEAR, amt)
    late = person(database, "late", bau)
    assert staff(database, late, NEXT_YEAR).memberships == {bau, amt}


def test_a_line_of_successors_is_followed_to_its_end(database: Database) -> None:
    one, two, three = (office(database, key, key) for key in ("a", "b", "c"))
    close(database, one, date(2026, 6, 1), two)
    close(database, two, NEXT_YEAR, three)
    with database.read() as session:
        assert office_in_charge(session, one, TODAY) == one
        assert office_in_charge(session, one, date(2026, 6, 1)) == two
        assert office_in_charge(session, one, NEXT_YEAR) == three
        assert successions(session, NEXT_YEAR) == {one: three, two: three}


def test_a_successor_must_be_there_then(database: Database) -> None:
    one, two, three = (office(database, key, key) for key in ("a", "b", "c"))
    close(database, one, NEXT_YEAR, two)
    with pytest.raises(ConflictError, match="gibt es an diesem Tag nicht"):
        close(database, two, NEXT_YEAR, one)
    with pytest.raises(ConflictError, match="soll „Amt a“ übernehmen"):
        close(database, two, date(2026, 6, 1), three)
    with pytest.raises(ConflictError, match="anderes Amt"):
        close(database, three, NEXT_YEAR, three)
    with pytest.raises(ConflictError, match="Vergangenes"):
        close(database, three, TODAY - timedelta(days=1), two)


def test_a_closed_office_is_not_closed_again(database: Database) -> None:
    one, two = office(database, "a", "1"), office(database, "b", "2")
    close(database, one, TODAY, two)
    with pytest.raises(ConflictError, match="gibt es an diesem Tag nicht"):
        close(database, one, NEXT_YEAR, two)


@given(st.dictionaries(st.integers(0, 8), st.integers(0, 8)), st.integers(0, 8))
def test_following_always_ends(pairs: dict[int, int], start: int) -> None:
    following = {UUID(int=old): UUID(int=heir) for old, heir in pairs.items()}
    assert _last(UUID(int=start), following).int in range(9)


def test_an_office_opens_from_a_day_on(database: Database) -> None:
    wanted = NewOffice(" Bauhof ", "71", "Städtischer Bauhof", "Bauhof")
    with database.write() as session:
        made = open_office(session, ACTOR, wanted, NEXT_YEAR, now=NOW)
    with database.read() as session:
        assert offices(session, TODAY) == []
        assert [row.key for row in offices(session, NEXT_YEAR)] == ["bauhof"]
    with pytest.raises(ConflictError, match="Nummer 71"), database.write() as session:
        open_office(session, ACTOR, NewOffice("neu", "71", "N", "N"), NEXT_YEAR, now=NOW)
    with pytest.raises(ConflictError, match="schon"), database.write() as session:
        open_office(session, ACTOR, NewOffice("bauhof", "72", "N", "N"), NEXT_YEAR, now=NOW)
    with pytest.raises(ConflictError, match="Kürzel"), database.write() as session:
        open_office(session, ACTOR, NewOffice("Bäder", "73", "N", "N"), NEXT_YEAR, now=NOW)
    with pytest.raises(ConflictError, match="Kurznamen"), database.write() as session:
        open_office(session, ACTOR, NewOffice("neu", "73", " ", "N"), NEXT_YEAR, now=NOW)
    assert made.valid_from == NEXT_YEAR


def test_only_administrators_change_the_organisation(database: Database) -> None:
    bau = office(database, "bau")
    anna = staff(database, person(database, "anna", bau), TODAY)
    with database.write() as session:
        with pytest.raises(NotAllowedError):
            rename_office(session, anna, bau, 1, "X", "X", TODAY, now=NOW)
        with pytest.raises(NotAllowedError):
            close_office(session, anna, bau, 1, TODAY, None, belongings=[], now=NOW)
        with pytest.raises(NotAllowedError):
            open_office(session, anna, NewOffice("x", "9", "X", "X"), TODAY, now=NOW)
        assert session.scalars(select(Person.id)).all() == [anna.person]
        assert session.scalars(select(Membership.office_id)).all() == [bau]
