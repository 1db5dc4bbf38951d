"""ISO 8601 durations as far as legal periods need them (years, months, weeks, days), and adding them to a day."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from ocr.legal.rules import PeriodError

_ISO = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?", re.ASCII)
_WORDS = (
    ("years", "ein Jahr", "Jahre"),
    ("months", "ein Monat", "Monate"),
    ("weeks", "eine Woche", "Wochen"),
    ("days", "ein Tag", "Tage"),
)


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole years, months, weeks and days, none negative, not all zero."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0

    @property
    def in_months(self) -> int:
        return 12 * self.years + self.months

    @property
    def in_days(self) -> int:
        return 7 * self.weeks + self.days

    def in_words(self) -> str:
        """„ein Monat“, „2 Wochen“, „ein Jahr und 3 Tage“."""
        parts = []
        for name, one, many in _WORDS:
            count: int = getattr(self, name)
            if count:
                parts.append(one if count == 1 else f"{count} {many}")
        return " und ".join(parts)


def parse(text: str) -> Duration:
    """``P1M``, ``P2W``, ``P14D``, ``P1Y``, also mixed (``P1Y6M``). PeriodError for anything else."""
    match = _ISO.fullmatch(text.strip().upper())
    numbers = [int(group or 0) for group in match.groups()] if match else []
    if not any(numbers):
        raise PeriodError(
            f"Die Frist „{text}“ ist keine Dauer. Beispiele: P14D, P2W, P1M, P1Y (Tage, Wochen, Monate, Jahre)."
        )
    return Duration(*numbers)


def add_months(day: date, months: int) -> date:
    """The day with the same number ``months`` later (or earlier), or the last of that month where it has none
    (BGB § 188 Abs. 2 and 3). PeriodError beyond the calendar.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise PeriodError("Die Frist reicht über den Kalender hinaus.")
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def add_days(day: date, days: int) -> date:
    """PeriodError beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise PeriodError("Die Frist reicht über den Kalender hinaus.") from None


def last_day(event: date, duration: Duration) -> date:
    """The last day of a period whose event day isn't counted (BGB § 187 Abs. 1): months first, then days."""
    return add_days(add_months(event, duration.in_months), duration.in_days)


def first_day_backwards(event: date, duration: Duration) -> date:
    """The first day of the whole period that lies before ``event``, counted backwards by the same rules."""
    return add_days(add_months(event, -duration.in_months), -duration.in_days)
