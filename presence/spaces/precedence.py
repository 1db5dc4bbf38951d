"""The city goes before clubs in its own halls, but only with notice. Pure."""

from datetime import date, datetime

from presence.spaces.states import Party
from storage.clock import local_date


def may_displace(
    asking: Party, holding: Party, starts: datetime, notice_days: int | None, today: date
) -> bool:
    """Whether a booking of ``asking`` takes the place of one of ``holding`` that begins at ``starts``.

    The city displaces a club as long as at least ``notice_days`` days of the calendar lie between; nobody else
    displaces anybody, and the city not its own, nor citizens who hold a private celebration there.
    """
    if notice_days is None or asking is not Party.CITY or holding is not Party.CLUB:
        return False
    return (local_date(starts) - today).days >= notice_days
