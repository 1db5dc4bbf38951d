"""Protection classes are opened by somebody else, and the data protection officers hear of it."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import ProtectionClass, Role, Staff, System
from storage.database import Database
from storage.jobs.tables import Mail
from storage.organisation.operations import add_office, add_person, grant_role, open_class
from storage.organisation.queries import load_staff
from storage.rights import NotAllowedError

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HOUSE = System("test")


def _person(session: Session, name: str, *roles: Role) -> UUID:
    login = name.lower()
    person = add_person(
        session, HOUSE, login=login, name=name, office=None, email=f"{login}@stadt.example", valid_from=TODAY, now=NOW
    )  # fmt: skip
    for role in roles:
        grant_role(session, HOUSE, person.id, role, None, now=NOW)
    return person.id


def _admin(session: Session) -> Staff:
    admin = load_staff(session, _person(session, "Ada", Role.ADMIN), TODAY)
    assert admin
    return admin


def _office(session: Session) -> UUID:
    return add_office(
        session, HOUSE, key="jugend", number="51", name="Jugendamt", short="Jugend", valid_from=TODAY, now=NOW
    ).id  # fmt: skip


def test_nobody_opens_a_class_to_themselves(database: Database) -> None:
    with database.write() as session:
        admin, office = _admin(session), _office(session)
    with pytest.raises(NotAllowedError, match="niemand sich selbst"), database.write() as session:
        open_class(session, admin, admin.person, office, ProtectionClass.YOUTH, now=NOW)
    with database.read() as session:
        held = load_staff(session, admin.person, TODAY)
    assert held
    assert held.classes == frozenset()


def test_the_data_protection_officers_hear_of_it_once(database: Database) -> None:
    with database.write() as session:
        admin, office = _admin(session), _office(session)
        clerk = _person(session, "Anna")
        _person(session, "Petra", Role.PRIVACY)
        for _ in range(2):
            open_class(session, admin, clerk, office, ProtectionClass.YOUTH, now=NOW)
    with database.read() as session:
        (mail,) = session.scalars(select(Mail)).all()
    assert mail.recipient == "petra@stadt.example"
    assert "Ada hat am 23.11.2026 Anna den Zugang" in mail.text
    assert "Jugendamt" in mail.text
