"""Requests from outside: they wait beside one another until somebody of the office that looks after the room decides.

A request holds no time: several may ask for the same evening, and confirming one is what takes it, by the same
constraint as any booking.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from presence.spaces.booking import Holder, Wish, drafted, made_by, note
from presence.spaces.notices import tell_decision
from presence.spaces.queries import load_space, scope_of, terms_of
from presence.spaces.states import Party, State, require_step
from presence.spaces.tables import Booking, Space
from presence.spaces.taking import take
from presence.spaces.terms import closed
from storage.actors import Actor, Citizen
from storage.conflicts import ConflictError, NotFoundError
from storage.one_line import several_lines
from storage.rights import Verb, require

LONGEST_MESSAGE = 2000
REVISION = "Diese Anfrage wurde inzwischen geändert. Bitte sehen Sie sie noch einmal an."


def request_booking(
    session: Session,
    actor: Actor,
    wish: Wish,
    holder: Holder,
    *,
    message: str = "",
    key: str,
    now: datetime,
) -> Booking:
    """Ask for a public room; name, mail and party stand in ``holder``. The same ``key`` again finds the request.

    ``actor`` is a citizen with a confirmed link, somebody of the office that writes down a call, or the house.
    Raises ``ConflictError`` where the room's rules say no; whether somebody has the room already is for the clerk.
    """
    space = load_space(session, wish.space, held=True)
    if not space.public:
        raise NotFoundError("Diesen Raum gibt es nicht.")
    if not isinstance(actor, Citizen):
        require(actor, Verb.BOOKING_DECIDE, scope_of(space))
    if found := made_by(session, key):
        return found
    if holder.party is Party.CITY or not (holder.name and holder.mail):
        raise ConflictError("Bitte geben Sie Namen und E-Mail-Adresse an.")
    message = several_lines(message)
    if len(message) > LONGEST_MESSAGE:
        raise ConflictError(f"Die Nachricht darf höchstens {LONGEST_MESSAGE} Zeichen lang sein.")
    booking = drafted(session, space, wish, holder, State.REQUESTED, key=key, now=now)
    booking.message = message or None
    try:
        with session.begin_nested():
            session.add(booking)
            session.flush()
    except IntegrityError:
        if found := made_by(session, key):  # the same request at the same moment
            return found
        raise
    note(session, actor, "booking.request", booking, now)
    return booking


def confirm_request(
    session: Session, actor: Actor, booking: UUID, revision: int, *, now: datetime
) -> Booking:
    """The room is theirs, and they are told by mail. Raises ``TakenError`` with offers where it is taken by now."""
    row, space = _to_decide(session, actor, booking, revision, State.CONFIRMED)
    if row.state == State.CONFIRMED.value:
        return row
    if row.starts <= now:
        raise ConflictError("Die angefragte Zeit ist schon vorbei. Bitte lehnen Sie ab.")
    if refusal := closed(terms_of(space), row.starts, row.ends, whole=row.whole_day):
        raise ConflictError(refusal)
    _settle(row, State.CONFIRMED, None, now)
    take(session, actor, row, space, now)
    tell_decision(session, row, space, now)
    note(session, actor, "booking.confirm", row, now)
    return row


def decline_request(
    session: Session, actor: Actor, booking: UUID, revision: int, *, reason: str, now: datetime
) -> None:
    """Say no, with the reason that the mail gives. Declining twice is fine."""
    row, space = _to_decide(session, actor, booking, revision, State.DECLINED)
    if row.state == State.DECLINED.value:
        return
    reason = several_lines(reason)
    if not reason or len(reason) > LONGEST_MESSAGE:
        raise ConflictError(
            "Bitte nennen Sie den Grund; er steht in der Nachricht an die Anfragenden."
        )
    _settle(row, State.DECLINED, reason, now)
    tell_decision(session, row, space, now)
    note(session, actor, "booking.decline", row, now)


def set_aside(
    session: Session,
    actor: Actor,
    booking: UUID,
    state: State,
    *,
    answer: str | None = None,
    now: datetime,
) -> None:
    """Close a request nobody has to decide on any more: its time came first (``EXPIRED``), or whoever asked gave it up
    or took something else (``CANCELLED``). It held no time, so it may be over. The caller has checked who may, and
    tells whom it concerns. Doing it twice is fine.
    """
    row = session.scalars(
        select(Booking)
        .where(Booking.id == booking)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.state == state.value:
        return
    if row.state != State.REQUESTED.value:
        raise ConflictError(REVISION)
    require_step(State.REQUESTED, state)
    _settle(row, state, answer, now)
    verb = "booking.expire" if state is State.EXPIRED else "booking.cancel"
    note(session, actor, verb, row, now)


def _settle(row: Booking, state: State, answer: str | None, now: datetime) -> None:
    row.state, row.answer, row.changed_at = state.value, answer, now
    row.revision += 1


def _to_decide(
    session: Session, actor: Actor, booking: UUID, revision: int, state: State
) -> tuple[Booking, Space]:
    row = session.scalars(
        select(Booking)
        .where(Booking.id == booking)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese Anfrage gibt es nicht (mehr).")
    space = load_space(session, row.space_id, held=True)
    require(actor, Verb.BOOKING_DECIDE, scope_of(space))
    if row.state != state.value:
        if row.revision != revision:
            raise ConflictError(REVISION)
        require_step(State(row.state), state)
    return row, space
