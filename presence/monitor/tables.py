"""The screens. Nothing here says what was ever shown on one of them, or from where it asked."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision


class MonitorDevice(WithId, WithRevision, Table):
    """A wall monitor. Only its token's SHA-256 is kept: who reads the table can't pass for a screen."""

    __tablename__ = "monitor_device"
    __table_args__ = {  # noqa: RUF012 - SQLAlchemy's own form
        "info": privacy(
            "Anzeigetafeln: Gerät, Standort und was es zeigt; ohne Personenbezug und ohne Verlauf",
            None,
            "dauerhaft",
            "keep",
        )
    }

    name: Mapped[str]
    place: Mapped[str]
    kind: Mapped[str]
    """``office``, ``floor`` or ``group`` (``subjects.Kind``)."""
    subject_id: Mapped[UUID]
    """The office, floor or group it shows; ``kind`` says in which table."""
    mode: Mapped[str]
    """``names`` where only staff come, ``counts`` where the public comes."""
    theme: Mapped[str]
    """``auto`` (light by day, dark in the evening), ``light`` or ``dark``."""
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When it was last connected, to the minute; the last time only."""
    valid_to: Mapped[date | None]
    """The first day on which it shows nothing any more."""
