"""Publishing a report: a person of the house writes what everybody may read, and releases each picture."""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES, Actor, Citizen, ProtectionClass, Staff
from storage.blobs.store import BlobStore, Staged
from storage.conflicts import ConflictError
from workflows.kiss.anliegen.progress import journal, take_turn
from workflows.kiss.anliegen.sight import load_anliegen, load_for_work
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Contact, Message, MessageFile, Topic
from workflows.kiss.citizens.where import Where, usual

LONGEST = 1_000
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.\w|(?:\+49|\b0)[\d /().-]{6,}\d")
"""Mail addresses and telephone numbers."""


def why_not(session: Session, row: Anliegen) -> str | None:
    """In German why it may not be published; ``None``: it may."""
    topic = session.get(Topic, row.topic_id) if row.topic_id else None
    if ProtectionClass(row.protection) not in SHARED_CLASSES or Kind(row.kind) is Kind.SUPERVISORY:
        return "Vertrauliche Anliegen werden nicht veröffentlicht."
    if topic is None or not topic.public:
        return "Veröffentlicht werden nur Meldungen zu öffentlichen Themen."
    if not row.may_publish:
        return "Wer es gemeldet hat, ist mit einer Veröffentlichung nicht einverstanden."
    if row.merged_into_id is not None:
        return "Dieses Anliegen geht in einem anderen weiter."
    return None


def publish(
    session: Session,
    actor: Staff,
    anliegen: UUID,
    revision: int,
    text: str,
    pictures: Mapping[UUID, Staged] | None = None,
    *,
    where: Where | None = None,
    blobs: BlobStore,
    now: datetime,
) -> None:
    """Let everybody read ``text`` and see ``pictures`` (file's id: drawn anew, nothing but pixels). Again replaces both.

    ``where``: how exactly the place is shown; without it as ``usual_where`` says.

    Raises ``ConflictError`` without consent, for protected ones, and where the text names whom it came from.
    """
    row = load_for_work(session, actor, anliegen)
    refusal = why_not(session, row)
    if refusal:
        raise ConflictError(refusal)
    words = " ".join(text.split())
    if not words:
        raise ConflictError("Bitte schreiben Sie, was alle lesen sollen.")
    if len(words) > LONGEST:
        raise ConflictError(f"Bitte höchstens {LONGEST} Zeichen.")
    _refuse_personal(session, row, words)
    take_turn(session, row, revision)
    _show(session, actor, row, pictures or {}, blobs)
    row.published_text, row.published_at, row.changed_at = words, now, now
    row.published_where = (where or usual_where(session, row)).value
    journal(session, actor, "publish", row, now)


def usual_where(session: Session, row: Anliegen) -> Where:
    """How exactly the place of such a report is shown if nobody says otherwise: by the kind of its topic."""
    topic = session.get(Topic, row.topic_id) if row.topic_id else None
    return usual(Kind(topic.kind) if topic else Kind(row.kind))


def withdraw_publication(
    session: Session,
    actor: Actor,
    anliegen: UUID,
    revision: int,
    *,
    blobs: BlobStore,
    now: datetime,
) -> None:
    """Nobody outside sees it any more. Twice is once."""
    row = load_for_work(session, actor, anliegen)
    if row.published_at is not None:
        take_turn(session, row, revision)
        _hide(session, row, blobs)
        journal(session, actor, "withdraw_publication", row, now)


def take_back_consent(session: Session, actor: Citizen, *, blobs: BlobStore, now: datetime) -> None:
    """Consent goes, and with it whatever was published (Art. 7(3) GDPR). Twice is once."""
    row = load_anliegen(session, actor, actor.link)
    if row.may_publish:
        row.may_publish = False
        row.revision += 1
        _hide(session, row, blobs)
        journal(session, actor, "take_back_consent", row, now)


def pictures_of(session: Session, row: Anliegen) -> list[MessageFile]:
    """What came with it and could be shown."""
    return list(
        session.scalars(
            select(MessageFile)
            .join(Message, Message.id == MessageFile.message_id)
            .where(
                Message.anliegen_id == row.id,
                Message.via_id.is_(None),
                Message.kind == "incoming",
                Message.trusted,
                MessageFile.media_type.in_(("image/jpeg", "image/png", "image/webp")),
            )
            .order_by(Message.id, MessageFile.position)
        )
    )


def _show(
    session: Session, actor: Staff, row: Anliegen, pictures: Mapping[UUID, Staged], blobs: BlobStore
) -> None:
    known = {each.id: each for each in pictures_of(session, row)}
    if not known.keys() >= pictures.keys():
        raise ConflictError("Dieses Bild gehört nicht zu diesem Anliegen.")
    for file in known.values():
        if file.shown_sha256 is not None:
            blobs.release(session, file.shown_sha256)
        staged = pictures.get(file.id)
        file.shown_sha256 = blobs.put(session, staged).sha256 if staged else None
        file.released_by = actor.person if staged else None


def _hide(session: Session, row: Anliegen, blobs: BlobStore) -> None:
    row.published_at = row.published_text = row.published_where = None
    for file in pictures_of(session, row):
        if file.shown_sha256 is not None:
            blobs.release(session, file.shown_sha256)
        file.shown_sha256 = file.released_by = None


def _refuse_personal(session: Session, row: Anliegen, words: str) -> None:
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    told = (contact.name, contact.mail, contact.phone) if contact else ()
    if _PERSONAL.search(words) or any(
        each and each.casefold() in words.casefold() for each in told
    ):
        raise ConflictError(
            "In dem Text steht ein Name, eine Telefonnummer oder eine E-Mail-Adresse. Bitte nehmen Sie sie heraus."
        )
