"""When a legal period ends, with every step and its source, so that a clerk can check and explain it.

Pure: the rules come in as an argument, no clock. The law that gives the period decides about the day a posted
letter counts as announced (Bekanntgabefiktion) and about shifts off weekends and statutory holidays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ocr.legal import calendar
from ocr.legal.durations import Duration, first_day_backwards, last_day, parse
from ocr.legal.rules import Law, PeriodError, Rules, Version, seed

UNCONFIRMED = " (Wert nicht bestätigt, bitte an der Fundstelle prüfen)"
_ORDINALS = {1: "ersten", 2: "zweiten", 3: "dritten", 4: "vierten", 5: "fünften"}
_EVENTS = {
    "posted": "Zur Post gegeben am",
    "served": "Förmlich zugestellt am",
    "received": "Zugegangen am",
}
_EVENT_SOURCES = {
    "posted": "Abgangsvermerk",
    "served": "Zustellungsnachweis",
    "received": "Eingangsstempel",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the computation: a German sentence and the norm or record it rests on."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Due:
    """The last day on which the act is in time (until 24:00), and how it was found."""

    due: date
    steps: tuple[Step, ...]


def compute(law: str, event: str, day: date, period: str, rules: Rules | None = None) -> Due:
    """The end of a period.

    ``law``: a key of the rules (vwvfg, ao, sgbx, bgb, vwgo); ``event``: posted, served or received, on ``day``;
    ``period``: ISO 8601 (P14D, P2W, P1M, P1Y). ``rules``: the dated rules, by default the shipped ones.
    PeriodError (a German line) for anything that can't be computed.
    """
    rules = rules or seed()
    statute = rules.law(law)
    if event not in _EVENTS:
        raise PeriodError(f"Das Ereignis „{event}“ ist unbekannt. Möglich: {', '.join(_EVENTS)}.")
    _check(day)
    duration = parse(period)
    version = statute.on(day)
    steps = [Step(f"{_EVENTS[event]} {calendar.in_words(day)}.", _EVENT_SOURCES[event])]
    start = day
    if event == "posted":
        start, fiction = _announced(statute, version, day)
        steps += fiction
    end, counted = _counted(rules, statute, start, duration)
    steps += counted
    if version.last_day_moves:
        end, moved = _moved(statute, version, end)
        steps += moved
    _check(end)
    steps.append(
        Step(f"Die Frist endet am {calendar.in_words(end)}, um 24 Uhr.", rules.counting.days)
    )
    return Due(end, tuple(steps))


def fixed(law: str, day: date, rules: Rules | None = None) -> Due:
    """A deadline set as a date. It moves off weekends and holidays like any last day; the authority may have
    excluded that expressly (LVwVfG § 31 Abs. 3 Satz 2), which the steps say. PeriodError as in ``compute``.
    """
    statute = (rules or seed()).law(law)
    _check(day)
    version = statute.on(day)
    steps = [Step(f"Als Fristende ist {calendar.in_words(day)} bestimmt.", "Schreiben der Behörde")]
    end = day
    if version.last_day_moves:
        end, moved = _moved(statute, version, day)
        steps += moved
    if end != day:
        text = "Hat die Behörde genau diesen Tag unter Hinweis auf die Vorschrift bestimmt, bleibt es bei ihm."
        steps.append(Step(text, f"{statute.last_day_source} Satz 2"))
    return Due(end, tuple(steps))


def backwards(law: str, day: date, period: str, rules: Rules | None = None) -> Due:
    """The last day on which an act is in time that must be done ``period`` before ``day`` (a hearing, a sitting).

    Between that day and the event the whole period lies free. If it is a weekend day or a holiday, it moves to the
    working day before: the shift protects who has to be told in time. PeriodError as in ``compute``.
    """
    rules = rules or seed()
    statute = rules.law(law)
    _check(day)
    duration = parse(period)
    steps = [
        Step(
            f"Das Ereignis ist am {calendar.in_words(day)}; der Tag zählt nicht mit.",
            rules.counting.start,
        )
    ]
    last = first_day_backwards(day, duration) - calendar.ONE_DAY
    _check(last)
    text = f"{duration.in_words()} rückwärts gerechnet: spätestens am {calendar.in_words(last)}."
    steps.append(Step(text, f"{rules.counting.start}, {rules.counting.months} entsprechend"))
    end = calendar.previous_working_day(last)
    if end != last:
        text = f"{_free(last, end)} Sicher ist der Werktag davor: {calendar.in_words(end)}{UNCONFIRMED}."
        steps.append(Step(text, f"{statute.last_day_source} entsprechend"))
    return Due(end, tuple(steps))


def _announced(statute: Law, version: Version, posted: date) -> tuple[date, list[Step]]:
    """The day a letter posted on ``posted`` counts as announced."""
    days = version.fiction_days
    if days is None:
        text = (
            f"{statute.name}: keine Bekanntgabefiktion. Gerechnet wird ab diesem Tag; "
            "ist der Zugang bekannt, zählt der Tag des Zugangs."
        )
        return posted, [Step(text, statute.fiction_source)]
    day = posted + timedelta(days=days)
    ordinal = _ORDINALS.get(days, f"{days}.")
    mark = UNCONFIRMED if "fiction_days" in version.unconfirmed else ""
    text = f"Gilt als bekannt gegeben am {ordinal} Tag nach der Aufgabe zur Post: {calendar.in_words(day)}{mark}."
    steps = [Step(text, statute.fiction_source)]
    if calendar.is_working_day(day):
        return day, steps
    source = statute.fiction_moves_source or statute.fiction_source
    mark = UNCONFIRMED if "fiction_moves" in version.unconfirmed else ""
    if not version.fiction_moves:
        text = (
            f"{calendar.why_free(day)}: Der Tag der Bekanntgabe verschiebt sich hier nicht{mark}."
        )
        return day, [*steps, Step(text, source)]
    moved = calendar.next_working_day(day)
    text = f"{_free(day, moved)} Bekannt gegeben am nächsten Werktag: {calendar.in_words(moved)}{mark}."
    return moved, [*steps, Step(text, source)]


def _counted(
    rules: Rules, statute: Law, start: date, duration: Duration
) -> tuple[date, list[Step]]:
    """Event day not counted, then months, then days."""
    reference = f", {statute.counting_reference}" if statute.counting_reference else ""
    text = f"Der {start:%d.%m.%Y} zählt nicht mit; die Frist beginnt am {calendar.in_words(start + calendar.ONE_DAY)}."
    steps = [Step(text, f"{rules.counting.start}{reference}")]
    end = last_day(start, duration)
    _check(end)
    source = (
        rules.counting.days if duration == Duration(days=duration.days) else rules.counting.months
    )
    iso = f"P{duration.in_months}M" if duration == Duration(months=duration.in_months) else None
    if duration.in_months == 12 and not duration.in_days:
        iso = "P1Y"
    name = ""
    if iso and (named := statute.periods.get(iso)):
        name = f" ({named.text})"
        source = f"{source}; {named.source}"
        if named.unconfirmed:
            name = f" ({named.text}; Fundstelle nicht bestätigt)"
    text = f"Dauer: {duration.in_words()}{name}. Rechnerisches Ende: {calendar.in_words(end)}."
    steps.append(Step(text, f"{source}{reference}"))
    if duration.in_months and not duration.in_days and end.day != start.day:
        text = (
            f"Dem letzten Monat fehlt ein {start.day}. Tag; es gilt sein letzter: {end:%d.%m.%Y}."
        )
        steps.append(Step(text, rules.counting.month_end))
    return end, steps


def _moved(statute: Law, version: Version, end: date) -> tuple[date, list[Step]]:
    moved = calendar.next_working_day(end)
    if moved == end:
        return end, []
    mark = UNCONFIRMED if "last_day_moves" in version.unconfirmed else ""
    text = f"{_free(end, moved)} Das Ende verschiebt sich auf den nächsten Werktag: {calendar.in_words(moved)}{mark}."
    return moved, [Step(text, statute.last_day_source)]


def _free(start: date, stop: date) -> str:
    """„Sonntag, 04.04.2027 und Ostermontag (05.04.2027) sind …“: the free days from start towards stop."""
    names = [_free_name(day) for day in _between(start, stop)]
    if len(names) == 1:
        return f"{names[0]} ist kein Werktag."
    return f"{', '.join(names[:-1])} und {names[-1]} sind keine Werktage."


def _free_name(day: date) -> str:
    name = calendar.holiday(day)
    return f"{name} ({calendar.in_words(day)})" if name else calendar.in_words(day)


def _between(start: date, stop: date) -> Iterator[date]:
    step = calendar.ONE_DAY if stop > start else -calendar.ONE_DAY
    while start != stop:
        yield start
        start += step


def _check(day: date) -> None:
    """The holiday table must cover the day, else a shift could be missed."""
    if not calendar.FIRST_DAY <= day <= calendar.LAST_DAY:
        raise PeriodError(
            f"Fristen lassen sich nur von {calendar.FIRST_DAY.year} bis {calendar.LAST_DAY.year} berechnen."
        )
