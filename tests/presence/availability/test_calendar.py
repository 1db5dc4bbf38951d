"""When a calendar says busy, tentative or away: cases worked out by hand, and random ones against dateutil."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from presence.availability.calendar.intervals import joined, without
from presence.availability.calendar.reading import CalendarError, read_busy
from storage.clock import LOCAL

BERLIN = """BEGIN:VTIMEZONE
TZID:Eigene Zone
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
NINE, TEN = "2026-10-14 09:00", "2026-10-14 10:00"


def event(*lines: str, uid: str = "1") -> str:
    return "\n".join(("BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT", ""))


def calendar(*parts: str) -> bytes:
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//DE\n" + "".join(parts) + "END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def busy(
    data: bytes, begins: str = "2026-10-12", ends: str = "2026-10-18"
) -> list[tuple[str, str, str]]:
    """Spans on the town hall's clock."""
    rows = read_busy(data, local(begins), local(ends)).rows()
    return [
        (
            f"{one.astimezone(LOCAL):%Y-%m-%d %H:%M}",
            f"{other.astimezone(LOCAL):%Y-%m-%d %H:%M}",
            status,
        )
        for one, other, status in rows
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20261014T070000Z", "DTEND:20261014T080000Z"),
        ("DTSTART;TZID=Europe/Berlin:20261014T090000", "DURATION:PT1H"),
        ("DTSTART:20261014T090000", "DTEND:20261014T100000"),  # floating
        ("DTSTART;TZID=W. Europe Standard Time:20261014T090000", "DURATION:PT1H"),  # Windows
        ("DTSTART;TZID=Eigene Zone:20261014T090000", "DTEND;TZID=Eigene Zone:20261014T100000"),
        ("DTSTART;TZID=America/New_York:20261014T030000", "DURATION:PT1H"),
        ("DTSTART;TZID=Unbekannt/Zone:20261014T090000", "DURATION:PT1H"),
    ],
)
def test_times_in_every_kind_of_zone(lines: tuple[str, ...]) -> None:
    assert busy(calendar(BERLIN, event(*lines))) == [(NINE, TEN, "busy")]


def test_an_unknown_zone_is_said() -> None:
    data = calendar(event("DTSTART;TZID=Unbekannt/Zone:20261014T090000", "DURATION:PT1H"))
    warnings = read_busy(data, local("2026-10-12"), local("2026-10-18")).warnings
    assert len(warnings) == 1
    assert "unbekannte Zeitzone" in warnings[0]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((), "busy"),
        (("TRANSP:TRANSPARENT",), None),
        (("STATUS:CANCELLED",), None),
        (("STATUS:TENTATIVE",), "tentative"),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), "away"),
        (("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",), "tentative"),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE",), None),
        (("X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "STATUS:CONFIRMED"), "busy"),
    ],
)
def test_what_an_event_says_about_its_owner(lines: tuple[str, ...], status: str | None) -> None:
    data = calendar(event("DTSTART:20261014T090000", "DURATION:PT1H", *lines))
    assert busy(data) == ([(NINE, TEN, status)] if status else [])


def test_whole_days_are_the_town_halls_also_when_clocks_change() -> None:
    data = calendar(event("DTSTART;VALUE=DATE:20261025", "DTEND;VALUE=DATE:20261026"))
    rows = read_busy(data, local("2026-10-20"), local("2026-10-30")).rows()
    assert rows[0][1] - rows[0][0] == timedelta(hours=25)
    one_day = calendar(event("DTSTART;VALUE=DATE:20261014"))
    assert busy(one_day) == [("2026-10-14 00:00", "2026-10-15 00:00", "busy")]


def test_overlaps_are_joined_per_status_and_ends_are_open() -> None:
    data = calendar(
        event("DTSTART:20261014T090000", "DURATION:PT1H", uid="a"),
        event("DTSTART:20261014T093000", "DURATION:PT1H", uid="b"),
        event("DTSTART:20261014T100000", "DURATION:PT1H", "STATUS:TENTATIVE", uid="c"),
        event("DTSTART:20261014T120000", uid="d"),  # no length
    )
    assert busy(data) == [
        (NINE, "2026-10-14 10:30", "busy"),
        (TEN, "2026-10-14 11:00", "tentative"),
    ]
    assert busy(data, "2026-10-14 10:30", "2026-10-14 10:31") == [
        (TEN, "2026-10-14 11:00", "tentative")
    ]
    assert busy(data, "2026-10-14 08:00", "2026-10-14 09:00") == []


def test_a_series_with_exceptions() -> None:
    """Daily from Monday; Tuesday left out, Wednesday moved to 14:00, Thursday cancelled, one more on Saturday."""
    data = calendar(
        event(
            "DTSTART;TZID=Europe/Berlin:20261012T090000",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;UNTIL=20261016T090000Z",
            "EXDATE;TZID=Europe/Berlin:20261013T090000",
            "RDATE;TZID=Europe/Berlin:20261017T110000",
        ),
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin:20261014T090000",
            "DTSTART;TZID=Europe/Berlin:20261014T140000",
            "DURATION:PT2H",
        ),
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin:20261015T090000",
            "DTSTART;TZID=Europe/Berlin:20261015T090000",
            "DURATION:PT1H",
            "STATUS:CANCELLED",
        ),
    )
    assert busy(data) == [
        ("2026-10-12 09:00", "2026-10-12 10:00", "busy"),
        ("2026-10-14 14:00", "2026-10-14 16:00", "busy"),
        ("2026-10-16 09:00", "2026-10-16 10:00", "busy"),
        ("2026-10-17 11:00", "2026-10-17 12:00", "busy"),
    ]


def test_a_weekly_meeting_keeps_its_clock_over_the_change() -> None:
    data = calendar(
        event("DTSTART;TZID=Europe/Berlin:20260323T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
    )
    assert busy(data, "2026-03-23", "2026-04-07") == [
        ("2026-03-23 09:00", "2026-03-23 10:00", "busy"),
        ("2026-03-30 09:00", "2026-03-30 10:00", "busy"),
        ("2026-04-06 09:00", "2026-04-06 10:00", "busy"),
    ]


def test_a_time_that_the_clocks_skip() -> None:
    data = calendar(event("DTSTART;TZID=Europe/Berlin:20260329T023000", "DURATION:PT1H"))
    assert read_busy(data, local("2026-03-29"), local("2026-03-30")).rows() == [
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 2, 30, tzinfo=UTC), "busy")
    ]


def test_durations_are_real_hours_and_ends_are_as_written() -> None:
    """RFC 5545, 3.8.5.3: over the night of the change, which has 25 hours."""
    night = ("DTSTART;TZID=Europe/Berlin:20261024T220000",)
    exact = calendar(event(*night, "DURATION:PT8H"))
    series = calendar(
        event(*night, "DTEND;TZID=Europe/Berlin:20261025T060000", "RRULE:FREQ=WEEKLY;COUNT=2")
    )
    written = calendar(event(*night, "DTEND;TZID=Europe/Berlin:20261025T060000"))
    for data, last in ((exact, "05:00"), (written, "06:00")):
        assert busy(data, "2026-10-24", "2026-10-27") == [
            ("2026-10-24 22:00", f"2026-10-25 {last}", "busy")
        ]
    assert busy(series, "2026-10-31", "2026-11-02") == [
        ("2026-10-31 22:00", "2026-11-01 07:00", "busy")
    ]


def test_free_busy_of_a_server() -> None:
    """RFC 5545, 3.6.4: periods with an end or a length, and every type."""
    data = calendar(
        "BEGIN:VFREEBUSY\nUID:1\n"
        "FREEBUSY:20261014T070000Z/PT1H,20261014T100000Z/20261014T110000Z\n"
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261015T070000Z/PT8H\n"
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261016T070000Z/PT1H\n"
        "FREEBUSY;FBTYPE=FREE:20261017T070000Z/PT1H\n"
        "FREEBUSY;FBTYPE=X-SONST:20261017T100000Z/PT1H\nEND:VFREEBUSY\n"
    )
    assert busy(data) == [
        (NINE, TEN, "busy"),
        ("2026-10-14 12:00", "2026-10-14 13:00", "busy"),
        ("2026-10-15 09:00", "2026-10-15 17:00", "away"),
        ("2026-10-16 09:00", "2026-10-16 10:00", "tentative"),
        ("2026-10-17 12:00", "2026-10-17 13:00", "busy"),
    ]


def test_availability_of_part_time() -> None:
    """RFC 7953: here on Monday and Tuesday mornings; in the second week a higher priority says otherwise."""
    data = calendar(
        "BEGIN:VAVAILABILITY\nUID:1\nDTSTART;TZID=Europe/Berlin:20261012T000000\n"
        "DTEND;TZID=Europe/Berlin:20261026T000000\nPRIORITY:5\n"
        "BEGIN:AVAILABLE\nUID:2\nDTSTART;TZID=Europe/Berlin:20261012T080000\nDURATION:PT4H\n"
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU\nEND:AVAILABLE\nEND:VAVAILABILITY\n",
        "BEGIN:VAVAILABILITY\nUID:3\nDTSTART;TZID=Europe/Berlin:20261019T000000\n"
        "DTEND;TZID=Europe/Berlin:20261020T000000\nPRIORITY:1\nBUSYTYPE:BUSY-TENTATIVE\n"
        "END:VAVAILABILITY\n",
    )
    assert busy(data, "2026-10-01", "2026-11-01") == [
        ("2026-10-12 00:00", "2026-10-12 08:00", "away"),
        ("2026-10-12 12:00", "2026-10-13 08:00", "away"),
        ("2026-10-13 12:00", "2026-10-19 00:00", "away"),
        ("2026-10-19 00:00", "2026-10-20 00:00", "tentative"),
        ("2026-10-20 00:00", "2026-10-20 08:00", "away"),
        ("2026-10-20 12:00", "2026-10-26 00:00", "away"),
    ]


def test_availability_without_bounds_ends_at_the_window() -> None:
    data = calendar("BEGIN:VAVAILABILITY\nUID:1\nEND:VAVAILABILITY\n")
    assert busy(data) == [("2026-10-12 00:00", "2026-10-18 00:00", "away")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Liebe Kollegen",
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"BEGIN:VCALENDAR\0\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\n" + b"x" * (11 * 1024 * 1024),
    ],
)
def test_what_is_no_calendar_is_said_in_one_line(data: bytes) -> None:
    with pytest.raises(CalendarError) as caught:
        busy(data)
    assert "\n" not in str(caught.value)


def test_a_broken_event_does_not_hide_the_others() -> None:
    good = event("DTSTART:20261014T090000", "DURATION:PT1H", uid="gut")
    for bad in (
        event("DTSTART:irgendwann", "DURATION:PT1H", uid="a"),
        event("SUMMARY:ohne Anfang", uid="b"),
        event("DTSTART:20261014T090000", "DTEND:20261013T090000", uid="c"),
        event("DTSTART:20261014T150000", "DURATION:PT1H", "RRULE:FREQ=MANCHMAL", uid="d"),
        event("DTSTART:20261014T150000", "DTEND;VALUE=DATE:20261015", uid="e"),
    ):
        assert (NINE, TEN, "busy") in busy(calendar(bad, good))


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=2", "FREQ=SECONDLY;COUNT=100000000;BYMONTH=2"],
)
def test_a_flood_is_left_out_and_said(rule: str) -> None:
    data = calendar(
        event("DTSTART:20200101T000000Z", "DURATION:PT1S", f"RRULE:{rule}", uid="flut"),
        event("DTSTART:20261014T090000", "DURATION:PT1H", uid="gut"),
    )
    result = read_busy(data, local("2026-10-12"), local("2026-10-18"))
    assert [status for *_, status in result.rows()] == ["busy"]
    assert any("zu dichten Wiederholungen" in warning for warning in result.warnings)


RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=DAILY;COUNT=7",
    ]
)


@settings(max_examples=80, deadline=None)
@given(
    rule=RULES,
    first=st.integers(0, 880 * 24 * 60).map(
        lambda each: datetime.fromisoformat("2024-01-01") + timedelta(minutes=each)
    ),
    minutes=st.integers(1, 300),
    begins=st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    days=st.integers(1, 60),
)
def test_series_are_what_dateutil_says(
    rule: str, first: datetime, minutes: int, begins: date, days: int
) -> None:
    length = timedelta(minutes=minutes)
    data = calendar(
        event(
            f"DTSTART;TZID=Europe/Berlin:{first:%Y%m%dT%H%M%S}",
            f"DURATION:PT{minutes}M",
            f"RRULE:{rule}",
        )
    )
    opens = datetime.combine(begins, datetime.min.time(), LOCAL)
    closes = opens + timedelta(days=days)
    starts = set(
        rrule.rrulestr(f"RRULE:{rule}", dtstart=first).between(
            first - timedelta(days=1), closes.replace(tzinfo=None) + timedelta(days=1)
        )
    ) | {first}  # RFC 5545, 3.8.5.3: DTSTART counts as the first
    if "COUNT" in rule and first not in set(rrule.rrulestr(f"RRULE:{rule}", dtstart=first)):
        return
    expected = []
    for start in starts:
        one = start.replace(tzinfo=LOCAL).astimezone(UTC)
        other = one + length
        if one < closes.astimezone(UTC) and other > opens.astimezone(UTC):
            expected.append((one, other))
    found = [(one, other) for one, other, _ in read_busy(data, opens, closes).rows()]
    assert found == joined(expected)


moments = st.integers(0, 200).map(
    lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * timedelta(hours=1)
)
intervals = st.lists(st.tuples(moments, moments), max_size=8)


def _hours(spans: list[tuple[datetime, datetime]]) -> set[datetime]:
    return {
        one + n * timedelta(hours=1)
        for one, other in spans
        for n in range(max(0, int((other - one) / timedelta(hours=1))))
    }


@given(one=intervals, other=intervals)
def test_joining_and_cutting_are_what_sets_say(
    one: list[tuple[datetime, datetime]], other: list[tuple[datetime, datetime]]
) -> None:
    assert _hours(joined(one)) == _hours(one)
    assert _hours(without(one, other)) == _hours(one) - _hours(other)
    kept = without(one, other)
    assert kept == sorted(kept)
