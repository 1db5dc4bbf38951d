"""A house with one person or a small town hall, on both databases, and a clock whose hands the test turns."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from config.settings import Settings
from presence.availability.current import CurrentStore, current_store
from presence.operations import create_account
from presence.passwords import InitialPassword, hash_password
from presence.tables import Account
from storage.actors import Role, Staff, System
from storage.clock import local_date
from storage.database import Database
from storage.house import House
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import load_staff
from storage.organisation.tables import Person

PASSWORD = "salz-turm-eiche-42"
ACTOR = System("test")
LONG_AGO = date(2020, 1, 1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, database: Database, clock: Clock) -> Iterator[House]:
    made = House(Settings(data_dir=tmp_path, _env_file=None), clock)
    made.__dict__["database"] = database
    return made


@pytest.fixture(scope="session")
def known_password() -> InitialPassword:
    """Anna's password, hashed once: hashing is slow on purpose."""
    return InitialPassword(PASSWORD, hash_password(PASSWORD))


@pytest.fixture
def anna(house: House, known_password: InitialPassword) -> Person:
    with house.database.write() as session:
        office = add_office(
            session,
            ACTOR,
            key="ordnungsamt",
            number="32",
            name="Ordnungsamt",
            short="Ordnung",
            valid_from=date(2020, 1, 1),
            now=house.clock(),
        )
        person = add_person(
            session,
            ACTOR,
            login="anna.beispiel",
            name="Anna Beispiel",
            office=office.id,
            valid_from=date(2020, 1, 1),
            now=house.clock(),
        )
        create_account(session, ACTOR, person.id, known_password, now=house.clock())
        session.get_one(Account, person.id).must_change = False
    return person


@pytest.fixture
def password() -> str:
    return PASSWORD


@dataclass(frozen=True)
class Cast:
    """Who works where in the tests of a folder, whose fixture ``cast`` says so.

    ``offices``: numbers by key. ``people``: office and role by login; a head leads the own office, other roles serve the
    whole house. ``room`` takes the number of the person in the cast.
    """

    offices: Mapping[str, str]
    people: Mapping[str, tuple[str, Role | None]]
    room: str = ""
    mail: bool = False


@pytest.fixture
def offices(house: House, cast: Cast) -> dict[str, UUID]:
    with house.database.write() as session:
        return {
            key: add_office(
                session, ACTOR, key=key, number=number, name=key.title(), short=key.title(),
                valid_from=LONG_AGO, now=house.clock(),
            ).id
            for key, number in cast.offices.items()
        }  # fmt: skip


@pytest.fixture
def people(house: House, offices: dict[str, UUID], cast: Cast) -> dict[str, UUID]:
    found = {}
    with house.database.write() as session:
        for number, (login, (office, role)) in enumerate(cast.people.items()):
            found[login] = add_person(
                session, ACTOR, login=login, name=f"{login.title()} Beispiel",
                office=offices[office], room=cast.room.format(number) or None,
                email=f"{login}@example.org" if cast.mail else None, valid_from=LONG_AGO,
                now=house.clock(),
            ).id  # fmt: skip
            if role is not None:
                where = offices[office] if role is Role.HEAD else None
                grant_role(session, ACTOR, found[login], role, where, now=house.clock())
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
