"""What the page of room requests shows: what waits for the actor's office, and what stands against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.citizens.queries import RequestOverview, overview, waiting_for
from presence.citizens.tables import RoomRequest
from presence.citizens.wishes import other_rooms
from presence.spaces.notices import when
from presence.spaces.precedence import may_displace
from presence.spaces.queries import bookings_in, rooms, scope_of, terms_of
from presence.spaces.states import PARTY_NAMES, STATE_NAMES, Party, State
from presence.spaces.tables import Booking, Space
from presence.spaces.taking import Offer
from presence.spaces.terms import closed
from storage.actors import Staff
from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.rights import Verb, may


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day of a request. ``against`` says why it can't be had: closed by now, or who holds that time; ``beside`` how many others ask for it.

    ``room`` is its name where the request has several. ``over``: it waited until its time came.
    """

    booking: Booking
    times: str
    state: str
    against: Sequence[str]
    beside: int
    room: str | None
    over: bool


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with all its days, and rooms that are free instead of a single one."""

    all: RequestOverview
    party: str
    days: Sequence[DayLine]
    offers: Sequence[Offer]
    rooms: dict[UUID, str]

    @property
    def grantable(self) -> int:
        """How many days can still be confirmed."""
        return sum(
            day.booking.state == State.REQUESTED.value and not (day.against or day.over)
            for day in self.days
        )

    @property
    def conflicts(self) -> int:
        return sum(bool(day.against) for day in self.days)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A request in the list: its next day in words, how many days are yet to come, and on how many the room is taken."""

    all: RequestOverview
    first: str
    days: int
    taken: int


def waiting_lines(session: Session, staff: Staff, now: datetime) -> list[WaitingLine]:
    """Requests that wait for the actor's office."""
    found = []
    for view in waiting_for(session, staff, now):
        coming = [each for each in view.waiting if each.starts > now]
        first = (coming or view.waiting)[0]
        taken = sum(bool(_others(session, row, State.CONFIRMED)) for row in coming)
        found.append(WaitingLine(view, when(first.starts, first.ends), len(coming), taken))
    return found


def load_request(session: Session, staff: Staff, request: UUID, now: datetime) -> RequestView:
    """One request of a room the actor's office runs. Raises ``NotFoundError``, also for foreign ones."""
    row = session.scalars(select(RoomRequest).where(RoomRequest.id == request)).one_or_none()
    view = overview(session, row) if row else None
    if view is None or not may(staff, Verb.BOOKING_DECIDE, scope_of(view.space)):
        raise NotFoundError("Diese Anfrage gibt es nicht (mehr).")
    days = [_line(session, each, view, now) for each in view.bookings]
    waiting = view.waiting
    offers: list[Offer] = []
    if len(waiting) == 1:
        only = waiting[0]
        offers = other_rooms(
            session, view.space, only.starts, only.ends, whole=only.whole_day, now=now
        )
    party = PARTY_NAMES[Party.CLUB if view.request.club else Party.CITIZEN]
    return RequestView(view, party, days, offers, offerable(session, staff, local_date(now)))


def offerable(session: Session, staff: Staff, day: date) -> dict[UUID, str]:
    """Public rooms the actor's office runs, by name."""
    return {
        room.id: room.name
        for room in sorted(rooms(session, day, public=True), key=lambda room: room.name)
        if may(staff, Verb.BOOKING_DECIDE, scope_of(room))
    }


def _line(session: Session, row: Booking, view: RequestOverview, now: datetime) -> DayLine:
    waits = row.state == State.REQUESTED.value
    over = waits and row.starts <= now
    space = view.rooms[row.space_id]
    against = [
        _holder(other, space, now) for other in _others(session, row, State.CONFIRMED)
    ] if waits and not over else []  # fmt: skip
    shut = closed(terms_of(space), row.starts, row.ends, whole=row.whole_day)
    if waits and not over and shut:
        against.insert(0, shut)
    return DayLine(
        row, when(row.starts, row.ends), STATE_NAMES[State(row.state)], against,
        len(_others(session, row, State.REQUESTED)) if waits else 0,
        view.named.get(row.space_id), over,
    )  # fmt: skip


def _holder(other: Booking, space: Space, now: datetime) -> str:
    whose = other.holder_name or PARTY_NAMES[Party(other.party)]
    text = f"{when(other.starts, other.ends)}: „{other.title}“ ({whose})"
    today = local_date(now)
    if may_displace(Party.CITY, Party(other.party), other.starts, space.notice_days, today):
        days = timedelta(days=space.notice_days or 0)
        text += f"; die Stadt geht vor bis {local_date(other.starts) - days:%d.%m.%Y}"
    return text


def _others(session: Session, row: Booking, state: State) -> list[Booking]:
    found = bookings_in(session, row.space_id, row.starts, row.ends, (state,))
    return [other for other in found if other.id != row.id]
