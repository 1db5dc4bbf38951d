"""Times of calendars as moments."""

from datetime import UTC, date, datetime, time
from typing import Any

from storage.clock import LOCAL


def instant(value: date) -> datetime:
    """A date or time of a calendar as a moment in UTC; floating times and whole days are the town hall's.

    A time that the clocks skip counts with the offset before the change (RFC 5545, 3.3.5).
    """
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=LOCAL)
    return value.astimezone(UTC)


def value_of(component: Any, name: str) -> Any:
    """The parsed value of a property; ``None`` where it is missing, given twice or broken."""
    held = component.get(name)
    return None if type(held).__name__ == "vBroken" else getattr(held, "dt", None)
