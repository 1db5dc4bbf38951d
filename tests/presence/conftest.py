"""A house with one person, on both databases, and a clock whose hands the test turns."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from presence.operations import create_account, preset_password
from presence.passwords import initial_password
from storage.actors import System
from storage.database import Database
from storage.house import House
from storage.organisation.operations import add_office, add_person
from storage.organisation.tables import Person

PASSWORD = "salz-turm-eiche-42"
ACTOR = System("test")


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


@pytest.fixture
def anna(house: House) -> Person:
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
        create_account(session, ACTOR, person.id, initial_password(), now=house.clock())
        preset_password(session, ACTOR, person.id, PASSWORD, now=house.clock())
    return person


@pytest.fixture
def password() -> str:
    return PASSWORD
