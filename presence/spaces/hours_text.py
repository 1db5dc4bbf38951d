"""Opening hours of a weekday as people write them: "8-12, 14:00-18:30", "geschlossen". Pure."""

import re
from collections.abc import Iterable, Sequence

from presence.spaces.opening import Opening
from storage.clock import WEEKDAYS
from storage.conflicts import ConflictError

_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"\s*{_CLOCK}\s*(?:-|–|bis)\s*{_CLOCK}\s*(?:Uhr)?\s*")
SHUT = "geschlossen"


def read(days: Sequence[str]) -> tuple[Opening, ...]:
    """Hours from seven lines, Monday first. 25:00 is one o'clock at night. Raises ``ConflictError``."""
    return tuple(
        Opening(weekday, *_minutes(span, weekday))
        for weekday, line in enumerate(days)
        if line.strip() and line.strip().casefold() != SHUT
        for span in line.split(",")
    )


def written(hours: Iterable[Opening], weekday: int) -> str:
    """A weekday's hours as they may be read again."""
    spans = [
        f"{_clock(each.first)}-{_clock(each.last)}" for each in hours if each.weekday == weekday
    ]
    return ", ".join(spans) or SHUT


def _minutes(span: str, weekday: int) -> tuple[int, int]:
    found = _SPAN.fullmatch(span)
    if found is None or max(int(found[2] or 0), int(found[4] or 0)) > 59:
        raise ConflictError(
            f"{WEEKDAYS[weekday]}: „{span.strip()}“ ist keine Zeit wie 8:00-18:00. Mehrere trennt ein Komma."
        )
    return int(found[1]) * 60 + int(found[2] or 0), int(found[3]) * 60 + int(found[4] or 0)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"
