"""Who somebody is in another system, and how far the directory has been read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.organisation.tables import STAFF_RETENTION
from storage.privacy import privacy
from storage.schema import Table, WithId


class DirectoryIdentity(WithId, Table):
    """A person as another system knows them. ``key`` outlives new names and places: entryUUID, objectGUID or ``sub``."""

    __tablename__ = "directory_identity"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        Index(None, "person_id"),
        {
            "info": privacy(
                "Abgleich mit dem Verzeichnisdienst", "person_id", STAFF_RETENTION, "erase"
            )
        },
    )

    source: Mapped[str]
    """``ldap``, or the issuer's address for OpenID Connect."""
    key: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    active: Mapped[bool]
    """False: the entry is gone or locked there, so nobody signs in with it."""
    number: Mapped[str | None]
    """Personnel number, by which somebody who comes back is recognised."""
    fingerprint: Mapped[str]
    """Hash of all that was taken over; as long as it stays the same, nothing has to be written."""
    changed_at: Mapped[datetime]


class DirectoryState(Table):
    """How far a directory has been read, and what the last sync gave."""

    __tablename__ = "directory_state"
    __table_args__ = {  # noqa: RUF012 - SQLAlchemy's own form
        "info": privacy("Stand des Abgleichs mit dem Verzeichnisdienst", None, "dauerhaft", "keep")
    }

    source: Mapped[str] = mapped_column(primary_key=True)
    server: Mapped[str]
    """Which server ``cursor`` belongs to: in Active Directory every controller counts for itself."""
    cursor: Mapped[str]
    full_at: Mapped[datetime | None]
    """End of the last complete sync."""
    tried_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any]]
    refused: Mapped[str | None]
    busy_until: Mapped[datetime | None]
    """A sync is at work until it says so, or until this moment where it died."""
