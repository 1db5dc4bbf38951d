"""Between Anliegen and the e-Akte: a document becomes an Anliegen, and documents go with an answer. Bytes are shared, not copied.

What ties both together is the key of the Anliegen's first message: it names the document, so twice is once.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ocr.documents import Reading
from ocr.packing import unpack_reading
from storage.actors import CLASS_NAMES, SHARED_CLASSES, Actor, ProtectionClass
from storage.blobs.store import BlobRef, BlobStore
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.mail import MailRefusedError, sendable
from workflows.eakte.queries import reading_of, visible_document
from workflows.eakte.sight import in_sight, load_document, scope_of
from workflows.eakte.tables import Document
from workflows.kiss.anliegen import sight
from workflows.kiss.anliegen.conversation import SharedFile
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming, open_anliegen
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Message

FOUND = 20
_KEY = "eakte:"
_PLAIN = SHARED_CLASSES | {ProtectionClass.UNFILED}
_READ = ("ready", "filed")


def hand_over_document(
    session: Session, actor: Actor, document_id: UUID, *, blobs: BlobStore, now: datetime
) -> Anliegen:
    """Make an Anliegen of a document: its text is the first message, its file comes along. A second time gives the first.

    The document stays where it is. Raises ``NotFoundError`` outside the actor's sight; ``ConflictError`` for protected,
    unopened, discarded and unread ones.
    """
    document = load_document(session, actor, document_id)
    known = session.scalars(select(Message).where(Message.key == _key(document.id))).one_or_none()
    if known is not None:
        return session.get_one(Anliegen, known.anliegen_id)
    _require_plain(document)
    stored = reading_of(session, actor, document.id)
    reading = unpack_reading(stored.content) if stored is not None else None
    text = reading.text.replace("\f", "\n\n").strip() if reading is not None else ""
    incoming = Incoming(
        key=_key(document.id), channel=Channel.EAKTE, kind=Kind.COMPLAINT,
        text=text or f"Siehe Anlage „{document.file_name}“.", title=document.subject or document.title,
        caller=_caller(document, reading), files=[_file(document)],
    )  # fmt: skip
    row = open_anliegen(session, actor, incoming, blobs=blobs, now=now)
    record(
        session, actor=actor.journal_id, verb="document.hand_over", object_kind="document",
        object_id=document.id, details={"anliegen": row.id}, at=now,
    )  # fmt: skip
    return row


def _require_plain(document: Document) -> None:
    if document.protection == ProtectionClass.UNOPENED.value or document.state == "unopened":
        raise ConflictError(
            "Ungeöffnete Post geht nur an die Stelle, an die sie gerichtet ist. Sie wird kein Anliegen."
        )
    protection = ProtectionClass(document.protection)
    if protection not in _PLAIN:
        raise ConflictError(
            f"Dieses Dokument ist geschützt ({CLASS_NAMES[protection]}) und kann nicht als Anliegen "
            "weitergegeben werden. Bitte bearbeiten Sie es in der E-Akte."
        )
    if document.state in {"received", "reading"}:
        raise ConflictError("Dieses Dokument wird noch gelesen. Einen Augenblick bitte.")
    if document.state not in _READ:
        raise ConflictError(
            "Dieses Dokument wurde nicht gelesen oder aus dem Posteingang genommen. Es kann nicht weitergegeben werden."
        )


def _caller(document: Document, reading: Reading | None) -> Caller:
    """Who sent it. Only a mail's own header names an address surely enough to write to."""
    properties = reading.properties if reading is not None else {}
    mail = str(properties.get("from") or "") or None
    if mail is not None:
        try:
            sendable(mail)
        except MailRefusedError:
            mail = None
    return Caller(str(properties.get("from_name") or "") or document.sender, mail)


def anliegen_of(session: Session, actor: Actor, document: UUID) -> Anliegen | None:
    """What became of the document, as far as the actor sees it."""
    return session.scalars(
        select(Anliegen)
        .join(Message, Message.anliegen_id == Anliegen.id)
        .where(Message.key == _key(document), sight.in_sight(session, actor))
    ).one_or_none()


def is_handed_over(session: Session, document: UUID) -> bool:
    """Whether it was passed on, wherever the Anliegen is now."""
    return session.scalar(select(Message.id).where(Message.key == _key(document))) is not None


def document_of(session: Session, actor: Actor, messages: Sequence[Message]) -> Document | None:
    """The document an Anliegen began with, as far as the actor sees it."""
    named = [each.key.removeprefix(_KEY) for each in messages if each.key.startswith(_KEY)]
    try:
        return visible_document(session, actor, UUID(named[0])) if named else None
    except NotFoundError:
        return None


def find_documents(
    session: Session, actor: Actor, anliegen: Anliegen, words: str
) -> Sequence[Document]:
    """Documents that may go with an answer: within sight, read, named by all the words; the newest first."""
    query = select(Document).where(
        in_sight(session, actor), Document.state.in_(_READ), _fits(anliegen)
    )
    for word in words.split()[:8]:
        query = query.where(
            Document.title.icontains(word, autoescape=True)
            | Document.file_name.icontains(word, autoescape=True)
            | Document.sender.icontains(word, autoescape=True)
        )
    return session.scalars(query.order_by(Document.id.desc()).limit(FOUND)).all()


def files_for(
    session: Session, actor: Actor, anliegen_id: UUID, documents: Sequence[UUID]
) -> list[SharedFile]:
    """Documents as files of an answer; a protected one only to an Anliegen of the very same scope.

    Raises ``NotFoundError`` and ``NotAllowedError`` outside the actor's sight, ``ConflictError`` for what may not go out.
    """
    row = sight.load_for_work(session, actor, anliegen_id)
    found = []
    for document_id in dict.fromkeys(documents):
        document = load_document(session, actor, document_id)
        same = scope_of(document) == sight.scope_of(row)
        if document.state not in _READ or not (
            same or ProtectionClass(document.protection) in _PLAIN
        ):
            raise ConflictError(
                f"„{document.title}“ kann nicht mitgeschickt werden: Es ist geschützt oder noch nicht gelesen."
            )
        found.append(_file(document))
    return found


def _file(document: Document) -> SharedFile:
    ref = BlobRef(document.sha256, document.size)
    return SharedFile(document.file_name, document.media_type, ref)


def _fits(anliegen: Anliegen) -> ColumnElement[bool]:
    plain = Document.protection.in_(sorted(each.value for each in _PLAIN))
    return plain | (Document.access == anliegen.access)


def _key(document: UUID) -> str:
    return f"{_KEY}{document.hex}"
