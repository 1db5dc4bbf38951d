"""From facts to an answer: how well somebody can be reached now, until when, and because of what. Pure and fast.

The first that applies decides: absence, what was set by hand, a call or "do not disturb", out of office or busy, a
tentative appointment, working hours or a free day, a place booked, nothing known. Outside working hours, and on free
days of who entered none, only a hand makes somebody more reachable: appointments and calls don't count then, nor does a
place. Where somebody is stands beside that: a booked place, else the usual one of these hours.

The answer ends where its cause ends, or where something that goes before it begins; so until ``until`` one need not ask
again, but for the place, which may change at ``place_until``.
"""

from dataclasses import replace
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

ABSENT, BY_HAND, TALKING, AWAY, BUSY, TENTATIVE, ROUTINE = range(7)
"""The order of precedence; the smaller goes first."""

_RANK = {
    "call": TALKING,
    "dnd": TALKING,
    "away": AWAY,
    "busy": BUSY,
    "tentative": TENTATIVE,
    "place": ROUTINE,  # never decides while anything else is known
}
_LEVEL = {
    TALKING: Level.URGENT,
    AWAY: Level.UNREACHABLE,
    BUSY: Level.URGENT,
    TENTATIVE: Level.LIMITED,
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
    found = _decisive(facts, now) if facts.entries else None
    return _routine(facts, now) if found is None else _by_source(facts, *found, now)


def in_brief(answer: Availability) -> Availability:
    """What may be told of an absence to those who do not work with somebody: that it is so and who acts, not how long."""
    without = "" if answer.substitute else ", ohne Vertretung"
    because = f"abwesend{without}" if answer.source == "absence" else answer.because
    return replace(answer, until=None, because=because)


def _decisive(facts: Facts, now: datetime) -> tuple[SourceEntry, int, datetime | None] | None:
    """The entry that decides with its rank, and when the person begins or stops to work: then another one may."""
    best: SourceEntry | None = None
    away: SourceEntry | None = None
    rank = ROUTINE
    for entry in facts.entries:
        if entry.starts <= now < entry.ends:
            own = _RANK[entry.kind]
            if own < rank or (own == rank and best is not None and entry.ends > best.ends):
                best, rank = entry, own
            if own == AWAY and (away is None or entry.ends > away.ends):
                away = entry
    if best is None:
        return None
    on_duty, changes = _duty(facts, now)
    if on_duty:
        return best, rank, changes
    return (away, AWAY, changes) if away is not None else None


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
        None if manual.place else _place_until(facts, now),
    )


def _by_source(
    facts: Facts, entry: SourceEntry, rank: int, changes: datetime | None, now: datetime
) -> Availability:
    """``changes``: when the person begins or stops to work, and with that perhaps what decides."""
    ends = _end_of(facts, entry, rank, now)
    until = _before(facts, ends, rank, now)
    counts = rank != AWAY or any(_RANK[each.kind] == TALKING for each in facts.entries)
    if changes is not None and counts:
        until = changes if until is None else min(until, changes)
    level = _LEVEL[rank]
    if rank == AWAY and facts.substitute is not None:
        level = Level.SUBSTITUTED
    saying, word = _SAYING[entry.kind]
    return Availability(
        level,
        _WORDS[level],
        until,
        None if rank == AWAY else _place_now(facts, now),
        entry.channel or facts.channel,
        facts.substitute if level <= Level.URGENT else None,
        f"{saying}, weil {entry.word or word} bis {_until_words(ends, now)}",
        entry.source,
        entry.message,
        None if rank == AWAY else _place_until(facts, now),
    )


def _duty(facts: Facts, now: datetime) -> tuple[bool, datetime | None]:
    """Whether somebody works now, as far as that is known (who told no hours works on all but free days), until when."""
    if facts.work is None:
        free = facts.free is not None and now < facts.free[1]
        return not free, facts.free[1] if facts.free and free else None
    for span in facts.work:
        if span.starts <= now < span.ends:
            return True, span.ends
        if span.starts > now:
            return False, span.starts
    return False, None


def _routine(facts: Facts, now: datetime) -> Availability:
    """What working hours and the calendar of the house say, where nobody and nothing says more."""
    following: WorkSpan | None = None
    for span in facts.work or ():
        if span.starts <= now < span.ends:
            until = _before(facts, span.ends, ROUTINE, now)
            because = f"im Dienst, Arbeitszeit bis {_until_words(span.ends, now)}"
            return _there(facts, now, until, because, "hours")
        if span.starts > now:
            following = span
            break
    if facts.free is not None and now < facts.free[1]:
        name, ends = facts.free
        if following is not None:  # whoever works on a Saturday
            ends = min(ends, following.starts)
        until = _before(facts, ends, ROUTINE, now, only_away=True)
        return _off(facts, until, f"nicht im Dienst, weil {name}", "free")
    if facts.work is None:
        return _unknown(facts, now)
    until = _before(facts, following.starts if following else None, ROUTINE, now, only_away=True)
    back = f", wieder ab {_moment_words(following.starts, now)}" if following else ""
    return _off(facts, until, f"außerhalb der Arbeitszeit{back}", "hours")


def _unknown(facts: Facts, now: datetime) -> Availability:
    """Nobody told anything; who has booked a place is there."""
    entry = _booked(facts.entries, now)
    if entry is None:
        until = _before(facts, _place_until(facts, now), ROUTINE, now)
        return Availability(
            Level.LIMITED,
            _WORDS[Level.LIMITED],
            until,
            _place_now(facts, now),
            facts.channel,
            None,
            "nichts Näheres bekannt",
            "unknown",
        )
    ends = _booked_until(facts.entries, entry, now)
    saying, word = _SAYING["place"]
    because = f"{saying}, weil {entry.word or word} bis {_until_words(ends, now)}"
    return _there(facts, now, _before(facts, ends, ROUTINE, now), because, entry.source)


def _there(
    facts: Facts, now: datetime, until: datetime | None, because: str, source: str
) -> Availability:
    return Availability(
        Level.FULL,
        _WORDS[Level.FULL],
        until,
        _place_now(facts, now),
        facts.channel,
        None,
        because,
        source,
        place_until=_place_until(facts, now),
    )


def _off(facts: Facts, until: datetime | None, because: str, source: str) -> Availability:
    """Not at work: where somebody has booked a place then is nobody's business."""
    return Availability(
        Level.UNREACHABLE,
        _WORDS[Level.UNREACHABLE],
        until,
        None,
        facts.channel,
        facts.substitute,
        because,
        source,
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
    """Where the entry ends together with those of its rank and source that go on; another source is told anew."""
    alike: list[SourceEntry] = []
    others: list[SourceEntry] = []
    for each in facts.entries:
        if _RANK[each.kind] == rank and each is not entry:
            (alike if each.source == entry.source else others).append(each)
    ends = entry.ends
    if alike:
        ends = _joined_end([(each.starts, each.ends) for each in alike], ends)
    for each in others:
        if now < each.starts < ends and each.ends >= entry.ends:
            ends = each.starts
    return ends


def _before(
    facts: Facts, end: datetime | None, rank: int, now: datetime, *, only_away: bool = False
) -> datetime | None:
    """``end``, or the earlier beginning of something that goes before ``rank``; with ``only_away`` of what counts also
    outside working hours.
    """
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
                and (not only_away or _RANK[entry.kind] == AWAY)
                and (end is None or entry.starts < end)
            ):
                end = entry.starts
    return end


def _booked(entries: tuple[SourceEntry, ...], now: datetime) -> SourceEntry | None:
    """Of the places booked for now the one that was taken last."""
    found = [each for each in entries if each.kind == "place" and each.starts <= now < each.ends]
    return max(found, key=_taken) if found else None


def _booked_until(entries: tuple[SourceEntry, ...], entry: SourceEntry, now: datetime) -> datetime:
    """Where that place is left for another one or for none."""
    changes = {
        moment
        for each in entries
        if each.kind == "place"
        for moment in (each.starts, each.ends)
        if moment > now
    }
    for moment in sorted(changes):
        following = _booked(entries, moment)
        if following is None or (following.place, following.source) != (entry.place, entry.source):
            return moment
    return entry.ends


def _place_now(facts: Facts, now: datetime) -> str | None:
    """Where somebody is at this time: what was booked last, else where they usually are in these hours."""
    booked = [
        each for each in facts.entries if _tells_place(each) and each.starts <= now < each.ends
    ]
    if booked:
        return max(booked, key=_taken).place
    for span in facts.work or ():
        if span.starts <= now < span.ends:
            return span.place or facts.place
    return facts.place


def _place_until(facts: Facts, now: datetime) -> datetime | None:
    """When that may be another one: the next beginning or end of what tells a place."""
    soonest: datetime | None = None
    for each in facts.entries:
        if _tells_place(each):
            moment = each.starts if each.starts > now else each.ends
            if moment > now and (soonest is None or moment < soonest):
                soonest = moment
    for span in facts.work or ():
        moment = span.starts if span.starts > now else span.ends
        if moment > now:
            return moment if soonest is None else min(moment, soonest)
    return soonest


def _tells_place(entry: SourceEntry) -> bool:
    return entry.place is not None and entry.kind != "away"


def _taken(entry: SourceEntry) -> tuple[datetime, datetime, str]:
    return entry.starts, entry.ends, entry.place or ""


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
