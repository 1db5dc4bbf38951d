"""VAVAILABILITY (RFC 7953): when somebody is available at all; the rest of its range counts as unavailable."""

from datetime import date, datetime, timedelta
from typing import Any

from presence.availability.calendar.intervals import Interval, without
from presence.availability.calendar.lengths import span
from presence.availability.calendar.moments import instant, value_of
from presence.availability.calendar.reading import Status, occurrences, status_of_type


def unavailable(
    calendar: Any, begins: datetime, ends: datetime, warnings: list[str]
) -> dict[Status, list[Interval]]:
    """Spans by status. Of several components the one with the higher priority decides for its whole range
    (RFC 7953, 3.1: 1 is the highest, 0 or none the lowest).
    """
    found: dict[Status, list[Interval]] = {}
    components = calendar.walk("VAVAILABILITY")
    for component in sorted(components, key=_priority, reverse=True):
        reach = _range(component, begins, ends)
        if reach is None:
            continue
        found = {status: without(each, [reach]) for status, each in found.items()}
        status = status_of_type(str(component.get("BUSYTYPE", "BUSY-UNAVAILABLE")))
        if status is not None:
            available = _available(calendar, component, reach, warnings)
            found[status] = [*found.get(status, []), *without([reach], available)]
    return found


def _priority(component: Any) -> int:
    """The smaller decides; 0 (undefined) comes last."""
    given = int(component.get("PRIORITY", 0))
    return given if 1 <= given <= 9 else 10


def _range(component: Any, begins: datetime, ends: datetime) -> Interval | None:
    """From DTSTART to DTEND (or DURATION); where there are none, to the window's edge."""
    start, end, length = (value_of(component, each) for each in ("DTSTART", "DTEND", "DURATION"))
    first = instant(start) if isinstance(start, date) else begins
    last = ends
    if isinstance(end, date):
        last = instant(end)
    elif isinstance(length, timedelta) and isinstance(start, date):
        last = first + length
    return (first, last) if first < min(last, ends) and last > begins else None


def _available(
    calendar: Any, component: Any, reach: Interval, warnings: list[str]
) -> list[Interval]:
    """The AVAILABLE parts, which recur like events: expanded as such."""
    import icalendar

    as_events = icalendar.Calendar()
    for zone in calendar.walk("VTIMEZONE"):
        as_events.add_component(zone)
    for part in component.subcomponents:
        if part.name == "AVAILABLE":
            event = icalendar.Event()
            for name, value in part.items():
                event[name] = value
            as_events.add_component(event)
    return [span(each) for each in occurrences(as_events, *reach, warnings)]
