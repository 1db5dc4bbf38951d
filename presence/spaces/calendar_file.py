"""Bookings as an iCalendar file (RFC 5545). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

PRODID = "-//Rathauswerk//Buchungen//DE"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event. ``revision`` becomes SEQUENCE, ``changed`` DTSTAMP and LAST-MODIFIED; ``url`` leads to a video room."""

    id: UUID
    starts: datetime
    ends: datetime
    title: str
    place: str
    changed: datetime
    revision: int
    cancelled: bool = False
    url: str | None = None


def calendar(name: str, entries: Iterable[Entry], host: str) -> bytes:
    """The file; moments in UTC, so that no time zone needs to be described."""
    import icalendar

    made = icalendar.Calendar()
    made.add("PRODID", PRODID)
    made.add("VERSION", "2.0")
    made.add("METHOD", "PUBLISH")
    made.add("X-WR-CALNAME", name)
    made.add("REFRESH-INTERVAL", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for each in entries:
        event = icalendar.Event()
        event.add("UID", f"{each.id}@{host}")
        event.add("DTSTAMP", each.changed)
        event.add("LAST-MODIFIED", each.changed)
        event.add("SEQUENCE", each.revision - 1)
        event.add("DTSTART", each.starts)
        event.add("DTEND", each.ends)
        event.add("SUMMARY", each.title)
        event.add("LOCATION", each.place)
        event.add("STATUS", "CANCELLED" if each.cancelled else "CONFIRMED")
        if each.url:
            event.add("URL", each.url)
        made.add_component(event)
    return bytes(made.to_ical())
