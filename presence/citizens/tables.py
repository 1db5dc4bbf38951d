"""What citizens send without an account: attempts at forms, sendings that wait for confirmation, requests for rooms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

REQUEST_UNTIL = "90 Tage nach dem letzten Termin; abgelehnte, zurückgezogene und verfallene Anfragen 30 Tage danach"


class FormAttempt(WithId, Table):
    """A form was sent; where from only as keyed hash."""

    __tablename__ = "form_attempt"
    __table_args__ = (
        Index(None, "sender_key", "at"),
        Index(None, "at"),
        {
            "info": privacy(
                "Schutz der Formulare vor Missbrauch",
                None,
                "einen Tag, dann nachts gelöscht",
                "erase",
            )
        },
    )

    sender_key: Mapped[str]
    at: Mapped[datetime]


class Submission(WithId, Table):
    """What somebody sent and has not confirmed by mail yet. Once confirmed, content and address are emptied."""

    __tablename__ = "submission"
    __table_args__ = (
        Index(None, "expires_at"),
        {
            "info": privacy(
                "Einsendungen, die noch per E-Mail zu bestätigen sind",
                "mail",
                "zwei Tage, dann nachts gelöscht",
                "erase",
            )
        },
    )

    kind: Mapped[str]
    content: Mapped[dict[str, Any]]
    mail: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    """Names the form that was sent: sending it twice is one sending."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    result_id: Mapped[UUID | None]
    """What came of it; ``None``: not confirmed yet."""


class RoomRequest(WithId, WithRevision, Table):
    """Somebody from outside asks for a room, once or as a series; what was asked for stands in the bookings."""

    __tablename__ = "room_request"
    __table_args__ = (
        Index(None, "space_id"),
        {
            "info": privacy(
                "Anfragen für Räume von außen (Name, Verein, E-Mail, Telefon)",
                "mail",
                REQUEST_UNTIL,
                "erase",
            )
        },
    )

    space_id: Mapped[UUID] = mapped_column(ForeignKey("space.id"))
    """The room it is about now: the one asked for, or the one that was accepted instead."""
    name: Mapped[str]
    club: Mapped[str | None]
    mail: Mapped[str]
    phone: Mapped[str | None]
    language: Mapped[str]
    link_revision: Mapped[int] = mapped_column(default=1)
    """Raised, all links given out before open nothing any more."""
    series: Mapped[str | None]
    """The series in words."""
    offer_space_id: Mapped[UUID | None] = mapped_column(ForeignKey("space.id"))
    """What the office offers instead, with the span and until when the offer stands."""
    offer_starts: Mapped[datetime | None]
    offer_ends: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RoomRequestBooking(Table):
    """Which bookings belong to a request."""

    __tablename__ = "room_request_booking"
    __table_args__ = (
        Index(None, "request_id"),
        {"info": privacy("Buchungen einer Anfrage", "request_id", REQUEST_UNTIL, "erase")},
    )

    booking_id: Mapped[UUID] = mapped_column(
        ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True
    )
    request_id: Mapped[UUID] = mapped_column(ForeignKey("room_request.id", ondelete="CASCADE"))
