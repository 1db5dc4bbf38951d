"""Secret addresses for calendar programs: one's own bookings, or the plan of a room. Only a hash of the token is kept."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.spaces.calendar_file import Entry, calendar
from presence.spaces.hybrid import video_link
from presence.spaces.queries import load_space, own_bookings, plan_of, scope_of
from presence.spaces.states import State
from presence.spaces.tables import Booking, BookingFeed, Building, Floor, Space
from storage.actors import Staff
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.organisation.queries import load_staff
from storage.organisation.shut_out import shut_out
from storage.rights import NotAllowedError, Verb, may, require

MOST = 20
"""Addresses one person may have."""
BACK = timedelta(days=14)
AHEAD = timedelta(days=366)


def open_feed(session: Session, actor: Staff, space: UUID | None, *, now: datetime) -> str:
    """A new secret token, shown this once: for one's own bookings, or for the plan of a room one may book.

    Desks have no plan of their own: it would tell who sits where.
    """
    if space is not None:
        row = load_space(session, space)
        require(actor, Verb.SPACE_BOOK, scope_of(row))
        if row.kind != "room":
            raise ConflictError("Für Plätze gibt es keinen gemeinsamen Kalender.")
    if len(feeds_of(session, actor)) >= MOST:
        raise ConflictError(f"Sie haben schon {MOST} Kalenderadressen. Bitte widerrufen Sie eine.")
    token = secrets.token_urlsafe(32)
    feed = BookingFeed(
        person_id=actor.person, space_id=space, token_hash=_hash(token), created_at=now
    )
    session.add(feed)
    session.flush()
    _note(session, actor, "booking_feed.open", feed.id, now)
    return token


def revoke_feed(session: Session, actor: Staff, feed: UUID, *, now: datetime) -> None:
    """The address gives nothing any more. Revoking twice is fine."""
    row = session.get(BookingFeed, feed, with_for_update=True)
    if row is None:
        return
    if row.person_id != actor.person:
        raise NotAllowedError
    session.delete(row)
    _note(session, actor, "booking_feed.revoke", feed, now)


def feeds_of(session: Session, actor: Staff) -> Sequence[tuple[BookingFeed, Space | None]]:
    """One's own addresses, without their tokens."""
    rows = session.execute(
        select(BookingFeed, Space)
        .outerjoin(Space, Space.id == BookingFeed.space_id)
        .where(BookingFeed.person_id == actor.person)
        .order_by(BookingFeed.created_at, BookingFeed.id)
    )
    return [(feed, space) for feed, space in rows]


def calendar_of(session: Session, token: str, host: str, now: datetime) -> bytes:
    """The file behind a token, with what its owner may see today.

    Raises ``NotFoundError``, also for who has left and while their account is disabled.
    """
    feed = session.scalars(
        select(BookingFeed).where(BookingFeed.token_hash == _hash(token))
    ).one_or_none()
    staff = load_staff(session, feed.person_id, local_date(now)) if feed else None
    if feed is None or staff is None or shut_out(session, [staff.person]):
        raise NotFoundError
    if feed.space_id is None:
        return calendar("Meine Buchungen", _own(session, staff, now), host)
    space = load_space(session, feed.space_id)
    if not may(staff, Verb.SPACE_BOOK, scope_of(space)):
        raise NotFoundError
    return calendar(f"Belegung {space.name}", _plan(session, staff, space, now), host)


def place_of(session: Session, space: Space) -> str:
    """As in "Bürgersaal, 1. Obergeschoss, Rathaus"."""
    floor, building = session.execute(
        select(Floor, Building)
        .join(Building, Building.id == Floor.building_id)
        .where(Floor.id == space.floor_id)
    ).one()
    return f"{space.name}, {floor.name}, {building.name}"


def _own(session: Session, staff: Staff, now: datetime) -> list[Entry]:
    return [
        Entry(
            row.id, row.starts, row.ends, row.title or space.name, place_of(session, space),
            row.changed_at, row.revision, row.state != State.CONFIRMED.value,
            _link(row, space),
        )
        for row, space in own_bookings(session, staff, now - BACK)
        if row.state in {State.CONFIRMED.value, State.CANCELLED.value, State.DISPLACED.value}
    ]  # fmt: skip


def _plan(session: Session, staff: Staff, space: Space, now: datetime) -> list[Entry]:
    place = place_of(session, space)
    taken = plan_of(session, staff, space, now - BACK, now + AHEAD)
    rows = {row.id: row for row in session.scalars(
        select(Booking).where(Booking.id.in_([each.booking for each in taken]))
    )}  # fmt: skip
    return [
        Entry(
            each.booking, each.starts, each.ends, each.title or "belegt", place,
            rows[each.booking].changed_at, rows[each.booking].revision,
        )
        for each in taken
    ]  # fmt: skip


def _link(row: Booking, space: Space) -> str | None:
    if not space.video or row.state != State.CONFIRMED.value:
        return None
    return video_link(row.id, row.title, row.starts, row.ends)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _note(session: Session, actor: Staff, verb: str, feed: UUID, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="booking_feed",
        object_id=feed,
        at=now,
    )
