"""Whether a space may be booked for a span at all, whoever has it then: the rules of the house. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from presence.availability.week import free_day
from presence.spaces.closures import Closure, closed_between
from presence.spaces.opening import (
    Opening,
    Span,
    in_words,
    is_aligned,
    is_open,
    slot_begin,
    whole_day,
)
from storage.clock import WEEKDAYS, local, local_date

Mode = Literal["hourly", "daily", "both"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a space allows. ``longest`` and ``ahead``: the longest booking, and how many days ahead one may book."""

    name: str
    mode: Mode
    hours: Sequence[Opening]
    on_holidays: bool
    longest: timedelta | None
    ahead: int
    valid_to: date | None = None
    closures: Sequence[Closure] = ()


def day_span(terms: Terms, day: date, now: datetime) -> Span | None:
    """What a booking of the whole day takes: the opening hours, today only what is left of them."""
    span = whole_day(terms.hours, day)
    if span is None or span[1] <= now:
        return span
    return max(span[0], slot_begin(now)), span[1]


def problem(
    terms: Terms, starts: datetime, ends: datetime, *, whole: bool, now: datetime
) -> str | None:
    """Why this can't be booked, in German with what to do instead; ``None`` where it can."""
    if ends <= starts:
        return "Das Ende liegt vor dem Beginn. Bitte prüfen Sie die Zeiten."
    if not (is_aligned(starts) and is_aligned(ends)):
        return "Buchungen beginnen und enden zur vollen Viertelstunde."
    return (
        _wrong_time(terms, starts, ends, now)
        or _wrong_mode(terms, starts, ends, whole=whole, now=now)
        or closed(terms, starts, ends, whole=whole)
    )


def _wrong_time(terms: Terms, starts: datetime, ends: datetime, now: datetime) -> str | None:
    if starts < slot_begin(now):
        return "Diese Zeit ist schon vorbei. Bitte wählen Sie eine spätere."
    last = local_date(now) + timedelta(days=terms.ahead)
    if local_date(starts) > last:
        return f"{terms.name} kann {terms.ahead} Tage im Voraus gebucht werden, also bis {last:%d.%m.%Y}."
    if terms.longest is not None and ends - starts > terms.longest:
        return f"{terms.name} kann am Stück höchstens {_length(terms.longest)} gebucht werden."
    return None


def _wrong_mode(
    terms: Terms, starts: datetime, ends: datetime, *, whole: bool, now: datetime
) -> str | None:
    if whole:
        if terms.mode == "hourly":
            return f"{terms.name} wird stundenweise gebucht. Bitte wählen Sie Beginn und Ende."
        span = day_span(terms, local_date(starts), now)
        if span is not None and (starts, ends) != span:
            return "Eine Tagesbuchung gilt für die ganze Öffnungszeit des Tages."
        return None
    if terms.mode == "daily":
        return f"{terms.name} wird nur tageweise gebucht. Bitte wählen Sie „ganzer Tag“."
    return None


def closed(terms: Terms, starts: datetime, ends: datetime, *, whole: bool) -> str | None:
    """Why nobody can be there then, however early it was booked: ended, out of order, closed.

    The whole day goes from the first opening to the last closing, over a break at noon.
    """
    first, last = local_date(starts), local_date(ends - timedelta(seconds=1))
    if terms.valid_to is not None and last >= terms.valid_to:
        return f"{terms.name} kann ab {terms.valid_to:%d.%m.%Y} nicht mehr gebucht werden."
    if shut := closed_between(terms.closures, first, last):
        return f"{terms.name} ist {_days(shut)} gesperrt: {shut.reason}"
    if not terms.on_holidays:
        for day in {first, last}:
            if name := free_day(day):
                return f"{terms.name} ist am {day:%d.%m.%Y} geschlossen ({name})."
    opened = whole_day(terms.hours, first) if whole else None
    if (opened and opened[0] <= starts and ends <= opened[1]) or is_open(terms.hours, starts, ends):
        return None
    hours = in_words(terms.hours, first.weekday())
    if local(starts).date() != local(ends).date():
        return f"{terms.name} ist {hours}. Bitte buchen Sie jeden Tag für sich."
    return f"{terms.name} ist {hours}. Bitte wählen Sie eine Zeit, zu der am {WEEKDAYS[first.weekday()]} geöffnet ist."


def _days(closure: Closure) -> str:
    if closure.first == closure.last:
        return f"am {closure.first:%d.%m.%Y}"
    return f"vom {closure.first:%d.%m.%Y} bis {closure.last:%d.%m.%Y}"


def _length(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    if not minutes:
        return "1 Stunde" if hours == 1 else f"{hours} Stunden"
    return f"{hours} Stunden und {minutes} Minuten" if hours else f"{minutes} Minuten"
