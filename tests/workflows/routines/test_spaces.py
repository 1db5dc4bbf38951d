"""What desks and rooms do by themselves, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.cron import next_after
from workflows.routines.spaces import schedules


@pytest.mark.parametrize("hour", [5, 20, 21, 23, 1])
def test_rooms_nobody_came_to_are_given_away_at_every_hour_they_may_be_open(hour: int) -> None:
    """Halls are open until midnight and beyond."""
    (release,) = [each for each in schedules() if each.key == "desks.freigabe"]
    moment = datetime(2026, 3, 4, hour, 2, tzinfo=UTC)
    assert next_after(release.default_cron, moment) - moment <= timedelta(minutes=5)
