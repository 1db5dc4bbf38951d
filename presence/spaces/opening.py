"""Quarters of an hour and opening hours: from the town hall's clock to real time, across both changes of the clocks.

Pure. Opening hours are wall-clock times; all spans are half-open and in UTC. A place may close after midnight: then
its last minute lies beyond 24:00 (1500 is one o'clock at night).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from storage.clock import LOCAL, WEEKDAYS, local_date
from storage.conflicts import ConflictError

SLOT = timedelta(minutes=15)
SLOT_SECONDS = 900
MINUTES = 24 * 60
LATEST = MINUTES + 6 * 60
"""The last minute of an opening: six in the morning of the next day."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """Open on a weekday (0 is Monday) between two minutes of its clock."""

    weekday: int
    first: int
    last: int


def loaded(rows: Iterable[Sequence[Any]]) -> tuple[Opening, ...]:
    """Opening hours as they stand in the table."""
    return tuple(sorted(Opening(*row) for row in rows))


def checked(hours: Iterable[Opening]) -> list[list[int]]:
    """As they go into the table. Raises ``ConflictError`` for hours no clock shows."""
    found = sorted(hours)
    for each in found:
        if not (0 <= each.weekday <= 6 and 0 <= each.first < each.last <= LATEST):
            raise ConflictError(
                "Bitte geben Sie Öffnungszeiten an, deren Ende nach dem Beginn liegt."
            )
        if each.first % 15 or each.last % 15:
            raise ConflictError("Öffnungszeiten beginnen und enden zur vollen Viertelstunde.")
    return [[each.weekday, each.first, each.last] for each in found]


def at(day: date, minute: int) -> datetime:
    """That minute of the day's clock in UTC. Of an hour that comes twice, the first; a skipped one is moved on."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=LOCAL).astimezone(UTC)


def is_skipped(day: date, minute: int) -> bool:
    """Whether the clocks skip that minute (the last Sunday in March, between two and three)."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return at(day, minute).astimezone(LOCAL).replace(tzinfo=None) != wall


def open_on(hours: Iterable[Opening], day: date) -> list[Span]:
    """When it opens that day, in order; what touches is one span."""
    return _joined(
        (at(day, each.first), at(day, each.last)) for each in hours if each.weekday == day.weekday()
    )


def is_open(hours: Sequence[Opening], starts: datetime, ends: datetime) -> bool:
    """Whether it is open all the time from ``starts`` to ``ends``."""
    first = local_date(starts) - timedelta(days=1)
    days = (local_date(ends) - first).days + 1
    spans = _joined(span for n in range(days) for span in open_on(hours, first + timedelta(days=n)))
    return any(begins <= starts and ends <= closes for begins, closes in spans)


def whole_day(hours: Iterable[Opening], day: date) -> Span | None:
    """From the first opening to the last closing of a day; ``None`` where it stays closed."""
    spans = open_on(hours, day)
    return (spans[0][0], spans[-1][1]) if spans else None


def slots(starts: datetime, ends: datetime) -> range:
    """The quarters of an hour a span touches, counted since 1970 in UTC: no change of clocks moves them."""
    first = int(starts.timestamp()) // SLOT_SECONDS
    return range(first, -(-int(ends.timestamp()) // SLOT_SECONDS))


def slot_begin(moment: datetime) -> datetime:
    """The beginning of the quarter of an hour that is under way."""
    return datetime.fromtimestamp(int(moment.timestamp()) // SLOT_SECONDS * SLOT_SECONDS, UTC)


def is_aligned(moment: datetime) -> bool:
    return moment.timestamp() % SLOT_SECONDS == 0


def clock(minute: int) -> str:
    """8:00 Uhr is "8:00", one o'clock at night of the next day "1:00"."""
    return f"{minute // 60 % 24}:{minute % 60:02d}" if minute != MINUTES else "24:00"


def in_words(hours: Iterable[Opening], weekday: int) -> str:
    """As in "dienstags von 8:00 bis 12:00 und 14:00 bis 18:00 Uhr geöffnet"."""
    name = f"{WEEKDAYS[weekday].lower()}s"
    spans = [
        f"{clock(each.first)} bis {clock(each.last)}" for each in hours if each.weekday == weekday
    ]
    return f"{name} von {' und '.join(spans)} Uhr geöffnet" if spans else f"{name} geschlossen"


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for begins, closes in sorted(spans):
        if begins >= closes:
            continue  # the clocks skipped it
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((begins, closes))
    return found
