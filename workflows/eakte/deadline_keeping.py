"""Verbs on a document's deadlines: enter the day a period began, and say that a deadline is done."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.rights import Verb, require
from workflows.eakte.deadline_task import renew_deadline_task
from workflows.eakte.deadlines import settled
from workflows.eakte.filing import must_be_open, take_turn
from workflows.eakte.sight import load_document, scope_of
from workflows.eakte.tables import Document


def enter_first_day(
    session: Session,
    actor: Actor,
    document_id: UUID,
    revision: int,
    at: str,
    day: date | None,
    *,
    now: datetime,
) -> None:
    """Count the deadline that stands ``at`` (``ocr.understanding.place_of``) from this day; ``None``: as it was read.

    Raises ``ConflictError`` where somebody changed the document meanwhile, or this deadline is not counted from a day.
    """
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_EDIT, scope_of(document))
    must_be_open(session, document)
    known = {each["at"] for each in document.details.get("found_deadlines", ()) if each.get("law")}
    if at not in known:
        raise ConflictError("Diese Frist lässt sich nicht von einem anderen Tag an rechnen.")
    take_turn(session, document, revision)
    days = {**document.details.get("first_days", {}), at: day.isoformat() if day else None}
    document.details = {
        **document.details,
        "first_days": {place: given for place, given in days.items() if given},
    }
    _settle(session, document, now)
    _note(session, actor, Verb.DOCUMENT_EDIT.value, document, now)


def finish_deadline(
    session: Session, actor: Actor, document_id: UUID, day: date, *, now: datetime
) -> None:
    """The deadline that ends on ``day`` is kept, or need not be; what comes after it stays. Twice changes nothing."""
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_EDIT, scope_of(document))
    done = {*document.details.get("done_deadlines", ())}
    if day.isoformat() in done:
        return
    document.details = {
        **document.details,
        "done_deadlines": sorted({*done, day.isoformat()}),
    }
    document.revision += 1
    _settle(session, document, now)
    _note(session, actor, "document.deadline.done", document, now)


def _settle(session: Session, document: Document, now: datetime) -> None:
    document.details = settled(document.details, local_date(document.received_at), local_date(now))
    renew_deadline_task(session, document, now)


def _note(session: Session, actor: Actor, verb: str, document: Document, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="document",
        object_id=document.id,
        details={"fields": ["deadline"]},
        at=now,
    )
