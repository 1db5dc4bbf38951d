"""Deciding on requests from outside: the people of the office that runs the room say yes, no, or something else."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.citizens import letters
from presence.citizens.queries import RequestOverview, overview
from presence.citizens.room_requests import load_own
from presence.citizens.tables import RoomRequest, RoomRequestBooking
from presence.citizens.telling import close_task, open_office_task, tell_later
from presence.spaces.booking import Holder, Wish, book
from presence.spaces.changing import withdraw
from presence.spaces.queries import load_space, scope_of, taken_spaces, terms_of
from presence.spaces.requests import REVISION, confirm_request, decline_request
from presence.spaces.states import Party
from presence.spaces.tables import Booking, Space
from presence.spaces.terms import day_span, problem
from storage.actors import Actor, Citizen, System
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.rights import Verb, require

OFFER_STANDS = timedelta(days=14)
GONE = "Der Raum ist an diesem Tag nicht mehr frei."


def approve(
    session: Session,
    actor: Actor,
    request: UUID,
    revision: int,
    *,
    without_taken: bool = False,
    now: datetime,
) -> int:
    """Say yes to every day that waits, all or nothing; with ``without_taken`` no to those that are taken by now.

    Returns how many days were confirmed. Raises ``TakenError``, where somebody was faster, with offers.
    """
    view = _to_decide(session, actor, request, revision)
    confirmed = 0
    for booking in view.waiting:
        if not without_taken:
            confirm_request(session, actor, booking.id, booking.revision, now=now)
            confirmed += 1
            continue
        try:
            with session.begin_nested():
                confirm_request(session, actor, booking.id, booking.revision, now=now)
            confirmed += 1
        except ConflictError:
            session.refresh(booking)
            decline_request(session, actor, booking.id, booking.revision, reason=GONE, now=now)
    _settled(session, actor, view.request, "room_request.approve", now)
    return confirmed


def decline(
    session: Session, actor: Actor, request: UUID, revision: int, *, reason: str, now: datetime
) -> None:
    """Say no to every day that waits, with the reason the mail gives."""
    view = _to_decide(session, actor, request, revision)
    for booking in view.waiting:
        decline_request(session, actor, booking.id, booking.revision, reason=reason, now=now)
    _settled(session, actor, view.request, "room_request.decline", now)


def offer(
    session: Session,
    actor: Actor,
    request: UUID,
    revision: int,
    *,
    space: UUID,
    starts: datetime,
    ends: datetime,
    now: datetime,
) -> None:
    """Offer another room or time for a single day. It is held for nobody: whoever accepts first has it."""
    view = _to_decide(session, actor, request, revision)
    other = load_space(session, space)
    require(actor, Verb.BOOKING_DECIDE, scope_of(other))
    if len(view.waiting) != 1:
        raise ConflictError("Anderes anbieten kann man für einen einzelnen Tag, nicht für Serien.")
    whole = _is_whole_day(other, starts, ends, now)
    refusal = problem(terms_of(other), starts, ends, whole=whole, now=now)
    if refusal or not other.public:
        raise ConflictError(refusal or f"{other.name} kann von außen nicht angefragt werden.")
    if taken_spaces(session, [other.id], starts, ends):
        raise ConflictError(f"{other.name} ist in dieser Zeit schon gebucht.")
    if other.capacity < (view.waiting[0].people or 1):
        raise ConflictError(f"{other.name} hat nur Platz für {other.capacity} Personen.")
    row = view.request
    row.offer_space_id, row.offer_starts, row.offer_ends = other.id, starts, ends
    row.offer_until = min(now + OFFER_STANDS, starts)
    row.revision += 1
    close_task(session, row, now)
    tell_later(session, row, letters.OFFERED, now)
    _note(session, actor, "room_request.offer", row, now)


def accept_offer(session: Session, actor: Citizen, request: UUID, *, now: datetime) -> Booking:
    """Take what was offered: the house books it, for the office has said yes already. Twice is once.

    Raises ``TakenError`` where somebody else has it by now, ``ConflictError`` where the offer is over.
    """
    row, _ = load_own(session, actor, request)
    view = overview(session, row)
    if row.offer_space_id is None or row.offer_starts is None or row.offer_ends is None:
        key = f"angebot:{row.id.hex}:{row.revision - 1}"
        made = session.scalars(select(Booking).where(Booking.key == key)).one_or_none()
        if made is not None:
            return made
    if not (row.offer_space_id and row.offer_starts and row.offer_ends and view.waiting) or (
        row.offer_until is not None and row.offer_until <= now
    ):
        raise ConflictError("Dieses Angebot gilt nicht mehr.")
    asked = view.waiting[0]
    whole = _is_whole_day(
        load_space(session, row.offer_space_id), row.offer_starts, row.offer_ends, now
    )
    withdraw(session, actor, asked.id, now=now)
    asked.answer = "Ersetzt durch das angenommene Angebot."
    wish = Wish(
        row.offer_space_id, row.offer_starts, row.offer_ends, whole, asked.title,
        asked.people,
    )  # fmt: skip
    holder = Holder(Party(asked.party), None, asked.holder_name, asked.holder_mail)
    booking = book(
        session, System("room_offer"), wish, holder=holder,
        key=f"angebot:{row.id.hex}:{row.revision}", now=now,
    )  # fmt: skip
    session.add(RoomRequestBooking(booking_id=booking.id, request_id=row.id))
    _settled(session, actor, row, "room_request.accept", now)
    tell_later(session, row, letters.DECIDED, now)
    return booking


def refuse_offer(session: Session, actor: Citizen, request: UUID, *, now: datetime) -> None:
    """Not that: the request waits for the office again. Doing it twice is fine."""
    row, space = load_own(session, actor, request)
    if row.offer_space_id is None:
        return
    _clear(row)
    row.revision += 1
    open_office_task(session, row, space, now)
    _note(session, actor, "room_request.refuse", row, now)


def end_offers(session: Session, now: datetime) -> int:
    """Offers nobody answered: the requests wait for their office again. Returns how many."""
    rows = session.scalars(
        select(RoomRequest).where(RoomRequest.offer_until <= now).with_for_update()
    ).all()
    for row in rows:
        _clear(row)
        row.revision += 1
        open_office_task(session, row, load_space(session, row.space_id), now)
    return len(rows)


def _is_whole_day(space: Space, starts: datetime, ends: datetime, now: datetime) -> bool:
    """Whether a span is a room's whole opening time, where it is booked by the day."""
    terms = terms_of(space)
    return terms.mode != "hourly" and (starts, ends) == day_span(terms, local_date(starts), now)


def _to_decide(session: Session, actor: Actor, request: UUID, revision: int) -> RequestOverview:
    row = session.scalars(
        select(RoomRequest).where(RoomRequest.id == request).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese Anfrage gibt es nicht (mehr).")
    view = overview(session, row)
    require(actor, Verb.BOOKING_DECIDE, scope_of(view.space))
    if row.revision != revision:
        raise ConflictError(REVISION)
    if not view.waiting:
        raise ConflictError("Über diese Anfrage ist schon entschieden.")
    return view


def _settled(session: Session, actor: Actor, row: RoomRequest, verb: str, now: datetime) -> None:
    _clear(row)
    row.revision += 1
    close_task(session, row, now)
    _note(session, actor, verb, row, now)


def _clear(row: RoomRequest) -> None:
    row.offer_space_id = row.offer_starts = row.offer_ends = row.offer_until = None


def _note(session: Session, actor: Actor, verb: str, row: RoomRequest, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="room_request",
        object_id=row.id,
        at=now,
    )
