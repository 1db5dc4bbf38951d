"""Roles and their limits, on both databases."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from storage.actors import Role, System
from storage.conflicts import ConflictError
from storage.database import Database
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import load_staff

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
