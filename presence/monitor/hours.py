"""When a wall is dim, when it is dark, and when that changes. Pure."""

from datetime import UTC, datetime, timedelta

from presence.availability.week import free_day
from storage.clock import LOCAL

WORK_BEGINS, WORK_ENDS = 7, 18
"""Hours of the town hall's clock between which somebody may be expected before a screen."""
LIGHT_BEGINS, LIGHT_ENDS = 7, 19


def resting(now: datetime) -> bool:
    """Outside office hours: the screen is dimmed, which spares it."""
    there = now.astimezone(LOCAL)
    free = there.weekday() >= 5 or free_day(there.date()) is not None
    return free or not WORK_BEGINS <= there.hour < WORK_ENDS


def evening(now: datetime) -> bool:
    """A screen that follows the time of day is dark now."""
    return not LIGHT_BEGINS <= now.astimezone(LOCAL).hour < LIGHT_ENDS


def next_hour(now: datetime) -> datetime:
    """By when all of this, and the day, may have changed."""
    there = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return there + timedelta(hours=1)
