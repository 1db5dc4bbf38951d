"""Verbs on a document that was read: change its metadata, file it, move it, pass it on, discard, link, retry.

Whatever a person confirms or corrects is kept as a decision, from which the suggestions learn. Two clerks at once:
the revision they saw is checked in the UPDATE itself, so exactly one of them files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.actors import CLASS_NAMES, Actor, ProtectionClass, Scope, Staff
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.organisation.queries import names
from storage.rights import Verb, require, sees
from storage.tasks.list import finish_task
from workflows.eakte.akten import load_vorgang
from workflows.eakte.audience import opens, who_sees
from workflows.eakte.deadline_task import renew_deadline_task
from workflows.eakte.deadlines import confirmed_as, settled
from workflows.eakte.learning import group_of, note_decisions, train_later
from workflows.eakte.metadata import MetadataError, checked
from workflows.eakte.outcomes import reindex
from workflows.eakte.sight import enter_scope, load_document, scope_of
from workflows.eakte.tables import Akte, Document, DocumentLink, Filing, Vorgang

EDITABLE = frozenset(
    {"title", "kind", "sender", "sender_kind", "recipient", "subject", "document_date"}
)
LINK_KINDS = {
    "answer": "Antwort auf",
    "attachment": "Anlage zu",
    "see_also": "Siehe auch",
    "replaces": "Ersetzt",
}


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a document lies now."""

    document: UUID
    vorgang: UUID
    reference: str


def file_document(
    session: Session,
    actor: Actor,
    document_id: UUID,
    revision: int,
    vorgang_id: UUID,
    *,
    changes: Mapping[str, Any] | None = None,
    now: datetime,
) -> Filed:
    """File a document that is ready into a Vorgang, with the metadata as confirmed.

    Raises ``ConflictError`` where somebody was faster, saying where it lies now if the actor may know.
    """
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_FILE, scope_of(document))
    vorgang, akte = load_vorgang(session, actor, vorgang_id)
    require(actor, Verb.AKTE_EDIT, scope_of(akte))
    if document.state not in {"ready", "quarantined"} or document.revision != revision:
        raise ConflictError(who_was_faster(session, actor, document))
    _open_for_filing(vorgang, akte)
    take_turn(session, document, revision)
    before = _values(document)
    _change(document, changes or {}, now)
    note_decisions(session, document, akte, before, now)
    _lay(session, actor, document, vorgang, akte, None, now)
    document.state, document.filed_at = "filed", now
    document.filed_by = actor.person if isinstance(actor, Staff) else None
    document.reason = document.reason_code = None
    finish_task(session, f"quarantine:{document.id.hex}", now)
    renew_deadline_task(session, document, now)
    record(
        session,
        actor=actor.journal_id,
        verb=Verb.DOCUMENT_FILE.value,
        object_kind="document",
        object_id=document.id,
        details={"sha256": document.sha256, "vorgang": vorgang.id},
        at=now,
    )
    return Filed(document.id, vorgang.id, akte.reference)


def move_document(
    session: Session,
    actor: Actor,
    document_id: UUID,
    revision: int,
    vorgang_id: UUID,
    reason: str,
    *,
    opened_to: ProtectionClass | None = None,
    now: datetime,
) -> Filed:
    """File a filed document elsewhere; the reason stays in its history.

    Where that takes protection away from it, ``opened_to`` must name the class it comes into: who confirms has seen who
    will see the document then. Raises ``ConflictError`` saying so otherwise.
    """
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_FILE, scope_of(document))
    vorgang, akte = load_vorgang(session, actor, vorgang_id)
    require(actor, Verb.AKTE_EDIT, scope_of(akte))
    if document.state != "filed" or document.revision != revision:
        raise ConflictError(who_was_faster(session, actor, document))
    if not reason.strip():
        raise ConflictError("Bitte geben Sie an, warum das Dokument umgelegt wird.")
    must_be_open(session, document)
    _open_for_filing(vorgang, akte)
    before, after = scope_of(document), scope_of(akte)
    opened = opens(before, after)
    if opened and opened_to is not after.protection:
        raise ConflictError(
            f"Dieses Dokument ist geschützt ({CLASS_NAMES[before.protection]}). In der Akte {akte.reference} sehen es dann"
            f" {who_sees(session, after)}. Bitte bestätigen Sie das ausdrücklich."
        )
    take_turn(session, document, revision)
    train_later(
        session, group_of(document.protection, document.access), now
    )  # it must forget what leaves it
    note_decisions(session, document, akte, _values(document), now)
    why = " ".join(reason.split())
    if opened:
        why += f" (Schutz geändert: {CLASS_NAMES[before.protection]} → {CLASS_NAMES[after.protection]})"
        _note_opening(session, actor, document, before, after, now)
    _lay(session, actor, document, vorgang, akte, why, now)
    renew_deadline_task(session, document, now)
    record(
        session,
        actor=actor.journal_id,
        verb="document.move",
        object_kind="document",
        object_id=document.id,
        details={"vorgang": vorgang.id},
        at=now,
    )
    return Filed(document.id, vorgang.id, akte.reference)


def _note_opening(
    session: Session, actor: Actor, document: Document, before: Scope, after: Scope, now: datetime
) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb="document.declassify",
        object_kind="document",
        object_id=document.id,
        details={"from": before.token, "to": after.token},
        at=now,
    )


def change_document(
    session: Session,
    actor: Actor,
    document_id: UUID,
    revision: int,
    changes: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Correct a document's metadata (``EDITABLE``, and ``details`` of its kind)."""
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_EDIT, scope_of(document))
    if document.revision != revision:
        raise ConflictError(
            "Jemand anders hat dieses Dokument gerade geändert. Bitte sehen Sie es sich noch einmal an."
        )
    must_be_open(session, document)
    take_turn(session, document, revision)
    _change(document, changes, now)
    reindex(session, document)
    renew_deadline_task(session, document, now)
    record(
        session,
        actor=actor.journal_id,
        verb=Verb.DOCUMENT_EDIT.value,
        object_kind="document",
        object_id=document.id,
        details={"fields": sorted(changes)},
        at=now,
    )


def link_documents(
    session: Session, actor: Actor, from_id: UUID, to_id: UUID, kind: str, *, now: datetime
) -> None:
    """Link two documents within the actor's sight; linking twice changes nothing."""
    if kind not in LINK_KINDS or from_id == to_id:
        raise ConflictError("Diese Verknüpfung geht nicht.")
    loaded = {each: load_document(session, actor, each) for each in sorted((from_id, to_id))}
    first, second = loaded[from_id], loaded[to_id]
    require(actor, Verb.DOCUMENT_EDIT, scope_of(first))
    must_be_open(session, first)
    known = select(DocumentLink.id).where(
        DocumentLink.from_id == first.id, DocumentLink.to_id == second.id, DocumentLink.kind == kind
    )
    if session.scalar(known):
        return
    session.add(DocumentLink(from_id=first.id, to_id=second.id, kind=kind))
    record(
        session,
        actor=actor.journal_id,
        verb="document.link",
        object_kind="document",
        object_id=first.id,
        details={"to": second.id, "kind": kind},
        at=now,
    )


def take_turn(session: Session, document: Document, revision: int) -> None:
    """Raise the revision if it is still the one that was seen; the losing of two clerks ends here."""
    taken = session.execute(
        update(Document)
        .where(Document.id == document.id, Document.revision == revision)
        .values(revision=revision + 1)
        .returning(Document.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is None:
        raise ConflictError(
            "Jemand anders war gerade schneller. Bitte sehen Sie sich das Dokument noch einmal an."
        )
    document.revision = revision + 1


def _lay(
    session: Session,
    actor: Actor,
    document: Document,
    vorgang: Vorgang,
    akte: Akte,
    reason: str | None,
    now: datetime,
) -> None:
    session.add(
        Filing(
            document_id=document.id,
            from_vorgang_id=document.vorgang_id,
            to_vorgang_id=vorgang.id,
            actor_id=actor.person if isinstance(actor, Staff) else None,
            reason=reason,
            at=now,
        )
    )
    document.vorgang_id, document.akte_id = vorgang.id, akte.id
    enter_scope(document, scope_of(akte))
    reindex(session, document)
    finish_task(session, f"forwarded:{document.id.hex}", now)


def _open_for_filing(vorgang: Vorgang, akte: Akte) -> None:
    if akte.state != "open" or vorgang.state != "open":
        what = (
            f"Die Akte {akte.reference}"
            if akte.state != "open"
            else f"Der Vorgang „{vorgang.title}“"
        )
        raise ConflictError(
            f"{what} ist geschlossen. Bitte öffnen Sie erst wieder, oder wählen Sie eine andere Ablage."
        )


def must_be_open(session: Session, document: Document) -> None:
    """What lies in a closed Vorgang is not changed any more."""
    if document.vorgang_id is None:
        return
    vorgang = session.get_one(Vorgang, document.vorgang_id)
    if vorgang.state != "open":
        raise ConflictError(
            f"Der Vorgang „{vorgang.title}“ ist geschlossen (z. d. A.). Bitte öffnen Sie ihn erst wieder."
        )


def _values(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in EDITABLE}


def _change(document: Document, changes: Mapping[str, Any], now: datetime) -> None:
    """Set metadata; ``details`` are the fields of the kind (``metadata.py``), checked against the kind as changed."""
    rest = {name: value for name, value in changes.items() if name != "details"}
    _change_fields(document, rest)
    by_hand = sorted({*document.details.get("by_hand", ()), *rest})
    document.details = {**document.details, "by_hand": by_hand}
    if "details" in changes:
        try:
            values = checked(document.kind, changes["details"])
        except MetadataError as error:
            raise ConflictError(str(error)) from None
        details = document.details
        if "deadline" in values:
            details = confirmed_as(details, values["deadline"])
        confirmed = {**details.get("confirmed", {}), **values}
        received = local_date(document.received_at)
        document.details = settled({**details, "confirmed": confirmed}, received, local_date(now))


def _change_fields(document: Document, changes: Mapping[str, Any]) -> None:
    unknown = changes.keys() - EDITABLE
    if unknown:
        raise ConflictError("Diese Angabe lässt sich nicht ändern: " + ", ".join(sorted(unknown)))
    for name, value in changes.items():
        if name == "document_date":
            if value is not None and not isinstance(value, date):
                raise ConflictError("Bitte geben Sie das Datum als Tag, Monat, Jahr an.")
            document.document_date = value
        elif name == "title" and not str(value or "").strip():
            raise ConflictError("Bitte geben Sie dem Dokument einen Titel.")
        else:
            text = " ".join(str(value).split())[:500] if value is not None else None
            setattr(document, name, text or None)


def who_was_faster(session: Session, actor: Actor, document: Document) -> str:
    if document.state == "filed" and document.akte_id:
        akte = session.get_one(Akte, document.akte_id)
        who = names(session, {document.filed_by} if document.filed_by else ()).get(
            document.filed_by or UUID(int=0), "Jemand"
        )
        if sees(actor, scope_of(akte)):
            return f"{who} hat dieses Dokument schon abgelegt: {akte.reference} „{akte.title}“."
    if document.state == "discarded":
        return "Dieses Dokument wurde schon aus dem Posteingang genommen."
    if document.state in {"received", "reading"}:
        return "Dieses Dokument wird noch gelesen. Einen Augenblick bitte."
    return "Jemand anders hat dieses Dokument gerade bearbeitet. Bitte sehen Sie es sich noch einmal an."
