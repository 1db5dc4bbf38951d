"""The first verb of the intake: take a file in. From here on it is never lost.

The original's bytes, the row, the journal entry and the job that reads it commit together; only then may the
sender's copy go (a watched folder deletes its file, an upload is acknowledged).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ocr.analysis.unopened import UnopenedRule
from ocr.names import safe_name
from storage.actors import Actor, ProtectionClass, Scope, Staff
from storage.blobs.store import Staged
from storage.clock import new_id
from storage.house import House
from storage.jobs.queue import Priority, enqueue
from storage.journal.entries import record
from storage.rights import Verb, require, sees
from workflows.eakte.sight import enter_scope, scope_of
from workflows.eakte.tables import Document, DocumentVersion
from workflows.eakte.unopened import hand_over, rule_for

PROCESS = "document.process"
VERSION = "document.version"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file at the door. ``office`` is whose inbox it falls into; ``unopened`` is the uploader's tick, ``tick`` the key of the
    rule (config/seed/unopened.yaml) where it is known already. ``protection``: what is protected from the beginning is
    seen by those alone to whom that scope is open; the house knew it before, so nobody else is to open it.
    """

    name: str
    content: bytes | Path
    office: UUID
    source: str = "upload"
    folder: str | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    unopened: bool = False
    tick: str | None = None
    batch: UUID | None = None
    parent: UUID | None = None
    protection: ProtectionClass = ProtectionClass.UNFILED
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
    plain = incoming.protection is ProtectionClass.UNFILED
    verb = Verb.DOCUMENT_RECEIVE if plain else Verb.DOCUMENT_FILE
    require(actor, verb, Scope(incoming.office, incoming.protection))
    rule = rule_for(
        incoming.name, incoming.folder, incoming.headers, incoming.content, house.clock(), incoming.tick
    ) if plain else None  # fmt: skip
    with house.blobs.stage(incoming.content) as staged:

        def take_in(session: Session) -> Receipt:
            return _receive(session, house, actor, incoming, rule, staged)

        try:
            return house.database.run(take_in)
        except IntegrityError:  # the same file came in at the same moment; now it is there
            return house.database.run(take_in)


def _receive(
    session: Session,
    house: House,
    actor: Actor,
    incoming: Incoming,
    rule: UnopenedRule | None,
    staged: Staged,
) -> Receipt:
    name = safe_name(incoming.name, "Ohne Namen")
    earlier = _earlier(session, incoming, staged.ref.sha256)
    known = _known(actor, incoming, earlier)
    if known is not None:
        return Receipt(
            name, staged.ref.sha256, known.id, "duplicate", f"Liegt schon vor: „{known.title}“."
        )
    house.blobs.put(session, staged)
    now = house.clock()
    document = _enter(session, actor, incoming, staged, name, earlier, now)
    if rule is not None or incoming.unopened:
        hand_over(session, actor, document, rule, now)
    session.flush()
    session.add(_first_version(document, now))
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


def _enter(
    session: Session,
    actor: Actor,
    incoming: Incoming,
    staged: Staged,
    name: str,
    earlier: Sequence[Document],
    now: datetime,
) -> Document:
    """The document as it came, in the inbox of its office."""
    document = Document(
        id=new_id(),
        intake_key=_intake_key(incoming, staged.ref.sha256, earlier),
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
    enter_scope(document, Scope(incoming.office, incoming.protection))
    session.add(document)
    return document


def _first_version(document: Document, now: datetime) -> DocumentVersion:
    return DocumentVersion(
        document_id=document.id,
        number=1,
        sha256=document.sha256,
        file_name=document.file_name,
        media_type=document.media_type,
        size=document.size,
        author_id=document.uploader_id,
        note="Eingang",
        created_at=now,
    )


def _earlier(session: Session, incoming: Incoming, sha256: str) -> list[Document]:
    """What came into this very inbox with the same bytes before, whatever became of it."""
    key = _plain_key(incoming, sha256)
    same = session.scalars(select(Document).where(Document.sha256 == sha256).order_by(Document.id))
    return [document for document in same if document.intake_key.startswith(key)]


def _known(actor: Actor, incoming: Incoming, earlier: Iterable[Document]) -> Document | None:
    """The document that is there already: of this inbox, within sight, and not thrown away.

    Copies elsewhere don't count: a circular for two offices is two documents; their pages hint at each other. Nor do
    copies outside its scope, for what is protected.
    """
    scope = Scope(incoming.office, incoming.protection)
    for document in earlier:
        if document.state == "discarded" and incoming.parent is None:
            continue  # what was thrown away out of something stays so when that is read again
        if incoming.unopened and document.state != "unopened":
            continue
        if incoming.protection is not ProtectionClass.UNFILED and scope_of(document) != scope:
            continue
        if sees(actor, scope_of(document)):
            return document
    return None


def _plain_key(incoming: Incoming, sha256: str) -> str:
    owner = incoming.parent or incoming.office
    return f"{owner.hex}:{sha256}"


def _intake_key(incoming: Incoming, sha256: str, earlier: Sequence[Document]) -> str:
    """One document per inbox and content; a later arrival of what is thrown away or out of sight is numbered."""
    key = _plain_key(incoming, sha256)
    numbers = [int(each.intake_key.removeprefix(key).lstrip(":") or 0) for each in earlier]
    return f"{key}:{max(numbers) + 1}" if numbers else key
