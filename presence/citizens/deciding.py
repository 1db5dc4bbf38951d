"""Deciding on requests from outside: the people of the office that runs the room say yes or no."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.citizens.queries import RequestOverview, overview
from presence.citizens.settling import settle
from presence.citizens.tables import RoomRequest
from presence.spaces.queries import scope_of
from presence.spaces.requests import REVISION, confirm_request, decline_request, set_aside
from presence.spaces.states import State
from storage.actors import Actor
from storage.conflicts import ConflictError, NotFoundError
from storage.rights import Verb, require

GONE = "Der Raum ist an diesem Tag nicht mehr frei."
OVER = (
    "Die angefragte Zeit ist schon vorbei. Bitte lehnen Sie ab, oder bieten Sie etwas anderes an."
)


def approve(
    session: Session,
    actor: Actor,
    request: UUID,
    revision: int,
    *,
    without_taken: bool = False,
    now: datetime,
) -> int:
    """Say yes to every day that waits and is yet to come; with ``without_taken`` no to those that are taken by now.

    All or nothing; days whose time has come expire, for nobody can have them any more. Returns how many days were
    confirmed. Raises ``TakenError``, where somebody was faster, with offers.
    """
    view = load_to_decide(session, actor, request, revision)
    if all(booking.starts <= now for booking in view.waiting):
        raise ConflictError(OVER)
    confirmed = 0
    for booking in view.waiting:
        if booking.starts <= now:
            set_aside(session, actor, booking.id, State.EXPIRED, now=now)
            continue
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
    settle(session, actor, view.request, "room_request.approve", now)
    return confirmed


def decline(
    session: Session, actor: Actor, request: UUID, revision: int, *, reason: str, now: datetime
) -> None:
    """Say no to every day that waits, with the reason the mail gives."""
    view = load_to_decide(session, actor, request, revision)
    for booking in view.waiting:
        decline_request(session, actor, booking.id, booking.revision, reason=reason, now=now)
    settle(session, actor, view.request, "room_request.decline", now)


def load_to_decide(session: Session, actor: Actor, request: UUID, revision: int) -> RequestOverview:
    """The request, locked, for somebody who may decide on it and has seen it as it stands."""
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
