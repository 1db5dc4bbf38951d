"""Rules of responsibility as dated data, what was decided and why, and the text models."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from storage.organisation.tables import Valid
from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision
from workflows.kiss.anliegen.tables import ANLIEGEN_UNTIL


class RoutingRule(WithId, WithRevision, Valid, Table):
    """If all conditions that are given hold, the group is responsible. ``owner_id`` is the office that answers for it."""

    __tablename__ = "routing_rule"
    __table_args__ = {"info": privacy("Regeln der Zuständigkeit", None, "dauerhaft", "keep")}  # noqa: RUF012

    title: Mapped[str]
    position: Mapped[int]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    conditions: Mapped[dict[str, Any]]
    """``addressed`` (office key), ``topic`` (key), ``place``, ``file_number`` (prefix), ``words`` (one suffices), ``all_words``."""
    group_id: Mapped[UUID] = mapped_column(ForeignKey("kiss_group.id"))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_topic.id"))
    reason: Mapped[str | None]
    """Why it was made, or ended; a proposal of the evaluation says what it would have saved."""


class RoutingDecision(WithId, Table):
    """Who was found responsible and why; ``right_group_id``: what a person made of it, from which it learns."""

    __tablename__ = "routing_decision"
    __table_args__ = (
        Index(None, "anliegen_id", "id"),
        Index(None, "at"),
        {"info": privacy("Gründe der Weiterleitung", "anliegen_id", ANLIEGEN_UNTIL, "anonymise")},
    )

    anliegen_id: Mapped[UUID] = mapped_column(ForeignKey("anliegen.id"))
    at: Mapped[datetime]
    decision: Mapped[str]
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("routing_rule.id"))
    model: Mapped[str | None]
    group_id: Mapped[UUID] = mapped_column(ForeignKey("kiss_group.id"))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_topic.id"))
    probability: Mapped[float | None]
    suggestions: Mapped[list[Any]]
    because: Mapped[list[str]]
    otherwise: Mapped[list[str]]
    right_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_group.id"))
    right_topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiss_topic.id"))
    corrected_at: Mapped[datetime | None]


class RoutingModel(WithId, Table):
    """What was learned from corrected and confirmed decisions; hashed features, no words."""

    __tablename__ = "routing_model"
    __table_args__ = {  # noqa: RUF012
        "info": privacy("Gelerntes über Zuständigkeiten", None, "bis zum nächsten Lernen", "keep")
    }

    group: Mapped[str] = mapped_column(unique=True)
    version: Mapped[str]
    examples: Mapped[int]
    classes: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    trained_at: Mapped[datetime]


class RoutingTrial(WithId, Table):
    """A text that somebody tries out, or a changed rule set replayed on what came in: asked for here, done by the engine."""

    __tablename__ = "routing_trial"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "asked_at"),
        {"info": privacy("Ausprobieren von Zuständigkeiten", "person_id", "eine Woche", "erase")},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    content: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
