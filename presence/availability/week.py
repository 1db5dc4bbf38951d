"""Working hours by weekday, part-time and free days: from the week somebody entered to spans of real time. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ocr.legal.calendar import holiday
from presence.availability.facts import WorkSpan
from storage.clock import LOCAL, WEEKDAYS
from storage.conflicts import ConflictError

MINUTES = 24 * 60
LONGEST_PLACE = 60
HOUSE_DAYS = {(12, 24): "Heiligabend", (12, 31): "Silvester"}
"""Free by house rule, not by law: they count for availability and never for legal periods."""
AHEAD = 10
"""Days to look ahead for the next working hours: over Christmas and New Year, hardly more."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours on a weekday (0 is Monday), in minutes of the town hall's clock, half-open."""

    weekday: int
    begins: int
    ends: int
    place: str | None = None


def checked(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """The week in order. Raises ``ConflictError`` in German for what can't be worked."""
    week = tuple(sorted(hours, key=lambda each: (each.weekday, each.begins)))
    for each in week:
        if not (0 <= each.weekday <= 6 and 0 <= each.begins < each.ends <= MINUTES):
            raise ConflictError(
                "Bitte geben Sie Arbeitszeiten an, deren Ende nach dem Beginn liegt."
            )
        if each.place and len(each.place) > LONGEST_PLACE:
            raise ConflictError(f"Ein Ort darf höchstens {LONGEST_PLACE} Zeichen lang sein.")
    for one, other in pairwise(week):
        if one.weekday == other.weekday and other.begins < one.ends:
            raise ConflictError(
                f"Am {WEEKDAYS[one.weekday]} überschneiden sich zwei Arbeitszeiten. Bitte prüfen Sie sie."
            )
    return week


def stored(week: Iterable[Hours]) -> list[list[Any]]:
    """As it stands in the table."""
    return [[each.weekday, each.begins, each.ends, each.place] for each in week]


def loaded(rows: Iterable[Sequence[Any]]) -> tuple[Hours, ...]:
    return tuple(Hours(*row) for row in rows)


def free_day(day: date) -> str | None:
    """Why the whole house is free: a statutory holiday of Baden-Württemberg or a house rule; not for weekends."""
    return holiday(day) or HOUSE_DAYS.get((day.month, day.day))


@lru_cache(maxsize=4096)
def spans(week: tuple[Hours, ...], first: date, days: int = AHEAD) -> tuple[WorkSpan, ...]:
    """The working hours of ``days`` days from ``first`` on, free days left out, in order.

    Hours are wall-clock times: on the days when clocks change they are as long as the clock says.
    """
    found = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        if free_day(day):
            continue
        for each in week:
            begins, ends = _at(day, each.begins), _at(day, each.ends)
            if each.weekday == day.weekday() and begins < ends:  # an hour the clocks skip is none
                found.append(WorkSpan(begins, ends, each.place))
    return tuple(found)


def free_until(day: date) -> tuple[str, datetime] | None:
    """Why this day is free for the whole house and when that ends; Sundays and Saturdays are the weekend."""
    name = free_day(day)
    if name is None and day.weekday() >= 5:
        name = "Wochenende"
    return (name, _at(day, MINUTES)) if name else None


def _at(day: date, minute: int) -> datetime:
    """A time of the town hall's clock, in UTC: spans are compared often, and across changes of the clocks."""
    if minute == MINUTES:
        day, minute = day + timedelta(days=1), 0
    return datetime.combine(day, time(minute // 60, minute % 60), LOCAL).astimezone(UTC)
