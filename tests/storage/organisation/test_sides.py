"""Who administers the house and who speaks for the staff council are never one."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from storage.actors import Role, Staff, System
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.database import Database
from storage.organisation.operations import add_person, grant_role, withdraw_role
from storage.organisation.queries import load_staff
from storage.organisation.tables import DIRECTORY

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def person(database: Database) -> UUID:
    with database.write() as session:
        return add_person(
            session, System("test"), login="ada", name="Ada", office=None, valid_from=date(2020, 1, 1),
            now=NOW,
        ).id  # fmt: skip


def _give(database: Database, person: UUID, role: Role, **more: str) -> None:
    with database.write() as session:
        grant_role(session, System("test"), person, role, None, now=NOW, **more)


def _staff(database: Database, person: UUID) -> Staff:
    with database.read() as session:
        found = load_staff(session, person, local_date(NOW))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("first", "second"), [(Role.ADMIN, Role.COUNCIL), (Role.COUNCIL, Role.ADMIN)]
)
def test_the_second_role_is_refused_and_the_first_stays(
    database: Database, person: UUID, first: Role, second: Role
) -> None:
    _give(database, person, first)
    with pytest.raises(ConflictError, match="niemand zugleich"):
        _give(database, person, second)
    staff = _staff(database, person)
    assert staff.has(first)
    assert not staff.has(second)


def test_an_administrator_can_not_give_it_to_themselves(database: Database, person: UUID) -> None:
    _give(database, person, Role.ADMIN)
    with pytest.raises(ConflictError), database.write() as session:
        grant_role(session, _staff(database, person), person, Role.COUNCIL, None, now=NOW)


def test_one_after_the_other_is_possible(database: Database, person: UUID) -> None:
    _give(database, person, Role.COUNCIL)
    with database.write() as session:
        withdraw_role(session, System("test"), person, Role.COUNCIL, None, now=NOW)
    _give(database, person, Role.ADMIN)
    assert _staff(database, person).has(Role.ADMIN)


def test_the_directory_never_gives_the_council(database: Database, person: UUID) -> None:
    with pytest.raises(ConflictError, match="nie aus dem Verzeichnis"):
        _give(database, person, Role.COUNCIL, origin=DIRECTORY)
