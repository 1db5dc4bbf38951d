"""What people tell about their availability and keep: hours, usual channel and substitute, delegates, calendar.

No table has a history of where somebody was or how they could be reached.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

UNTIL_LEAVING = "bis zur Änderung, längstens bis zum Ausscheiden"


class WorkingWeek(WithId, Table):
    """Somebody's working hours by weekday, valid from a day on; weeks that are over are deleted at night."""

    __tablename__ = "working_week"
    __table_args__ = (
        UniqueConstraint("person_id", "valid_from"),
        {"info": privacy("Arbeitszeiten und Teilzeit", "person_id", UNTIL_LEAVING, "erase")},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    hours: Mapped[list[Any]]
    """``[[weekday 0-6, first minute of the day, last minute, place or null], …]`` (``week.py``)."""


class AvailabilityProfile(WithRevision, Table):
    """What stays the same: whom to ask while somebody is busy, how they are best reached, their usual place."""

    __tablename__ = "availability_profile"
    __table_args__ = {  # noqa: RUF012 - SQLAlchemy's own form
        "info": privacy(
            "Ständige Vertretung und bevorzugter Weg", "person_id", UNTIL_LEAVING, "erase"
        )
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    substitute_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str | None]
    place: Mapped[str | None]
    tells_return: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of their own will: the whole house may know until when they are absent, not only who works with them."""


class StatusDelegate(WithId, Table):
    """Somebody may set another person's status and absences, because that person said so."""

    __tablename__ = "status_delegate"
    __table_args__ = (
        UniqueConstraint("person_id", "delegate_id"),
        Index(None, "delegate_id"),
        {
            "info": privacy(
                "Wer den Status für jemanden setzen darf", "person_id", UNTIL_LEAVING, "erase"
            )
        },
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class AbsenceNotice(WithId, Table):
    """Somebody else entered, changed or ended an absence, and the person has not read it yet. It names no day of it."""

    __tablename__ = "absence_notice"
    __table_args__ = (
        UniqueConstraint("person_id", "by_id"),
        {
            "info": privacy(
                "Hinweis an die Person, dass jemand anderes ihre Abwesenheit geändert hat",
                "person_id",
                "bis er gelesen ist, höchstens 30 Tage",
                "erase",
            )
        },
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class OfficeVisibility(WithRevision, Table):
    """An office opens its availability to the whole house; without a row only its own people see it."""

    __tablename__ = "office_visibility"
    __table_args__ = {  # noqa: RUF012
        "info": privacy("Sichtbarkeit der Erreichbarkeit je Amt", None, "dauerhaft", "keep")
    }

    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), primary_key=True)
    whole_house: Mapped[bool]


class CalendarLink(WithRevision, Table):
    """Somebody connected their own calendar, of their own will; the secret address is encrypted."""

    __tablename__ = "calendar_link"
    __table_args__ = {  # noqa: RUF012
        "info": privacy(
            "Verbindung zum eigenen Kalender (freiwillig)",
            "person_id",
            "bis zum Trennen, längstens bis zum Ausscheiden",
            "erase",
        )
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str]
    """``ics`` (an address that gives a calendar file) or ``caldav`` (free-busy of a collection)."""
    secret: Mapped[bytes]
    """Address, user and password, encrypted with the house's key."""
    consented_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    """Why the last fetch gave nothing, in German; without the address."""
    failures: Mapped[int] = mapped_column(default=0)
