"""What the pages and commands show of documents: every SELECT within the actor's sight."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ocr.packing import unpack_reading
from storage.actors import SHARED_CLASSES, Actor, ProtectionClass, System
from storage.conflicts import NotFoundError
from storage.fulltext.index import Filters, marks, search
from storage.organisation.queries import names
from storage.rights import sees
from workflows.eakte.akten_index import AKTE
from workflows.eakte.outcomes import KIND
from workflows.eakte.sight import in_sight, scope_of, visible_tokens
from workflows.eakte.tables import (
    Akte,
    Document,
    DocumentLink,
    DocumentVersion,
    Filing,
    StoredAnalysis,
    StoredReading,
    Vorgang,
)

INBOX_STATES = ("received", "reading", "ready", "quarantined", "unopened")


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the inbox."""

    id: UUID
    revision: int
    state: str
    title: str
    file_name: str
    sender: str | None
    kind: str | None
    received_at: datetime
    document_date: date | None
    office_id: UUID
    pages: int | None
    size: int
    details: Mapping[str, Any]
    reason: str | None
    batch: UUID | None


def inbox(
    session: Session,
    actor: Actor,
    *,
    states: Collection[str] = INBOX_STATES,
    office: UUID | None = None,
    kind: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[InboxRow]:
    """Unfiled post within sight, the newest first; ``after`` is the id of the last row seen (paging by key)."""
    wanted = select(*(getattr(Document, name) for name in InboxRow.__slots__)).where(
        in_sight(session, actor),
        Document.state.in_(states),
    )
    if office is not None:
        wanted = wanted.where(Document.office_id == office)
    if kind is not None:
        wanted = wanted.where(Document.kind == kind)
    if after is not None:
        wanted = wanted.where(Document.id < after)
    return [
        InboxRow(*row) for row in session.execute(wanted.order_by(Document.id.desc()).limit(limit))
    ]


def inbox_counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many documents of the inbox are in which state."""
    rows = session.execute(
        select(Document.state, func.count())
        .where(in_sight(session, actor), Document.state.in_(INBOX_STATES))
        .group_by(Document.state)
    )
    return {row[0]: row[1] for row in rows}


def states_of(session: Session, actor: Actor, documents: Collection[UUID]) -> dict[UUID, InboxRow]:
    """The present state of documents just handed in (live progress)."""
    wanted = select(*(getattr(Document, name) for name in InboxRow.__slots__)).where(
        in_sight(session, actor), Document.id.in_(documents)
    )
    return {row.id: InboxRow(*row) for row in session.execute(wanted)}


def visible_document(session: Session, actor: Actor, document_id: UUID) -> Document:
    """The document. Raises ``NotFoundError`` outside the actor's sight."""
    document = session.get(Document, document_id)
    if document is None or not sees(actor, scope_of(document)):
        raise NotFoundError("Dieses Dokument gibt es nicht, oder Sie dürfen es nicht sehen.")
    return document


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a document's history."""

    at: datetime
    text: str
    who: str | None
    reason: str | None = None


def history(session: Session, actor: Actor, document_id: UUID) -> list[Step]:
    """The way a document took, oldest first; places out of the actor's sight are not named."""
    document = visible_document(session, actor, document_id)
    rows = session.execute(
        select(Filing, Vorgang, Akte)
        .outerjoin(Vorgang, Vorgang.id == Filing.to_vorgang_id)
        .outerjoin(Akte, Akte.id == Vorgang.akte_id)
        .where(Filing.document_id == document_id)
        .order_by(Filing.id)
    ).all()
    known = names(
        session,
        {each for row in rows if (each := row[0].actor_id)} | {document.uploader_id or document.id},
    )
    sources = {
        "upload": "hochgeladen",
        "folder": "aus dem Scan-Ordner übernommen",
        "command": "eingelesen",
        "part": "aus einer anderen Datei entnommen",
        "mail": "als E-Mail eingegangen",
        "anliegen": "aus einem Anliegen übernommen",
    }
    steps = [
        Step(
            document.received_at,
            sources.get(document.source, "eingegangen"),
            known.get(document.uploader_id or document.id),
        )
    ]
    for filing, vorgang, akte in rows:
        place = (
            f"{akte.reference} „{akte.title}“, Vorgang {vorgang.number} „{vorgang.title}“"
            if filing.to_vorgang_id and sees(actor, scope_of(akte))
            else "eine andere Akte"
        )
        verb = "umgelegt nach" if filing.from_vorgang_id else "abgelegt in"
        steps.append(
            Step(
                filing.at,
                f"{verb} {place}",
                known.get(filing.actor_id or document.id),
                filing.reason,
            )
        )
    return steps


def versions(session: Session, actor: Actor, document_id: UUID) -> Sequence[DocumentVersion]:
    visible_document(session, actor, document_id)
    wanted = select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    return session.scalars(wanted.order_by(DocumentVersion.number)).all()


def reading_of(session: Session, actor: Actor, document_id: UUID) -> StoredReading | None:
    """What was read; unopened post has none."""
    visible_document(session, actor, document_id)
    return session.get(StoredReading, document_id)


def analysis_of(session: Session, actor: Actor, document_id: UUID) -> StoredAnalysis | None:
    visible_document(session, actor, document_id)
    return session.get(StoredAnalysis, document_id)


def duplicates_of(session: Session, actor: Actor, document_id: UUID) -> Sequence[Document]:
    """Documents within sight with the same bytes or the same text.

    Unfiled, open and internal ones hint at each other; each other class keeps to itself.
    """
    document = visible_document(session, actor, document_id)
    plain = {ProtectionClass.UNFILED.value, *(each.value for each in SHARED_CLASSES)}
    classes = plain if document.protection in plain else {document.protection}
    same = [Document.sha256 == document.sha256]
    if document.text_hash:
        same.append(Document.text_hash == document.text_hash)
    return session.scalars(
        select(Document)
        .where(
            in_sight(session, actor),
            or_(*same),
            Document.id != document.id,
            Document.state != "discarded",
            Document.protection.in_(classes),
        )
        .order_by(Document.id)
        .limit(20)
    ).all()


def parts_of(session: Session, actor: Actor, document_id: UUID) -> Sequence[Document]:
    """Files that were found inside the document and became documents of their own."""
    wanted = select(Document).where(in_sight(session, actor), Document.parent_id == document_id)
    return session.scalars(wanted.order_by(Document.id)).all()


def links_of(session: Session, actor: Actor, document_id: UUID) -> list[tuple[str, Document]]:
    """Linked documents within sight, with the kind of link as seen from this document."""
    visible_document(session, actor, document_id)
    rows = session.execute(
        select(DocumentLink.kind, Document)
        .join(
            Document,
            or_(
                (DocumentLink.from_id == document_id) & (DocumentLink.to_id == Document.id),
                (DocumentLink.to_id == document_id) & (DocumentLink.from_id == Document.id),
            ),
        )
        .where(in_sight(session, actor))
        .order_by(DocumentLink.id)
    )
    return [(kind, document) for kind, document in rows]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A hit with its snippet (HTML: matches in ``<mark>``, everything else escaped)."""

    document: UUID
    title: str
    akte: str | None
    date: date | None
    score: float
    snippet: str
    kind: str | None
    state: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """``capped``: there are more than ``total``."""

    total: int
    capped: bool
    hits: tuple[SearchHit, ...]


def search_documents(
    session: Session,
    actor: Actor,
    query: str,
    *,
    limit: int = 20,
    offset: int = 0,
    kinds: Collection[str] = (),
    offices: Collection[UUID] = (),
    first: date | None = None,
    last: date | None = None,
    typing: bool = False,
) -> SearchResult:
    """The best documents within sight. Filters narrow; no hit, count or snippet crosses the actor's sight."""
    facets: dict[str, str | Collection[str]] = {}
    if kinds:
        facets["art"] = list(kinds)
    if offices:
        facets["amt"] = [office.hex for office in offices]
    found = search(
        session,
        query,
        visible_tokens(session, actor),
        limit=limit,
        offset=offset,
        typing=typing,
        filters=Filters(kinds=(KIND,), first=first, last=last, facets=facets),
    )
    ids = [hit.entry for hit in found.hits]
    rows = session.execute(
        select(Document, Akte.reference, StoredReading.content)
        .outerjoin(Akte, Akte.id == Document.akte_id)
        .outerjoin(StoredReading, StoredReading.document_id == Document.id)
        .where(Document.id.in_(ids), in_sight(session, actor))
    )
    by_id = {document.id: (document, reference, content) for document, reference, content in rows}
    hits = []
    for hit in found.hits:
        if hit.entry not in by_id:
            continue
        document, reference, content = by_id[hit.entry]
        text = unpack_reading(content, words=False).text if content else ""
        hits.append(
            SearchHit(
                document.id,
                document.title,
                reference,
                document.document_date,
                hit.score,
                marks(text or document.title, query, typing=typing),
                document.kind,
                document.state,
            )
        )
    return SearchResult(found.total, found.capped, tuple(hits))


def search_akten(
    session: Session, actor: Actor, query: str, *, limit: int = 5, typing: bool = False
) -> Sequence[Akte]:
    """The Akten within sight whose Aktenzeichen or name holds the words, the best first."""
    found = search(
        session,
        query,
        visible_tokens(session, actor),
        limit=limit,
        typing=typing,
        filters=Filters(kinds=(AKTE,)),
    )
    ids = [hit.entry for hit in found.hits]
    rows = session.scalars(select(Akte).where(Akte.id.in_(ids), in_sight(session, actor, Akte)))
    by_id = {akte.id: akte for akte in rows}
    return [by_id[each] for each in ids if each in by_id]


def latest(
    session: Session, actor: Actor, offices: Collection[UUID], limit: int = 8
) -> Sequence[Document]:
    """What was filed last in these offices."""
    if isinstance(actor, System) or not offices:
        return []
    return session.scalars(
        select(Document)
        .where(in_sight(session, actor), Document.state == "filed", Document.office_id.in_(offices))
        .order_by(Document.filed_at.desc())
        .limit(limit)
    ).all()
