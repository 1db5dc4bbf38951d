"""What the evaluation keeps: proposals with votes and their decision, Steckbriefe of communication, what annoys people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

PROPOSALS_UNTIL = "fünf Jahre nach der Entscheidung"
ANNOYANCE_UNTIL = "ein Jahr nach der Erledigung"
LOGS_UNTIL = "30 Tage nach dem Hochladen; die Datei selbst bis zur Auswertung"


class Proposal(WithId, WithRevision, Table):
    """A change that would have spared people ways: the pattern, the change, what it would have saved, the decision.

    ``change`` is ``replay.RuleChange`` as data, ``effect`` its ``replay.Effect`` on the cases from ``begins`` to ``ends``.
    """

    __tablename__ = "kiss_proposal"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "state"),
        CheckConstraint("state in ('open','accepted','declined')", name="state"),
        {
            "info": privacy(
                "Vorschläge zur Kommunikation", "decided_by", PROPOSALS_UNTIL, "anonymise"
            )
        },
    )

    key: Mapped[str]
    """The same change is proposed once."""
    pattern: Mapped[str]
    text: Mapped[str]
    change: Mapped[dict[str, Any]]
    effect: Mapped[dict[str, Any]]
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    state: Mapped[str]
    made_at: Mapped[datetime]
    companion_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """The Digitallotse who sees to it."""
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("routing_rule.id"))
    groups: Mapped[list[str] | None]
    """Ids of the groups it speaks of: people of their offices see it."""
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_topic.id"))
    """What the cases of its pattern are about."""
    follow_up: Mapped[str | None]
    """What became of it since it was decided, and up to when that was looked at."""
    followed_at: Mapped[datetime | None]


class Evaluation(WithId, Table):
    """An evaluation as it stands: worked out by the engine, read by pages. ``result`` is a report as JSON, in its order.

    ``days`` up to the day before; ``offices``: those whose ways it is about, ``None`` for all.
    """

    __tablename__ = "kiss_evaluation"
    __table_args__ = (
        UniqueConstraint("key"),
        {
            "info": privacy(
                "Auswertung der Wege von Anliegen", None, "60 Tage nach der letzten Frage", "keep"
            )
        },
    )

    key: Mapped[str]
    days: Mapped[int]
    offices: Mapped[list[str] | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    result: Mapped[str | None]
    problem: Mapped[str | None]


class HandedInLog(WithId, Table):
    """An event log of another system that somebody handed in: evaluated by the engine, seen by them and the coordination.

    ``original``: SHA-256 of the file, for as long as it is needed. ``columns`` names what stands where (``log_columns``),
    ``offered`` what there is where that could not be told. ``result`` is a ``handed_in.Result`` as JSON.
    """

    __tablename__ = "kiss_log"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "handed_in_at"),
        {"info": privacy("Auswertung hochgeladener Protokolle", "person_id", LOGS_UNTIL, "erase")},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    original: Mapped[str | None]
    columns: Mapped[dict[str, Any]]
    offered: Mapped[list[str] | None]
    handed_in_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    result: Mapped[str | None]
    problem: Mapped[str | None]


class ProposalVoice(WithId, Table):
    """What a Digitallotse says to a proposal: for or against it, with a sentence."""

    __tablename__ = "kiss_proposal_voice"
    __table_args__ = (
        UniqueConstraint("proposal_id", "person_id"),
        CheckConstraint("vote in (-1, 0, 1)", name="vote"),
        {"info": privacy("Vorschläge zur Kommunikation", "person_id", PROPOSALS_UNTIL, "erase")},
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("kiss_proposal.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    vote: Mapped[int]
    comment: Mapped[str | None]
    at: Mapped[datetime]


class CommunicationProfile(WithId, WithRevision, Table):
    """Kommunikations-Steckbrief of a process that leaves no log: who talks to whom about what, and where it goes wrong."""

    __tablename__ = "kiss_profile"
    __table_args__ = (
        Index(None, "office_id"),
        {
            "info": privacy(
                "Kommunikations-Steckbriefe",
                "author_id",
                "dauerhaft; wer ihn schrieb, bis drei Jahre nach dem Ausscheiden",
                "anonymise",
            )
        },
    )

    title: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    occasion: Mapped[str]
    participants: Mapped[str]
    channel: Mapped[str]
    responsibility: Mapped[str]
    double_work: Mapped[str]
    better: Mapped[str]
    per_month: Mapped[int | None]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Annoyance(WithId, WithRevision, Table):
    """„Das nervt“: anybody may say so, with a name or without."""

    __tablename__ = "kiss_annoyance"
    __table_args__ = (
        Index(None, "state"),
        CheckConstraint("state in ('open','taken','done')", name="state"),
        {"info": privacy("Meldungen „Das nervt“", "reporter_id", ANNOYANCE_UNTIL, "erase")},
    )

    text: Mapped[str]
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_topic.id"))
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    caretaker_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str]
    answer: Mapped[str | None]
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
