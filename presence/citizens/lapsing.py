"""Requests nobody decided on in time: they end, and whoever asked is told."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from presence.citizens import letters
from presence.citizens.queries import overview
from presence.citizens.settling import settle
from presence.citizens.tables import RoomRequest, RoomRequestBooking
from presence.citizens.telling import open_office_task, tell_later
from presence.spaces.queries import load_space
from presence.spaces.requests import set_aside
from presence.spaces.states import State
from presence.spaces.tables import Booking
from storage.actors import System

ACTOR = System("room_requests")


def expire(session: Session, now: datetime) -> int:
    """End what was asked for a time that has come. While an offer stands, it waits for its answer. Returns how many."""
    over = (
        select(RoomRequestBooking.request_id)
        .join(Booking, Booking.id == RoomRequestBooking.booking_id)
        .where(Booking.state == State.REQUESTED.value, Booking.starts <= now)
    )
    rows = session.scalars(
        select(RoomRequest)
        .where(
            RoomRequest.id.in_(over),
            or_(RoomRequest.offer_until.is_(None), RoomRequest.offer_until <= now),
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return sum(_expire(session, row, now) for row in rows)


def back_to_office(session: Session, row: RoomRequest, now: datetime) -> None:
    """Let the request wait for its office again; where its time has come meanwhile, it ends."""
    waiting = overview(session, row).waiting
    if any(each.starts > now for each in waiting):
        open_office_task(session, row, load_space(session, row.space_id), waiting[0].starts, now)
    if any(each.starts <= now for each in waiting):
        _expire(session, row, now)


def _expire(session: Session, row: RoomRequest, now: datetime) -> bool:
    """Of a series, its people hear of the first day that passed, and when nothing is left to decide.

    ``False``: somebody decided in the moment before the request was ours, and nothing is to be done.
    """
    view = overview(session, row)
    if all(each.starts > now for each in view.waiting):
        return False
    first = all(each.state != State.EXPIRED.value for each in view.bookings)
    left = [each for each in view.waiting if each.starts > now]
    for each in view.waiting:
        if each.starts <= now:
            set_aside(session, ACTOR, each.id, State.EXPIRED, now=now)
    if not left:
        settle(session, ACTOR, row, "room_request.expire", now)
    else:
        open_office_task(session, row, view.space, left[0].starts, now)
    if first or not left:
        tell_later(session, row, letters.EXPIRED, now)
    return True
