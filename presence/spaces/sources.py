"""Bookings as a source of availability: where somebody is, as long as an agreement allows it to count."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.availability.facts import Kind, SourceEntry
from presence.availability.sources import register
from presence.spaces.states import State
from presence.spaces.tables import Booking, Building, Floor, Space

AHEAD = timedelta(days=1)
_TOLD: dict[str, tuple[Kind, str]] = {
    "desk": ("place", "Platzbuchung"),
    "room": ("tentative", "Raumbuchung"),
}


def entries(session: Session, people: Collection[UUID], now: datetime) -> Iterator[SourceEntry]:
    """Booked places from now to tomorrow.

    A room is where somebody is, too, and perhaps not to be disturbed: tentative, because rooms are booked for others as
    well. What goes on there nobody is told.
    """
    rows = session.execute(
        select(
            Booking.person_id,
            Booking.starts,
            Booking.ends,
            Space.name,
            Space.kind,
            Building.name.label("building"),
        )
        .join(Space, Space.id == Booking.space_id)
        .join(Floor, Floor.id == Space.floor_id)
        .join(Building, Building.id == Floor.building_id)
        .where(
            Booking.person_id.in_(people),
            Booking.state == State.CONFIRMED.value,
            Booking.ends > now,
            Booking.starts < now + AHEAD,
        )
    )
    for row in rows:
        kind, word = _TOLD[row.kind]
        place = f"{row.name}, {row.building}"
        yield SourceEntry(
            row.person_id, "booking", kind, row.starts, row.ends, place=place, word=word
        )


register("booking", entries, agreement="booking")
