"""What everybody may know about public rooms: what they offer and cost, and when they are taken. Never by whom."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.spaces.calendar_file import Entry, calendar
from presence.spaces.fees import Price, price_on
from presence.spaces.opening import MINUTES, Span, at
from presence.spaces.queries import bookings_in, prices_of, rooms, terms_of
from presence.spaces.states import Party, State
from presence.spaces.tables import Building, Floor, Space
from presence.spaces.terms import Terms
from storage.clock import local_date
from storage.conflicts import NotFoundError

FEED_BACK = timedelta(days=7)
FEED_AHEAD = timedelta(days=366)
PARTIES = (Party.CLUB, Party.CITIZEN)


@dataclass(frozen=True, slots=True)
class PublicRoom:
    """A room as its page shows it. ``at``: x, y, width, height on the floor's plan; ``prices`` are today's."""

    id: UUID
    key: str
    name: str
    floor: str
    building: str
    address: str
    capacity: int
    equipment: Sequence[str]
    rules: str
    terms: Terms
    prices: Sequence[Price]
    notice_days: int | None
    at: tuple[float, float, float, float]
    plan: str
    plan_size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Busy:
    """A span in which a room is taken, or asked for."""

    starts: datetime
    ends: datetime
    requested: bool


def public_rooms(session: Session, now: datetime) -> list[PublicRoom]:
    """All rooms citizens and clubs may ask for, by name."""
    day = local_date(now)
    found = [_public(session, space, day) for space in rooms(session, day, public=True)]
    return sorted(found, key=lambda room: room.name)


def public_room(session: Session, key: str, now: datetime) -> PublicRoom:
    """One of them by its key. Raises ``NotFoundError``; whether there is such a room inside is not said."""
    day = local_date(now)
    space = (
        None
        if "\0" in key
        else session.scalars(
            select(Space).where(Space.key == key, Space.public, Space.kind == "room")
        ).one_or_none()
    )
    if space is None or (space.valid_to is not None and space.valid_to <= day):
        raise NotFoundError("Diesen Raum gibt es nicht.")
    return _public(session, space, day)


def occupancy(session: Session, room: UUID, starts: datetime, ends: datetime) -> list[Busy]:
    """When it is taken or asked for, in order; what touches is one span, so that nobody counts bookings."""
    found = bookings_in(session, room, starts, ends, (State.CONFIRMED, State.REQUESTED))
    taken = joined((row.starts, row.ends) for row in found if row.state == State.CONFIRMED.value)
    asked = joined((row.starts, row.ends) for row in found if row.state == State.REQUESTED.value)
    spans = [Busy(*span, False) for span in taken] + [Busy(*span, True) for span in asked]
    return sorted(spans, key=lambda busy: (busy.starts, busy.requested))


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, without overlaps."""
    found: list[Span] = []
    for starts, ends in sorted(spans):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def occupancy_calendar(
    session: Session, room: PublicRoom, key: bytes, host: str, now: datetime
) -> bytes:
    """The room's plan for calendar programs: that it is taken or out of use, and nothing else. ``key`` makes opaque ids of events."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    first, last = now - FEED_BACK, now + FEED_AHEAD
    booked = [
        (busy.starts, busy.ends)
        for busy in occupancy(session, room.id, first, last)
        if not busy.requested
    ]
    shut = [
        (at(each.first, 0), at(each.last, MINUTES))
        for each in room.terms.closures
        if each.last >= local_date(first) and each.first <= local_date(last)
    ]
    entries = [
        Entry(
            _opaque(key, room.id, starts), starts, ends, "belegt", f"{room.name}, {room.building}",
            hour, 1,
        )
        for starts, ends in joined([*booked, *shut])
    ]  # fmt: skip
    return calendar(f"Belegung {room.name}", entries, host)


def _opaque(key: bytes, room: UUID, starts: datetime) -> UUID:
    message = b"busy\0" + room.bytes + str(int(starts.timestamp())).encode()
    return UUID(bytes=hmac.new(key, message, hashlib.sha256).digest()[:16])


def _public(session: Session, space: Space, day: date) -> PublicRoom:
    floor, building = session.execute(
        select(Floor, Building)
        .join(Building, Building.id == Floor.building_id)
        .where(Floor.id == space.floor_id)
    ).one()
    prices = prices_of(session, space.id)
    held = [price for party in PARTIES if (price := price_on(prices, party, day))]
    return PublicRoom(
        space.id, space.key, space.name, floor.name, building.name, building.address,
        space.capacity, tuple(space.equipment), space.rules, terms_of(space), held,
        space.notice_days, (space.x, space.y, space.width, space.height), floor.plan,
        (floor.width, floor.height),
    )  # fmt: skip
