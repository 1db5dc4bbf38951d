"""How the people of the demo city can be reached: hours, a few absences, and what their staff council agreed to."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.availability.absences import enter_absence
from presence.availability.profile import set_profile, set_working_hours, show_office
from presence.availability.tables import WorkingWeek
from presence.availability.week import Hours
from storage.actors import Staff, System
from storage.agreements.operations import confirm_agreement, record_agreement
from storage.clock import local_date
from storage.organisation.queries import load_staff
from storage.organisation.substitution import local_day
from storage.organisation.tables import Office, Person

FOUNDER = System("demo")
_DAYS = ("mo", "di", "mi", "do", "fr", "sa", "so")


@lru_cache(maxsize=1)
def seed() -> dict[str, Any]:
    """``config/seed/availability.yaml`` as it stands."""
    file = resources.files("config") / "seed" / "availability.yaml"
    loaded: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return loaded


def week(name: str) -> list[Hours]:
    """One of the seed's weeks."""
    return [
        _hours(_DAYS.index(day), text)
        for day, texts in seed()["weeks"][name].items()
        for text in texts
    ]


def found_availability(session: Session, now: datetime) -> None:
    """Enter all of it, unless it is there already."""
    if session.scalar(select(func.count(WorkingWeek.id))):
        return
    people = {row.login: row.id for row in session.scalars(select(Person))}
    _arrange(session, people, now)
    for each in seed()["absences"]:
        first = local_date(now) + timedelta(days=each["first"])
        enter_absence(
            session,
            FOUNDER,
            people[each["person"]],
            starts=local_day(first)[0].astimezone(UTC),
            ends=local_day(first + timedelta(days=each["days"]))[0].astimezone(UTC),
            substitute=people[each["substitute"]] if each["substitute"] else None,
            now=now,
        )
    offices = {row.key: row.id for row in session.scalars(select(Office))}
    for key in seed()["open_offices"]:
        show_office(session, FOUNDER, offices[key], whole_house=True, now=now)
    _agree(session, people, now)


def _arrange(session: Session, people: dict[str, UUID], now: datetime) -> None:
    named = {login: name for name, logins in seed()["people"].items() for login in logins}
    today = local_date(now)
    for login, person in people.items():
        hours = week(named.get(login, seed()["default"]))
        set_working_hours(session, FOUNDER, person, hours, valid_from=today, now=now)
    for login, substitute in seed()["substitutes"].items():
        set_profile(
            session,
            FOUNDER,
            people[login],
            substitute=people[substitute],
            channel="Telefon",
            place=None,
            now=now,
        )


def _agree(session: Session, people: dict[str, UUID], now: datetime) -> None:
    """Both sides, as themselves: not even the founding of a demo city switches on alone what could monitor."""
    today = local_date(now)
    house, council = (
        _staff(session, people[seed()["agreed_by"][side]], now) for side in ("house", "council")
    )
    for each in seed()["agreements"]:
        row = record_agreement(
            session,
            house,
            key=each["key"],
            title=each["title"],
            file_number=each["number"],
            signed_on=today,
            valid_from=today,
            now=now,
        )
        confirm_agreement(session, council, row.id, now=now)


def _staff(session: Session, person: UUID, now: datetime) -> Staff:
    session.flush()
    found = load_staff(session, person, local_date(now))
    assert found is not None
    return found


def _hours(day: int, text: str) -> Hours:
    span, _, place = text.partition(" ")
    begins, _, ends = span.partition("-")
    return Hours(day, _minutes(begins), _minutes(ends), place or None)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
