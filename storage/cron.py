"""Cron expressions of five fields: checked with clear German messages, said in German words, next run DST-safe.

Semantics are those of Debian's cron (cronsim): where day of month and day of week are both given, either fits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
DAYS = ["montags", "dienstags", "mittwochs", "donnerstags", "freitags", "samstags", "sonntags"]

_FIELDS = (
    ("Minute", 0, 59),
    ("Stunde", 0, 23),
    ("Tag", 1, 31),
    ("Monat", 1, 12),
    ("Wochentag", 0, 7),
)
_NAMES = {
    "Monat": {
        m: i + 1
        for i, m in enumerate(
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        )
    },
    "Wochentag": {d: i for i, d in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])},
}
_ITEM = re.compile(r"(?:(\*)|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:/([0-9]+))?", re.ASCII)

_NIGHT_HOUR = (
    "Zwischen 2:00 und 3:00 Uhr darf kein Zeitplan beginnen: Bei der Zeitumstellung fällt diese Stunde im März aus"
    " und kommt im Oktober doppelt. Bitte wählen Sie eine andere Zeit."
)


class CronError(ValueError):
    """An expression that can't be used. The message says in German what to change."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A checked expression; ``None`` in a field means "every". Days of the week count from Monday = 1 to 7."""

    text: str
    minutes: tuple[int, ...] | None
    hours: tuple[int, ...] | None
    days: tuple[int, ...] | None
    months: tuple[int, ...] | None
    weekdays: tuple[int, ...] | None

    @property
    def plain(self) -> str:
        """The same as plain lists: libraries don't agree on ``0-0/2`` or on ``*/2`` beside a day of the week."""
        fields = (self.minutes, self.hours, self.days, self.months, self.weekdays)
        return " ".join("*" if each is None else ",".join(map(str, each)) for each in fields)


def parse(text: str) -> Cron:
    """Read and check an expression. Raises ``CronError``."""
    parts = text.lower().split()
    if len(parts) != 5:
        raise CronError(
            "Ein Zeitplan hat fünf Angaben: Minute, Stunde, Tag, Monat und Wochentag, zum Beispiel „15 6 * * 1-5“."
        )
    minutes, hours, days, months, weekdays = (
        _field(part, *field) for part, field in zip(parts, _FIELDS, strict=True)
    )
    if weekdays is not None:
        weekdays = tuple(sorted({day or 7 for day in weekdays}))
    cron = Cron(" ".join(parts), minutes, hours, days, months, weekdays)
    try:
        next(CronSim(cron.plain, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration):
        raise CronError("Diesen Tag gibt es in keinem Jahr, der Zeitplan liefe nie.") from None
    return cron


def check(text: str) -> Cron:
    """``parse``, and refuse the hour that the change to summer time leaves out.

    Schedules that come round many times a day may touch that hour: the next turn makes up for one left out.
    """
    cron = parse(text)
    if cron.hours is not None and 2 in cron.hours and len(cron.hours) < 12:
        raise CronError(_NIGHT_HOUR)
    return cron


def next_after(cron: str, moment: datetime, timezone: str = "Europe/Berlin") -> datetime:
    """The first run after the moment, in UTC. A local time that does not exist is made up for right after the gap."""
    plain = parse(cron).plain
    return next(CronSim(plain, moment.astimezone(ZoneInfo(timezone)))).astimezone(UTC)


def in_words(text: str) -> str:
    """The expression as people say it: ``15 6 * * 1-5`` is „montags bis freitags um 6:15 Uhr“."""
    cron = parse(text)
    time = _time(cron)
    day = _day(cron)
    if day == "täglich" and not time.startswith("um "):
        return time
    return f"{day} {time}"


def _field(part: str, title: str, low: int, high: int) -> tuple[int, ...] | None:
    values: set[int] = set()
    for item in part.split(","):
        match = _ITEM.fullmatch(item)
        if not match:
            raise CronError(f"„{item}“ ist bei „{title}“ nicht lesbar.")
        star, first, last, step = match.groups()
        start = low if star else _number(first, title, low, high)
        end = high if star or (step and not last) else _number(last or first, title, low, high)
        if end < start:
            raise CronError(f"„{item}“ ist bei „{title}“ rückwärts angegeben.")
        if step and not 1 <= int(step) <= high:
            raise CronError(f"Die Schrittweite in „{item}“ ist bei „{title}“ nicht möglich.")
        values.update(range(start, end + 1, int(step or 1)))
    whole = set(range(low, high + 1))
    if title == "Wochentag":
        whole, values = set(range(1, 8)), {day or 7 for day in values}
    return None if values >= whole else tuple(sorted(values))


def _number(text: str, title: str, low: int, high: int) -> int:
    value = _NAMES.get(title, {}).get(text)
    if value is None and text.isdigit():
        value = int(text)
    if value is None or not low <= value <= high:
        raise CronError(f"„{text}“ ist bei „{title}“ nicht möglich: erlaubt ist {low} bis {high}.")
    return value


def _time(cron: Cron) -> str:
    minutes, hours = cron.minutes, cron.hours
    span = "" if hours is None else _hour_span(hours, minutes)
    if minutes is None:
        return f"jede Minute{span}"
    step = _step(minutes, 60)
    if len(minutes) > 1 and step:
        return f"alle {step} Minuten{span}"
    if hours is None:
        return f"stündlich {_at_minutes(minutes)}"
    if len(minutes) * len(hours) <= 6:
        return "um " + _and([f"{h}:{m:02}" for h in hours for m in minutes]) + " Uhr"
    if len(minutes) == 1 and (_run(hours) or _step(hours, 24)):
        return _through_the_day(hours, minutes[0])
    return f"{_at_minutes(minutes)}{span}"


def _at_minutes(minutes: tuple[int, ...]) -> str:
    if minutes == (0,):
        return "zur vollen Stunde"
    return f"zur Minute {_and([str(minute) for minute in minutes])}"


def _through_the_day(hours: tuple[int, ...], minute: int) -> str:
    if _run(hours):
        return f"stündlich von {hours[0]}:{minute:02} bis {hours[-1]}:{minute:02} Uhr"
    return f"alle {hours[1] - hours[0]} Stunden ab {hours[0]}:{minute:02} Uhr"


def _hour_span(hours: tuple[int, ...], minutes: tuple[int, ...] | None) -> str:
    last = 59 if minutes is None else minutes[-1]
    if _run(hours):
        return f" von {hours[0]}:{0 if minutes is None else minutes[0]:02} bis {hours[-1]}:{last:02} Uhr"
    return f" in den Stunden ab {_and([str(hour) for hour in hours])} Uhr"


def _day(cron: Cron) -> str:
    months = "" if cron.months is None else f" im {_and([MONTHS[m - 1] for m in cron.months])}"
    weekdays = None if cron.weekdays is None else _weekdays(cron.weekdays)
    if cron.days is None:
        return (weekdays or "täglich") + months
    numbers = _and([f"{day}." for day in cron.days])
    if cron.months is None:
        dates = f"am {numbers} jedes Monats"
    elif len(cron.months) == 1:
        dates = f"am {numbers} {MONTHS[cron.months[0] - 1]}"
    else:
        dates = f"am {numbers}{months}"
    return dates if weekdays is None else f"{dates} und {weekdays}{months}"


def _weekdays(days: tuple[int, ...]) -> str:
    if len(days) > 2 and _run(days):
        return f"{DAYS[days[0] - 1]} bis {DAYS[days[-1] - 1]}"
    return _and([DAYS[day - 1] for day in days])


def _run(values: tuple[int, ...]) -> bool:
    return values == tuple(range(values[0], values[-1] + 1))


def _step(values: tuple[int, ...], size: int) -> int | None:
    """The step of ``*/n``: evenly spaced over the whole size, the last gap included."""
    step = size // len(values)
    even = size % len(values) == 0 and values[0] < step
    return step if even and all(b - a == step for a, b in pairwise(values)) else None


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} und {words[-1]}"
