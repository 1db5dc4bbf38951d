"""The first verb of the intake: take a file in. From here on it is never lost.

The original's bytes, the row, the journal entry and the job that reads it commit together; only then may the
sender's copy go (a watched folder deletes its file, an upload is acknowledged).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ocr.analysis.unopened import UnopenedRule, forward_unopened
from ocr.names import safe_name
from storage.actors import Actor, ProtectionClass, Role, Scope, Staff
from storage.blobs.store import Staged
from storage.clock import local_date, new_id
from storage.house import House
from storage.jobs.queue import Priority, enqueue
from storage.journal.entries import record
from storage.organisation.queries import office_by_key
from storage.rights import Verb, require
from storage.tasks.list import open_task
from workflows.eakte.sight import enter_scope, in_sight
from workflows.eakte.tables import Document, DocumentVersion

PROCESS = "document.process"
VERSION = "document.version"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file at the door. ``office`` is whose inbox it falls into; ``unopened`` is the uploader's tick."""

    name: str
    content: bytes | Path
    office: UUID
    source: str = "upload"
    folder: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    unopened: bool = False
    batch: UUID | None = None
    parent: UUID | None = None
    priority: int = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of it: ``received``, ``unopened``, or ``duplicate`` of a document within the actor's sight."""

    name: str
    sha256: str
    document: UUID | None
    status: str
    reason: str | None = None


def receive(house: House, actor: Actor, incoming: Incoming) -> Receipt:
    """Take a file in. The same bytes a second time give the document that is there already, if the actor sees it.

    Raises ``NotAllowedError``, ``BlobStoreError`` (no space) or ``StorageBusyError``; nothing was taken then.
    """
    require(actor, Verb.DOCUMENT_RECEIVE, Scope(incoming.office, ProtectionClass.UNFILED))
    with house.blobs.stage(incoming.content) as staged:

        def take_in(session: Session) -> Receipt:
            return _receive(session, house, actor, incoming, staged)

        try:
            return house.database.run(take_in)
        except IntegrityError:  # the same file came in at the same moment; now it is there
            return house.database.run(take_in)


def _receive(
    session: Session, house: House, actor: Actor, incoming: Incoming, staged: Staged
) -> Receipt:
    name = safe_name(incoming.name, "Ohne Namen")
    known = _known(session, actor, staged.ref.sha256, incoming)
    if known is not None:
        return Receipt(
            name, staged.ref.sha256, known.id, "duplicate", f"Liegt schon vor: „{known.title}“."
        )
    rule = forward_unopened(incoming.name, incoming.folder, incoming.headers)
    house.blobs.put(session, staged)
    now = house.clock()
    document = Document(
        id=new_id(),
        intake_key=_intake_key(session, incoming, staged.ref.sha256),
        source=incoming.source,
        batch=incoming.batch,
        parent_id=incoming.parent,
        uploader_id=actor.person if isinstance(actor, Staff) else None,
        received_at=now,
        sha256=staged.ref.sha256,
        file_name=name,
        media_type="application/octet-stream",
        size=staged.ref.size,
        title=name,
    )
    enter_scope(document, Scope(incoming.office, ProtectionClass.UNFILED))
    session.add(document)
    if rule is not None or incoming.unopened:
        _forward_unopened(session, house, document, rule)
    session.flush()
    session.add(
        DocumentVersion(
            document_id=document.id,
            number=1,
            sha256=staged.ref.sha256,
            file_name=name,
            media_type=document.media_type,
            size=staged.ref.size,
            author_id=document.uploader_id,
            note="Eingang",
            created_at=now,
        )
    )
    if document.state == "received":
        enqueue(session, PROCESS, document.id.hex, priority=incoming.priority, now=now)
    record(
        session,
        actor=actor.journal_id,
        verb=Verb.DOCUMENT_RECEIVE.value,
        object_kind="document",
        object_id=document.id,
        details={"sha256": staged.ref.sha256, "source": incoming.source},
        at=now,
    )
    status = "unopened" if document.state == "unopened" else "received"
    return Receipt(name, staged.ref.sha256, document.id, status, document.reason)


def _known(session: Session, actor: Actor, sha256: str, incoming: Incoming) -> Document | None:
    same = select(Document).where(Document.sha256 == sha256, Document.state != "discarded")
    if isinstance(actor, Staff):
        same = same.where(in_sight(session, actor))
    else:  # the house sees everything: what it may call a duplicate is only what lies in the same inbox
        same = same.where(Document.intake_key == _plain_key(incoming, sha256))
    return session.scalars(same.order_by(Document.id).limit(1)).first()


def _plain_key(incoming: Incoming, sha256: str) -> str:
    owner = incoming.parent or incoming.office
    return f"{owner.hex}:{sha256}"


def _intake_key(session: Session, incoming: Incoming, sha256: str) -> str:
    """One document per inbox and content; a later arrival of what nobody here sees any more gets a key of its own."""
    key = _plain_key(incoming, sha256)
    taken = session.scalar(select(Document.id).where(Document.intake_key == key))
    return f"{key}:{new_id().hex}" if taken else key


def _forward_unopened(
    session: Session, house: House, document: Document, rule: UnopenedRule | None
) -> None:
    """Straight to the addressee: not read, not indexed, not learned from. A tick alone leaves it with the inbox office."""
    now = house.clock()
    addressee = (
        office_by_key(session, rule.forward_to, local_date(now))
        if rule and rule.forward_to
        else None
    )
    office = addressee.id if addressee else document.office_id
    enter_scope(document, Scope(office, ProtectionClass.UNOPENED))
    document.state, document.unopened_rule = "unopened", rule.key if rule else "haken"
    document.reason = (
        rule.title if rule else "Beim Hochladen als „ungeöffnet weiterleiten“ gekennzeichnet."
    )
    document.title = "Ungeöffnete Sendung"
    open_task(
        session,
        key=f"unopened:{document.id.hex}",
        kind="unopened",
        title="Ungeöffnete Sendung liegt für Sie bereit",
        link=f"/dokument?id={document.id}",
        object_kind="document",
        object_id=document.id,
        now=now,
        office=office,
        role=Role.HEAD if rule and rule.forward_to is None else None,
    )
