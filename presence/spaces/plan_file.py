"""Buildings, floors, desks and rooms from a file (YAML): how a city enters them all at once.

Sizes are metres from a floor's top left corner; plans are drawn from them, unless a floor brings its own SVG.
``config/seed/spaces.yaml`` is an example.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.spaces.drawing import Area, draw, on_plan
from presence.spaces.fees import Price
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space, set_fee
from presence.spaces.opening import Opening
from presence.spaces.queries import prices_of
from presence.spaces.states import Party
from presence.spaces.terms import Mode
from storage.actors import Actor
from storage.conflicts import ConflictError
from storage.organisation.tables import Office

DESK = (1.5, 0.8)
"""Width and depth of a desk in metres."""
Rectangle = tuple[float, float, float, float]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Preset(_Part):
    """Opening hours by name: weekdays (0 is Monday) and spans like "08:00-25:00" (one o'clock at night)."""

    days: list[int] = Field(min_length=1)
    spans: list[str] = Field(min_length=1)


class Given(_Part):
    """What describes a desk or room; the file's ``desk`` and ``room`` say what is usual."""

    hours: str
    office: str
    capacity: int = 1
    equipment: list[str] = []
    mode: Mode = "both"
    on_holidays: bool = False
    rules: str = ""
    bookers: Literal["all", "office"] = "all"
    public: bool = False
    notice_days: int | None = None
    longest_minutes: int | None = None
    ahead_days: int = 90
    check_in_minutes: int | None = None
    video: bool = False
    fees: dict[Party, tuple[int, int]] = {}
    """Cents per hour and at most per day."""


class AreaPart(_Part):
    """A rectangle of the floor: a ``room`` to be booked, or an area with ``desks`` in ``rows`` and ``columns``."""

    name: str
    at: Rectangle
    door: Literal["n", "e", "s", "w"] | None = "s"
    room: dict[str, Any] | None = None
    desks: dict[str, Any] | None = None


class FloorPart(_Part):
    """``plan`` names an SVG file, whose units are 20 to a metre; without it the plan is drawn."""

    level: int
    name: str
    size: tuple[float, float]
    plan: str | None = None
    areas: list[AreaPart]


class BuildingPart(_Part):
    key: str
    name: str
    address: str
    floors: list[FloorPart]


class FeesPart(_Part):
    """From when the fees count, and what they rest on."""

    valid_from: date
    source: str


class BuildingsFile(BaseModel):
    """The whole file."""

    hours: dict[str, Preset]
    desk: dict[str, Any] = {}
    room: dict[str, Any] = {}
    buildings: list[BuildingPart]
    fees: FeesPart | None = None


def read(data: Any) -> BuildingsFile:
    """Raises ``ConflictError`` that says which entry is not as it should be."""
    try:
        return BuildingsFile.model_validate(data)
    except ValidationError as error:
        raise _told(error, "") from None


def furnish(
    session: Session,
    actor: Actor,
    data: Any,
    *,
    now: datetime,
    svg: Callable[[str], str] | None = None,
) -> dict[str, int]:
    """Enter what is not there yet; what is there (by key) stays as it is. Returns how many of each the file holds.

    ``svg`` reads a plan by its file name. Raises ``ConflictError`` for a file that is none; then nothing was entered.
    """
    file = read(data)
    offices = {row.key: row.id for row in session.scalars(select(Office))}
    counts = {"Gebäude": 0, "Geschosse": 0, "Plätze": 0, "Räume": 0}
    for house in file.buildings:
        building = add_building(
            session, actor, key=house.key, name=house.name, address=house.address, now=now
        )
        counts["Gebäude"] += 1
        for storey in house.floors:
            plan = svg(storey.plan) if storey.plan and svg else drawn(storey)
            floor = add_floor(
                session, actor, building.id, level=storey.level, name=storey.name, plan=plan, now=now
            )  # fmt: skip
            counts["Geschosse"] += 1
            for key, kind, name, place, given in _spaces(file, house.key, storey):
                form = _form(file, kind, name, place, given, offices)
                space = add_space(session, actor, floor.id, form, key=key, now=now)
                counts["Plätze" if kind == "desk" else "Räume"] += 1
                there = {(each.party, each.valid_from) for each in prices_of(session, space.id)}
                for price in _prices(file, given):
                    if (price.party, price.valid_from) not in there:
                        set_fee(session, actor, space.id, price, now=now)
    return counts


def drawn(storey: FloorPart) -> str:
    """The plan of a floor, drawn from its areas."""
    width, height = storey.size
    areas = [Area(each.name, *each.at, each.door) for each in storey.areas]
    return draw(width, height, areas)


def _spaces(
    file: BuildingsFile, building: str, storey: FloorPart
) -> Iterator[tuple[str, str, str, Rectangle, Given]]:
    for area in storey.areas:
        if area.room is not None:
            given = _given({**file.room, **area.room}, area.name)
            yield f"{building}-{area.name}", "room", area.name, area.at, given
        if area.desks is not None:
            grid = {name: area.desks.get(name) for name in ("first", "columns", "rows")}
            if not all(isinstance(each, int) and each > 0 for each in grid.values()):
                raise ConflictError(
                    f"Die Tische in „{area.name}“ brauchen first, columns und rows als Zahlen."
                )
            rest = {name: value for name, value in area.desks.items() if name not in grid}
            given = _given({**file.desk, **rest}, area.name)
            for number, place in _desks(area.at, *(int(each or 0) for each in grid.values())):
                yield f"{building}-{number}", "desk", f"Platz {number:03d}", place, given


def _desks(area: Rectangle, first: int, columns: int, rows: int) -> Iterator[tuple[int, Rectangle]]:
    """Desks spread evenly below the name of their area."""
    left, top, width, height = area
    for row in range(rows):
        for column in range(columns):
            x = left + width * (column + 0.5) / columns - DESK[0] / 2
            y = top + 1.2 + (height - 1.6) * (row + 0.5) / rows - DESK[1] / 2
            yield first + row * columns + column, (x, y, *DESK)


def _form(
    file: BuildingsFile,
    kind: str,
    name: str,
    place: Rectangle,
    given: Given,
    offices: Mapping[str, UUID],
) -> SpaceForm:
    if given.office not in offices:
        raise ConflictError(f"„{name}“: Das Amt „{given.office}“ gibt es nicht.")
    if given.hours not in file.hours:
        raise ConflictError(f"„{name}“: Die Öffnungszeiten „{given.hours}“ gibt es nicht.")
    rest = given.model_dump(exclude={"hours", "office", "fees"})
    return SpaceForm(
        kind=kind,
        name=name,
        office=offices[given.office],
        at=on_plan(*place),
        hours=_hours(file.hours[given.hours]),
        **rest,
    )


def _given(values: dict[str, Any], name: str) -> Given:
    try:
        return Given.model_validate(values)
    except ValidationError as error:
        raise _told(error, name) from None


def _prices(file: BuildingsFile, given: Given) -> Iterator[Price]:
    if given.fees and file.fees is None:
        raise ConflictError(
            "Entgelte brauchen unter „fees“ den Tag, ab dem sie gelten, und ihre Quelle."
        )
    if file.fees is not None:
        for party, (per_hour, per_day) in given.fees.items():
            yield Price(party, file.fees.valid_from, per_hour, per_day, file.fees.source)


def _hours(preset: Preset) -> tuple[Opening, ...]:
    return tuple(Opening(day, *minutes(span)) for day in preset.days for span in preset.spans)


def minutes(span: str) -> tuple[int, int]:
    """The minutes of "08:00-25:00". Raises ``ConflictError``."""
    try:
        first, last = (
            int(hour) * 60 + int(minute)
            for hour, minute in (clock.split(":") for clock in span.split("-"))
        )
    except ValueError:
        raise ConflictError(f"„{span}“ ist keine Zeit wie 08:00-18:00.") from None
    return first, last


def _told(error: ValidationError, name: str) -> ConflictError:
    where = ".".join([name, *(str(part) for part in error.errors()[0]["loc"])]).strip(".")
    return ConflictError(f"Der Eintrag „{where}“ fehlt oder ist nicht, wie er sein soll.")
