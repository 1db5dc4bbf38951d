"""Holding a space's time, so that nobody else can: by constraint, never by looking first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from presence.spaces.opening import slots
from presence.spaces.queries import free_instead
from presence.spaces.tables import Booking, BookingSlot, Space
from storage.actors import Actor
from storage.conflicts import ConflictError
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Offer:
    """Something else that was free a moment ago, with the span it would be booked for."""

    space: UUID
    name: str
    starts: datetime
    ends: datetime


class TakenError(ConflictError):
    """Somebody has it already. ``offers`` are the nearest free ones, best first; nothing was changed."""

    def __init__(self, message: str, offers: Sequence[Offer] = ()) -> None:
        self.offers = list(offers)
        instead = ", ".join(f"„{offer.name}“" for offer in self.offers)
        super().__init__(f"{message} Frei ist: {instead}." if instead else message)


def take(session: Session, actor: Actor, booking: Booking, space: Space, now: datetime) -> None:
    """Let a booking hold its time. Raises ``TakenError`` where any of it is somebody else's.

    The insert itself decides: of two at once the database lets one through and has the other wait for it.
    """
    person = booking.person_id if space.kind == "desk" else None
    wanted = slots(booking.starts, booking.ends)
    with session.begin_nested():
        session.add(booking)
        session.flush()
        held = session.execute(
            insert_into(session, BookingSlot)
            .values(
                [
                    {
                        "space_id": space.id,
                        "slot": slot,
                        "booking_id": booking.id,
                        "desk_person": person,
                    }
                    for slot in wanted  # always in the order of time, so that no two wait for each other
                ]
            )
            .on_conflict_do_nothing()
            .returning(BookingSlot.slot)
        ).all()
        if len(held) < len(wanted):
            raise _taken(session, actor, booking, space, now)


def give_back(session: Session, booking: Booking, since: datetime | None = None) -> None:
    """Let go of the time, or of what is left of it from ``since`` on."""
    where = [BookingSlot.booking_id == booking.id]
    if since is not None:
        where.append(BookingSlot.slot >= slots(since, since).start)
    session.execute(delete(BookingSlot).where(*where))


def offers_for(
    session: Session, actor: Actor, booking: Booking, space: Space, now: datetime
) -> list[Offer]:
    """What could be booked instead."""
    found = free_instead(
        session, actor, space, booking.starts, booking.ends, whole=booking.whole_day, now=now
    )
    return [Offer(row.id, row.name, *span) for row, span in found]


def _taken(
    session: Session, actor: Actor, booking: Booking, space: Space, now: datetime
) -> TakenError:
    wanted = slots(booking.starts, booking.ends)
    if space.kind == "desk" and booking.person_id is not None:
        own = select(BookingSlot.booking_id).where(
            BookingSlot.desk_person == booking.person_id,
            BookingSlot.booking_id != booking.id,
            BookingSlot.slot.between(wanted.start, wanted.stop - 1),
        )
        if session.scalar(own.limit(1)) is not None:
            return TakenError(
                "Sie haben in dieser Zeit schon einen Platz gebucht. Bitte sagen Sie ihn zuerst ab."
            )
    return TakenError(
        f"{space.name} ist in dieser Zeit schon gebucht.",
        offers_for(session, actor, booking, space, now),
    )
