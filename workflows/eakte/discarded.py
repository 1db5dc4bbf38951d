"""What was thrown away, and sealed post its addressee has taken over and fetched, goes for good after ``KEPT``."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.actors import ProtectionClass
from storage.blobs.store import BlobStore
from storage.fulltext.index import remove
from storage.jobs.handlers import JobContext
from storage.journal.entries import record
from storage.journal.erasure import erase_details
from storage.tasks.tables import Task
from workflows.eakte.outcomes import HOUSE
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import (
    Akte,
    Decision,
    Document,
    DocumentLink,
    DocumentVersion,
    Filing,
    StoredAnalysis,
    StoredReading,
)
from workflows.eakte.unopened import FETCHED, wait_for_addressee

KEPT = timedelta(days=90)
"""As the register says (``POST_RETENTION``)."""
BATCH = 50


def erase_discarded(context: JobContext) -> Mapping[str, int]:
    """Erase what is due, some at a time; of sealed post that nobody has fetched its addressee is reminded instead."""
    house = context.house
    before, gone = house.clock() - KEPT, 0
    while not context.stopping():
        erased = house.database.run(
            partial(_erase_some, blobs=house.blobs, before=before, now=house.clock())
        )
        gone += erased
        if not erased:
            break
    with house.database.write() as session:
        left = _unfetched(session, before)
        for document in left:
            wait_for_addressee(session, document, house.clock())
    return {"endgültig gelöscht": gone, "noch nicht geholt": len(left)}


def _due(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Document.state == "discarded",
        Document.discarded_at < before,
        Document.akte_id.is_(None),
        ~_held(),
    )


def _held() -> ColumnElement[bool]:
    """Whether it came with, holds, or is linked to something in an Akte that must not go now (``Akte.hold``)."""
    other = aliased(Document)
    linked = (
        exists()
        .where(
            or_(
                (DocumentLink.from_id == Document.id) & (DocumentLink.to_id == other.id),
                (DocumentLink.to_id == Document.id) & (DocumentLink.from_id == other.id),
            )
        )
        .correlate(Document, other)
    )  # two levels up as well
    return exists().where(
        or_(other.id == Document.parent_id, other.parent_id == Document.id, linked),
        other.akte_id == Akte.id,
        Akte.hold,
    )


def _fetched() -> ColumnElement[bool]:
    fetched: ColumnElement[str] = Document.details[FETCHED].as_string()
    return fetched.is_not(None)


def _erase_some(session: Session, blobs: BlobStore, before: datetime, now: datetime) -> int:
    documents = session.scalars(
        select(Document.id)
        .where(
            in_sight(session, HOUSE),
            *_due(before),
            or_(Document.protection != ProtectionClass.UNOPENED.value, _fetched()),
        )
        .order_by(Document.id)
        .limit(BATCH)
        .with_for_update()
    ).all()
    if documents:
        _erase(session, blobs, documents, now)
    return len(documents)


def _erase(session: Session, blobs: BlobStore, documents: Sequence[UUID], now: datetime) -> None:
    files = session.scalars(
        select(DocumentVersion.sha256)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(in_sight(session, HOUSE), Document.id.in_(documents))
    ).all()
    for sha256 in sorted(files):
        blobs.release(session, sha256)
    quiet = {"synchronize_session": False}
    inside = update(Document).where(Document.parent_id.in_(documents)).values(parent_id=None)
    session.execute(inside, execution_options=quiet)
    for document in documents:
        remove(session, document)
    for belonging in (
        delete(DocumentLink).where(
            or_(DocumentLink.from_id.in_(documents), DocumentLink.to_id.in_(documents))
        ),
        delete(Task).where(Task.object_kind == "document", Task.object_id.in_(documents)),
        *(
            delete(table).where(table.document_id.in_(documents))
            for table in (Decision, Filing, StoredAnalysis, StoredReading, DocumentVersion)
        ),
        delete(Document).where(Document.id.in_(documents)),
    ):
        session.execute(belonging, execution_options=quiet)
    for document in documents:
        erase_details(
            session, object_kind="document", object_id=document, actor=HOUSE.journal_id, at=now
        )
        record(
            session,
            actor=HOUSE.journal_id,
            verb="document.erase",
            object_kind="document",
            object_id=document,
            at=now,
        )


def _unfetched(session: Session, before: datetime) -> Sequence[Document]:
    return session.scalars(
        select(Document)
        .where(
            in_sight(session, HOUSE),
            *_due(before),
            Document.protection == ProtectionClass.UNOPENED.value,
            ~_fetched(),
        )
        .limit(BATCH)
    ).all()
