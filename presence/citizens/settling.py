"""What every answer to a request has in common: no offer stands any more, nobody has to do anything, the journal knows."""

from datetime import datetime

from sqlalchemy.orm import Session

from presence.citizens.tables import RoomRequest
from presence.citizens.telling import close_task
from storage.actors import Actor
from storage.journal.entries import record


def settle(session: Session, actor: Actor, row: RoomRequest, verb: str, now: datetime) -> None:
    clear_offer(row)
    row.revision += 1
    close_task(session, row, now)
    note(session, actor, verb, row, now)


def clear_offer(row: RoomRequest) -> None:
    row.offer_space_id = row.offer_starts = row.offer_ends = row.offer_until = None


def note(session: Session, actor: Actor, verb: str, row: RoomRequest, now: datetime) -> None:
    """The deed on the request's id, without details."""
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="room_request",
        object_id=row.id,
        at=now,
    )
