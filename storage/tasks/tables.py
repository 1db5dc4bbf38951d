"""Tasks and drafts: what waits for whom, and what somebody has begun."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId


class Task(WithId, Table):
    """Something waits for a person, or for everybody with a role in an office."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "person_id", "done_at"),
        Index(None, "office_id", "role", "done_at"),
        {
            "info": privacy(
                "Aufgabenliste der Beschäftigten", "person_id", "ein Jahr nach Erledigung", "erase"
            )
        },
    )

    key: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    role: Mapped[str | None]
    object_kind: Mapped[str]
    object_id: Mapped[UUID]
    link: Mapped[str]
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Draft(WithId, Table):
    """What somebody has typed and not yet sent; it survives closing the page."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        {
            "info": privacy(
                "Entwürfe in Formularen", "person_id", "90 Tage nach der letzten Änderung", "erase"
            )
        },
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str]
    content: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
