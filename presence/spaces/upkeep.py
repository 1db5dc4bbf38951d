"""What happens to bookings by themselves: desks nobody came to are given away, and the past is forgotten."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Delete, Update, and_, case, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from presence.spaces.booking import note
from presence.spaces.check_in import closes
from presence.spaces.states import State
from presence.spaces.tables import Booking, BookingFeed, BookingSeries, BookingSlot, Space
from presence.spaces.taking import give_back
from storage.actors import System
from storage.clock import local_date
from storage.organisation.tables import Person

DESKS_KEPT = timedelta(days=3)
ROOMS_NAMED = timedelta(days=90)
REFUSED_KEPT = timedelta(days=30)
ROOMS_KEPT = timedelta(days=3 * 366)
"""Without anybody's name, for planning how many rooms the city needs."""
UPKEEP = System("desks.freigabe")
_HOLDING = {State.REQUESTED.value, State.CONFIRMED.value}


def release_unclaimed(session: Session, now: datetime) -> int:
    """Give away what nobody checked in at in time. Returns how many. Nobody is reported, the holder sees it."""
    rows = session.execute(
        select(Booking, Space)
        .join(Space, Space.id == Booking.space_id)
        .where(
            Booking.state == State.CONFIRMED.value,
            Booking.checked_in_at.is_(None),
            Booking.person_id.is_not(
                None
            ),  # clubs and citizens can't check in, so nobody asks them to
            Booking.starts <= now,
            Booking.ends > now,
            Space.check_in_minutes.is_not(None),
        )
        .with_for_update(of=Booking, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    released = 0
    for row, space in rows:
        until = closes(row.starts, row.ends, row.created_at, space.check_in_minutes)
        if until is not None and until <= now:
            give_back(session, row)
            row.state, row.changed_at = State.RELEASED.value, now
            row.answer = "Es hat niemand eingecheckt."
            row.revision += 1
            if space.kind == "room":  # an entry about a desk would say who was not there
                note(session, UPKEEP, "booking.release", row, now)
            released += 1
    return released


def forget(session: Session, now: datetime) -> dict[str, int]:
    """Delete past desk bookings and those of who has left, take names and titles off past room bookings, delete what
    was refused long ago, and forget when people came and left.
    """
    desks = select(Space.id).where(Space.kind == "desk")
    of_desk = Booking.space_id.in_(desks)
    over = and_(of_desk, Booking.ends <= now - DESKS_KEPT)
    settled = case((Booking.state == State.RELEASED.value, Booking.ends), else_=Booking.changed_at)
    given_up = and_(
        Booking.state.not_in(_HOLDING),
        or_(
            and_(~of_desk, settled <= now - REFUSED_KEPT),
            # Why the house took a desk back stands nowhere but here, until that day is over.
            and_(of_desk, Booking.answer.is_(None), settled <= now - DESKS_KEPT),
        ),
    )
    left = select(Person.id).where(Person.valid_to <= local_date(now))
    abandoned = and_(of_desk, Booking.person_id.in_(left))
    going = or_(over, given_up, abandoned, Booking.ends <= now - ROOMS_KEPT)
    gone = select(Booking.id).where(going)
    _count(session, delete(BookingSlot).where(BookingSlot.booking_id.in_(gone)))
    deleted = _count(session, delete(Booking).where(going))
    _count(session, delete(BookingFeed).where(BookingFeed.person_id.in_(left)))
    past = Booking.ends <= now - DESKS_KEPT
    _count(
        session,
        delete(BookingSlot).where(BookingSlot.booking_id.in_(select(Booking.id).where(past))),
    )
    named = or_(Booking.person_id.is_not(None), Booking.holder_name.is_not(None))
    anonymised = _count(
        session,
        update(Booking)
        .where(Booking.ends <= now - ROOMS_NAMED, named)
        .values(
            person_id=None, holder_name=None, holder_mail=None, message=None, answer=None,
            title="", series_id=None,
        ),
    )  # fmt: skip
    _forget_moments(session, now)
    _count(
        session,
        delete(BookingSeries).where(~exists().where(Booking.series_id == BookingSeries.id)),
    )
    return {"gelöscht": deleted, "ohne Namen": anonymised}


def _forget_moments(session: Session, now: datetime) -> None:
    """When somebody came and left is nobody's business once the booking is over."""
    over = Booking.ends <= now
    came = update(Booking).where(over, Booking.checked_in_at.is_not(None))
    left = update(Booking).where(over, Booking.state == State.RELEASED.value)
    _count(session, came.values(checked_in_at=None))
    _count(session, left.values(changed_at=Booking.created_at))


def _count(session: Session, statement: Delete | Update) -> int:
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        statement.execution_options(synchronize_session=False)
    )
    return done.rowcount
