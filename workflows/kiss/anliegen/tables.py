"""Groups that answer, topics with their targets, and the Anliegen with all that was said and done about it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.actors import ProtectionClass
from storage.organisation.tables import STAFF_RETENTION, Valid
from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

ANLIEGEN_UNTIL = "drei Jahre ab Ende des Jahres der Schließung; Name und Kontakt werden ein Jahr nach der Schließung gelöscht"
INTERNAL = ProtectionClass.INTERNAL.value
CONTACT_UNTIL = "ein Jahr nach der Schließung des Anliegens"


class Group(WithId, WithRevision, Valid, Table):
    """Who answers: a team of an office. The ``general`` one of an office consists of all its people."""

    __tablename__ = "kiss_group"
    __table_args__ = (
        Index(None, "office_id"),
        CheckConstraint("hours > 0", name="hours"),
        {"info": privacy("Zuständigkeit für Anliegen", None, "dauerhaft", "keep")},
    )

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    general: Mapped[bool] = mapped_column(default=False)
    coordination: Mapped[bool] = mapped_column(default=False)
    """The coordination of Feedback LE: what nobody is found for goes there."""
    spreads: Mapped[bool] = mapped_column(default=False)
    """What comes in is given to somebody who is there; otherwise the group takes it up by itself."""
    hours: Mapped[int] = mapped_column(default=40)
    """Office hours until an Anliegen of no topic is to be answered."""
    protection: Mapped[str] = mapped_column(default=INTERNAL, server_default=INTERNAL)
    """The class of all that the group is given (``ProtectionClass``)."""


class GroupMember(WithId, Valid, Table):
    """Somebody belongs to a group that is not its office's general one."""

    __tablename__ = "kiss_group_member"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "group_id"),
        {"info": privacy("Zuständigkeit für Anliegen", "person_id", STAFF_RETENTION, "erase")},
    )

    group_id: Mapped[UUID] = mapped_column(ForeignKey("kiss_group.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class Topic(WithId, WithRevision, Valid, Table):
    """What Anliegen are about, who answers them, and within how many office hours."""

    __tablename__ = "kiss_topic"
    __table_args__ = (
        CheckConstraint("hours > 0", name="hours"),
        {"info": privacy("Themen der Anliegen", None, "dauerhaft", "keep")},
    )

    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str]
    group_id: Mapped[UUID] = mapped_column(ForeignKey("kiss_group.id"))
    kind: Mapped[str]
    keywords: Mapped[list[str]]
    hours: Mapped[int]
    four_eyes: Mapped[bool] = mapped_column(default=False)
    public: Mapped[bool] = mapped_column(default=False)
    """Offered in the form for citizens and by Open311; what is reported may be published."""
    protection: Mapped[str] = mapped_column(default=INTERNAL, server_default=INTERNAL)
    """The class into which an Anliegen comes with this topic (``ProtectionClass``)."""


class KnownPlace(WithId, Valid, Table):
    """A street, square or park that can be chosen, with where it lies (WGS 84) and in which district."""

    __tablename__ = "kiss_place"
    __table_args__ = {"info": privacy("Orte für Meldungen", None, "dauerhaft", "keep")}  # noqa: RUF012

    name: Mapped[str] = mapped_column(unique=True)
    district: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]


class AnliegenCounter(Table):
    """The last number given out in a year."""

    __tablename__ = "anliegen_counter"
    __table_args__ = {"info": privacy("Nummern der Anliegen", None, "dauerhaft", "keep")}  # noqa: RUF012

    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Contact(WithId, Table):
    """Who came with it, as far as told; nobody has to say who they are."""

    __tablename__ = "anliegen_contact"
    __table_args__ = (
        Index(None, "mail"),
        {
            "info": privacy(
                "Name und Erreichbarkeit der Menschen mit einem Anliegen",
                "id",
                CONTACT_UNTIL,
                "erase",
            )
        },
    )

    name: Mapped[str | None]
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="de")


class Anliegen(WithId, WithRevision, Table):
    """What somebody wants. One group has it at any time, and one person of it or nobody yet.

    ``access`` is the token of its scope, as with documents. ``about_id`` is whom a complaint is about: they see it
    nowhere. ``allowed``, ``used`` (seconds of office hours) and ``since`` are the clock (``targets.Target``), ``due_at``
    what follows from them.
    """

    __tablename__ = "anliegen"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        Index(None, "access", "state", "id"),
        Index(None, "group_id", "state"),
        Index(None, "person_id", "state"),
        Index(None, "state", "due_at"),
        Index(None, "merged_into_id"),
        Index(None, "contact_id"),
        Index(None, "received_at"),
        Index(None, "published_at"),
        {"info": privacy("Anliegen und Beschwerden", "contact_id", ANLIEGEN_UNTIL, "anonymise")},
    )

    year: Mapped[int]
    number: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str]
    title: Mapped[str]
    channel: Mapped[str]
    received_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_topic.id"))
    group_id: Mapped[UUID] = mapped_column(ForeignKey("kiss_group.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    since_holder: Mapped[datetime]
    """Since when the group, or the person, has it."""
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    protection: Mapped[str]
    access: Mapped[str]
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("anliegen_contact.id"))
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    allowed: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    first_answer_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("anliegen.id"))
    link_revision: Mapped[int] = mapped_column(default=1)
    satisfaction: Mapped[int | None]
    may_publish: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Who came with it agreed that a shortened text may be published; they can take that back."""
    published_at: Mapped[datetime | None]
    published_text: Mapped[str | None]
    """What a person of the house wrote for everybody, without personal data."""
    published_where: Mapped[str | None]
    """How exactly everybody sees the place (``citizens.where.Where``)."""
    vorgang_id: Mapped[UUID | None] = mapped_column(ForeignKey("vorgang.id"))


class Message(WithId, WithRevision, Table):
    """Something said about an Anliegen. Notes are for the house; what citizens see is ``incoming`` and ``answer``.

    States of an answer: waiting (for a second pair of eyes) > sent, or returned to its author. ``key`` names where it came from: the same
    mail or form twice is one message.
    """

    __tablename__ = "anliegen_message"
    __table_args__ = (
        Index(None, "anliegen_id", "id"),
        Index(None, "message_id"),
        CheckConstraint("kind in ('incoming','answer','question','note')", name="kind"),
        CheckConstraint("state in ('waiting','returned','sent','received')", name="state"),
        {"info": privacy("Anliegen und Beschwerden", "anliegen_id", ANLIEGEN_UNTIL, "anonymise")},
    )

    anliegen_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"))
    via_id: Mapped[UUID | None] = mapped_column(ForeignKey("anliegen.id"))
    """The merged Anliegen whose link or mail it came by: only its people see it, and it goes with it when they are parted."""
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    sender: Mapped[str | None]
    """The address an incoming mail names; a stranger's is marked by ``trusted``."""
    trusted: Mapped[bool] = mapped_column(default=True)
    recipients: Mapped[list[str] | None]
    """Addresses an incoming mail was written to; they go with the names."""
    addressed: Mapped[str | None]
    """Key of the office whose mailbox it was written to."""
    subject: Mapped[str | None]
    text: Mapped[str]
    message_id: Mapped[str | None]
    original: Mapped[str | None]
    """SHA-256 of the mail as it came."""
    at: Mapped[datetime]
    """When it came in or was begun; ``sent_at``: when it went out."""
    sent_at: Mapped[datetime | None]


class MessageFile(WithId, Table):
    """A file that came with a message, or goes with an answer. ``shown_sha256``: a picture released for the public."""

    __tablename__ = "anliegen_file"
    __table_args__ = (
        UniqueConstraint("message_id", "position"),
        Index(None, "sha256"),
        {"info": privacy("Anliegen und Beschwerden", "message_id", ANLIEGEN_UNTIL, "erase")},
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen_message.id"))
    position: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    shown_sha256: Mapped[str | None]
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Contribution(WithId, WithRevision, Table):
    """Another group is asked for its part; the responsible one stays responsible."""

    __tablename__ = "anliegen_contribution"
    __table_args__ = (
        Index(None, "anliegen_id"),
        Index(None, "group_id", "answered_at"),
        Index(None, "office_id"),
        {"info": privacy("Beteiligung an Anliegen", "asked_by", ANLIEGEN_UNTIL, "anonymise")},
    )

    anliegen_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"))
    group_id: Mapped[UUID] = mapped_column(ForeignKey("kiss_group.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    question: Mapped[str]
    answer: Mapped[str | None]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


class Step(WithId, Table):
    """A line of the Anliegen's way, by group and never by person: what the evaluation is made from."""

    __tablename__ = "anliegen_step"
    __table_args__ = (
        Index(None, "anliegen_id", "id"),
        Index(None, "at"),
        Index(None, "group_id"),
        {"info": privacy("Auswertung der Wege von Anliegen", None, ANLIEGEN_UNTIL, "keep")},
    )

    anliegen_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"))
    at: Mapped[datetime]
    deed: Mapped[str]
    state: Mapped[str]
    group_id: Mapped[UUID] = mapped_column(ForeignKey("kiss_group.id"))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_topic.id"))


class Merge(WithId, Table):
    """Two Anliegen are one: ``anliegen_id`` goes on in ``into_id``. Undone, it has an end."""

    __tablename__ = "anliegen_merge"
    __table_args__ = (
        Index(None, "into_id"),
        Index(None, "anliegen_id"),
        {"info": privacy("Zusammengeführte Anliegen", None, ANLIEGEN_UNTIL, "keep")},
    )

    anliegen_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"))
    into_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"))
    state_before: Mapped[str]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Answering(Table):
    """Somebody is writing an answer just now; gone some minutes after the last key."""

    __tablename__ = "anliegen_answering"
    __table_args__ = {  # noqa: RUF012
        "info": privacy(
            "Hinweis „antwortet gerade“", "person_id", "drei Minuten, dann nachts gelöscht", "erase"
        )
    }

    anliegen_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    until: Mapped[datetime]


class AnswerTemplate(WithId, WithRevision, Valid, Table):
    """A text to begin an answer with; for one topic, one office, or all."""

    __tablename__ = "answer_template"
    __table_args__ = {"info": privacy("Textbausteine", None, "dauerhaft", "keep")}  # noqa: RUF012

    title: Mapped[str]
    text: Mapped[str]
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_topic.id"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))


class TextSignature(Table):
    """How a text is compared with others: MinHash and what else the comparison needs, no words."""

    __tablename__ = "anliegen_signature"
    __table_args__ = {  # noqa: RUF012
        "info": privacy("Erkennen doppelter Anliegen", "anliegen_id", ANLIEGEN_UNTIL, "erase")
    }

    anliegen_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"), primary_key=True)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class SignatureBand(Table):
    """A band of a signature: texts that share one are looked at closely."""

    __tablename__ = "anliegen_band"
    __table_args__ = (
        Index(None, "value"),
        {"info": privacy("Erkennen doppelter Anliegen", "anliegen_id", ANLIEGEN_UNTIL, "erase")},
    )

    anliegen_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"), primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Likeness(WithId, WithRevision, Table):
    """Two Anliegen may be the same: suggested, and a person says so or not. ``first_id`` is the earlier one."""

    __tablename__ = "anliegen_likeness"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index(None, "second_id"),
        CheckConstraint("state in ('suggested','same','different')", name="state"),
        {"info": privacy("Erkennen doppelter Anliegen", None, ANLIEGEN_UNTIL, "keep")},
    )

    first_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"))
    score: Mapped[float]
    reasons: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default="suggested")
