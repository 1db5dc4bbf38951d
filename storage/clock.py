"""Time and ids. Both are injected where a rule depends on them, so that tests can turn the hands."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""

LOCAL = ZoneInfo("Europe/Berlin")

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def utc_now() -> datetime:
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the town hall's clock (Europe/Berlin)."""
    return moment.astimezone(LOCAL)


def local_date(moment: datetime) -> date:
    return local(moment).date()


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; of a 29 February, the 28th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): unique, and growing with time, so that lists page by key."""
    return UUID(bytes=uuid_utils.uuid7().bytes)
