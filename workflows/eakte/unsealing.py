"""A way out of sealed post: its addressee says that it is none of the kind, and it becomes an ordinary document."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import Actor, ProtectionClass, Scope
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.jobs.queue import enqueue
from storage.journal.entries import record
from storage.organisation.queries import lasting_office
from storage.rights import NotAllowedError, Verb, require
from workflows.eakte.filing import take_turn, who_was_faster
from workflows.eakte.receiving import PROCESS
from workflows.eakte.sight import enter_scope, load_document, scope_of
from workflows.eakte.tables import Document
from workflows.eakte.unopened import (
    BEFORE_OPENING,
    NOT_YOURS,
    OPENED,
    OPENING,
    TENDER,
    is_shut,
    opens,
    stop_waiting,
)


def enter_opening(
    session: Session,
    actor: Actor,
    document_id: UUID,
    revision: int,
    at: datetime,
    *,
    now: datetime,
) -> None:
    """Note when an offer may be opened (VgV § 54, 55; UVgO § 39, 40). Once that has come it can't be moved any more."""
    document = _sealed(session, actor, document_id, revision, now)
    if document.unopened_rule != TENDER:
        raise ConflictError("Einen Öffnungstermin gibt es nur für Angebote.")
    if not is_shut(document, now):
        raise ConflictError("Der Öffnungstermin ist schon vorbei und lässt sich nicht mehr ändern.")
    take_turn(session, document, revision)
    document.details = {**(document.details or {}), OPENING: at.isoformat()}
    record(
        session,
        actor=actor.journal_id,
        verb="document.opening",
        object_kind="document",
        object_id=document.id,
        details={"at": at.isoformat()},
        at=now,
    )


def open_and_read(
    session: Session,
    actor: Actor,
    document_id: UUID,
    revision: int,
    office_id: UUID,
    *,
    now: datetime,
) -> None:
    """Open sealed post, waiting or taken over, and have it read like any other for the inbox of an office.

    Its addressee's alone to do; an offer only once its opening has come.
    """
    document = _sealed(session, actor, document_id, revision, now)
    if is_shut(document, now):
        raise ConflictError(BEFORE_OPENING)
    lasting_office(session, office_id, local_date(now))
    take_turn(session, document, revision)
    stop_waiting(session, document, now)
    rule = document.unopened_rule
    enter_scope(document, Scope(office_id, ProtectionClass.UNFILED))
    document.state, document.unopened_rule = "received", OPENED
    document.title, document.details = document.file_name, {}
    document.reason, document.discarded_at = None, None
    enqueue(session, PROCESS, document.id.hex, again=True, now=now)
    record(
        session,
        actor=actor.journal_id,
        verb="document.unseal",
        object_kind="document",
        object_id=document.id,
        details={"rule": rule, "office": office_id},
        at=now,
    )


def _sealed(
    session: Session, actor: Actor, document_id: UUID, revision: int, now: datetime
) -> Document:
    """The sealed letter that is the actor's to open."""
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_EDIT, scope_of(document))
    if not opens(session, actor, document, now):
        raise NotAllowedError(NOT_YOURS)
    if document.protection != ProtectionClass.UNOPENED.value:
        raise ConflictError("Diese Sendung ist nicht mehr ungeöffnet.")
    if document.revision != revision:
        raise ConflictError(who_was_faster(session, actor, document))
    return document
