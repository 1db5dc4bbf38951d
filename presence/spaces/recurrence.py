"""Days of a series: every n weeks, or every n months on the nth weekday, always with an end. Pure.

The days are counted on the calendar and only then become moments, so that a series keeps its time of day across both
changes of the clocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule, weekday

from storage.clock import WEEKDAYS
from storage.conflicts import ConflictError

MOST = 120
"""Bookings in one series."""
LONGEST = timedelta(days=2 * 366)
LAST = -1
_FREQUENCIES: dict[str, Literal[1, 2, 3]] = {"day": DAILY, "week": WEEKLY, "month": MONTHLY}
ORDINALS = {1: "ersten", 2: "zweiten", 3: "dritten", 4: "vierten", LAST: "letzten"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """``every`` n days, weeks or months. ``nth`` (months only): which weekday of the month, -1 the last one; the
    weekday is the first day's. Ends with ``until`` (that day included) or after ``count`` days.
    """

    every: Literal["day", "week", "month"]
    interval: int = 1
    nth: int | None = None
    until: date | None = None
    count: int | None = None

    def as_row(self) -> dict[str, Any]:
        return {
            "every": self.every,
            "interval": self.interval,
            "nth": self.nth,
            "until": self.until.isoformat() if self.until else None,
            "count": self.count,
        }


def from_row(row: Mapping[str, Any]) -> Pattern:
    """The pattern as it stands in the table of series."""
    until = date.fromisoformat(row["until"]) if row["until"] else None
    return Pattern(row["every"], row["interval"], row["nth"], until, row["count"])


def nth_of(day: date) -> int:
    """Which of its weekday a day is in its month; the fifth is the last."""
    number = (day.day - 1) // 7 + 1
    return number if number <= 4 else LAST


def days(first: date, pattern: Pattern) -> list[date]:
    """All days of the series in order. Raises ``ConflictError`` where it is endless, empty or far too long."""
    _check(first, pattern)
    frequency: Literal[1, 2, 3] = _FREQUENCIES[pattern.every]
    on = None
    if pattern.every == "month":
        on = weekday(first.weekday())(pattern.nth or nth_of(first))
    rule = rrule(
        frequency,
        dtstart=datetime.combine(first, time()),
        interval=pattern.interval,
        byweekday=on,
        until=datetime.combine(pattern.until, time()) if pattern.until else None,
        count=pattern.count,
    )
    found: list[date] = []
    for each in rule:
        if each.date() - first > LONGEST or len(found) == MOST:
            raise ConflictError(
                f"Eine Serie umfasst höchstens {MOST} Buchungen in zwei Jahren. Bitte wählen Sie ein früheres Ende."
            )
        found.append(each.date())
    if not found:
        raise ConflictError("In diesem Zeitraum liegt kein Termin der Serie.")
    return found


def in_words(first: date, pattern: Pattern) -> str:
    """As in "alle 2 Wochen am Montag" or "jeden Monat am letzten Freitag"."""
    name = WEEKDAYS[first.weekday()]
    if pattern.every == "day":
        return "jeden Tag" if pattern.interval == 1 else f"alle {pattern.interval} Tage"
    if pattern.every == "week":
        often = "jede Woche" if pattern.interval == 1 else f"alle {pattern.interval} Wochen"
        return f"{often} am {name}"
    often = "jeden Monat" if pattern.interval == 1 else f"alle {pattern.interval} Monate"
    return f"{often} am {ORDINALS[pattern.nth or nth_of(first)]} {name}"


def _check(first: date, pattern: Pattern) -> None:
    if (pattern.until is None) == (pattern.count is None):
        raise ConflictError(
            "Bitte geben Sie an, wann die Serie endet oder wie oft sie stattfindet."
        )
    if not 1 <= pattern.interval <= 52:
        raise ConflictError("Bitte wählen Sie einen Abstand von 1 bis 52.")
    if pattern.until is not None and pattern.until < first:
        raise ConflictError("Die Serie endet vor ihrem ersten Tag. Bitte prüfen Sie die Tage.")
    if pattern.count is not None and not 1 <= pattern.count <= MOST:
        raise ConflictError(f"Eine Serie umfasst 1 bis {MOST} Buchungen.")
    if pattern.nth is not None and pattern.nth not in ORDINALS:
        raise ConflictError("Bitte wählen Sie den ersten bis vierten oder den letzten Wochentag.")
