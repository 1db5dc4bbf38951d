"""Roles and their limits, on both databases."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import delete, text

from storage.actors import Grant, Role, System
from storage.conflicts import ConflictError
from storage.database import Database
from storage.organisation.operations import add_office, add_person, grant_role, withdraw_role
from storage.organisation.queries import load_staff
from storage.organisation.staff_changes import end_person, return_person
from storage.organisation.tables import Person, RoleGrant

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HOUSE = System("test")


def _office(database: Database) -> UUID:
    with database.write() as session:
        return add_office(
            session, HOUSE, key="bau", number="61", name="Bauamt", short="Bau", valid_from=TODAY, now=NOW
        ).id  # fmt: skip


def _person(database: Database, login: str, *roles: Role) -> UUID:
    with database.write() as session:
        person = add_person(
            session, HOUSE, login=login, name=login, office=None, valid_from=TODAY, now=NOW
        )
        for role in roles:
            grant_role(session, HOUSE, person.id, role, None, now=NOW)
        return person.id


def test_a_role_of_the_house_is_not_given_in_one_office(sqlite_database: Database) -> None:
    office, person = _office(sqlite_database), _person(sqlite_database, "ada")
    with pytest.raises(ConflictError, match="ganzen Haus"), sqlite_database.write() as session:
        grant_role(session, HOUSE, person, Role.ADMIN, office, now=NOW)
    with sqlite_database.write() as session:
        grant_role(session, HOUSE, person, Role.REGISTRY, office, now=NOW)
        staff = load_staff(session, person, TODAY)
    assert staff is not None
    assert {grant.role for grant in staff.grants} == {Role.REGISTRY}


def _withdraw(database: Database, person: UUID) -> bool:
    try:
        with database.write() as session:
            withdraw_role(session, HOUSE, person, Role.ADMIN, None, now=NOW)
    except ConflictError:
        return False
    return True


def _is_admin(database: Database, person: UUID) -> bool:
    with database.read() as session:
        staff = load_staff(session, person, TODAY)
    return staff is not None and Grant(Role.ADMIN) in staff.grants


def test_two_administrators_who_withdraw_each_other_at_once_leave_one(database: Database) -> None:
    for turn in range(5):
        pair = [_person(database, f"{name}{turn}", Role.ADMIN) for name in ("ada", "bob")]
        begin = threading.Barrier(2)

        def run(person: UUID, begin: threading.Barrier = begin) -> bool:
            begin.wait(120)
            return _withdraw(database, person)

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(run, pair)) == [False, True]
        left = [person for person in pair if _is_admin(database, person)]
        assert len(left) == 1
        with database.write() as session:  # the next pair is alone again
            session.execute(delete(RoleGrant))


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_who_withdraws_second_sees_what_the_first_did(database: Database) -> None:
    ada, bob = (_person(database, name, Role.ADMIN) for name in ("ada", "bob"))
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            withdraw_role(session, HOUSE, ada, Role.ADMIN, None, now=NOW)
            second = pool.submit(_withdraw, database, bob)
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            deadline = time.monotonic() + 120
            while not second.done() and not database.run(lambda other: other.scalar(waiting)):
                assert time.monotonic() < deadline
        assert second.result(120) is False
    assert _is_admin(database, bob)


def test_only_people_who_work_here_count_as_administrators(sqlite_database: Database) -> None:
    ada, bob = (_person(sqlite_database, name, Role.ADMIN) for name in ("ada", "bob"))
    with sqlite_database.write() as session:
        session.get_one(Person, bob).valid_to = TODAY
    assert not _withdraw(sqlite_database, ada)


def test_a_grant_in_one_office_does_not_make_an_administrator(sqlite_database: Database) -> None:
    ada, bob = _person(sqlite_database, "ada", Role.ADMIN), _person(sqlite_database, "bob")
    office = _office(sqlite_database)
    with sqlite_database.write() as session:  # as an earlier version gave it
        session.add(
            RoleGrant(
                person_id=bob, role="admin", office_id=office, valid_from=TODAY, valid_to=None
            )
        )
    assert not _withdraw(sqlite_database, ada)
    with sqlite_database.write() as session:
        withdraw_role(session, HOUSE, bob, Role.ADMIN, office, now=NOW)
    assert _is_admin(sqlite_database, ada)


def test_withdrawing_what_nobody_holds_changes_nothing(sqlite_database: Database) -> None:
    ada, bob = _person(sqlite_database, "ada", Role.ADMIN), _person(sqlite_database, "bob")
    assert _withdraw(sqlite_database, bob)
    assert _is_admin(sqlite_database, ada)


def _end(database: Database, person: UUID, now: datetime = NOW) -> bool:
    try:
        with database.write() as session:
            end_person(session, HOUSE, person, now=now)
    except ConflictError:
        return False
    return True


def test_who_will_be_the_last_administrator_stays(sqlite_database: Database) -> None:
    """Bob is to go at the end of the month: when Ada goes before, nobody would be left afterwards."""
    ada, bob = (_person(sqlite_database, name, Role.ADMIN) for name in ("ada", "bob"))
    with sqlite_database.write() as session:
        session.get_one(Person, bob).valid_to = date(2026, 12, 1)
    assert not _end(sqlite_database, ada)
    with sqlite_database.write() as session:
        session.get_one(Person, bob).valid_to = None
    assert _end(sqlite_database, ada)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_of_two_administrators_who_go_at_once_one_stays(database: Database) -> None:
    """The second waits for the first at a lock, and then has to see that the first is gone."""
    ada, bob = (_person(database, name, Role.ADMIN) for name in ("ada", "bob"))
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            end_person(session, HOUSE, ada, now=NOW)
            second = pool.submit(_end, database, bob)
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            deadline = time.monotonic() + 120
            while not second.done() and not database.run(lambda other: other.scalar(waiting)):
                assert time.monotonic() < deadline
        assert second.result(120) is False


def test_a_last_day_to_come_is_not_taken_for_having_left(sqlite_database: Database) -> None:
    """The directory still lists who goes at the end of the month: that makes nobody stay."""
    bob = _person(sqlite_database, "bob")
    with sqlite_database.write() as session:
        session.get_one(Person, bob).valid_to = date(2026, 12, 1)
        assert not return_person(session, HOUSE, bob, now=NOW)
        assert session.get_one(Person, bob).valid_to == date(2026, 12, 1)
    with sqlite_database.write() as session:
        assert return_person(session, HOUSE, bob, now=datetime(2026, 12, 2, 9, tzinfo=UTC))
        assert session.get_one(Person, bob).valid_to is None
