"""What becomes of a booking: check-in, release, cancelling, also a range of a series or of a room.

Check-in and release of desks stand in no journal: an entry of the moment would say that somebody was in the house.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from presence.spaces import check_in as rules
from presence.spaces.booking import note
from presence.spaces.notices import tell_cancelled, tell_desks_cancelled
from presence.spaces.opening import at, slot_begin
from presence.spaces.queries import load_space, may_cancel
from presence.spaces.states import State, require_step
from presence.spaces.tables import Booking, BookingSeries, Space
from presence.spaces.taking import give_back
from storage.actors import Actor, Citizen, Staff, System
from storage.clock import local
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.one_line import one_line
from storage.rights import NotAllowedError

LONGEST_ANSWER = 500
OVER = "Diese Buchung ist schon vorbei."


def check_in(session: Session, actor: Actor, booking: UUID, *, now: datetime) -> None:
    """Say that one is there. Doing it twice is fine. Raises ``ConflictError`` where it is not time, or too late."""
    row, space = _load(session, booking)
    _require_own(actor, row)
    if row.checked_in_at is not None:
        return
    if row.state != State.CONFIRMED.value or row.ends <= now:
        raise ConflictError("Diese Buchung gilt nicht mehr. Bitte buchen Sie neu.")
    if not rules.may_check_in(now, row.starts, row.ends, row.created_at, space.check_in_minutes):
        opens = local(rules.opens(row.starts))
        raise ConflictError(f"Einchecken geht ab {opens.hour}:{opens.minute:02d} Uhr.")
    row.checked_in_at = now
    row.revision += 1


def release(session: Session, actor: Actor, booking: UUID, *, now: datetime) -> None:
    """Leave earlier: the space is free at once, the quarter of an hour under way with it. Before its beginning, the
    booking is cancelled.
    """
    row, space = _load(session, booking)
    _require_own_or_caretaker(actor, row, space)
    if row.state == State.RELEASED.value:
        return
    if now < row.starts:
        _cancel(session, actor, row, space, None, now)
        return
    require_step(State(row.state), State.RELEASED)
    if row.ends <= now:
        raise ConflictError(OVER)
    row.ends = max(row.starts, slot_begin(now))
    give_back(session, row, row.ends)
    _settle(row, State.RELEASED, now)
    if space.kind == "room":
        note(session, actor, "booking.release", row, now)


def cancel_several(
    session: Session, actor: Actor, bookings: Collection[UUID], *, reason: str, now: datetime
) -> int:
    """Who looks after a space cancels what others have there (or anybody their own), all or nothing, and says why.

    Everybody affected is told once, with all dates. What is cancelled already stays so. Returns how many.
    """
    if not one_line(reason):
        raise ConflictError("Bitte nennen Sie den Grund; er steht in der Nachricht.")
    spaces: dict[UUID, tuple[Space, list[Booking]]] = {}
    for row in locked(session, Booking.id.in_(bookings)):
        space = load_space(session, row.space_id)
        _require_own_or_caretaker(actor, row, space)
        if row.state == State.CANCELLED.value:
            continue
        require_step(State(row.state), State.CANCELLED)
        if row.ends <= now:
            raise ConflictError(OVER)
        spaces.setdefault(space.id, (space, []))[1].append(row)
    call_off(session, actor, list(spaces.values()), reason, now)
    return sum(len(rows) for _, rows in spaces.values())


def call_off(
    session: Session,
    actor: Actor,
    gone: Sequence[tuple[Space, Sequence[Booking]]],
    reason: str | None,
    now: datetime,
) -> None:
    """End bookings of spaces that the caller has checked and locked, and tell each holder once for each room, and once
    for all desks.
    """
    for _, rows in gone:
        for row in rows:
            note(session, actor, "booking.cancel", row, now)
    _call_off(session, actor, gone, reason, now)


def _call_off(
    session: Session,
    actor: Actor,
    gone: Sequence[tuple[Space, Sequence[Booking]]],
    reason: str | None,
    now: datetime,
) -> None:
    """The same without entries in the journal."""
    desks: list[Booking] = []
    for space, rows in gone:
        for row in rows:
            give_back(session, row)
            row.answer = one_line(reason or "")[:LONGEST_ANSWER] or None
            _settle(row, State.CANCELLED, now)
        others = [row for row in rows if not _is_own(actor, row)]
        if space.kind == "desk":
            desks += others
        else:
            tell_cancelled(session, others, space, now)
    tell_desks_cancelled(session, desks, now)


def withdraw(session: Session, actor: Citizen, booking: UUID, *, now: datetime) -> None:
    """The holder from outside takes a request or booking back. Doing it twice is fine.

    The caller has checked that the actor's link was made for this very booking.
    """
    row, space = _load(session, booking)
    if row.holder_mail is None:
        raise NotAllowedError
    _cancel(session, actor, row, space, None, now)


def cancel_range(
    session: Session,
    actor: Actor,
    series: UUID,
    *,
    first: date,
    last: date | None = None,
    reason: str | None = None,
    now: datetime,
) -> int:
    """Cancel what a series has from ``first`` to ``last`` (both included; ``None``: to its end) and is yet to come.

    Returns how many. What has begun or is over stays. Whoever else's it was is told once, with all dates.
    """
    row = session.get(BookingSeries, series)
    if row is None:
        raise NotFoundError
    space = load_space(session, row.space_id)
    begins = max(at(first, 0), now)
    _require_own_or_caretaker(actor, row, space)
    where = [
        Booking.series_id == series,
        Booking.starts >= begins,
        Booking.state == State.CONFIRMED.value,
    ]
    if last is not None:
        where.append(Booking.starts < at(date.fromordinal(last.toordinal() + 1), 0))
    found = locked(session, *where)
    _call_off(session, actor, [(space, found)], reason, now)
    if found:
        record(
            session,
            actor=actor.journal_id,
            verb="booking.cancel_range",
            object_kind="booking_series",
            object_id=series,
            details={"count": len(found)},
            at=now,
        )
    return len(found)


def _cancel(
    session: Session, actor: Actor, row: Booking, space: Space, reason: str | None, now: datetime
) -> None:
    if row.state == State.CANCELLED.value:
        return
    require_step(State(row.state), State.CANCELLED)
    if row.ends <= now:
        raise ConflictError(OVER)
    call_off(session, actor, [(space, [row])], reason, now)


def _settle(row: Booking, state: State, now: datetime) -> None:
    row.state, row.changed_at = state.value, now
    row.revision += 1


def _load(session: Session, booking: UUID) -> tuple[Booking, Space]:
    found = locked(session, Booking.id == booking)
    if not found:
        raise NotFoundError("Diese Buchung gibt es nicht (mehr).")
    return found[0], load_space(session, found[0].space_id)


def locked(session: Session, *where: ColumnElement[bool]) -> Sequence[Booking]:
    """As they stand now, whatever was read before: others may have changed them while we waited for the lock."""
    return session.scalars(
        select(Booking)
        .where(*where)
        .order_by(Booking.starts, Booking.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _is_own(actor: Actor, row: Booking) -> bool:
    """Who does it themselves needs no message; from outside only the holder of the link comes as far as this."""
    return isinstance(actor, Citizen) or (
        isinstance(actor, Staff) and row.person_id == actor.person
    )


def _require_own(actor: Actor, row: Booking) -> None:
    own = isinstance(actor, Staff) and row.person_id == actor.person
    if not (own or isinstance(actor, System)):
        raise NotAllowedError


def _require_own_or_caretaker(actor: Actor, row: Booking | BookingSeries, space: Space) -> None:
    own = isinstance(actor, Staff) and row.person_id == actor.person
    if not (own or may_cancel(actor, space)):
        raise NotAllowedError
