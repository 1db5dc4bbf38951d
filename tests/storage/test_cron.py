"""Cron expressions: what is refused and why, how they are said, and both changes of the clock."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.clock import local
from storage.cron import CronError, check, in_words, next_after, parse

SAID = {
    "15 6 * * 1-5": "montags bis freitags um 6:15 Uhr",
    "0 4 * * *": "täglich um 4:00 Uhr",
    "30 7 * * mon,wed,fri": "montags, mittwochs und freitags um 7:30 Uhr",
    "0 3 * * 0": "sonntags um 3:00 Uhr",
    "0 3 * * 7": "sonntags um 3:00 Uhr",
    "0 6,12,18 * * *": "täglich um 6:00, 12:00 und 18:00 Uhr",
    "*/15 * * * *": "alle 15 Minuten",
    "* * * * *": "jede Minute",
    "0 * * * *": "stündlich zur vollen Stunde",
    "5 * * * *": "stündlich zur Minute 5",
    "0 */2 * * *": "alle 2 Stunden ab 0:00 Uhr",
    "15 7-17 * * 1-5": "montags bis freitags stündlich von 7:15 bis 17:15 Uhr",
    "*/10 7-17 * * *": "alle 10 Minuten von 7:00 bis 17:50 Uhr",
    "0 22 1 * *": "am 1. jedes Monats um 22:00 Uhr",
    "0 5 1,15 * *": "am 1. und 15. jedes Monats um 5:00 Uhr",
    "0 5 1 1 *": "am 1. Januar um 5:00 Uhr",
    "0 5 1 jan,jul *": "am 1. im Januar und Juli um 5:00 Uhr",
    "0 4 * 7 *": "täglich im Juli um 4:00 Uhr",
    "0 5 13 * 5": "am 13. jedes Monats und freitags um 5:00 Uhr",
}

REFUSED = {
    "61 * * * *": "„61“ ist bei „Minute“ nicht möglich: erlaubt ist 0 bis 59.",
    "0 5 * * 8": "„8“ ist bei „Wochentag“ nicht möglich",
    "* * *": "fünf Angaben",
    "0 0 5 * * *": "fünf Angaben",
    "": "fünf Angaben",
    "0 17-9 * * *": "rückwärts",
    "*/0 * * * *": "Schrittweite",
    "0 0 30 2 *": "in keinem Jahr",
    "0 5 * * 1#2": "nicht lesbar",
    "0 5 * * montag": "nicht möglich",
    "30 2 * * *": "Zeitumstellung",
    "0 2,14 * * *": "Zeitumstellung",
}


@pytest.mark.parametrize(("text", "words"), SAID.items())
def test_times_are_said_as_people_say_them(text: str, words: str) -> None:
    assert in_words(text) == words


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_what_cannot_be_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(CronError, match=why):
        check(text)


@pytest.mark.parametrize("text", ["*/15 * * * *", "0 */2 * * *", "30 3 * * *", "59 1 * * *"])
def test_the_missing_hour_harms_only_what_runs_once_in_it(text: str) -> None:
    check(text)


def _numbers(low: int, high: int) -> st.SearchStrategy[str]:
    one = st.integers(low, high)
    span = st.tuples(one, one).map(lambda pair: f"{min(pair)}-{max(pair)}")
    stepped = st.tuples(st.just("*") | span, st.integers(1, high)).map(lambda p: f"{p[0]}/{p[1]}")
    item = one.map(str) | span | stepped
    return st.just("*") | st.lists(item, min_size=1, max_size=4).map(",".join)


EXPRESSIONS = st.tuples(
    _numbers(0, 59), _numbers(0, 23), _numbers(1, 28), _numbers(1, 12), _numbers(0, 7)
).map(" ".join)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)).map(  # noqa: DTZ001 - UTC follows
    lambda moment: moment.replace(tzinfo=UTC)
)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS, MOMENTS)
def test_the_next_run_lies_ahead_and_fits_the_expression(text: str, moment: datetime) -> None:
    cron, run = parse(text), next_after(text, moment)
    assert run > moment
    assert in_words(text)
    there = local(run)
    skipped = there.hour == 3 and there.utcoffset() != local(run - timedelta(hours=2)).utcoffset()
    if not skipped:  # a time left out by the clock is made up for after the gap
        assert cron.minutes is None or there.minute in cron.minutes
        assert cron.hours is None or there.hour in cron.hours
    assert cron.months is None or there.month in cron.months
    day = cron.days is None or there.day in cron.days
    weekday = cron.weekdays is None or there.isoweekday() in cron.weekdays
    assert (day or weekday) if cron.days and cron.weekdays else (day and weekday)


@given(st.text(max_size=30))
def test_anything_else_is_refused_in_german_or_said(text: str) -> None:
    with contextlib.suppress(CronError):
        assert in_words(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [("2026-03-28", "2026-03-30"), ("2026-10-24", "2026-10-26")],  # the nights in between change
)
def test_a_daily_run_stays_at_its_local_time_through_both_changes(before: str, after: str) -> None:
    moment = datetime.fromisoformat(f"{before}T12:00+00:00")
    end = datetime.fromisoformat(f"{after}T12:00+00:00")
    times = []
    while (moment := next_after("30 4 * * *", moment)) < end:
        times.append(f"{local(moment):%H:%M}")
    assert times == ["04:30", "04:30"]
