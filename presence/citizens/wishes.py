"""What somebody from outside asks for: a room, once or as a series, checked against the room's rules and its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from presence.spaces import recurrence
from presence.spaces.booking import LONGEST_NAME
from presence.spaces.fees import fee
from presence.spaces.opening import MINUTES, at
from presence.spaces.queries import (
    bookings_in,
    free_instead,
    load_space,
    prices_of,
    taken_spaces,
    terms_of,
)
from presence.spaces.recurrence import Pattern
from presence.spaces.series import Occurrence, SeriesConflictError, occurrences
from presence.spaces.states import Party
from presence.spaces.tables import Space
from presence.spaces.taking import Offer, TakenError
from storage.actors import Citizen
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError

EARLY = 6 * 60
"""An end up to this minute that lies before the beginning means the next morning."""
NEAR = timedelta(days=20 * 366)
"""Days farther off are slips of the pen, and some of them no calendar can count from."""
MOST_DAYS = 60
"""Days one request may ask for, so that a clerk can look at them."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks; with a ``club``, for that club. ``language``: in which they are written to."""

    name: str
    mail: str
    club: str | None = None
    phone: str | None = None
    language: str = "de"

    @property
    def party(self) -> Party:
        return Party.CLUB if self.club else Party.CITIZEN

    @property
    def problem(self) -> str | None:
        """Why a booking can't bear their name, in German."""
        if len(self.holder) <= LONGEST_NAME:
            return None
        return f"Name und Verein dürfen zusammen höchstens {LONGEST_NAME - 3} Zeichen lang sein. Bitte kürzen Sie."

    @property
    def holder(self) -> str:
        """As it stands at the booking."""
        return f"{self.club} ({self.name})" if self.club else self.name


@dataclass(frozen=True, slots=True)
class RoomWish:
    """``first`` and ``last`` are minutes of the day's clock; for a ``whole_day`` they don't count."""

    space: UUID
    day: date
    first: int
    last: int
    title: str
    people: int
    whole_day: bool = False
    message: str = ""
    pattern: Pattern | None = None
    without_taken: bool = False
    """Leave out the days of a series that can't be had."""

    def as_row(self, applicant: Applicant) -> dict[str, Any]:
        """Both, as they wait for their confirmation."""
        return {
            "space": self.space.hex, "day": self.day.isoformat(), "first": self.first,
            "last": self.last, "title": self.title, "people": self.people,
            "whole_day": self.whole_day, "message": self.message,
            "pattern": self.pattern.as_row() if self.pattern else None,
            "without_taken": self.without_taken, "name": applicant.name, "mail": applicant.mail,
            "club": applicant.club, "phone": applicant.phone, "language": applicant.language,
        }  # fmt: skip


def from_row(row: Mapping[str, Any]) -> tuple[RoomWish, Applicant]:
    pattern = recurrence.from_row(row["pattern"]) if row["pattern"] else None
    wish = RoomWish(
        UUID(row["space"]), date.fromisoformat(row["day"]), row["first"], row["last"],
        row["title"], row["people"], row["whole_day"], row["message"], pattern,
        row["without_taken"],
    )  # fmt: skip
    return wish, Applicant(row["name"], row["mail"], row["club"], row["phone"], row["language"])


def end_of(first: int, last: int) -> int:
    """The minute at which something ends that begins at ``first``, of the same day or beyond 24:00."""
    return last + MINUTES if last <= min(first, EARLY) else last


def fees_of(
    session: Session, space: Space, days: Sequence[Occurrence], party: Party
) -> dict[str, int]:
    """What each day costs, in cents, by its date in ISO format."""
    prices = prices_of(session, space.id)
    return {each.day.isoformat(): fee(prices, party, each.starts, each.ends) for each in days}


def days_of(session: Session, wish: RoomWish, now: datetime) -> tuple[Space, list[Occurrence]]:
    """The room, and every day to ask for. Raises ``ConflictError`` with what to do instead.

    A time that is somebody's already is no use asking for: ``TakenError`` offers other rooms, and for a series
    ``SeriesConflictError`` names all the days, unless they are to be left out.
    """
    space = load_space(session, wish.space)
    if not space.public:
        raise NotFoundError("Diesen Raum gibt es nicht.")
    if abs(wish.day - local_date(now)) > NEAR:
        raise ConflictError("Bitte prüfen Sie den Tag.")
    days = recurrence.days(wish.day, wish.pattern) if wish.pattern else [wish.day]
    if len(days) > MOST_DAYS:
        raise ConflictError(f"Bitte fragen Sie höchstens {MOST_DAYS} Tage auf einmal an.")
    last = end_of(wish.first, wish.last)
    if last <= wish.first and not wish.whole_day:
        raise ConflictError("Das Ende liegt vor dem Beginn. Bitte prüfen Sie die Zeiten.")
    held = bookings_in(
        session,
        space.id,
        at(days[0], 0) - timedelta(days=1),
        at(days[-1], 0) + timedelta(days=3),
    )
    found = occurrences(
        terms_of(space),
        days,
        (wish.first, last),
        [(row.starts, row.ends) for row in held],
        whole=wish.whole_day,
        now=now,
    )
    return space, _fitting(session, space, wish, [_yet_to_come(each, now) for each in found], now)


def _yet_to_come(day: Occurrence, now: datetime) -> Occurrence:
    """Somebody has to decide first, so what has begun can't be asked for, as today's whole day."""
    if day.problem or day.starts > now:
        return day
    return replace(
        day, problem="Diese Zeit hat schon begonnen. Bitte wählen Sie einen anderen Tag."
    )


def _fitting(
    session: Session, space: Space, wish: RoomWish, found: list[Occurrence], now: datetime
) -> list[Occurrence]:
    conflicts = [each for each in found if each.problem]
    if not wish.pattern and conflicts:
        only = conflicts[0]
        if taken_spaces(session, [space.id], only.starts, only.ends):
            offers = other_rooms(
                session, space, only.starts, only.ends, whole=wish.whole_day, now=now
            )
            raise TakenError(str(only.problem), offers)
        raise ConflictError(str(only.problem))
    if conflicts and not wish.without_taken:
        raise SeriesConflictError(conflicts)
    fitting = [each for each in found if not each.problem]
    if not fitting:
        raise ConflictError("An keinem Tag der Serie ist der Raum frei.")
    return fitting


def other_rooms(
    session: Session, space: Space, starts: datetime, ends: datetime, *, whole: bool, now: datetime
) -> list[Offer]:
    """Public rooms that are free then, the nearest first."""
    nobody = Citizen(space.id)
    found = free_instead(session, nobody, space, starts, ends, whole=whole, now=now)
    return [Offer(row.id, row.name, *span) for row, span in found]
