"""Another room or time than asked for: offered by the office, accepted or refused by whoever asked.

An offer holds nothing: whoever accepts first has it. It may stand longer than the time that was asked for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.citizens import letters
from presence.citizens.conditions import Conditions
from presence.citizens.deciding import load_to_decide
from presence.citizens.lapsing import back_to_office
from presence.citizens.queries import RequestOverview, overview
from presence.citizens.room_requests import load_own
from presence.citizens.settling import clear_offer, note, settle
from presence.citizens.tables import RoomRequest, RoomRequestBooking
from presence.citizens.telling import close_task, tell_later
from presence.spaces.booking import Holder, Wish, book
from presence.spaces.fees import fee
from presence.spaces.queries import load_space, prices_of, scope_of, taken_spaces, terms_of
from presence.spaces.requests import set_aside
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking, Space
from presence.spaces.terms import day_span, problem
from storage.actors import Actor, Citizen, System
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.rights import Verb, require

STANDS = timedelta(days=14)
OVER = "Dieses Angebot gilt nicht mehr."
CHANGED = "Dieses Angebot hat sich inzwischen geändert. Bitte sehen Sie es noch einmal an."
REPLACED = "Ersetzt durch das angenommene Angebot."


@dataclass(frozen=True, slots=True)
class StandingOffer:
    """What may be accepted now. ``mark`` names all of it: who accepts says with it what they have seen."""

    space: Space
    starts: datetime
    ends: datetime
    until: datetime
    fee: int
    mark: str


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
    """Offer another room or time for a single day."""
    view = load_to_decide(session, actor, request, revision)
    other = load_space(session, space)
    require(actor, Verb.BOOKING_DECIDE, scope_of(other))
    if len(view.waiting) != 1:
        raise ConflictError("Anderes anbieten kann man für einen einzelnen Tag, nicht für Serien.")
    whole = _is_whole_day(other, starts, ends, now)
    refusal = problem(terms_of(other), starts, ends, whole=whole, now=now)
    if refusal or not other.public:
        raise ConflictError(refusal or f"{other.name} kann von außen nicht angefragt werden.")
    if starts <= now:
        raise ConflictError("Bitte bieten Sie eine Zeit an, die noch nicht begonnen hat.")
    if taken_spaces(session, [other.id], starts, ends):
        raise ConflictError(f"{other.name} ist in dieser Zeit schon gebucht.")
    if other.capacity < (view.waiting[0].people or 1):
        raise ConflictError(f"{other.name} hat nur Platz für {other.capacity} Personen.")
    row = view.request
    row.offer_space_id, row.offer_starts, row.offer_ends = other.id, starts, ends
    row.offer_until = min(now + STANDS, starts)
    row.revision += 1
    close_task(session, row, now)
    tell_later(session, row, letters.OFFERED, now)
    note(session, actor, "room_request.offer", row, now)


def standing_offer(session: Session, view: RequestOverview, now: datetime) -> StandingOffer | None:
    """What is offered, with today's price; ``None`` where nothing is, or not any more."""
    row, space = view.request, view.offered
    if not (space and row.offer_starts and row.offer_ends and row.offer_until and view.waiting):
        return None
    if row.offer_until <= now:
        return None
    party = Party(view.waiting[0].party)
    cents = fee(prices_of(session, space.id), party, row.offer_starts, row.offer_ends)
    seen = Conditions(space.rules, {row.offer_starts.isoformat(): cents})
    what = f"{space.id.hex}{row.offer_starts.timestamp():.0f}{row.offer_ends.timestamp():.0f}"
    return StandingOffer(
        space, row.offer_starts, row.offer_ends, row.offer_until, cents, seen.mark(what)
    )


def accept_offer(
    session: Session, actor: Citizen, request: UUID, *, seen: str, now: datetime
) -> Booking:
    """Take what was offered: the house books it, for the office has said yes already. Twice is once.

    ``seen`` is the mark of the offer that was looked at. Raises ``TakenError`` where somebody else has it by now,
    ``ConflictError`` where the offer is over or another one.
    """
    row, _ = load_own(session, actor, request)
    view = overview(session, row)
    standing = standing_offer(session, view, now)
    if standing is None:
        made = session.scalars(
            select(Booking).where(Booking.key == _key(row, row.revision - 1))
        ).one_or_none()
        if made is not None:
            return made
        raise ConflictError(OVER)
    if standing.mark != seen:
        raise ConflictError(CHANGED)
    asked = view.waiting[0]
    set_aside(session, actor, asked.id, State.CANCELLED, answer=REPLACED, now=now)
    whole = _is_whole_day(standing.space, standing.starts, standing.ends, now)
    wish = Wish(standing.space.id, standing.starts, standing.ends, whole, asked.title, asked.people)
    holder = Holder(Party(asked.party), None, asked.holder_name, asked.holder_mail)
    booking = book(
        session, System("room_offer"), wish, holder=holder, key=_key(row, row.revision), now=now
    )
    booking.message = asked.message
    session.add(RoomRequestBooking(booking_id=booking.id, request_id=row.id))
    row.space_id = standing.space.id
    settle(session, actor, row, "room_request.accept", now)
    tell_later(session, row, letters.DECIDED, now)
    return booking


def refuse_offer(session: Session, actor: Citizen, request: UUID, *, now: datetime) -> None:
    """Not that: the request waits for the office again. Doing it twice is fine."""
    row, _ = load_own(session, actor, request)
    if row.offer_space_id is None:
        return
    clear_offer(row)
    row.revision += 1
    note(session, actor, "room_request.refuse", row, now)
    back_to_office(session, row, now)


def end_offers(session: Session, now: datetime) -> int:
    """Offers nobody answered: the requests wait for their office again. Returns how many."""
    rows = session.scalars(
        select(RoomRequest).where(RoomRequest.offer_until <= now).with_for_update()
    ).all()
    for row in rows:
        clear_offer(row)
        row.revision += 1
        back_to_office(session, row, now)
    return len(rows)


def _key(row: RoomRequest, revision: int) -> str:
    return f"angebot:{row.id.hex}:{revision}"


def _is_whole_day(space: Space, starts: datetime, ends: datetime, now: datetime) -> bool:
    """Whether a span is a room's whole opening time, where it is booked by the day."""
    terms = terms_of(space)
    return terms.mode != "hourly" and (starts, ends) == day_span(terms, local_date(starts), now)
