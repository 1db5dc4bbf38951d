"""The register of Dienstvereinbarungen."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision


class Agreement(WithId, WithRevision, Table):
    """A Dienstvereinbarung. It counts once both sides have entered it: the house and the staff council."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("key", "file_number"),
        {
            "info": privacy(
                "Dienstvereinbarungen mit dem Personalrat",
                "recorded_by",
                "dauerhaft: Nachweis der Beteiligung (LPVG BW)",
                "keep",
            )
        },
    )

    key: Mapped[str]
    title: Mapped[str]
    file_number: Mapped[str]
    signed_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The first day on which it no longer counts."""
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    by_council: Mapped[bool]
    """Which side entered it; the other one confirms."""
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
