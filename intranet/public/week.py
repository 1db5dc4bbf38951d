"""A room's week for everybody: day by day in words, and as a bar that only repeats the words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.translations import Catalogue
from presence.availability.week import free_day
from presence.citizens.occupancy import Busy, joined
from presence.spaces.closures import closed_between
from presence.spaces.opening import Span, at, clock, open_on
from presence.spaces.terms import Terms
from storage.clock import WEEKDAYS, local, local_date

DAYS = 7
BAR = 480
"""Width of a bar in units of its own."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a day's bar: where it begins, how wide it is, and its kind (``offen``, ``belegt``, ``angefragt``)."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day in words: ``lines`` say when it is taken and free; ``closed``: why it is not open."""

    day: date
    weekday: str
    lines: Sequence[str]
    closed: str | None
    blocks: Sequence[Block]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week(terms: Terms, monday: date, busy: Sequence[Busy], say: Catalogue) -> list[DayLine]:
    """The seven days from ``monday`` on."""
    first = min((each.first for each in terms.hours), default=8 * 60)
    last = max((each.last for each in terms.hours), default=18 * 60)
    days = (monday + timedelta(days=number) for number in range(DAYS))
    return [_line(terms, day, busy, (first, last), say) for day in days]


def free_between(opens: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What of the opening times is left."""
    left: list[Span] = []
    for starts, ends in opens:
        begin = starts
        for taken_from, taken_to in taken:
            if taken_to <= begin or taken_from >= ends:
                continue
            if taken_from > begin:
                left.append((begin, taken_from))
            begin = max(begin, taken_to)
        if begin < ends:
            left.append((begin, ends))
    return left


def _line(
    terms: Terms, day: date, busy: Sequence[Busy], scale: tuple[int, int], say: Catalogue
) -> DayLine:
    weekday = say(WEEKDAYS[day.weekday()])
    opens = open_on(terms.hours, day)
    shut = closed_between(terms.closures, day, day)
    holiday = None if terms.on_holidays else free_day(day)
    if terms.valid_to is not None and day >= terms.valid_to:
        opens = []
    if shut:
        return DayLine(day, weekday, (), f"{say('gesperrt')} ({shut.reason})", ())
    if holiday or not opens:
        words = f"{say('geschlossen')} ({holiday})" if holiday else say("geschlossen")
        return DayLine(day, weekday, (), words, ())
    window = (opens[0][0], opens[-1][1])
    taken = _cut(busy, window, requested=False)
    asked = _cut(busy, window, requested=True)
    free = free_between(opens, joined(taken + asked))
    lines = [
        f"{say(word)}: {', '.join(span(each, say) for each in spans)}"
        for word, spans in (("belegt", taken), ("angefragt", asked), ("frei", free))
        if spans
    ]
    blocks = [
        _block(each, day, scale, kind)
        for kind, spans in (("offen", opens), ("belegt", taken), ("angefragt", asked))
        for each in spans
    ]
    return DayLine(day, weekday, lines, None, blocks)


def span(times: Span, say: Catalogue) -> str:
    """As in "8:00 bis 10:30 Uhr"."""
    starts, ends = local(times[0]), local(times[1])
    last = "24:00" if (ends.hour, ends.minute) == (0, 0) else f"{ends.hour}:{ends.minute:02d}"
    return say("{starts} bis {ends} Uhr", starts=f"{starts.hour}:{starts.minute:02d}", ends=last)


def hours_in_words(terms: Terms, say: Catalogue) -> list[tuple[str, str]]:
    """Opening hours: days with the same hours as one line, as in ("Montag bis Freitag", "8:00 bis 22:00 Uhr")."""
    by_day = [
        ", ".join(
            say("{starts} bis {ends} Uhr", starts=clock(each.first), ends=clock(each.last))
            for each in terms.hours
            if each.weekday == weekday
        )
        or say("geschlossen")
        for weekday in range(DAYS)
    ]
    found: list[tuple[str, str]] = []
    begin = 0
    for weekday in range(1, DAYS + 1):
        if weekday < DAYS and by_day[weekday] == by_day[begin]:
            continue
        names = say(WEEKDAYS[begin])
        if weekday - 1 > begin:
            names = say("{first} bis {last}", first=names, last=say(WEEKDAYS[weekday - 1]))
        found.append((names, by_day[begin]))
        begin = weekday
    return found


def _cut(busy: Sequence[Busy], window: Span, *, requested: bool) -> list[Span]:
    return [
        (max(each.starts, window[0]), min(each.ends, window[1]))
        for each in busy
        if each.requested is requested and each.starts < window[1] and each.ends > window[0]
    ]


def _block(times: Span, day: date, scale: tuple[int, int], kind: str) -> Block:
    first, last = scale
    begin, end = (_minute(moment, day) for moment in times)
    unit = BAR / (last - first)
    return Block(round((begin - first) * unit, 1), round((end - begin) * unit, 1), kind)


def _minute(moment: datetime, day: date) -> int:
    """Of the day's clock; beyond 24:00 on the next day."""
    there = local(moment)
    return (local_date(moment) - day).days * 24 * 60 + there.hour * 60 + there.minute


def bounds(monday: date) -> Span:
    """The week as moments, with the night after its last day."""
    return at(monday, 0), at(monday + timedelta(days=DAYS + 1), 0)
