"""The calendar that counts in law: weekends and statutory holidays of Baden-Württemberg.

House rules (24 and 31 December, bridge days) never enter here: they don't move legal periods.
"""

from datetime import date, timedelta
from functools import cache

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
FIRST_DAY = date(1991, 1, 1)
"""Before it the holiday table knows nothing, so no answer would be safe."""
LAST_DAY = date(2099, 12, 31)
ONE_DAY = timedelta(days=1)


@cache
def _holidays(year: int) -> dict[date, str]:
    """The statutory holidays of one year. Source: Feiertagsgesetz BW § 1, as the library ``holidays`` holds it."""
    import holidays

    table = holidays.country_holidays("DE", subdiv="BW", years=year, expand=False, language="de")
    return {day: name for day, name in table.items() if day.year == year}


def holiday(day: date) -> str | None:
    """The name of the statutory holiday in Baden-Württemberg that falls on ``day``."""
    return _holidays(day.year).get(day)


def is_weekend(day: date) -> bool:
    """Saturday and Sunday: BGB § 193 treats both alike."""
    return day.weekday() >= 5


def is_working_day(day: date) -> bool:
    """Neither Saturday nor Sunday nor a statutory holiday."""
    return not is_weekend(day) and holiday(day) is None


def next_working_day(day: date) -> date:
    """``day`` itself if it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def previous_working_day(day: date) -> date:
    """``day`` itself if it is a working day, else the last one before it."""
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def in_words(day: date) -> str:
    """„Mittwoch, 14.10.2026“."""
    return f"{WEEKDAYS[day.weekday()]}, {day:%d.%m.%Y}"


def why_free(day: date) -> str | None:
    """Why nothing ends on ``day``: „Samstag“, „Sonntag“ or the holiday's name; None on a working day."""
    return holiday(day) or (WEEKDAYS[day.weekday()] if is_weekend(day) else None)
