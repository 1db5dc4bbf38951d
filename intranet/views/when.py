"""The span of time one looks at on "Plätze" and "Räume": chosen on one page, carried on to the next by the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from presence.spaces.opening import LATEST, Span, at, is_skipped
from presence.spaces.queries import terms_of
from presence.spaces.tables import Space
from presence.spaces.terms import day_span

FARTHEST = timedelta(days=5 * 366)
USUAL_PEOPLE, MOST_PEOPLE = 4, 5000


@dataclass(frozen=True, slots=True)
class When:
    """The span one looks at: a day and, unless it is the whole one, minutes of its clock."""

    day: date
    hours: tuple[int, int] | None = None

    def span(self, space: Space, now: datetime) -> Span | None:
        """What a booking of this space would take; ``None``: closed that day."""
        if self.hours is None:
            return day_span(terms_of(space), self.day, now)
        return at(self.day, self.hours[0]), at(self.day, self.hours[1])

    @property
    def skipped(self) -> bool:
        """Whether it begins or ends in the hour that the clocks skip."""
        return self.hours is not None and any(is_skipped(self.day, each) for each in self.hours)

    @property
    def query(self) -> str:
        """For an address, so that the next page begins with the same span: "&tag=2026-03-02&von=0900&bis=1030"."""
        if self.hours is None:
            return f"&tag={self.day.isoformat()}"
        first, last = (f"{minute // 60:02d}{minute % 60:02d}" for minute in self.hours)
        return f"&tag={self.day.isoformat()}&von={first}&bis={last}"


def when_of(query: Mapping[str, str], today: date) -> When | None:
    """What an address asks for; ``None`` where it names no day, or one that nobody can book."""
    try:
        day = date.fromisoformat(query.get("tag", ""))
        hours = [_minute(query[name]) for name in ("von", "bis") if name in query]
    except ValueError:
        return None
    if not today <= day <= today + FARTHEST:
        return None
    return When(day, (hours[0], hours[1]) if len(hours) == 2 and hours[0] < hours[1] else None)


def people_asked_for(query: Mapping[str, str]) -> int | None:
    """For how many people an address asks; ``None`` where it says nothing that can be."""
    text = query.get("personen", "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return count if 1 <= count <= MOST_PEOPLE else None


def _minute(clock: str) -> int:
    hour, minute = int(clock[:2]), int(clock[2:])
    if len(clock) != 4 or not (hour >= 0 and 0 <= minute < 60) or hour * 60 + minute > LATEST:
        raise ValueError(clock)
    return hour * 60 + minute
