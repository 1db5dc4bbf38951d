from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ocr.legal import calendar
from ocr.legal.durations import Duration, parse
from ocr.legal.periods import Due, backwards, compute, fixed
from ocr.legal.report import as_json
from ocr.legal.rules import PeriodError, from_data, seed

DAYS = st.dates(date(1995, 1, 1), date(2090, 12, 31))
LAWS = st.sampled_from(sorted(seed().laws))
EVENTS = st.sampled_from(["posted", "served", "received"])


def words(due: Due) -> str:
    return "\n".join(step.text for step in due.steps)


@pytest.mark.parametrize(
    ("law", "event", "day", "period", "due"),
    [
        # the fourth day is a Sunday: tax law moves it, social law does not
        ("ao", "posted", date(2026, 10, 14), "P1M", date(2026, 11, 19)),
        ("sgbx", "posted", date(2026, 10, 14), "P1M", date(2026, 11, 18)),
        ("vwvfg", "posted", date(2026, 10, 14), "P1M", date(2026, 11, 18)),
        ("vwgo", "posted", date(2026, 10, 14), "P1M", date(2026, 11, 18)),
        # three days until the end of 2024, four since
        ("ao", "posted", date(2024, 12, 2), "P1M", date(2025, 1, 7)),
        ("ao", "posted", date(2025, 1, 2), "P1M", date(2025, 2, 7)),  # over 6 January
        ("sgbx", "posted", date(2024, 12, 31), "P1M", date(2025, 2, 3)),
        ("sgbx", "posted", date(2025, 1, 1), "P1M", date(2025, 2, 5)),
        ("vwvfg", "posted", date(2025, 1, 27), "P1M", date(2025, 2, 28)),
        ("vwvfg", "posted", date(2025, 1, 28), "P1M", date(2025, 3, 3)),
        # BGB § 188 Abs. 3: the month without that day; leap years
        ("bgb", "received", date(2026, 1, 31), "P1M", date(2026, 3, 2)),
        ("bgb", "received", date(2024, 1, 31), "P1M", date(2024, 2, 29)),
        ("bgb", "received", date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        ("bgb", "received", date(2026, 8, 31), "P1M", date(2026, 9, 30)),
        # the event day isn't counted
        ("bgb", "received", date(2026, 3, 2), "P1D", date(2026, 3, 3)),
        ("bgb", "received", date(2026, 3, 2), "P2W", date(2026, 3, 16)),
        # the last day moves over a whole chain of free days
        ("bgb", "received", date(2026, 11, 25), "P1M", date(2026, 12, 28)),
        ("vwvfg", "served", date(2026, 3, 3), "P1M", date(2026, 4, 7)),
        # 24 and 31 December are working days in law
        ("bgb", "received", date(2026, 11, 24), "P1M", date(2026, 12, 24)),
        ("bgb", "received", date(2026, 11, 30), "P31D", date(2026, 12, 31)),
        # holidays of Baden-Württemberg, not of other states
        ("bgb", "received", date(2026, 1, 5), "P1D", date(2026, 1, 7)),
        ("bgb", "received", date(2026, 10, 17), "P1M", date(2026, 11, 17)),
        ("bgb", "received", date(2026, 5, 4), "P1M", date(2026, 6, 5)),
        # a year where the instruction on remedies is missing
        ("vwgo", "served", date(2026, 5, 12), "P1Y", date(2027, 5, 12)),
    ],
)
def test_known_deadlines(law: str, event: str, day: date, period: str, due: date) -> None:
    assert compute(law, event, day, period).due == due


def test_steps_tell_a_clerk_what_happened() -> None:
    due = compute("ao", "posted", date(2026, 10, 14), "P1M")
    assert due.steps[0].text == "Zur Post gegeben am Mittwoch, 14.10.2026."
    assert "am vierten Tag nach der Aufgabe zur Post: Sonntag, 18.10.2026" in due.steps[1].text
    assert due.steps[1].source == "AO § 122 Abs. 2"
    assert "Montag, 19.10.2026" in due.steps[2].text
    assert "BFH IX R 68/98" in due.steps[2].source
    assert due.steps[-1].text == "Die Frist endet am Donnerstag, 19.11.2026, um 24 Uhr."


def test_unconfirmed_values_are_marked_and_confirmed_ones_are_not() -> None:
    assert "nicht bestätigt" in compute("vwvfg", "posted", date(2026, 10, 13), "P1M").steps[1].text
    assert "nicht bestätigt" in compute("ao", "posted", date(2026, 10, 13), "P1M").steps[1].text
    assert "nicht bestätigt" not in compute("ao", "posted", date(2024, 10, 14), "P1M").steps[1].text
    assert "nicht bestätigt" not in words(compute("bgb", "received", date(2026, 10, 13), "P1M"))


def test_steps_name_the_holidays_that_move_the_end() -> None:
    text = words(compute("vwvfg", "served", date(2026, 3, 3), "P1M"))
    assert "Karfreitag (Freitag, 03.04.2026)" in text
    assert "Ostermontag (Montag, 06.04.2026)" in text


def test_civil_law_knows_no_fiction_and_says_so() -> None:
    due = compute("bgb", "posted", date(2026, 10, 14), "P1M")
    assert due.due == date(2026, 11, 16)
    assert "keine Bekanntgabefiktion" in words(due)


@pytest.mark.parametrize(
    "period", ["", "P", "PT5H", "P0D", "1M", "P1.5M", "P-1M", "P1M ago", "P1D1M", "P٣D"]
)
def test_wrong_durations_are_refused_in_german(period: str) -> None:
    with pytest.raises(PeriodError, match="keine Dauer"):
        compute("bgb", "received", date(2026, 1, 1), period)


@pytest.mark.parametrize(
    ("law", "event", "day", "period"),
    [
        ("stgb", "posted", date(2026, 1, 1), "P1M"),
        ("ao", "phoned", date(2026, 1, 1), "P1M"),
        ("ao", "posted", date(1980, 1, 1), "P1M"),
        ("ao", "posted", date(2099, 12, 30), "P1M"),
        ("ao", "posted", date(2026, 1, 1), "P999Y"),
        ("ao", "posted", date(2026, 1, 1), "P999Y9999M9999W99999D"),
        ("ao", "posted", date.max, "P1M"),
    ],
)
def test_what_cannot_be_computed_is_refused_in_one_line(
    law: str, event: str, day: date, period: str
) -> None:
    with pytest.raises(PeriodError) as caught:
        compute(law, event, day, period)
    assert "\n" not in str(caught.value)


def test_rules_come_in_as_data() -> None:
    """A law changed by the legal office counts at once, and older events keep their version."""
    version = {"fiction_moves": False, "last_day_moves": True, "unconfirmed": []}
    law = {
        "name": "Satzung",
        "counting_reference": None,
        "sources": {"fiction": "§ 1", "fiction_moves": None, "last_day": "§ 2"},
        "periods": {},
        "versions": [
            {**version, "valid_from": date(2026, 6, 1), "fiction_days": 7},
            {**version, "valid_from": date(2020, 1, 1), "fiction_days": 2},
        ],
    }
    counting = {"start": "a", "days": "b", "months": "c", "month_end": "d"}
    rules = from_data({"counting": counting, "laws": {"satzung": law}})
    assert compute("satzung", "posted", date(2026, 6, 1), "P1D", rules).due == date(2026, 6, 9)
    assert compute("satzung", "posted", date(2026, 5, 26), "P1D", rules).due == date(2026, 5, 29)
    with pytest.raises(PeriodError, match="keine Regel"):
        compute("satzung", "posted", date(2019, 5, 26), "P1D", rules)


def test_report_is_plain_data() -> None:
    report = as_json(compute("ao", "posted", date(2026, 10, 14), "P1M"))
    assert report["due"] == "2026-11-19"
    assert set(report["steps"][0]) == {"text", "source"}


def test_a_date_set_by_the_authority_moves_and_the_exception_is_told() -> None:
    due = fixed("vwvfg", date(2026, 10, 3))
    assert due.due == date(2026, 10, 5)
    assert "bleibt es bei ihm" in words(due)
    assert fixed("vwvfg", date(2026, 10, 5)).due == date(2026, 10, 5)


def test_backwards_leaves_the_whole_period_free() -> None:
    due = backwards("vwvfg", date(2026, 10, 22), "P7D")
    assert due.due == date(2026, 10, 14)
    assert backwards("vwvfg", date(2026, 10, 20), "P7D").due == date(2026, 10, 12)
    assert backwards("vwvfg", date(2026, 10, 19), "P7D").due == date(2026, 10, 9)


# --- against an oracle that walks day by day


def naive_months(day: date, months: int) -> date:
    """Walk month by month to the target month, then to the wished day or the month's last one."""
    target = (day.year, day.month)
    for _ in range(months):
        year, month = target
        target = (year + 1, 1) if month == 12 else (year, month + 1)
    probe = date(*target, 1)
    while probe.day < day.day and (probe + timedelta(days=1)).month == target[1]:
        probe += timedelta(days=1)
    return probe


def naive_free(day: date) -> bool:
    """Weekends and the holidays of Baden-Württemberg by Gauss's Easter formula."""
    a, b, c = day.year % 19, day.year // 100, day.year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    easter = date(day.year, f // 31, f % 31 + 1)
    movable = {easter + timedelta(days=n) for n in (-2, 1, 39, 50, 60)}
    fixed_days = {(1, 1), (1, 6), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26)}
    once = date(2017, 10, 31)
    return day.weekday() > 4 or day in movable or (day.month, day.day) in fixed_days or day == once


@given(LAWS, EVENTS, DAYS, st.integers(0, 14), st.integers(0, 60))
def test_agrees_with_an_oracle_that_walks(
    law: str, event: str, day: date, months: int, days: int
) -> None:
    assume(months or days)
    start = day
    if event == "posted" and law != "bgb":
        change = date(2025, 1, 28) if law in {"vwvfg", "vwgo"} else date(2025, 1, 1)
        for _ in range(4 if day >= change else 3):
            start += timedelta(days=1)
        while law == "ao" and naive_free(start):
            start += timedelta(days=1)
    end = naive_months(start, months)
    for _ in range(days):
        end += timedelta(days=1)
    while naive_free(end):
        end += timedelta(days=1)
    assert compute(law, event, day, f"P{months}M{days}D").due == end


@given(DAYS)
def test_calendar_agrees_with_the_oracle(day: date) -> None:
    assume(day.year >= 1995)  # until 1994 the Buß- und Bettag was a holiday in all states
    assert calendar.is_working_day(day) is not naive_free(day)
    assert (calendar.why_free(day) is None) is calendar.is_working_day(day)


@given(LAWS, EVENTS, DAYS, st.integers(1, 400))
def test_a_period_ends_on_a_working_day_after_the_event(
    law: str, event: str, day: date, days: int
) -> None:
    due = compute(law, event, day, f"P{days}D")
    assert due.due > day
    assert calendar.is_working_day(due.due)
    assert all(step.text and step.source for step in due.steps)


@given(LAWS, EVENTS, DAYS, st.integers(1, 100))
def test_a_later_event_never_ends_earlier(law: str, event: str, day: date, days: int) -> None:
    earlier = compute(law, event, day, f"P{days}D").due
    assert compute(law, event, day + timedelta(days=1), f"P{days}D").due >= earlier


@given(DAYS, st.integers(1, 60))
def test_backwards_mirrors_forwards(day: date, days: int) -> None:
    due = backwards("vwvfg", day, f"P{days}D").due
    assert calendar.is_working_day(due)
    assert (day - due).days > days


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 999))
def test_durations_round_trip(years: int, months: int, weeks: int, days: int) -> None:
    assume(years or months or weeks or days)
    assert parse(f"P{years}Y{months}M{weeks}W{days}D") == Duration(years, months, weeks, days)


@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        parse(text)
    except PeriodError:
        return
    assert text.strip().upper().startswith("P")
