"""A town hall in small: a head, a clerk, the personnel office and an administrator, on both databases."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from storage.actors import Role, Staff, System
from storage.clock import local_date
from storage.house import House
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import load_staff

ACTOR = System("test")
LONG_AGO = date(2020, 1, 1)
OFFICES = {"hauptamt": "10", "personal": "11", "soziales": "50"}
PEOPLE = {
    "hans": ("soziales", Role.HEAD),
    "kati": ("soziales", None),
    "nora": ("soziales", None),
    "petra": ("personal", Role.PERSONNEL),
    "ada": ("hauptamt", Role.ADMIN),
    "ida": ("hauptamt", None),
}


@pytest.fixture
def offices(house: House) -> dict[str, UUID]:
    now = house.clock()
    with house.database.write() as session:
        return {
            key: add_office(
                session, ACTOR, key=key, number=number, name=key.title(), short=key.title(),
                valid_from=LONG_AGO, now=now,
            ).id
            for key, number in OFFICES.items()
        }  # fmt: skip


@pytest.fixture
def people(house: House, offices: dict[str, UUID]) -> dict[str, UUID]:
    now, found = house.clock(), {}
    with house.database.write() as session:
        for login, (office, role) in PEOPLE.items():
            found[login] = add_person(
                session, ACTOR, login=login, name=f"{login.title()} Beispiel",
                office=offices[office], valid_from=LONG_AGO, now=now,
            ).id  # fmt: skip
            if role is not None:
                where = offices[office] if role is Role.HEAD else None
                grant_role(session, ACTOR, found[login], role, where, now=now)
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
