"""The demo city's buildings with plans drawn from their geometry, their desks and rooms, and the first bookings."""

from collections.abc import Iterator
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
from presence.spaces.drawing import Area, draw, on_plan
from presence.spaces.fees import Price
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space, set_fee
from presence.spaces.opening import Opening, at
from presence.spaces.queries import terms_of
from presence.spaces.recurrence import Pattern
from presence.spaces.series import book_series
from presence.spaces.states import Party
from presence.spaces.tables import Space
from presence.spaces.terms import day_span
from storage.actors import System
from storage.clock import local_date
from storage.organisation.tables import Office, Person

FOUNDER = System("demo")
DESK = (1.5, 0.8)
"""Width and depth in metres."""
CARETAKER = "hauptamt"
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
    offices = {row.key: row.id for row in session.scalars(select(Office))}
    for house in seed()["buildings"]:
        building = add_building(
            session, FOUNDER, key=house["key"], name=house["name"], address=house["address"],
            now=now,
        )  # fmt: skip
        for storey in house["floors"]:
            floor = add_floor(
                session, FOUNDER, building.id, level=storey["level"], name=storey["name"],
                plan=plan(storey), now=now,
            )  # fmt: skip
            for key, form, fees in _spaces(house["key"], storey, offices):
                space = add_space(session, FOUNDER, floor.id, form, key=key, now=now)
                _set_fees(session, space.id, fees, now)
    session.flush()
    _book(session, now)


def plan(storey: dict[str, Any]) -> str:
    """The floor as SVG."""
    width, height = storey["size"]
    return draw(width, height, [_area(each) for each in storey["areas"]])


def _area(each: dict[str, Any]) -> Area:
    x, y, width, height = each["at"]
    return Area(each["name"], x, y, width, height, each["door"])


def _spaces(
    building: str, storey: dict[str, Any], offices: dict[str, UUID]
) -> Iterator[tuple[str, SpaceForm, dict[str, list[int]]]]:
    for area in storey["areas"]:
        if "room" in area:
            given = {**seed()["room"], **area["room"]}
            fees = given.pop("fees", {})
            form = _form("room", area["name"], given, on_plan(*area["at"]), offices)
            yield f"{building}-{area['name']}", form, fees
        if "desks" in area:
            rows = dict(area["desks"])
            grid = {name: rows.pop(name) for name in ("first", "columns", "rows")}
            for number, place in _desks(area["at"], **grid):
                given = {**seed()["desk"], **rows}
                name = f"Platz {number:03d}"
                form = _form("desk", name, given, on_plan(*place), offices)
                yield f"{building}-{number}", form, {}


def _desks(
    area: list[float], first: int, columns: int, rows: int
) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
    """Desks spread evenly below the name of their area."""
    left, top, width, height = area
    for row in range(rows):
        for column in range(columns):
            x = left + width * (column + 0.5) / columns - DESK[0] / 2
            y = top + 1.2 + (height - 1.6) * (row + 0.5) / rows - DESK[1] / 2
            yield first + row * columns + column, (x, y, *DESK)


def _form(
    kind: str,
    name: str,
    given: dict[str, Any],
    place: tuple[float, float, float, float],
    offices: dict[str, UUID],
) -> SpaceForm:
    rest = {key: value for key, value in given.items() if key not in {"hours", "office"}}
    return SpaceForm(
        kind=kind,
        name=name,
        office=offices[given.get("office", CARETAKER)],
        at=place,
        hours=_hours(given["hours"]),
        **rest,
    )


def _hours(name: str) -> tuple[Opening, ...]:
    preset = seed()["hours"][name]
    return tuple(
        Opening(day, *_minutes(span)) for day in preset["days"] for span in preset["spans"]
    )


def _minutes(span: str) -> tuple[int, int]:
    first, last = ([int(part) for part in clock.split(":")] for clock in span.split("-"))
    return first[0] * 60 + first[1], last[0] * 60 + last[1]


def _set_fees(session: Session, space: UUID, fees: dict[str, list[int]], now: datetime) -> None:
    since, source = seed()["fees"]["valid_from"], seed()["fees"]["source"]
    for party, (per_hour, per_day) in fees.items():
        price = Price(Party(party), since, per_hour, per_day, source)
        set_fee(session, FOUNDER, space, price, now=now)


def _book(session: Session, now: datetime) -> None:
    people = {row.login: row.id for row in session.scalars(select(Person))}
    spaces = {row.name: row for row in session.scalars(select(Space))}
    days = _working_days(local_date(now))
    for number, each in enumerate(seed()["bookings"]):
        first, last = _minutes(each["at"])
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
