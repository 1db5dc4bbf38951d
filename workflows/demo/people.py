"""What the people of the demo city do and can, their working groups, and who comes and goes just now."""

from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.people.doing import settle_step
from presence.people.groups import found_group, join_group
from presence.people.laufzettel import Newcomer, open_joining, open_leaving, steps_of
from presence.people.profile import offer_skills, set_languages, set_tasks
from presence.people.tables import PersonProfile
from storage.actors import Staff, System
from storage.clock import local_date
from storage.organisation.queries import load_staff
from storage.organisation.tables import Office, Person

FOUNDER = System("demo")


@lru_cache(maxsize=1)
def seed() -> dict[str, Any]:
    """``config/seed/people_work.yaml`` as it stands."""
    file = resources.files("config") / "seed" / "people_work.yaml"
    loaded: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return loaded


def found_people(session: Session, now: datetime) -> None:
    """Enter all of it, unless it is there already."""
    if session.scalar(select(func.count(PersonProfile.person_id))):
        return
    people = {row.login: row.id for row in session.scalars(select(Person))}
    offices = {row.key: row.id for row in session.scalars(select(Office))}
    for login, tasks in seed()["tasks"].items():
        set_tasks(session, FOUNDER, people[login], tasks, 0, now=now)
    for login, skills in seed()["skills"].items():
        offer_skills(session, FOUNDER, people[login], skills, now=now)
    for login, languages in seed()["languages"].items():
        set_languages(
            session, FOUNDER, people[login], languages, 1 if login in seed()["tasks"] else 0
        )
    for each in seed()["groups"]:
        group = found_group(
            session, FOUNDER, each["name"], each["purpose"], offices[each["office"]], now=now
        )
        for login in each["members"]:
            join_group(session, FOUNDER, group.id, people[login], now=now)
    _coming_and_going(session, people, offices, now)


def _coming_and_going(
    session: Session, people: dict[str, UUID], offices: dict[str, UUID], now: datetime
) -> None:
    """One who comes and one who goes, with the first steps done by who opened the sheet."""
    coming, going = seed()["joining"], seed()["leaving"]
    today = local_date(now)
    opener = _staff(session, people[coming["by"]], now)
    newcomer = Newcomer(coming["name"], coming["login"], coming["title"], room=coming["room"])
    day = today + timedelta(days=coming["days"])
    joined = open_joining(session, opener, newcomer, offices[coming["office"]], day, now=now)
    _settle(session, opener, joined.id, coming["done"], now)
    opener = _staff(session, people[going["by"]], now)
    left = open_leaving(
        session,
        opener,
        people[going["person"]],
        today + timedelta(days=going["days"]),
        people[going["successor"]],
        now=now,
    )
    _settle(session, opener, left.id, going["done"], now)


def _settle(session: Session, actor: Staff, sheet: UUID, keys: list[str], now: datetime) -> None:
    for step in steps_of(session, sheet):
        if step.key in keys:
            settle_step(session, actor, step.id, "done", now=now)


def _staff(session: Session, person: UUID, now: datetime) -> Staff:
    session.flush()
    found = load_staff(session, person, local_date(now))
    assert found is not None
    return found
