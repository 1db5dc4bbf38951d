"""People of two offices around Anna, on both databases."""

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import pytest

from presence.availability.current import CurrentStore, current_store
from storage.actors import Role, Staff, System
from storage.clock import local_date
from storage.house import House
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import load_staff
from storage.organisation.tables import Person

ACTOR = System("test")
LONG_AGO = date(2020, 1, 1)
OFFICES = {"ordnungsamt": "32", "bauamt": "63"}
PEOPLE = {
    "anna": ("ordnungsamt", None),
    "ben": ("ordnungsamt", None),
    "carla": ("ordnungsamt", None),
    "dora": ("ordnungsamt", Role.HEAD),
    "emil": ("bauamt", None),
    "ada": ("bauamt", Role.ADMIN),
    "paul": ("bauamt", Role.COUNCIL),
}


@pytest.fixture
def offices(house: House) -> dict[str, UUID]:
    now = house.clock()
    with house.database.write() as session:
        return {
            key: add_office(
                session,
                ACTOR,
                key=key,
                number=number,
                name=key.title(),
                short=key,
                valid_from=LONG_AGO,
                now=now,
            ).id
            for key, number in OFFICES.items()
        }


@pytest.fixture
def people(house: House, offices: dict[str, UUID]) -> dict[str, UUID]:
    now = house.clock()
    found = {}
    with house.database.write() as session:
        for login, (office, role) in PEOPLE.items():
            person: Person = add_person(
                session,
                ACTOR,
                login=login,
                name=f"{login.title()} Beispiel",
                office=offices[office],
                room=f"Zimmer {len(found)}",
                valid_from=LONG_AGO,
                now=now,
            )
            found[login] = person.id
            if role is not None:
                where = offices[office] if role is Role.HEAD else None
                grant_role(session, ACTOR, person.id, role, where, now=now)
    return found


@pytest.fixture
def staff(house: House, people: dict[str, UUID]) -> Callable[[str], Staff]:
    """The actor somebody is at this moment."""

    def load(login: str) -> Staff:
        with house.database.read() as session:
            found = load_staff(session, people[login], local_date(house.clock()))
        assert found is not None
        return found

    return load


@pytest.fixture
def store(house: House) -> Iterator[CurrentStore]:
    opened = current_store(house)
    yield opened
    opened.close()
