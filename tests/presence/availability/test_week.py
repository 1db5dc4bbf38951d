"""From a week to real time: part-time, holidays, house rules, and both changes of the clocks."""

from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.availability.week import Hours, checked, free_day, free_until, loaded, spans, stored
from storage.clock import LOCAL
from storage.conflicts import ConflictError

OFFICE_DAYS = tuple(Hours(day, 480, 960) for day in range(5))


def test_holidays_and_house_days_are_free() -> None:
    christmas = spans(OFFICE_DAYS, date(2026, 12, 21), 14)
    days = [span.starts.astimezone(LOCAL).date().day for span in christmas]
    assert days == [21, 22, 23, 28, 29, 30]
    assert free_day(date(2026, 6, 4)) == "Fronleichnam"  # Baden-Württemberg
    assert free_day(date(2026, 12, 24)) == "Heiligabend"
    weekend = free_until(date(2026, 10, 17))
    assert weekend is not None
    assert weekend[0] == "Wochenende"
    assert free_until(date(2026, 10, 14)) is None


def test_clocks_change_within_working_hours() -> None:
    night = (Hours(6, 0, 6 * 60), Hours(6, 6 * 60, 7 * 60))
    spring = spans(night, date(2026, 3, 29), 1)
    autumn = spans(night, date(2026, 10, 25), 1)
    assert spring[0].ends - spring[0].starts == timedelta(hours=5)
    assert autumn[0].ends - autumn[0].starts == timedelta(hours=7)
    skipped = (Hours(6, 120, 180),)
    assert spans(skipped, date(2026, 3, 29), 1) == ()


def test_what_overlaps_or_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ConflictError, match="Am Montag überschneiden"):
        checked([Hours(0, 480, 720), Hours(0, 700, 960)])
    for bad in (Hours(0, 480, 480), Hours(7, 0, 60), Hours(0, 0, 1441)):
        with pytest.raises(ConflictError, match="Ende nach dem Beginn"):
            checked([bad])


weeks = st.lists(
    st.builds(
        lambda day, one, two, place: Hours(day, min(one, two), max(one, two) + 1, place),
        st.integers(0, 6),
        st.integers(0, 1439),
        st.integers(0, 1439),
        st.sampled_from([None, "Büro"]),
    ),
    max_size=4,
)


@given(week=weeks, first=st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_spans_are_in_order_in_utc_and_on_their_weekday(week: list[Hours], first: date) -> None:
    assert loaded(stored(week)) == tuple(week)
    found = spans(tuple(sorted(week, key=lambda each: (each.weekday, each.begins))), first)
    for span in found:
        assert span.starts < span.ends
        assert span.starts.tzinfo is UTC
        there = span.starts.astimezone(LOCAL)
        assert there.weekday() in {each.weekday for each in week}
        assert first <= there.date() < first + timedelta(days=10)
    assert [span.starts.astimezone(LOCAL).date() for span in found] == sorted(
        span.starts.astimezone(LOCAL).date() for span in found
    )
