"""How long occurrences last, as RFC 5545 has it (3.8.5.3, 3.3.6): in real hours, also in the nights clocks change.

The library that expands series counts on the clock. So each event is marked with its exact length before it is
expanded, where it has one: a DURATION, or a series with an end. A single event with an end ends when it says.
"""

from datetime import datetime, timedelta
from typing import Any

from presence.availability.calendar.moments import instant, value_of

_MARK = "X-RATHAUSWERK-SECONDS"


def mark(calendar: Any) -> bool:
    """Mark all events. Returns whether some had to be taken out because they end before they begin."""
    reversed_ones = False
    for parent in calendar.walk():
        kept = [part for part in parent.subcomponents if not _is_reversed(part)]
        if len(kept) < len(parent.subcomponents):
            parent.subcomponents[:] = kept
            reversed_ones = True
    for event in calendar.walk("VEVENT"):
        length = _exact(event)
        if length is not None:
            event[_MARK] = str(int(length.total_seconds()))
    return reversed_ones


def span(occurrence: Any) -> tuple[datetime, datetime]:
    """When an expanded event begins and ends, in UTC."""
    begins = instant(occurrence.start)
    marked = occurrence.get(_MARK)
    if marked is not None:
        return begins, begins + timedelta(seconds=int(marked))
    return begins, instant(occurrence.end)


def _is_reversed(component: Any) -> bool:
    if component.name not in {"VEVENT", "AVAILABLE"}:
        return False
    start, end = _moment(component, "DTSTART"), _moment(component, "DTEND")
    return start is not None and end is not None and end < start


def _exact(event: Any) -> timedelta | None:
    length = value_of(event, "DURATION")
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    if isinstance(
        length, timedelta
    ):  # days of a duration are days of the calendar, hours are hours
        return length if start is not None and timedelta() <= length < timedelta(days=1) else None
    if start is not None and end is not None and "RRULE" in event:
        exact = end - start
        return exact if exact < timedelta(hours=23) else None
    return None


def _moment(component: Any, name: str) -> datetime | None:
    """A property's moment; ``None`` for whole days, missing and broken ones."""
    value = value_of(component, name)
    return instant(value) if isinstance(value, datetime) else None
