"""Versions of a document: a new file beside the old ones; what was received stays as version 1."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ocr.names import safe_name
from storage.actors import Actor, Staff
from storage.blobs.store import Staged
from storage.conflicts import ConflictError
from storage.house import House
from storage.jobs.queue import enqueue
from storage.journal.entries import record
from storage.rights import Verb, require
from workflows.eakte.filing import must_be_open, take_turn
from workflows.eakte.receiving import VERSION
from workflows.eakte.sight import load_document, scope_of
from workflows.eakte.tables import DocumentVersion


def add_version(
    house: House,
    actor: Actor,
    document_id: UUID,
    revision: int,
    name: str,
    content: bytes | Path,
    note: str,
) -> int:
    """Add a version to a document and have it read; returns its number. The same file again changes nothing.

    Raises ``ConflictError`` where somebody changed the document meanwhile or its Vorgang is closed.
    """
    with house.blobs.stage(content) as staged:
        return house.database.run(
            lambda session: _add(
                session, house, actor, document_id, revision, name, staged, note, house.clock()
            )
        )


def _add(
    session: Session,
    house: House,
    actor: Actor,
    document_id: UUID,
    revision: int,
    name: str,
    staged: Staged,
    note: str,
    now: datetime,
) -> int:
    document = load_document(session, actor, document_id)
    require(actor, Verb.DOCUMENT_EDIT, scope_of(document))
    if document.state not in {"ready", "filed", "quarantined"}:
        raise ConflictError("Dieses Dokument wird noch gelesen. Einen Augenblick bitte.")
    must_be_open(session, document)
    if document.sha256 == staged.ref.sha256:
        return _last(session, document_id)
    take_turn(session, document, revision)
    house.blobs.put(session, staged)
    number = _last(session, document_id) + 1
    session.add(
        DocumentVersion(
            document_id=document_id,
            number=number,
            sha256=staged.ref.sha256,
            file_name=safe_name(name, "Ohne Namen"),
            media_type="application/octet-stream",
            size=staged.ref.size,
            note=" ".join(note.split())[:500] or None,
            author_id=actor.person if isinstance(actor, Staff) else None,
            created_at=now,
        )
    )
    enqueue(session, VERSION, document_id.hex, again=True, now=now)
    record(
        session,
        actor=actor.journal_id,
        verb="document.version",
        object_kind="document",
        object_id=document_id,
        details={"sha256": staged.ref.sha256, "version": number},
        at=now,
    )
    return number


def _last(session: Session, document_id: UUID) -> int:
    newest = select(func.max(DocumentVersion.number)).where(
        DocumentVersion.document_id == document_id
    )
    return session.execute(newest).scalar() or 0
