"""A small town hall with groups and topics: what Anliegen need to find their way, on both databases."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from config.settings import Settings
from storage.actors import Role, Staff, System
from storage.clock import local_date, new_id
from storage.database import Database
from storage.house import House
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.queries import load_staff
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Group, Topic
from workflows.kiss.anliegen.taking_in import take_in

SYSTEM = System("test")
LONG_AGO = date(2020, 1, 1)
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""Nine o'clock on a Monday without holidays around."""
OFFICES = {
    "hauptamt": "10",
    "tiefbau": "66",
    "gruen": "67",
    "ordnung": "32",
}
PEOPLE: dict[str, tuple[str, Role | None, bool]] = {
    "kora": ("hauptamt", Role.FEEDBACK, True),
    "hilde": ("hauptamt", Role.HEAD, False),
    "tina": ("tiefbau", Role.HEAD, False),
    "tim": ("tiefbau", None, False),
    "tom": ("tiefbau", None, False),
    "greta": ("gruen", None, False),
    "olga": ("ordnung", Role.HEAD, False),
    "otto": ("ordnung", None, False),
    "lotte": ("ordnung", Role.LOTSE, True),
    "ada": ("hauptamt", Role.ADMIN, True),
}


class Clock:
    """Hands that tests turn."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class City:
    """The town hall: ids of offices, groups and topics by key, and people by login."""

    house: House
    clock: Clock
    offices: dict[str, UUID]
    groups: dict[str, UUID]
    topics: dict[str, UUID]
    people: dict[str, UUID]

    def staff(self, login: str) -> Staff:
        with self.house.database.read() as session:
            found = load_staff(session, self.people[login], local_date(self.clock()))
        assert found is not None
        return found

    def open(self, text: str = "Auf der Hauptstraße ist ein Schlagloch.", **more: object) -> UUID:
        """An Anliegen by mail from a citizen."""
        values = {
            "key": new_id().hex,
            "channel": Channel.MAIL,
            "kind": Kind.FAULT,
            "caller": Caller("Erika Muster", "erika@example.org"),
            **more,
        }
        return take_in(self.house, SYSTEM, Incoming(text=text, **values))  # type: ignore[arg-type]

    def row(self, anliegen: UUID) -> Anliegen:
        with self.house.database.read() as session:
            return session.get_one(Anliegen, anliegen)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, database: Database, clock: Clock) -> Iterator[House]:
    made = House(Settings(data_dir=tmp_path, _env_file=None), clock)
    made.__dict__["database"] = database
    return made


@pytest.fixture
def city(house: House, clock: Clock) -> City:
    offices, people, groups, topics = {}, {}, {}, {}
    with house.database.write() as session:
        for key, number in OFFICES.items():
            offices[key] = add_office(
                session, SYSTEM, key=key, number=number, name=key.title(), short=key.title(),
                valid_from=LONG_AGO, now=clock(),
            ).id  # fmt: skip
        for login, (office, role, whole_house) in PEOPLE.items():
            people[login] = add_person(
                session, SYSTEM, login=login, name=f"{login.title()} Beispiel",
                email=f"{login}@example.org", office=offices[office], valid_from=LONG_AGO, now=clock(),
            ).id  # fmt: skip
            if role is not None:
                where = None if whole_house else offices[office]
                grant_role(session, SYSTEM, people[login], role, where, now=clock())
        for key, office in (
            ("koordination", "hauptamt"),
            *((each, each) for each in list(OFFICES)[1:]),
        ):
            group = Group(
                id=new_id(), revision=1, key=key, name=key.title(), office_id=offices[office],
                general=True, coordination=key == "koordination", spreads=False, hours=40,
                valid_from=LONG_AGO, valid_to=None,
            )  # fmt: skip
            session.add(group)
            groups[key] = group.id
        session.flush()
        for key, title, group_key, hours, four_eyes in (
            ("strasse", "Straßenschäden", "tiefbau", 24, False),
            ("baum", "Bäume und Grünflächen", "gruen", 40, False),
            ("laerm", "Lärm", "ordnung", 16, True),
        ):
            topic = Topic(
                id=new_id(), revision=1, key=key, title=title, description=title,
                group_id=groups[group_key], kind=Kind.FAULT.value, keywords=[], hours=hours,
                four_eyes=four_eyes, public=True, valid_from=LONG_AGO, valid_to=None,
            )  # fmt: skip
            session.add(topic)
            topics[key] = topic.id
    return City(house, clock, offices, groups, topics, people)


@pytest.fixture
def written(house: House) -> Callable[[str], list[str]]:
    """The texts of the messages of an Anliegen by kind, oldest first."""
    from sqlalchemy import select

    from workflows.kiss.anliegen.tables import Message

    def read(kind: str) -> list[str]:
        with house.database.read() as session:
            return list(
                session.scalars(
                    select(Message.text).where(Message.kind == kind).order_by(Message.id)
                )
            )

    return read
