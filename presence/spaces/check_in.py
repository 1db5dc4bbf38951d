"""When one checks in at a booked desk, and when it is given to others because nobody came. Pure."""

from datetime import datetime, timedelta

EARLY = timedelta(minutes=30)
"""How long before its beginning one may check in."""


def opens(starts: datetime) -> datetime:
    return starts - EARLY


def closes(
    starts: datetime, ends: datetime, created: datetime, minutes: int | None
) -> datetime | None:
    """The moment at which a booking without check-in ends; ``None``: it needs none.

    Whoever books for now has the same time as whoever booked before; no booking waits beyond its end.
    """
    if minutes is None:
        return None
    return min(max(starts, created) + timedelta(minutes=minutes), ends)


def may_check_in(
    now: datetime, starts: datetime, ends: datetime, created: datetime, minutes: int | None
) -> bool:
    """Whether it is time: from half an hour before the beginning until the booking is given away."""
    until = closes(starts, ends, created, minutes)
    return until is not None and opens(starts) <= now < until
