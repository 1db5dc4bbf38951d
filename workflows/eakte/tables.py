"""The records model: Aktenplan > Akte > Vorgang > Dokument, with versions, links and the way a document took."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.organisation.tables import Valid
from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

RECORDS_RETENTION = (
    "mindestens nach Aktenplan, ab Ende des Jahres der Schließung; gelöscht wird erst nach der Anbietung an das Archiv"
    " (LArchG BW), nie von selbst"
)
"""Even what is due for erasure is offered first (VGH BW 1 S 1352/13), so nothing here goes by night."""
POST_RETENTION = f"Schriftgut {RECORDS_RETENTION}; was nicht abgelegt wurde oder sein Empfänger übernommen und geholt hat, 90 Tage"


class PlanEntry(WithId, WithRevision, Valid, Table):
    """An entry of the Aktenplan: what is filed there, by whom, for how long, under which protection."""

    __tablename__ = "plan_entry"
    __table_args__ = (
        Index(None, "number"),
        {"info": privacy("Aktenplan", None, "dauerhaft", "keep")},
    )

    number: Mapped[str]
    title: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_entry.id"))
    leaf: Mapped[bool]
    keywords: Mapped[list[str]]
    kinds: Mapped[list[str]]
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    protection: Mapped[str]
    retention_years: Mapped[int | None]
    fate: Mapped[str | None]


class ReferenceCounter(Table):
    """The last serial number given out for an entry and a year."""

    __tablename__ = "reference_counter"
    __table_args__ = {"info": privacy("Vergabe der Aktenzeichen", None, "dauerhaft", "keep")}  # noqa: RUF012

    plan_entry_id: Mapped[UUID] = mapped_column(ForeignKey("plan_entry.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Akte(WithId, WithRevision, Table):
    """A file. Its office and protection class decide who sees what lies in it."""

    __tablename__ = "akte"
    __table_args__ = (
        UniqueConstraint("reference"),
        Index(None, "plan_entry_id", "state"),
        Index(None, "access"),
        CheckConstraint("state in ('open', 'closed')", name="state"),
        {"info": privacy("Aktenführung", None, RECORDS_RETENTION, "keep")},
    )

    reference: Mapped[str]
    title: Mapped[str]
    plan_entry_id: Mapped[UUID] = mapped_column(ForeignKey("plan_entry.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    protection: Mapped[str]
    access: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    retain_until: Mapped[date | None]
    hold: Mapped[bool] = mapped_column(default=False)
    paper: Mapped[str | None]


class Vorgang(WithId, WithRevision, Table):
    """A piece of business inside an Akte. "z.d.A." closes it."""

    __tablename__ = "vorgang"
    __table_args__ = (
        UniqueConstraint("akte_id", "number"),
        CheckConstraint("state in ('open', 'closed')", name="state"),
        {"info": privacy("Aktenführung", None, RECORDS_RETENTION, "keep")},
    )

    akte_id: Mapped[UUID] = mapped_column(ForeignKey("akte.id"))
    number: Mapped[int]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Document(WithId, WithRevision, Table):
    """A document, from the moment it was received.

    ``access`` is the token of its scope (see ``storage.actors.Scope``); lists and the index filter by it.
    States: received > reading > ready > filed; or quarantined (with reason), unopened (forwarded), discarded.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index(None, "access", "state", "id"),
        Index(None, "state", "id"),
        Index(None, "sha256"),
        Index(None, "text_hash"),
        Index(None, "sender"),
        Index(None, "office_id", "filed_at"),
        Index(None, "akte_id", "id"),
        Index(None, "vorgang_id", "id"),
        Index(None, "intake_key", unique=True),
        Index(None, "parent_id"),
        Index(None, "office_id", "received_at"),
        CheckConstraint(
            "state in ('received','reading','ready','filed','quarantined','unopened','discarded')",
            name="state",
        ),
        Index(None, "discarded_at"),
        {"info": privacy("Schriftgut der Verwaltung", "sender", POST_RETENTION, "keep")},
    )

    state: Mapped[str] = mapped_column(default="received")
    intake_key: Mapped[str]
    source: Mapped[str]
    batch: Mapped[UUID | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    uploader_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime]

    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    protection: Mapped[str]
    access: Mapped[str]
    akte_id: Mapped[UUID | None] = mapped_column(ForeignKey("akte.id"))
    vorgang_id: Mapped[UUID | None] = mapped_column(ForeignKey("vorgang.id"))
    filed_at: Mapped[datetime | None]
    filed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    sha256: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    pages: Mapped[int | None]
    text_hash: Mapped[str | None]

    title: Mapped[str]
    kind: Mapped[str | None]
    sender: Mapped[str | None]
    sender_kind: Mapped[str | None]
    recipient: Mapped[str | None]
    subject: Mapped[str | None]
    document_date: Mapped[date | None]
    language: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Metadata of the kind: invoice figures, deadlines, reference numbers."""

    unopened_rule: Mapped[str | None]
    reason: Mapped[str | None]
    reason_code: Mapped[str | None]
    discarded_at: Mapped[datetime | None]
    """When it was thrown away, or (sealed post) taken over."""


class DocumentVersion(WithId, Table):
    """A version of a document's file; version 1 is what was received, and stays."""

    __tablename__ = "document_version"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        {"info": privacy("Fassungen von Dokumenten", "author_id", POST_RETENTION, "keep")},
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]
    sha256: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None]
    created_at: Mapped[datetime]


class StoredReading(Table):
    """What was read from a document: pages with text and words, packed (see ``ocr.packing``)."""

    __tablename__ = "reading"
    __table_args__ = {  # noqa: RUF012
        "info": privacy("Gelesener Text von Dokumenten", "document_id", POST_RETENTION, "erase")
    }

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    sha256: Mapped[str]
    version: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    read_at: Mapped[datetime]


class StoredAnalysis(Table):
    """What was understood of a document, by which version, and what is suggested for it."""

    __tablename__ = "analysis"
    __table_args__ = (
        Index(None, "version"),
        {"info": privacy("Vorschläge zu Dokumenten", "document_id", POST_RETENTION, "erase")},
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    version: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    suggestions: Mapped[dict[str, Any]]
    analysed_at: Mapped[datetime]


class Decision(WithId, Table):
    """What was suggested and what a person chose: the material the suggestions learn from. No names of deciders."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("document_id", "field"),
        Index(None, "field", "model"),
        {
            "info": privacy(
                "Lernen aus Bestätigungen",
                "document_id",
                "solange das Dokument abgelegt ist",
                "erase",
            )
        },
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    field: Mapped[str]
    suggested: Mapped[str | None]
    chosen: Mapped[str]
    rank: Mapped[int | None]
    model: Mapped[str]
    decided_at: Mapped[datetime]


class TextModel(WithId, Table):
    """A trained text model: ``group`` is ``shared`` or the token of the one scope it was trained on."""

    __tablename__ = "text_model"
    __table_args__ = (
        Index(None, "group", "trained_at"),
        {
            "info": privacy(
                "Textmodell für Ablagevorschläge", None, "bis zum nächsten Training", "erase"
            )
        },
    )

    group: Mapped[str]
    version: Mapped[str]
    examples: Mapped[int]
    classes: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    trained_at: Mapped[datetime]


class Filing(WithId, Table):
    """One step of a document's way through the records: filed, moved, taken out."""

    __tablename__ = "filing"
    __table_args__ = (
        Index(None, "document_id"),
        {"info": privacy("Ablagegeschichte von Dokumenten", "actor_id", RECORDS_RETENTION, "keep")},
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    from_vorgang_id: Mapped[UUID | None] = mapped_column(ForeignKey("vorgang.id"))
    to_vorgang_id: Mapped[UUID | None] = mapped_column(ForeignKey("vorgang.id"))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
    at: Mapped[datetime]


class DocumentLink(WithId, Table):
    """Two documents belong together (answer, attachment, duplicate, see also)."""

    __tablename__ = "document_link"
    __table_args__ = (
        UniqueConstraint("from_id", "to_id", "kind"),
        Index(None, "to_id"),
        {"info": privacy("Verknüpfungen von Dokumenten", "from_id", RECORDS_RETENTION, "keep")},
    )

    from_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    kind: Mapped[str]
