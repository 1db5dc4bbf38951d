"""Time in office hours: what a target counts in. Pure.

Office hours stand on the town hall's clock, so a week with a change of the clocks has the same office hours as any other.
Closed are weekends by the table, statutory holidays (BW) and the house's own days (24 and 31 December); the latter
never enter legal periods (``ocr/legal``), only these targets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from ocr.legal.calendar import holiday
from storage.clock import LOCAL, local_date

ONE_DAY = timedelta(days=1)
NOTHING = timedelta()
FARTHEST = 3660
"""Days looked ahead for a target: a house without office hours has none, and that must end."""

Week = Mapping[int, Sequence[tuple[time, time]]]
"""Opening and closing times by weekday (0 is Monday)."""

USUAL: Week = {day: ((time(8), time(12)), (time(13), time(16, 30))) for day in range(4)} | {
    4: ((time(8), time(12)),)
}


def closed_by_house(day: date) -> bool:
    """Christmas Eve and New Year's Eve: house rule, no law."""
    return day.month == 12 and day.day in {24, 31}


@dataclass(frozen=True)
class OfficeHours:
    """When somebody is at work for the city."""

    week: Week = field(default_factory=lambda: USUAL)

    def spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The open spans of a day in UTC, in order."""
        if closed_by_house(day) or holiday(day) is not None:
            return
        for opens, closes in self.week.get(day.weekday(), ()):
            yield (
                datetime.combine(day, opens, LOCAL).astimezone(UTC),
                datetime.combine(day, closes, LOCAL).astimezone(UTC),
            )

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The moment at which ``amount`` of office hours has gone by since ``start``.

        Raises ``ValueError`` where that is more than ten years away (a week without office hours).
        """
        left, day = amount, local_date(start)
        for _ in range(FARTHEST):
            for opens, closes in self.spans(day):
                begins = max(opens, start)
                if begins >= closes:
                    continue
                if closes - begins >= left:
                    return begins + left
                left -= closes - begins
            day += ONE_DAY
        raise ValueError("no office hours")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time between two moments were office hours (nothing if the end comes first)."""
        total, day, last = NOTHING, local_date(start), local_date(end)
        while day <= last:
            for opens, closes in self.spans(day):
                total += max(NOTHING, min(closes, end) - max(opens, start))
            day += ONE_DAY
        return total
