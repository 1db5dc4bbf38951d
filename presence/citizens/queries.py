"""Requests for rooms: the bookings they consist of, and what waits for an office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from presence.citizens.tables import RoomRequest, RoomRequestBooking
from presence.spaces.hybrid import video_link
from presence.spaces.queries import requests_to_decide
from presence.spaces.states import State
from presence.spaces.tables import Booking, Space
from storage.actors import Staff

COUNTED = frozenset({State.REQUESTED.value, State.CONFIRMED.value})
"""States in which a booking costs what it costs."""


@dataclass(frozen=True, slots=True)
class RequestOverview:
    """A request with everything that belongs to it, bookings in order of time, those given up for another room last.

    ``space`` is the room it is about now: the one asked for, or the one that was accepted instead.
    """

    request: RoomRequest
    space: Space
    bookings: Sequence[Booking]
    offered: Space | None
    rooms: Mapping[UUID, Space]
    """The rooms of all its bookings, by id."""

    @property
    def named(self) -> dict[UUID, str]:
        """The names of its rooms, where there are several: then each booking is to say which it is."""
        return {key: room.name for key, room in self.rooms.items()} if len(self.rooms) > 1 else {}

    @property
    def videos(self) -> dict[UUID, str]:
        """The video rooms that come with what is booked, by booking."""
        links = {
            each.id: video_link(each.id, each.title, each.starts, each.ends)
            for each in self.bookings
            if self.rooms[each.space_id].video and each.state == State.CONFIRMED.value
        }
        return {booking: link for booking, link in links.items() if link}

    @property
    def waiting(self) -> list[Booking]:
        return [each for each in self.bookings if each.state == State.REQUESTED.value]

    @property
    def fee(self) -> int:
        """What everything costs that is asked for or booked, in cents."""
        return sum(each.fee for each in self.bookings if each.state in COUNTED)


def bookings_of(session: Session, request: UUID) -> Sequence[Booking]:
    return session.scalars(
        select(Booking)
        .join(RoomRequestBooking, RoomRequestBooking.booking_id == Booking.id)
        .where(RoomRequestBooking.request_id == request)
        .order_by(Booking.starts, Booking.id)
    ).all()


def last_end(session: Session, request: UUID) -> datetime | None:
    """The end of the last day asked for; ``None`` where all of it is forgotten."""
    return session.scalar(
        select(func.max(Booking.ends))
        .join(RoomRequestBooking, RoomRequestBooking.booking_id == Booking.id)
        .where(RoomRequestBooking.request_id == request)
    )


def request_of(session: Session, booking: UUID) -> RoomRequest | None:
    """The request a booking belongs to, if it came from outside."""
    return session.scalars(
        select(RoomRequest)
        .join(RoomRequestBooking, RoomRequestBooking.request_id == RoomRequest.id)
        .where(RoomRequestBooking.booking_id == booking)
    ).one_or_none()


def overview(session: Session, request: RoomRequest) -> RequestOverview:
    space = session.get_one(Space, request.space_id)
    offered = session.get(Space, request.offer_space_id) if request.offer_space_id else None
    bookings = sorted(bookings_of(session, request.id), key=lambda each: each.space_id != space.id)
    ids = {space.id, *(each.space_id for each in bookings)}
    rooms = {row.id: row for row in session.scalars(select(Space).where(Space.id.in_(ids)))}
    return RequestOverview(request, space, bookings, offered, rooms)


def waiting_for(session: Session, actor: Staff, now: datetime) -> list[RequestOverview]:
    """Requests for rooms the actor's office runs that wait for a decision, the earliest day first."""
    found: dict[UUID, RoomRequest] = {}
    for booking, _ in requests_to_decide(session, actor, now):
        request = request_of(session, booking.id)
        if request is not None:
            found.setdefault(request.id, request)
    return [overview(session, request) for request in found.values()]


def open_requests(session: Session, mail: str) -> int:
    """How many requests from this address wait for a decision."""
    waits = exists().where(
        RoomRequestBooking.request_id == RoomRequest.id,
        RoomRequestBooking.booking_id == Booking.id,
        Booking.state == State.REQUESTED.value,
    )
    own = func.lower(RoomRequest.mail) == mail.lower()
    return session.scalar(select(func.count()).select_from(RoomRequest).where(own, waits)) or 0
