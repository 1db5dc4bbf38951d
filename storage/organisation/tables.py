"""Offices, people and what they hold, each valid from a day on and up to (not including) another."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

STAFF_RETENTION = "bis drei Jahre nach dem Ausscheiden, dann nachts gelöscht"
HOUSE, DIRECTORY = "house", "directory"
"""Who gave a role or membership: somebody in the house, or the directory, which takes only its own back."""


class Valid:
    """A row that counts from ``valid_from`` until the day before ``valid_to``. Nothing in use is deleted."""

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Office(WithId, WithRevision, Valid, Table):
    """An office (Amt) of the city."""

    __tablename__ = "office"
    __table_args__ = {"info": privacy("Aufbau der Verwaltung", None, "dauerhaft", "keep")}  # noqa: RUF012 - SQLAlchemy's own form

    key: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str]
    name: Mapped[str]
    short: Mapped[str]
    mailbox: Mapped[str | None]
    phone: Mapped[str | None]
    keywords: Mapped[list[str]] = mapped_column(default=list)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    department: Mapped[str | None]
    """Who leads an office without a parent (Dezernat), as the org chart shows it."""
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    """Who carries on from ``valid_to`` on: its people see and do what this office's people saw and did."""


class OfficeName(WithId, Valid, Table):
    """What an office is called from a day on; without a row it has always been called as it is."""

    __tablename__ = "office_name"
    __table_args__ = (
        UniqueConstraint("office_id", "valid_from"),
        {"info": privacy("Aufbau der Verwaltung", None, "dauerhaft", "keep")},
    )

    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    name: Mapped[str]
    short: Mapped[str]


class Person(WithId, WithRevision, Valid, Table):
    """Somebody who works for the city."""

    __tablename__ = "person"
    __table_args__ = {  # noqa: RUF012
        "info": privacy("Verzeichnis der Beschäftigten", "id", STAFF_RETENTION, "anonymise")
    }

    login: Mapped[str] = mapped_column(unique=True)
    salutation: Mapped[str | None]
    name: Mapped[str]
    title: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    room: Mapped[str | None]


class Membership(WithId, Valid, Table):
    """Somebody works in an office."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(None, "person_id", "office_id"),
        {"info": privacy("Zuordnung zu Ämtern", "person_id", STAFF_RETENTION, "erase")},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    origin: Mapped[str] = mapped_column(default=HOUSE, server_default=HOUSE)


class RoleGrant(WithId, Valid, Table):
    """Somebody holds a role, in one office or in the whole house."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(None, "person_id"),
        {"info": privacy("Rollen und Berechtigungen", "person_id", STAFF_RETENTION, "erase")},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    origin: Mapped[str] = mapped_column(default=HOUSE, server_default=HOUSE)


class ClassGrant(WithId, Valid, Table):
    """A protection class of an office was opened to somebody by name."""

    __tablename__ = "class_grant"
    __table_args__ = (
        Index(None, "person_id"),
        {"info": privacy("Zugang zu Schutzklassen", "person_id", STAFF_RETENTION, "erase")},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    protection: Mapped[str]


class Addressee(WithId, Valid, Table):
    """Somebody is named to get unopened post of a rule (its key in config/seed/unopened.yaml), and to open it."""

    __tablename__ = "unopened_addressee"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "rule"),
        {
            "info": privacy(
                "Empfänger ungeöffneter Sendungen (Meldestelle, Datenschutz, betriebsärztlicher Dienst …)",
                "person_id",
                STAFF_RETENTION,
                "erase",
            )
        },
    )

    rule: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class Absence(WithId, WithRevision, Table):
    """Somebody is away from one moment to another. Why is nobody's business here; the row goes when it is over."""

    __tablename__ = "absence"
    __table_args__ = (
        Index(None, "person_id", "ends"),
        Index(None, "substitute_id", "ends"),
        Index(None, "ends"),
        {
            "info": privacy(
                "Abwesenheit und Vertretung (ohne Grund)",
                "person_id",
                "bis zum Ende der Abwesenheit, gelöscht in der folgenden Nacht",
                "erase",
            )
        },
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    """The first moment back; whole days end at midnight of the town hall's clock."""
    substitute_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
