"""Retention: how long an Akte is kept after it was closed."""

from datetime import date


def retain_until(closed: date, years: int | None) -> date | None:
    """The last day of the period, which starts at the end of the year of closing; ``None`` keeps it for good.

    Usual practice of German records management (KGSt, and municipal rules); years come from the Aktenplan.
    """
    return None if years is None else date(closed.year + years, 12, 31)
