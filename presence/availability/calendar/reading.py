"""From a calendar file to spans of being busy (RFC 5545 events and free-busy, RFC 7953 availability).

Runs in a process of its own (``child.py``): parsers of calendars are slow and recurrence rules may be hostile.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from presence.availability.calendar.floods import leave_out_floods
from presence.availability.calendar.intervals import Interval, joined
from presence.availability.calendar.lengths import mark, span
from presence.availability.calendar.moments import instant, value_of

Status = Literal["busy", "tentative", "away"]
STATUSES: tuple[Status, ...] = ("busy", "tentative", "away")
LARGEST = 10 * 1024 * 1024
"""Bytes; ten years of a full calendar have about two million."""
MOST = 50_000
"""Occurrences within the window; more is no calendar of a person."""
_BAD = (ValueError, OverflowError, TypeError, KeyError, AttributeError, IndexError)
"""What parsers raise for values that are not what they should be."""
_FREE = {"FREE", "WORKINGELSEWHERE"}


class CalendarError(Exception):
    """The calendar can't be read. The message is one German line."""


@dataclass
class BusyTimes:
    """``spans`` by status, joined per status; ``warnings`` say in German what had to be guessed or left out."""

    spans: dict[Status, list[Interval]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def rows(self) -> list[tuple[datetime, datetime, Status]]:
        """All spans in order of time."""
        found = [(one, other, status) for status, each in self.spans.items() for one, other in each]
        return sorted(found)


def read_busy(data: bytes, begins: datetime, ends: datetime) -> BusyTimes:
    """The spans that touch the window (aware, half-open). They are not clipped to it: an appointment under way at
    ``begins`` keeps its true beginning. Only unavailability without bounds of its own (RFC 7953) ends at the window.

    Left out are transparent and cancelled events, events without length, and what a program marks as free. Times
    without a zone, and whole days, are the town hall's. Raises ``CalendarError``.
    """
    from presence.availability.calendar.availability import unavailable

    found: dict[Status, list[Interval]] = {status: [] for status in STATUSES}
    result = BusyTimes()
    count = 0
    for calendar in _calendars(data):
        for status, starts, finish in _spans(calendar, begins, ends, result.warnings):
            count += 1
            if count > MOST:
                raise CalendarError(
                    f"Der Kalender hat mehr als {MOST} Termine in diesem Zeitraum und wird nicht gelesen."
                )
            found[status].append((starts, finish))
        for status, each in unavailable(calendar, begins, ends, result.warnings).items():
            found[status] += each
    result.spans = {
        status: joined(one for one in each if one[0] < ends and one[1] > begins)
        for status, each in found.items()
    }
    return result


def _calendars(data: bytes) -> list[Any]:
    import icalendar

    if len(data) > LARGEST:
        raise CalendarError(
            f"Die Kalenderdatei ist größer als {LARGEST // 2**20} MB und wird nicht gelesen."
        )
    if b"BEGIN:VCALENDAR" not in data[:4096].upper() or b"\0" in data:
        raise CalendarError("Das ist keine Kalenderdatei (ICS). Bitte geben Sie eine andere an.")
    found: list[Any] = []
    with suppress(*_BAD, RecursionError):
        found = list(icalendar.Calendar.from_ical(_decoded(data), multiple=True))
    if not found:
        raise CalendarError("Die Kalenderdatei ist beschädigt und kann nicht gelesen werden.")
    return found


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # old programs; only times are read


def _spans(
    calendar: Any, begins: datetime, ends: datetime, warnings: list[str]
) -> Iterator[tuple[Status, datetime, datetime]]:
    _warn_of_zones(calendar, warnings)
    if leave_out_floods(calendar, ends):
        _say(warnings, "Ein Termin mit zu dichten Wiederholungen wurde ausgelassen.")
    for event in occurrences(calendar, begins, ends, warnings):
        status = _status_of(event)
        if status is not None:
            yield status, *span(event)
    for component in calendar.walk("VFREEBUSY"):
        yield from _free_busy(component)


def occurrences(calendar: Any, begins: datetime, ends: datetime, warnings: list[str]) -> list[Any]:
    """Each occurrence of the calendar's events that touches the window; broken events are left out, and said."""
    broken = mark(calendar) or any(
        event.errors or "DTSTART" not in event for event in calendar.walk("VEVENT")
    )
    try:
        found = _expanded(calendar, begins, ends)
    except _BAD:  # one series spoils the whole: each for itself
        broken, found = True, []
        for series in _apart(calendar):
            with suppress(*_BAD):
                found += _expanded(series, begins, ends)
    if broken:
        _say(warnings, "Termine mit fehlerhaften Angaben wurden ausgelassen.")
    spans = [(each, *span(each)) for each in found]
    return [each for each, starts, finish in spans if starts < ends and finish > begins]


def _expanded(calendar: Any, begins: datetime, ends: datetime) -> list[Any]:
    import recurring_ical_events

    # A day more on each side: whole days and times without a zone are found by their clock, not by their moment.
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    day = timedelta(days=1)
    found = list(query.between(begins - day, ends + day))
    for each in found:
        _ = span(each)  # a broken property shows only when it is asked
    return found


def _apart(calendar: Any) -> Iterator[Any]:
    """A calendar for each series (the events of one UID), with all time zones."""
    import icalendar

    series: dict[str, Any] = {}
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID", id(event)))
        if uid not in series:
            series[uid] = icalendar.Calendar()
            for zone in calendar.walk("VTIMEZONE"):
                series[uid].add_component(zone)
        series[uid].add_component(event)
    yield from series.values()


def _status_of(event: Any) -> Status | None:
    """What an event says about its owner; ``None`` where they stay free."""
    shown = _word(event, "X-MICROSOFT-CDO-BUSYSTATUS")
    state = _word(event, "STATUS")
    if _word(event, "TRANSP") == "TRANSPARENT" or state == "CANCELLED" or shown in _FREE:
        return None
    if shown == "OOF" or _word(event, "BUSYTYPE") == "BUSY-UNAVAILABLE":
        return "away"
    return "tentative" if state == "TENTATIVE" or shown == "TENTATIVE" else "busy"


def status_of_type(word: str) -> Status | None:
    """FBTYPE and BUSYTYPE (RFC 5545 3.2.9, RFC 7953 3.2); unknown ones count as busy, as the standard says."""
    return {"FREE": None, "BUSY-UNAVAILABLE": "away", "BUSY-TENTATIVE": "tentative"}.get(
        word.upper(),
        "busy",
    )


def _free_busy(component: Any) -> Iterator[tuple[Status, datetime, datetime]]:
    held = component.get("FREEBUSY", [])
    for each in held if isinstance(held, list) else [held]:
        status = status_of_type(str(each.params.get("FBTYPE", "BUSY")))
        if status is None:
            continue
        for value in getattr(each, "dts", None) or [each]:
            starts, second = value.dt
            finish = starts + second if isinstance(second, timedelta) else second
            yield status, instant(starts), instant(finish)


def _warn_of_zones(calendar: Any, warnings: list[str]) -> None:
    """Zones nobody knows: their times were taken as the town hall's."""
    for component in calendar.walk():
        for name in ("DTSTART", "DTEND"):
            moment = value_of(component, name)
            floating = isinstance(moment, datetime) and moment.tzinfo is None
            if floating and "TZID" in component[name].params:
                _say(
                    warnings,
                    "Der Kalender nennt eine unbekannte Zeitzone. Ihre Zeiten gelten wie in Deutschland.",
                )
                return


def _word(component: Any, name: str) -> str:
    return str(component.get(name, "")).strip().upper()


def _say(warnings: list[str], words: str) -> None:
    if words not in warnings:
        warnings.append(words)
