"""Verbs on post that is not filed yet: pass it on, throw it away, have it read once more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import Actor, ProtectionClass, Scope
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.fulltext.index import remove
from storage.jobs.queue import enqueue
from storage.journal.entries import record
from storage.organisation.queries import lasting_office
from storage.rights import Verb, require
from storage.tasks.list import finish_task, open_task
from workflows.eakte.deadline_task import renew_deadline_task
from workflows.eakte.filing import take_turn, who_was_faster
from workflows.eakte.outcomes import reindex, wait_for_a_look
from workflows.eakte.receiving import PROCESS, VERSION
from workflows.eakte.sight import enter_scope, load_document, scope_of
from workflows.eakte.unopened import TENDER, TICKED, stop_waiting, wait_for_addressee


def forward_document(
    session: Session,
    actor: Actor,
    document_id: UUID,
    revision: int,
    office_id: UUID,
    *,
    now: datetime,
) -> None:
    """Pass unfiled post on to the inbox of the office in charge; the office is told by a task."""
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_FORWARD, scope_of(document))
    if document.state not in {"ready", "quarantined", "unopened"} or document.revision != revision:
        raise ConflictError(who_was_faster(session, actor, document))
    lasting_office(session, office_id, local_date(now))
    take_turn(session, document, revision)
    if scope_of(document).sealed_for is not None:
        # who it was for hands it on; there it is the head's
        stop_waiting(session, document, now)
        document.unopened_rule = TENDER if document.unopened_rule == TENDER else TICKED
    enter_scope(document, Scope(office_id, ProtectionClass(document.protection)))
    reindex(session, document)
    if document.state == "quarantined":
        wait_for_a_look(session, document, now)
    if document.state == "unopened":
        wait_for_addressee(session, document, now)
    open_task(
        session,
        key=f"forwarded:{document.id.hex}",
        kind="forwarded",
        title="Post wurde an Ihr Amt weitergeleitet",
        link=f"/dokument?id={document.id}",
        object_kind="document",
        object_id=document.id,
        now=now,
        office=office_id,
    )
    record(
        session,
        actor=actor.journal_id,
        verb=Verb.DOCUMENT_FORWARD.value,
        object_kind="document",
        object_id=document.id,
        details={"office": office_id},
        at=now,
    )


def discard_document(
    session: Session, actor: Actor, document_id: UUID, revision: int, reason: str, *, now: datetime
) -> None:
    """Take unfiled post (advertising, a second copy) out of the inbox and the index; the journal keeps its entry."""
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_FILE, scope_of(document))
    if document.state not in {"ready", "quarantined"} or document.revision != revision:
        raise ConflictError(who_was_faster(session, actor, document))
    if not reason.strip():
        raise ConflictError("Bitte geben Sie an, warum das Dokument nicht abgelegt wird.")
    take_turn(session, document, revision)
    document.state, document.reason = "discarded", " ".join(reason.split())
    document.discarded_at = now
    remove(session, document.id)
    finish_task(session, f"quarantine:{document.id.hex}", now)
    finish_task(session, f"forwarded:{document.id.hex}", now)
    renew_deadline_task(session, document, now)
    record(
        session,
        actor=actor.journal_id,
        verb="document.discard",
        object_kind="document",
        object_id=document.id,
        at=now,
    )


def retry_document(session: Session, actor: Actor, document_id: UUID, *, now: datetime) -> None:
    """Read a document once more: one in quarantine, or one of which something could not be read.

    What is filed stays where it lies while it is read; what people entered stays in any case.
    """
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_RETRY, scope_of(document))
    if document.state == "filed":
        enqueue(session, VERSION, document.id.hex, again=True, now=now)
    elif document.state in {"ready", "quarantined"}:
        document.state, document.reason, document.reason_code = "received", None, None
        document.revision += 1
        enqueue(session, PROCESS, document.id.hex, again=True, now=now)
        finish_task(session, f"quarantine:{document.id.hex}", now)
    else:
        raise ConflictError(who_was_faster(session, actor, document))
    record(
        session,
        actor=actor.journal_id,
        verb=Verb.DOCUMENT_RETRY.value,
        object_kind="document",
        object_id=document.id,
        at=now,
    )
