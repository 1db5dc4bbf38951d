"""From facts to an answer: how well somebody can be reached now, until when, and because of what. Pure and fast.

The first that applies decides: absence, what was set by hand, a call or "do not disturb", out of office or busy, a
tentative appointment, a place booked, a free day, working hours, nothing known. The answer ends where its cause ends,
or where something that goes before it begins; so until ``until`` one need not ask again.
"""

from datetime import datetime, timedelta

from presence.availability.facts import (
    AbsenceSpan,
    Availability,
    Facts,
    Manual,
    SourceEntry,
    WorkSpan,
)
from presence.availability.levels import LOOKS, Level
from storage.clock import LOCAL, WEEKDAYS

ABSENT, BY_HAND, TALKING, AWAY, BUSY, TENTATIVE, PLACED, ROUTINE = range(8)
"""The order of precedence; the smaller goes first."""

_RANK = {
    "call": TALKING,
    "dnd": TALKING,
    "away": AWAY,
    "busy": BUSY,
    "tentative": TENTATIVE,
    "place": PLACED,
}
_LEVEL = {
    TALKING: Level.URGENT,
    AWAY: Level.UNREACHABLE,
    BUSY: Level.URGENT,
    TENTATIVE: Level.LIMITED,
    PLACED: Level.FULL,
}
_SAYING = {
    "call": ("im Gespräch", "Telefonat"),
    "dnd": ("nur dringend", "„nicht stören“"),
    "away": ("nicht erreichbar", "Abwesenheit im Kalender"),
    "busy": ("belegt", "Termin"),
    "tentative": ("eingeschränkt", "vorläufiger Termin"),
    "place": ("erreichbar", "Buchung"),
}
_WORDS = {level: look.word for level, look in LOOKS.items()}
_DAY = timedelta(days=1)


def resolve(facts: Facts, now: datetime) -> Availability:
    """The availability at ``now`` (aware). Reads no clock and no database."""
    if facts.absences:
        absence = _ruling_absence(facts.absences, now)
        if absence is not None:
            return _absent(facts, absence, now)
    manual = facts.manual
    if manual is not None and manual.starts <= now < manual.until:
        return _by_hand(facts, manual, now)
    best: SourceEntry | None = None
    rank = ROUTINE
    place: SourceEntry | None = None
    for entry in facts.entries:
        if entry.starts <= now < entry.ends:
            own = _RANK[entry.kind]
            if own == PLACED:
                place = entry
            if own < rank or (own == rank and best is not None and entry.ends > best.ends):
                best, rank = entry, own
    if best is not None:
        return _by_source(facts, best, rank, place, now)
    return _routine(facts, now)


def _absent(facts: Facts, absence: AbsenceSpan, now: datetime) -> Availability:
    ends = _joined_end([(each.starts, each.ends) for each in facts.absences], absence.ends)
    level = Level.UNREACHABLE if absence.substitute is None else Level.SUBSTITUTED
    because = f"abwesend bis {_until_words(ends, now)}"
    return Availability(
        level,
        _WORDS[level],
        ends,
        None,
        None,
        absence.substitute,
        because if absence.substitute else f"{because}, ohne Vertretung",
        "absence",
    )


def _by_hand(facts: Facts, manual: Manual, now: datetime) -> Availability:
    until = _before(facts, manual.until, BY_HAND, now)
    return Availability(
        manual.level,
        _WORDS[manual.level],
        until,
        manual.place or _place_now(facts, now),
        facts.channel,
        facts.substitute if manual.level <= Level.URGENT else None,
        f"von Hand gesetzt bis {_until_words(manual.until, now)}",
        "manual",
        manual.message,
    )


def _by_source(
    facts: Facts, entry: SourceEntry, rank: int, place: SourceEntry | None, now: datetime
) -> Availability:
    ends = _end_of(facts, entry, rank, now)
    level = _LEVEL[rank]
    if rank == AWAY and facts.substitute is not None:
        level = Level.SUBSTITUTED
    saying, word = _SAYING[entry.kind]
    there = entry.place or (place.place if place else None)
    return Availability(
        level,
        _WORDS[level],
        _before(facts, ends, rank, now),
        there or (None if rank == AWAY else _place_now(facts, now)),
        entry.channel or facts.channel,
        facts.substitute if level <= Level.URGENT else None,
        f"{saying}, weil {entry.word or word} bis {_until_words(ends, now)}",
        entry.source,
        entry.message,
    )


def _routine(facts: Facts, now: datetime) -> Availability:
    """What working hours and the calendar of the house say, where nobody and nothing says more."""
    following: WorkSpan | None = None
    for span in facts.work or ():
        if span.starts <= now < span.ends:
            return _answer(
                facts,
                Level.FULL,
                _before(facts, span.ends, ROUTINE, now),
                f"im Dienst, Arbeitszeit bis {_until_words(span.ends, now)}",
                "hours",
                span.place or facts.place,
            )
        if span.starts > now:
            following = span
            break
    if facts.free is not None and now < facts.free[1]:
        name, ends = facts.free
        if following is not None:  # whoever works on a Saturday
            ends = min(ends, following.starts)
        until = _before(facts, ends, ROUTINE, now)
        because = f"nicht im Dienst, weil {name}"
        return _answer(facts, Level.UNREACHABLE, until, because, "free")
    until = _before(facts, following.starts if following else None, ROUTINE, now)
    if facts.work is None:
        because = "nichts Näheres bekannt"
        return _answer(facts, Level.LIMITED, until, because, "unknown", facts.place)
    back = f", wieder ab {_moment_words(following.starts, now)}" if following else ""
    because = f"außerhalb der Arbeitszeit{back}"
    return _answer(facts, Level.UNREACHABLE, until, because, "hours")


def _answer(
    facts: Facts,
    level: Level,
    until: datetime | None,
    because: str,
    source: str,
    place: str | None = None,
) -> Availability:
    substitute = facts.substitute if level <= Level.URGENT else None
    return Availability(
        level, _WORDS[level], until, place, facts.channel, substitute, because, source
    )


def _ruling_absence(absences: tuple[AbsenceSpan, ...], now: datetime) -> AbsenceSpan | None:
    """Of several at once the one that began last: it knows the substitute of these days."""
    found = None
    for each in absences:
        if each.starts <= now < each.ends and (found is None or each.starts >= found.starts):
            found = each
    return found


def _joined_end(spans: list[tuple[datetime, datetime]], end: datetime) -> datetime:
    """Where spans that overlap or touch end together."""
    for starts, ends in sorted(spans):
        if starts > end:
            break
        end = max(end, ends)
    return end


def _end_of(facts: Facts, entry: SourceEntry, rank: int, now: datetime) -> datetime:
    """Where the entry ends together with those of its rank that go on at the same place; another place is told anew."""
    alike: list[SourceEntry] = []
    others: list[SourceEntry] = []
    for each in facts.entries:
        if _RANK[each.kind] == rank and each is not entry:
            (alike if each.place == entry.place else others).append(each)
    ends = entry.ends
    if alike:
        ends = _joined_end([(each.starts, each.ends) for each in alike], ends)
    for each in others:
        if now < each.starts < ends and each.ends >= entry.ends:
            ends = each.starts
    return ends


def _before(facts: Facts, end: datetime | None, rank: int, now: datetime) -> datetime | None:
    """``end``, or the earlier beginning of something that goes before ``rank``."""
    for absence in facts.absences:
        if now < absence.starts and (end is None or absence.starts < end):
            end = absence.starts
    manual = facts.manual
    if rank > BY_HAND and manual is not None and now < manual.starts:
        end = manual.starts if end is None else min(end, manual.starts)
    if rank > TALKING:
        for entry in facts.entries:
            if (
                now < entry.starts
                and _RANK[entry.kind] < rank
                and (end is None or entry.starts < end)
            ):
                end = entry.starts
    return end


def _place_now(facts: Facts, now: datetime) -> str | None:
    """Where somebody usually is at this time."""
    for entry in facts.entries:
        if entry.kind == "place" and entry.starts <= now < entry.ends:
            return entry.place
    for span in facts.work or ():
        if span.starts <= now < span.ends and span.place:
            return span.place
    return facts.place


def _until_words(moment: datetime, now: datetime) -> str:
    """As in "11:30"; midnight is said as the day before: "Feierabend" today, "einschließlich 14.08." later."""
    there = moment.astimezone(LOCAL)
    if there.hour or there.minute:
        return _moment_words(moment, now)
    last = (there - _DAY).date()
    if last == now.astimezone(LOCAL).date():
        return "heute Abend"
    return f"einschließlich {WEEKDAYS[last.weekday()]}, {last.day:02d}.{last.month:02d}."


def _moment_words(moment: datetime, now: datetime) -> str:
    """As in "11:30" today, "Montag 8:00" within a week, else "14.08. 8:00"."""
    there, here = moment.astimezone(LOCAL), now.astimezone(LOCAL)
    clock = f"{there.hour}:{there.minute:02d}"
    days = there.toordinal() - here.toordinal()
    if days == 0:
        return clock
    if days == 1:
        return f"morgen {clock}"
    if 1 < days < 7:
        return f"{WEEKDAYS[there.weekday()]} {clock}"
    return f"{there.day:02d}.{there.month:02d}. {clock}"
