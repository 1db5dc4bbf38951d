"""What is stored when a document has been understood, or could not be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from ocr.analysis.unopened import UnopenedRule
from ocr.packing import unpack_reading
from ocr.understanding import Understood
from storage.actors import SHARED_CLASSES, ProtectionClass, System
from storage.clock import local_date
from storage.fulltext.index import Entry, put_many
from storage.fulltext.tokens import Analysed
from storage.jobs.queue import ClaimedJob
from storage.journal.entries import record
from storage.schema import as_core
from storage.tasks.list import finish_tasks, open_task
from workflows.eakte.deadline_task import renew_deadline_task
from workflows.eakte.deadlines import BY_HAND, settled
from workflows.eakte.suggesting import Suggestion
from workflows.eakte.tables import Akte, Document, DocumentVersion, StoredAnalysis, StoredReading
from workflows.eakte.unopened import OPENED, hand_over, rule_for

KIND = "document"
AT_WORK = ("received", "reading")
HOUSE = System("intake")
_PLAIN = SHARED_CLASSES | {ProtectionClass.UNFILED, ProtectionClass.UNOPENED}


@dataclass(frozen=True, slots=True)
class Found:
    """What was understood of a file, and its words as the index takes them."""

    understood: Understood
    words: Analysed


@dataclass(frozen=True, slots=True)
class Finished:
    """A job whose file was read and analysed."""

    job: ClaimedJob
    document: UUID
    found: Found


@dataclass(frozen=True, slots=True)
class Broken:
    """A job whose file could not be read, with a stable code and the reason for people."""

    job: ClaimedJob
    document: UUID
    code: str
    reason: str


def store_ready(
    session: Session,
    finished: Sequence[Finished],
    suggested: Sequence[Mapping[str, Suggestion]],
    now: datetime,
) -> None:
    """Store readings, analyses, suggestions and index entries; the documents are ready for a person."""
    documents = {
        row.id: row
        for row in session.scalars(
            select(Document)
            .where(
                Document.id.in_([each.document for each in finished]), Document.state.in_(AT_WORK)
            )
            .with_for_update()
        )
    }
    entries: list[Entry] = []
    kept: list[_Kept] = []
    for each, suggestions in zip(finished, suggested, strict=True):
        document = documents.get(each.document)
        if document is None:
            continue
        understood = each.found.understood
        document.media_type, document.pages = understood.media_type, understood.pages
        rule = unopened_rule(document, understood, now)
        if rule is not None:  # an Outlook message, whose headers only the reader knows
            hand_over(session, HOUSE, document, rule, now)
            document.revision += 1
            continue
        apply_fields(document, understood)
        document.text_hash = understood.text_hash or None
        document.state, document.revision = "ready", document.revision + 1
        entries.append(index_entry(document, words=each.found.words))
        as_json = {name: suggestion.as_json() for name, suggestion in suggestions.items()}
        kept.append((document, understood, as_json))
    session.flush()  # all documents in one go: each statement below would flush what changed by then
    for document, _, _ in kept:
        record(
            session,
            actor=HOUSE.journal_id,
            verb="document.ready",
            object_kind="document",
            object_id=document.id,
            at=now,
        )
    _note_types(session, documents.values())
    _keep(session, kept, now)
    put_many(session, entries)
    finish_tasks(session, [f"quarantine:{document.hex}" for document in documents], now)


_Kept = tuple[Document, Understood, Mapping[str, Any]]
"""A document, what was understood of it, and its suggestions as JSON."""


def _keep(session: Session, kept: Sequence[_Kept], now: datetime) -> None:
    """Keep readings and analyses, in place of older ones."""
    if not kept:
        return
    ids = [document.id for document, _, _ in kept]
    readings = [
        {
            "document_id": document.id,
            "sha256": document.sha256,
            "version": understood.version,
            "content": understood.reading,
            "read_at": now,
        }
        for document, understood, _ in kept
    ]
    analyses = [
        {
            "document_id": document.id,
            "version": understood.version,
            "content": understood.analysis,
            "analysed_at": now,
            "suggestions": dict(suggestions),
        }
        for document, understood, suggestions in kept
    ]
    for table, rows in ((StoredReading, readings), (StoredAnalysis, analyses)):
        plain = as_core(table)
        session.execute(delete(plain).where(plain.c.document_id.in_(ids)))
        session.execute(insert(plain), rows)


def _note_types(session: Session, documents: Iterable[Document]) -> None:
    """The first version's type is known only now."""
    by_type: defaultdict[str, list[UUID]] = defaultdict(list)
    for document in documents:
        by_type[document.media_type].append(document.id)
    for media_type, ids in by_type.items():
        session.execute(
            update(DocumentVersion)
            .where(DocumentVersion.document_id.in_(ids), DocumentVersion.number == 1)
            .values(media_type=media_type)
        )


def unopened_rule(document: Document, understood: Understood, now: datetime) -> UnopenedRule | None:
    """The rule that forbids to keep anything of what was read; what came in protected was known to the house before."""
    if (
        not understood.headers or is_protected(document) or document.unopened_rule == OPENED
    ):  # whoever it is for had it opened
        return None
    return rule_for(document.file_name, None, understood.headers, None, now)


def is_protected(document: Document) -> bool:
    """Whether it is in a class of its own, which is open to people by name only."""
    return ProtectionClass(document.protection) not in _PLAIN


def apply_fields(document: Document, understood: Understood) -> None:
    """Take over what was understood as the document's metadata; a person confirms or changes it when filing."""
    values = {name: each.value for name, each in understood.fields.items()}
    details = document.details or {}
    by_hand = {name: getattr(document, name) for name in details.get("by_hand", ())}
    document.title = (values.get("title") or values.get("subject") or document.file_name)[:300]
    document.kind, document.sender_kind = values.get("kind"), values.get("sender_kind")
    document.sender, document.recipient = values.get("sender"), values.get("recipient")
    document.subject, document.language = values.get("subject"), values.get("language")
    document.document_date = _as_date(values.get("date"))
    kept: dict[str, Any] = {name: details[name] for name in BY_HAND if name in details}
    received = local_date(document.received_at)
    document.details = settled({**understood.details, **kept}, received, received)
    for name, chosen in by_hand.items():
        setattr(document, name, chosen)


def index_entry(
    document: Document, text: str = "", words: Analysed | None = None, akte: Akte | None = None
) -> Entry:
    """The document as the full-text index takes it, with its text or its words, and the Akte it lies in: findable for
    who may see it now.
    """
    lies_in = (akte.reference, akte.title) if akte else ()
    about = (document.sender, document.subject, document.file_name, *lies_in, text)
    return Entry(
        document.id,
        KIND,
        document.access,
        document.title,
        "\n".join(filter(None, about)),
        document.document_date or local_date(document.received_at),
        {"art": document.kind or "", "amt": document.office_id.hex},
        words,
    )


def reindex(session: Session, document: Document) -> None:
    """Bring the index entry up to date with the document's metadata, its Akte and who may see it.

    What could not be read is found by what people know of it; unopened post is never in the index.
    """
    if document.state in {"unopened", "discarded"} or _is_unopened(document):
        return
    stored = session.get(StoredReading, document.id)
    text = unpack_reading(stored.content, words=False).text if stored is not None else ""
    session.flush()
    put_many(session, [index_entry(document, text, akte=_akte_of(session, document))])


def _is_unopened(document: Document) -> bool:
    return document.protection == ProtectionClass.UNOPENED.value


def _akte_of(session: Session, document: Document) -> Akte | None:
    return session.get(Akte, document.akte_id) if document.akte_id else None


def wait_for_a_look(session: Session, document: Document, now: datetime) -> None:
    """Let a document in quarantine wait for somebody of the office it lies with, a protected one for who brought it.

    Where the house itself took a protected one in, it waits for the office after all: its task tells nothing of it.
    """
    protected = is_protected(document)
    person = _brought_by(session, document) if protected else None
    what = "Ein geschütztes Dokument" if protected and person is None else f"„{document.file_name}“"
    open_task(
        session,
        key=f"quarantine:{document.id.hex}",
        kind="quarantine",
        title=f"{what} konnte nicht gelesen werden",
        link=f"/dokument?id={document.id}",
        object_kind="document",
        object_id=document.id,
        now=now,
        person=person,
        office=document.office_id if person is None else None,
    )


def _brought_by(session: Session, document: Document) -> UUID | None:
    """Who brought it, or what it was inside of; ``None`` where no person did."""
    whole: Document | None = document
    while whole is not None and whole.uploader_id is None and whole.parent_id is not None:
        whole = session.get(Document, whole.parent_id)
    return whole.uploader_id if whole is not None else None


def store_quarantined(
    session: Session, document_id: UUID, code: str, reason: str, now: datetime
) -> None:
    """Put the document aside with the reason; somebody of the inbox looks at it."""
    document = session.get_one(Document, document_id, with_for_update=True)
    if document.state not in AT_WORK:
        return
    document.state, document.reason_code, document.reason = "quarantined", code, reason
    document.revision += 1
    wait_for_a_look(session, document, now)
    record(
        session,
        actor=HOUSE.journal_id,
        verb="document.quarantine",
        object_kind="document",
        object_id=document.id,
        details={"code": code},
        at=now,
    )


def _as_date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def store_version(session: Session, version: DocumentVersion, found: Found, now: datetime) -> None:
    """A new version was read: file, text and index turn to it; metadata that people confirmed stays. What it says beside,
    such as deadlines, is taken over.
    """
    document_id, understood = version.document_id, found.understood
    document = session.get_one(Document, document_id, with_for_update=True)
    if document.state not in {"ready", "filed", "quarantined"}:
        return
    document.sha256, document.file_name, document.size = (
        version.sha256,
        version.file_name,
        version.size,
    )
    document.media_type, document.pages = understood.media_type, understood.pages
    document.text_hash = understood.text_hash or None
    if document.state == "quarantined":
        document.state, document.reason, document.reason_code = "ready", None, None
        apply_fields(document, understood)
        finish_tasks(session, [f"quarantine:{document.id.hex}"], now)
    else:
        _add_details(document, understood, now)
    renew_deadline_task(session, document, now)
    suggestions = session.scalar(
        select(StoredAnalysis.suggestions).where(StoredAnalysis.document_id == document_id)
    )
    _keep(session, [(document, understood, suggestions or {})], now)
    akte = _akte_of(session, document)
    put_many(session, [index_entry(document, words=found.words, akte=akte)])
    record(
        session,
        actor=HOUSE.journal_id,
        verb="document.version.read",
        object_kind="document",
        object_id=document.id,
        at=now,
    )


def _add_details(document: Document, understood: Understood, now: datetime) -> None:
    """Take over what was understood beside the metadata; what people added stays, and what the file no longer says."""
    before = document.details or {}
    kept = {name: before[name] for name in BY_HAND if name in before}
    left = {name: value for name, value in before.items() if name != "problems"}
    read = {**left, **understood.details, **kept}
    document.details = settled(read, local_date(document.received_at), local_date(now))
    if document.details != before:  # a form opened before must not be taken for what people saw
        document.revision += 1
