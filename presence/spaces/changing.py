"""What becomes of a booking: check-in, release, cancelling, also a range of a series.

Check-in and release of desks stand in no journal: an entry of the moment would say that somebody was in the house.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.spaces import check_in as rules
from presence.spaces.booking import note
from presence.spaces.notices import tell_decision
from presence.spaces.opening import SLOT, at, slot_begin
from presence.spaces.queries import load_space, scope_of
from presence.spaces.states import State, require_step
from presence.spaces.tables import Booking, BookingSeries, Space
from presence.spaces.taking import give_back
from storage.actors import Actor, Citizen, Staff, System
from storage.clock import local
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.rights import NotAllowedError, Verb, may

LONGEST_ANSWER = 500


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
    """Leave earlier: from the next quarter of an hour on the space is free. Before its beginning, it is cancelled."""
    row, space = _load(session, booking)
    _require_own_or_caretaker(actor, row, space)
    if row.state == State.RELEASED.value:
        return
    if now < row.starts:
        _cancel(session, actor, row, space, None, now)
        return
    require_step(State(row.state), State.RELEASED)
    if row.ends <= now:
        raise ConflictError("Diese Buchung ist schon vorbei.")
    until = slot_begin(now)
    until = until if until == now else until + SLOT
    give_back(session, row, until)
    row.ends = min(row.ends, until)
    _settle(row, State.RELEASED, now)
    if space.kind == "room":
        note(session, actor, "booking.release", row, now)


def cancel(
    session: Session, actor: Actor, booking: UUID, *, reason: str | None = None, now: datetime
) -> None:
    """Its holder, or who looks after the space; then the holder is told by mail, with the reason. Twice is fine."""
    row, space = _load(session, booking)
    _require_own_or_caretaker(actor, row, space)
    _cancel(session, actor, row, space, reason, now)


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
    now: datetime,
) -> int:
    """Cancel what a series has from ``first`` to ``last`` (both included; ``None``: to its end) and is yet to come.

    Returns how many. What has begun or is over stays.
    """
    row = session.get(BookingSeries, series)
    if row is None:
        raise NotFoundError
    space = load_space(session, row.space_id)
    begins = max(at(first, 0), now)
    where = [
        Booking.series_id == series,
        Booking.starts >= begins,
        Booking.state == State.CONFIRMED.value,
    ]
    if last is not None:
        where.append(Booking.starts < at(date.fromordinal(last.toordinal() + 1), 0))
    found: Sequence[Booking] = session.scalars(
        select(Booking).where(*where).order_by(Booking.starts).with_for_update()
    ).all()
    _require_series(actor, row, space)
    for each in found:
        give_back(session, each)
        _settle(each, State.CANCELLED, now)
        if each.holder_mail is not None:
            tell_decision(session, each, space, now)
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
        raise ConflictError("Diese Buchung ist schon vorbei.")
    give_back(session, row)
    row.answer = " ".join((reason or "").split())[:LONGEST_ANSWER] or None
    _settle(row, State.CANCELLED, now)
    note(session, actor, "booking.cancel", row, now)
    if not (_is_own(actor, row) or isinstance(actor, Citizen)):
        tell_decision(session, row, space, now)


def _settle(row: Booking, state: State, now: datetime) -> None:
    row.state, row.changed_at = state.value, now
    row.revision += 1


def _load(session: Session, booking: UUID) -> tuple[Booking, Space]:
    row = session.scalars(
        select(Booking).where(Booking.id == booking).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese Buchung gibt es nicht (mehr).")
    return row, load_space(session, row.space_id)


def _is_own(actor: Actor, row: Booking) -> bool:
    return isinstance(actor, Staff) and row.person_id == actor.person


def _require_own(actor: Actor, row: Booking) -> None:
    if not (_is_own(actor, row) or isinstance(actor, System)):
        raise NotAllowedError


def _require_own_or_caretaker(actor: Actor, row: Booking, space: Space) -> None:
    if not (_is_own(actor, row) or may(actor, Verb.BOOKING_DECIDE, scope_of(space))):
        raise NotAllowedError


def _require_series(actor: Actor, row: BookingSeries, space: Space) -> None:
    own = isinstance(actor, Staff) and row.person_id == actor.person
    if not (own or may(actor, Verb.BOOKING_DECIDE, scope_of(space))):
        raise NotAllowedError
