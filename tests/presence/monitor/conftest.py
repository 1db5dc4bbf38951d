"""An office with an agreement in force, and screens on its walls, on both databases."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from presence.availability.current import CurrentStore, current_store
from presence.monitor.devices import Wanted, create_monitor
from presence.monitor.subjects import Kind, Mode
from storage.actors import Role, Staff, System
from storage.agreements.operations import confirm_agreement, record_agreement
from storage.clock import local_date
from storage.house import House
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import load_staff

ACTOR = System("test")
LONG_AGO = date(2020, 1, 1)
OFFICES = {"ordnungsamt": "32", "bauamt": "63"}
PEOPLE = {
    "anna": ("ordnungsamt", None),
    "ben": ("ordnungsamt", None),
    "dora": ("ordnungsamt", Role.HEAD),
    "emil": ("bauamt", None),
    "ada": ("bauamt", Role.ADMIN),
    "paul": ("bauamt", Role.COUNCIL),
}


@pytest.fixture
def offices(house: House) -> dict[str, UUID]:
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
                now=house.clock(),
            ).id
            for key, number in OFFICES.items()
        }


@pytest.fixture
def people(house: House, offices: dict[str, UUID]) -> dict[str, UUID]:
    found = {}
    with house.database.write() as session:
        for number, (login, (office, role)) in enumerate(PEOPLE.items()):
            person = add_person(
                session,
                ACTOR,
                login=login,
                name=f"{login.title()} Beispiel",
                office=offices[office],
                room=f"A 1{number:02}",
                valid_from=LONG_AGO,
                now=house.clock(),
            )
            found[login] = person.id
            if role is not None:
                where = offices[office] if role is Role.HEAD else None
                grant_role(session, ACTOR, person.id, role, where, now=house.clock())
    return found


@pytest.fixture
def staff(house: House, people: dict[str, UUID]) -> Callable[[str], Staff]:
    def load(login: str) -> Staff:
        with house.database.read() as session:
            found = load_staff(session, people[login], local_date(house.clock()))
        assert found is not None
        return found

    return load


@pytest.fixture(autouse=True)
def store(house: House) -> Iterator[CurrentStore]:
    opened = current_store(house)
    yield opened
    opened.close()


@pytest.fixture
def agree(house: House, staff: Callable[[str], Staff]) -> Callable[..., UUID]:
    """Both sides enter a Dienstvereinbarung; ``days``: how long it counts."""

    def enter(key: str = "monitor", days: int | None = None) -> UUID:
        today = local_date(house.clock())
        with house.database.write() as session:
            made = record_agreement(
                session,
                staff("ada"),
                key=key,
                title="Vereinbarung",
                file_number=f"DV {key}",
                signed_on=today,
                valid_from=today,
                valid_to=today + timedelta(days=days) if days else None,
                now=house.clock(),
            )
            confirm_agreement(session, staff("paul"), made.id, now=house.clock())
            return made.id

    return enter


@pytest.fixture
def hang(house: House, offices: dict[str, UUID]) -> Callable[..., tuple[UUID, str]]:
    """Set up a screen for an office; gives its id and token."""

    def make(office: str = "ordnungsamt", mode: Mode = Mode.NAMES) -> tuple[UUID, str]:
        wanted = Wanted("Flur", "Haus A", Kind.OFFICE, offices[office], mode)
        with house.database.write() as session:
            row, token = create_monitor(session, ACTOR, wanted, now=house.clock())
        assert token is not None
        return row.id, token

    return make
