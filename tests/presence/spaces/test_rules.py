"""Opening hours, series, fees, precedence, check-in and alternatives: pure rules, also across both changes of clocks."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from presence.spaces import check_in, hours_text, recurrence
from presence.spaces.alternatives import Place, nearest
from presence.spaces.closures import Closure
from presence.spaces.fees import Price, fee, in_words
from presence.spaces.opening import (
    MINUTES,
    Opening,
    at,
    checked,
    is_open,
    is_skipped,
    open_on,
    slots,
    whole_day,
)
from presence.spaces.precedence import may_displace
from presence.spaces.recurrence import Pattern, days, from_row
from presence.spaces.series import occurrences
from presence.spaces.states import FOLLOWING, Party, State, require_step
from presence.spaces.terms import Terms, day_span, problem
from storage.clock import local
from storage.conflicts import ConflictError

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
ALWAYS = tuple(Opening(day, 0, MINUTES) for day in range(7))
WEEK = tuple(Opening(day, 8 * 60, 18 * 60) for day in range(5))
NOW = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
ROOM = Terms("Besprechung 101", "hourly", WEEK, False, timedelta(hours=4), 400)
dates = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def test_days_are_as_long_as_the_clock_says() -> None:
    for day, quarters in ((SPRING, 92), (AUTUMN, 100), (date(2026, 3, 3), 96)):
        (span,) = open_on(ALWAYS, day)
        assert len(slots(*span)) == quarters


@given(dates, st.integers(0, MINUTES - 15), st.integers(15, 600))
def test_slots_of_spans_that_touch_never_overlap(day: date, minute: int, length: int) -> None:
    minute -= minute % 15
    length -= length % 15
    start = at(day, minute)
    middle, end = start + timedelta(minutes=length), start + timedelta(minutes=2 * length)
    one, other = slots(start, middle), slots(middle, end)
    assert set(one).isdisjoint(other)
    assert set(one) | set(other) == set(slots(start, end))
    assert len(one) == length // 15


@given(dates, st.integers(0, MINUTES - 1))
def test_a_minute_of_the_clock_comes_back_unless_the_clocks_skip_it(day: date, minute: int) -> None:
    there = local(at(day, minute))
    same = (there.date(), there.hour * 60 + there.minute) == (day, minute)
    assert same is not is_skipped(day, minute)
    if is_skipped(day, minute):
        assert day.month == 3
        assert 2 * 60 <= minute < 3 * 60


def test_a_hall_open_past_midnight_is_booked_past_midnight() -> None:
    hall = tuple(Opening(day, 18 * 60, 26 * 60) for day in range(7))
    day = date(2026, 3, 6)
    assert is_open(hall, at(day, 22 * 60), at(day, 25 * 60))
    assert is_open(hall, at(day, 24 * 60 + 30), at(day, 26 * 60))
    assert not is_open(hall, at(day, 22 * 60), at(day, 26 * 60 + 15))


def test_a_lunch_break_is_closed() -> None:
    hours = (
        Opening(0, 480, 720),
        Opening(0, 840, 1080),
        Opening(1, 480, 720),
        Opening(1, 720, 900),
    )
    monday = date(2026, 3, 2)
    assert not is_open(hours, at(monday, 690), at(monday, 870))
    assert is_open(hours, at(monday + timedelta(days=1), 690), at(monday + timedelta(days=1), 870))
    assert whole_day(hours, monday) == (at(monday, 480), at(monday, 1080))
    assert whole_day(hours, date(2026, 3, 4)) is None


def test_hours_no_clock_shows_are_refused() -> None:
    for wrong in (Opening(7, 0, 60), Opening(0, 60, 60), Opening(0, 0, 7), Opening(0, 0, 40 * 60)):
        with pytest.raises(ConflictError):
            checked([wrong])


openings = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 95), st.integers(1, 24)).map(
        lambda each: Opening(each[0], each[1] * 15, (each[1] + each[2]) * 15)
    ),
    max_size=10,
    unique=True,
)


@given(openings)
def test_written_opening_hours_are_read_again(hours: list[Opening]) -> None:
    lines = [hours_text.written(sorted(hours), day) for day in range(7)]
    assert sorted(hours_text.read(lines)) == sorted(hours)


@given(st.lists(st.text(max_size=20), min_size=7, max_size=7))
def test_whatever_is_typed_as_hours_is_read_or_refused(lines: list[str]) -> None:
    with suppress(ConflictError):
        checked(hours_text.read(lines))


def test_opening_hours_are_read_as_people_write_them() -> None:
    assert hours_text.read(["8-12, 14.00 – 18:30 Uhr", "geschlossen", "", "9 bis 25"]) == (
        Opening(0, 480, 720), Opening(0, 840, 1110), Opening(3, 540, 1500),
    )  # fmt: skip
    for wrong in ("morgens", "8:60-9", "8", "8-", "-9", "8-9-10", "8-12 14-18"):
        with pytest.raises(ConflictError, match="Montag"):
            hours_text.read([wrong])


def test_a_whole_day_goes_over_a_break_at_noon() -> None:
    broken = (Opening(4, 480, 720), Opening(4, 840, 1080))
    desk = Terms("Platz 1", "both", broken, False, None, 30)
    friday = date(2026, 3, 6)
    assert _asked(friday, 480, 1080, desk, whole=True) is None
    assert _asked(friday, 480, 1080, desk) is not None


def test_days_out_of_order_are_closed_and_the_days_beside_them_open() -> None:
    shut = Closure(date(2026, 3, 4), date(2026, 3, 5), "Maler")
    room = replace(ROOM, closures=[shut])
    asked = {day: _asked(date(2026, 3, day), 9 * 60, 10 * 60, room) for day in (3, 4, 5, 6)}
    assert asked[3] is asked[6] is None
    assert asked[4] == asked[5]
    assert asked[4] == "Besprechung 101 ist vom 04.03.2026 bis 05.03.2026 gesperrt: Maler"


def _asked(
    day: date, first: int, last: int, terms: Terms = ROOM, *, whole: bool = False
) -> str | None:
    return problem(terms, at(day, first), at(day, last), whole=whole, now=NOW)


def test_what_cannot_be_booked_says_why() -> None:
    today, friday = date(2026, 3, 2), date(2026, 3, 6)
    assert _asked(today, 9 * 60, 10 * 60) is None  # the quarter of an hour under way counts
    assert "schon vorbei" in (_asked(today, 8 * 60, 10 * 60) or "")
    assert "Ende liegt vor" in (_asked(today, 12 * 60, 11 * 60) or "")
    assert "Viertelstunde" in (_asked(today, 11 * 60 + 5, 12 * 60) or "")
    assert "höchstens 4 Stunden" in (_asked(friday, 9 * 60, 14 * 60) or "")
    late = _asked(friday, 17 * 60, 19 * 60)
    assert late is not None
    assert "freitags von 8:00 bis 18:00 Uhr geöffnet" in late
    assert "samstags geschlossen" in (_asked(date(2026, 3, 7), 9 * 60, 10 * 60) or "")
    assert "400 Tage im Voraus" in (_asked(date(2027, 6, 1), 9 * 60, 10 * 60) or "")
    assert "Karfreitag" in (_asked(date(2026, 4, 3), 9 * 60, 10 * 60) or "")
    assert "stundenweise" in (_asked(friday, 8 * 60, 12 * 60, whole=True) or "")
    daily = Terms("Platz 1", "daily", WEEK, False, None, 30)
    assert "tageweise" in (_asked(friday, 9 * 60, 10 * 60, daily) or "")
    assert _asked(friday, 8 * 60, 18 * 60, daily, whole=True) is None
    assert "ganze Öffnungszeit" in (_asked(friday, 8 * 60, 12 * 60, daily, whole=True) or "")
    ended = Terms("Platz 1", "both", WEEK, False, None, 30, friday)
    assert "nicht mehr gebucht" in (_asked(friday, 9 * 60, 10 * 60, ended) or "")


def test_a_whole_day_booked_late_takes_what_is_left_of_it() -> None:
    daily = Terms("Platz 1", "daily", WEEK, False, None, 30)
    span = day_span(daily, date(2026, 3, 2), NOW)
    assert span == (NOW.replace(minute=0), at(date(2026, 3, 2), 18 * 60))
    assert problem(daily, *span, whole=True, now=NOW) is None


@given(
    dates,
    st.sampled_from(["day", "week", "month"]),
    st.integers(1, 8),
    st.integers(1, 20),
)
def test_a_series_keeps_its_rhythm(first: date, every: str, interval: int, count: int) -> None:
    pattern = Pattern(every, interval, count=count)  # type: ignore[arg-type]
    assert from_row(pattern.as_row()) == pattern
    steps = interval * (count - 1)
    assume(every != "month" or steps != 24)  # two years of months are 728 to 735 days
    if steps * {"day": 1, "week": 7, "month": 30.5}[every] > 732:
        with pytest.raises(ConflictError, match="zwei Jahren"):
            days(first, pattern)
        return
    found = days(first, pattern)
    assert len(found) == count
    assert found == sorted(set(found))
    if every == "week":
        assert {(day - first).days % (7 * interval) for day in found} == {0}
    if every == "month":
        assert {day.weekday() for day in found} == {first.weekday()}
        for day in found:
            last = (day + timedelta(days=7)).month != day.month
            assert (
                last
                if recurrence.nth_of(first) == recurrence.LAST
                else ((day.day - 1) // 7 + 1 == recurrence.nth_of(first))
            )


def test_the_fifth_friday_means_the_last_one() -> None:
    found = days(date(2026, 5, 29), Pattern("month", until=date(2026, 9, 30)))
    assert found == [
        date(2026, 5, 29), date(2026, 6, 26), date(2026, 7, 31), date(2026, 8, 28), date(2026, 9, 25),
    ]  # fmt: skip
    assert (
        recurrence.in_words(date(2026, 5, 29), Pattern("month")) == "jeden Monat am letzten Freitag"
    )


def test_endless_and_absurd_series_are_refused() -> None:
    first = date(2026, 3, 2)
    for pattern in (
        Pattern("week"),
        Pattern("week", until=date(2026, 3, 1)),
        Pattern("week", 0, count=3),
        Pattern("day", count=121),
        Pattern("day", until=date(2026, 12, 31)),
        Pattern("week", 2, until=date(2030, 1, 1)),
        Pattern("month", nth=7, count=2),
        Pattern("week", count=2, until=date(2026, 4, 1)),
    ):
        with pytest.raises(ConflictError):
            days(first, pattern)


def test_a_weekly_meeting_stays_at_nine_when_the_clocks_change() -> None:
    terms = Terms("Saal", "hourly", ALWAYS, True, None, 800)
    weeks = days(date(2026, 3, 16), Pattern("week", count=4))
    found = occurrences(terms, weeks, (540, 600), [], whole=False, now=NOW)
    assert [local(each.starts).hour for each in found] == [9, 9, 9, 9]
    assert [each.starts.hour for each in found] == [8, 8, 7, 7]
    assert [each.problem for each in found] == [None] * 4


def test_a_series_at_half_past_two_at_night_meets_the_skipped_hour() -> None:
    terms = Terms("Saal", "hourly", ALWAYS, True, None, 800)
    sundays = days(date(2026, 3, 22), Pattern("week", count=3))
    found = occurrences(terms, sundays, (150, 165), [], whole=False, now=NOW)
    assert [each.problem is None for each in found] == [True, False, True]
    assert "Uhr wird vorgestellt" in (found[1].problem or "")


def test_all_conflicts_of_a_series_are_seen() -> None:
    tuesdays = days(date(2026, 3, 31), Pattern("week", count=4))
    taken = [(at(tuesdays[2], 570), at(tuesdays[2], 630))]
    found = occurrences(ROOM, tuesdays, (540, 600), taken, whole=False, now=NOW)
    assert [each.problem for each in found] == [
        None, None, "Besprechung 101 ist in dieser Zeit schon gebucht.", None,
    ]  # fmt: skip


def test_fees_are_dated_and_count_hours_begun() -> None:
    prices = [
        Price(Party.CLUB, date(2025, 1, 1), 1000, 6000, "alt"),
        Price(Party.CLUB, date(2026, 7, 1), 1200, 7000, "neu"),
    ]
    day, later = date(2026, 6, 30), date(2026, 7, 1)
    assert fee(prices, Party.CLUB, at(day, 600), at(day, 675)) == 2000
    assert fee(prices, Party.CLUB, at(later, 600), at(later, 660)) == 1200
    assert fee(prices, Party.CLUB, at(day, 480), at(day, 1320)) == 6000
    assert fee(prices, Party.CITY, at(day, 480), at(day, 1320)) == 0
    assert fee(prices, Party.CITIZEN, at(day, 480), at(day, 1320)) == 0
    assert in_words(123456) == "1.234,56 €"
    assert in_words(0) == "kostenlos"


@given(st.integers(-5, 60), st.sampled_from(list(Party)), st.sampled_from(list(Party)))
def test_only_the_city_displaces_only_clubs_only_with_notice(
    ahead: int, asking: Party, holding: Party
) -> None:
    today = date(2026, 3, 2)
    starts = at(today + timedelta(days=ahead), 600)
    expected = asking is Party.CITY and holding is Party.CLUB and ahead >= 28
    assert may_displace(asking, holding, starts, 28, today) is expected
    assert not may_displace(asking, holding, starts, None, today)


def test_check_in_has_a_window_also_for_who_books_for_now() -> None:
    starts, ends = at(date(2026, 3, 3), 480), at(date(2026, 3, 3), 1080)
    early = starts - timedelta(days=2)

    def may(now: datetime, created: datetime) -> bool:
        return check_in.may_check_in(now, starts, ends, created, 60)

    assert not may(starts - timedelta(minutes=31), early)
    assert may(starts - timedelta(minutes=30), early)
    assert may(starts + timedelta(minutes=59), early)
    assert not may(starts + timedelta(minutes=60), early)
    noon = starts + timedelta(hours=4)
    assert may(noon + timedelta(minutes=59), noon)
    assert check_in.closes(starts, ends, ends - timedelta(minutes=5), 60) == ends
    assert check_in.closes(starts, ends, early, None) is None


places = st.builds(
    Place,
    st.uuids(),
    st.text(max_size=5),
    st.sampled_from([UUID(int=1), UUID(int=2)]),
    st.just(UUID(int=9)),
    st.integers(1, 20),
    st.frozensets(st.sampled_from(["Monitor", "Dock"])),
    st.floats(0, 100),
    st.floats(0, 100),
)


@given(places, st.lists(places, max_size=12))
def test_alternatives_are_never_worse_than_what_is_left_out(
    wanted: Place, free: list[Place]
) -> None:
    found = nearest(wanted, free)
    assert len(found) == min(3, len([each for each in free if each.id != wanted.id]))
    if any(each.capacity >= wanted.capacity and each.id != wanted.id for each in free):
        assert found[0].capacity >= wanted.capacity


def test_the_nearest_desk_on_the_same_floor_comes_first() -> None:
    here, there = uuid4(), uuid4()

    def desk(name: str, floor: UUID, x: float) -> Place:
        return Place(uuid4(), name, floor, here, 1, frozenset(), x, 0)

    found = nearest(
        desk("1", here, 0), [desk("oben", there, 0), desk("weit", here, 90), desk("nah", here, 10)]
    )
    assert [each.name for each in found] == ["nah", "weit", "oben"]


@given(st.sampled_from(list(State)), st.sampled_from(list(State)))
def test_final_states_are_final(before: State, after: State) -> None:
    allowed = after in FOLLOWING.get(before, frozenset())
    if allowed:
        require_step(before, after)
    else:
        with pytest.raises(ConflictError, match="Das geht nicht mehr"):
            require_step(before, after)
