"""Office hours: what counts, what does not, and that adding and measuring fit together."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.clock import LOCAL
from workflows.kiss.anliegen.office_hours import NOTHING, OfficeHours

HOURS = OfficeHours()
MOMENTS = st.datetimes(
    datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2028-01-01")
).map(lambda at: at.replace(tzinfo=UTC))
AMOUNTS = st.timedeltas(NOTHING, timedelta(hours=200))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@settings(deadline=None)
@given(MOMENTS, AMOUNTS)
def test_what_is_added_is_what_goes_by(start: datetime, amount: timedelta) -> None:
    end = HOURS.add(start, amount)
    assert end >= start or amount == NOTHING
    assert HOURS.between(start, end) == amount


@settings(deadline=None)
@given(MOMENTS, AMOUNTS, AMOUNTS)
def test_two_steps_are_one(start: datetime, first: timedelta, second: timedelta) -> None:
    assert HOURS.between(start, HOURS.add(HOURS.add(start, first), second)) == first + second


@settings(deadline=None)
@given(MOMENTS, MOMENTS)
def test_time_never_runs_backwards(one: datetime, other: datetime) -> None:
    assert HOURS.between(max(one, other), min(one, other)) == NOTHING or one == other


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02T09:00", 2, "2026-03-02T11:00"),
        ("2026-03-02T11:00", 2, "2026-03-02T14:00"),  # over the lunch break
        ("2026-03-06T11:00", 2, "2026-03-09T09:00"),  # Friday to Monday
        ("2026-04-02T16:00", 1, "2026-04-07T08:30"),  # Good Friday and Easter Monday
        ("2026-12-23T16:00", 1, "2026-12-28T08:30"),  # Christmas Eve by house rule
        ("2026-03-27T11:30", 1, "2026-03-30T08:30"),  # over the change to summer time
        ("2026-03-07T12:00", 1, "2026-03-09T09:00"),  # begins on a Saturday
    ],
)
def test_known_ends(start: str, hours: int, end: str) -> None:
    assert HOURS.add(at(start), timedelta(hours=hours)) == at(end)


def test_a_house_that_never_opens_says_so() -> None:
    with pytest.raises(ValueError, match="office hours"):
        OfficeHours({0: ((time(8), time(8)),)}).add(at("2026-03-02T09:00"), timedelta(hours=1))
