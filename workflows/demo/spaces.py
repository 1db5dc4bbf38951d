"""The demo city's buildings with plans drawn from their geometry, their desks and rooms, and the first bookings."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.availability.week import free_day
from presence.spaces.booking import Holder, Wish, book
from presence.spaces.changing import check_in
from presence.spaces.opening import at
from presence.spaces.plan_file import furnish, minutes
from presence.spaces.queries import terms_of
from presence.spaces.recurrence import Pattern
from presence.spaces.series import book_series
from presence.spaces.states import Party
from presence.spaces.tables import Space
from presence.spaces.terms import day_span
from storage.actors import System
from storage.clock import local_date
from storage.organisation.tables import Person

FOUNDER = System("demo")
DAYS_TAKEN = 4


@lru_cache(maxsize=1)
def seed() -> dict[str, Any]:
    """``config/seed/spaces.yaml`` as it stands."""
    file = resources.files("config") / "seed" / "spaces.yaml"
    loaded: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return loaded


def found_spaces(session: Session, now: datetime) -> None:
    """Enter all of it, unless it is there already."""
    if session.scalar(select(func.count(Space.id))):
        return
    furnish(session, FOUNDER, seed(), now=now)
    session.flush()
    _book(session, now)


def _book(session: Session, now: datetime) -> None:
    people = {row.login: row.id for row in session.scalars(select(Person))}
    spaces = {row.name: row for row in session.scalars(select(Space))}
    days = _working_days(local_date(now))
    for number, each in enumerate(seed()["bookings"]):
        first, last = minutes(each["at"])
        day = days[each["day"]]
        if at(day, first) <= now:
            day = days[each["day"] + 1]
        wish = Wish(spaces[each["room"]].id, at(day, first), at(day, last), title=each["title"])
        holder = (
            Holder(person=people[each["person"]])
            if "person" in each
            else Holder(Party.CLUB, name=each["club"], mail=each["mail"])
        )
        book_series(
            session, FOUNDER, wish, Pattern("week", count=each.get("weeks", 1)),
            key=f"demo:{number}", now=now, holder=holder, skip_conflicts=True,
        )  # fmt: skip
    _take_desks(session, people, spaces, days, now)


def _take_desks(
    session: Session,
    people: dict[str, UUID],
    spaces: dict[str, Space],
    days: list[date],
    now: datetime,
) -> None:
    """Some sit at desks today and on the next days; most have checked in."""
    desks = [row for _, row in sorted(spaces.items()) if row.kind == "desk"]
    for number, login in enumerate(seed()["desks_taken"]):
        desk = desks[number * 7 % len(desks)]
        for day in days[: DAYS_TAKEN - number % 3]:
            span = day_span(terms_of(desk), day, now)
            if span is None or span[1] <= now:
                continue
            row = book(
                session, FOUNDER, Wish(desk.id, *span, whole_day=True),
                key=f"demo:{login}:{day}", now=now, holder=Holder(person=people[login]),
            )  # fmt: skip
            if row.starts <= now and number % 4:
                check_in(session, FOUNDER, row.id, now=now)


def _working_days(first: date) -> list[date]:
    found = (first + timedelta(days=number) for number in range(60))
    return [day for day in found if day.weekday() < 5 and not free_day(day)]
