"""What is free, what is taken, and whose: spaces with their terms, occupancy, plans of bookings.

Whose a booking of a room is, its holder sees, and who may cancel it: the office that looks after the room, and who
changes rooms. Everybody else sees that it is taken, and its title. Who sits at which desk stands in no list.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from presence.spaces import closures, opening
from presence.spaces.alternatives import Place, nearest
from presence.spaces.fees import Price
from presence.spaces.opening import Span
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking, BookingSlot, Building, Floor, Space, SpaceFee
from presence.spaces.terms import Mode, Terms, day_span, problem
from storage.actors import Actor, ProtectionClass, Scope, Staff
from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.rights import Verb, may

CANDIDATES = 400


@dataclass(frozen=True, slots=True)
class Taken:
    """A span in a room's plan. ``title`` is empty where the actor may only know that it is taken."""

    booking: UUID
    space: UUID
    starts: datetime
    ends: datetime
    state: State
    title: str
    mine: bool


def scope_of(space: Space) -> Scope:
    """For rights: open to all staff, or to the people of the office that looks after it."""
    inside = ProtectionClass.INTERNAL if space.bookers == "office" else ProtectionClass.OPEN
    return Scope(space.office_id, inside)


def may_cancel(actor: Actor, space: Space) -> bool:
    """Whether the actor may cancel what others have there: the office that looks after it, and who changes spaces."""
    scope = scope_of(space)
    return may(actor, Verb.BOOKING_DECIDE, scope) or may(actor, Verb.SPACE_CHANGE, scope)


def terms_of(space: Space) -> Terms:
    return Terms(
        space.name,
        cast("Mode", space.mode),
        opening.loaded(space.hours),
        space.on_holidays,
        timedelta(minutes=space.longest_minutes) if space.longest_minutes else None,
        space.ahead_days,
        space.valid_to,
        closures.loaded(space.closures),
    )


def load_space(session: Session, space: UUID, *, held: bool = False) -> Space:
    """Raises ``NotFoundError``.

    ``held``: read anew, and nobody changes its rules until our transaction ends. Bookings don't wait for each other:
    it is the same lock that their foreign key takes, and only ``FOR UPDATE`` stands against it.
    """
    row = session.get(
        Space,
        space,
        populate_existing=held,
        with_for_update={"read": True, "key_share": True} if held else None,
    )
    if row is None:
        raise NotFoundError("Diesen Platz oder Raum gibt es nicht.")
    return row


def prices_of(session: Session, space: UUID) -> list[Price]:
    rows = session.scalars(select(SpaceFee).where(SpaceFee.space_id == space))
    return [
        Price(Party(row.party), row.valid_from, row.per_hour, row.per_day, row.source)
        for row in rows
    ]


def floors(session: Session, day: date | None = None) -> Sequence[tuple[Building, Floor]]:
    """All floors with their building, from the ground up; with ``day`` only those the city has then."""
    wanted = (
        select(Building, Floor)
        .join(Floor, Floor.building_id == Building.id)
        .order_by(Building.name, Floor.level)
    )
    if day is not None:
        wanted = wanted.where(or_(Floor.valid_to.is_(None), Floor.valid_to > day))
    rows = session.execute(wanted)
    return [(building, floor) for building, floor in rows]


def spaces_on(session: Session, floor: UUID, day: date) -> Sequence[Space]:
    """Everything bookable on a floor, by name."""
    return session.scalars(
        select(Space).where(Space.floor_id == floor, _in_use(day)).order_by(Space.name)
    ).all()


def rooms(
    session: Session,
    day: date,
    *,
    capacity: int = 1,
    equipment: Collection[str] = (),
    public: bool | None = None,
) -> list[Space]:
    """Rooms with room for so many and all of that equipment, the smallest first."""
    where = [Space.kind == "room", Space.capacity >= capacity, _in_use(day)]
    if public is not None:
        where.append(Space.public.is_(public))
    rows = session.scalars(select(Space).where(*where).order_by(Space.capacity, Space.name))
    return [row for row in rows if set(equipment) <= set(row.equipment)]


def taken_spaces(
    session: Session, spaces: Iterable[UUID], starts: datetime, ends: datetime
) -> dict[UUID, set[UUID]]:
    """Which of them are taken in that span, with the bookings that take them."""
    span = opening.slots(starts, ends)
    rows = session.execute(
        select(BookingSlot.space_id, BookingSlot.booking_id)
        .where(
            BookingSlot.space_id.in_(list(spaces)),
            BookingSlot.slot >= span.start,
            BookingSlot.slot < span.stop,
        )
        .distinct()
    )
    found: dict[UUID, set[UUID]] = {}
    for space, booking in rows:
        found.setdefault(space, set()).add(booking)
    return found


def bookings_from(session: Session, space: UUID, since: datetime) -> Sequence[Booking]:
    """Confirmed bookings of a space that are not over at that moment, in order."""
    return session.scalars(
        select(Booking)
        .where(
            Booking.space_id == space,
            Booking.ends > since,
            Booking.state == State.CONFIRMED.value,
        )
        .order_by(Booking.starts, Booking.id)
    ).all()


def bookings_in(
    session: Session,
    space: UUID,
    starts: datetime,
    ends: datetime,
    states: Collection[State] = (State.CONFIRMED,),
) -> Sequence[Booking]:
    """Bookings of a space that touch the span, in order."""
    return session.scalars(
        select(Booking)
        .where(
            Booking.space_id == space,
            Booking.ends > starts,
            Booking.starts < ends,
            Booking.state.in_([state.value for state in states]),
        )
        .order_by(Booking.starts, Booking.id)
    ).all()


def plan_of(
    session: Session,
    actor: Actor,
    space: Space,
    starts: datetime,
    ends: datetime,
    states: Collection[State] = (State.CONFIRMED,),
) -> list[Taken]:
    """The plan of a space as far as the actor may know it (a citizen: that it is taken)."""
    decides = may(actor, Verb.BOOKING_DECIDE, scope_of(space))
    knows = decides or (isinstance(actor, Staff) and space.kind == "room")
    return [
        Taken(
            row.id, row.space_id, row.starts, row.ends, State(row.state),
            row.title if knows or _is_mine(row, actor) else "", _is_mine(row, actor),
        )
        for row in bookings_in(session, space.id, starts, ends, states)
    ]  # fmt: skip


def own_bookings(session: Session, actor: Actor, since: datetime) -> list[tuple[Booking, Space]]:
    """The actor's own from a moment on, in order."""
    if not isinstance(actor, Staff):
        return []
    rows = session.execute(
        select(Booking, Space)
        .join(Space, Space.id == Booking.space_id)
        .where(Booking.person_id == actor.person, Booking.ends > since)
        .order_by(Booking.starts, Booking.id)
    )
    return [(booking, space) for booking, space in rows]


def requests_to_decide(
    session: Session, actor: Actor, now: datetime
) -> list[tuple[Booking, Space]]:
    """Requests for spaces the actor looks after, the earliest begin first."""
    rows = session.execute(
        select(Booking, Space)
        .join(Space, Space.id == Booking.space_id)
        .where(Booking.state == State.REQUESTED.value, Booking.ends > now)
        .order_by(Booking.starts, Booking.id)
    )
    return [
        (booking, space)
        for booking, space in rows
        if may(actor, Verb.BOOKING_DECIDE, scope_of(space))
    ]


def free_instead(
    session: Session,
    actor: Actor,
    space: Space,
    starts: datetime,
    ends: datetime,
    *,
    whole: bool,
    now: datetime,
    most: int = 3,
) -> list[tuple[Space, Span]]:
    """The nearest spaces of the kind that are free then, with the span each would be booked for.

    For a whole day that is each space's own opening time. Nobody is offered what they may not book.
    """
    span = opening.slots(*(_from_now(local_date(starts), now) if whole else (starts, ends)))
    not_taken = ~exists().where(
        BookingSlot.space_id == Space.id,
        BookingSlot.slot >= span.start,
        BookingSlot.slot < span.stop,
    )
    rows = session.execute(
        select(Space, Floor.building_id)
        .join(Floor, Floor.id == Space.floor_id)
        .where(
            Space.kind == space.kind,
            Space.id != space.id,
            _in_use(local_date(starts)),
            not_taken,
        )
        .order_by(Space.floor_id != space.floor_id, Space.name)
        .limit(CANDIDATES)
    ).all()
    home = session.scalar(select(Floor.building_id).where(Floor.id == space.floor_id))
    fitting: dict[UUID, tuple[Space, Span]] = {}
    for row, _ in rows:
        at = _span_at(row, starts, ends, whole=whole, now=now)
        if at is not None and _may_take(actor, row):
            fitting[row.id] = (row, at)
    buildings = {row.id: building for row, building in rows}
    ranked = nearest(
        _place(space, home or space.floor_id),
        (_place(row, buildings[row.id]) for row, _ in fitting.values()),
        most,
    )
    return [fitting[place.id] for place in ranked]


def _from_now(day: date, now: datetime) -> Span:
    """The day, today what is left of it: who was there this morning and left takes nothing away any more."""
    last = opening.at(day, opening.MINUTES)
    return min(max(opening.at(day, 0), opening.slot_begin(now)), last), last


def _may_take(actor: Actor, space: Space) -> bool:
    return (
        may(actor, Verb.SPACE_BOOK, scope_of(space)) if isinstance(actor, Staff) else space.public
    )


def _span_at(
    space: Space, starts: datetime, ends: datetime, *, whole: bool, now: datetime
) -> Span | None:
    terms = terms_of(space)
    span = day_span(terms, local_date(starts), now) if whole else (starts, ends)
    if span is None or problem(terms, *span, whole=whole, now=now):
        return None
    return span


def _place(space: Space, building: UUID) -> Place:
    return Place(
        space.id, space.name, space.floor_id, building, space.capacity, frozenset(space.equipment),
        space.x + space.width / 2, space.y + space.height / 2,
    )  # fmt: skip


def _in_use(day: date) -> ColumnElement[bool]:
    return or_(Space.valid_to.is_(None), Space.valid_to > day)


def _is_mine(row: Booking, actor: Actor) -> bool:
    return isinstance(actor, Staff) and row.person_id == actor.person
