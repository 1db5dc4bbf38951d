"""Buildings, floors and what can be booked on them, and the bookings. Nothing here says who was where in the past.

A booking holds its time by one row of ``booking_slot`` per quarter of an hour. The primary key of that table is what
makes two bookings of one space impossible on SQLite and PostgreSQL alike, whole days and hours among one another too.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

DESKS_UNTIL = "Plätze: bis drei Tage nach der Buchung; Räume: 90 Tage, danach ohne Personenbezug"


class Building(WithId, WithRevision, Table):
    """A house of the city."""

    __tablename__ = "building"
    __table_args__ = {"info": privacy("Gebäude der Stadt", None, "dauerhaft", "keep")}  # noqa: RUF012 - SQLAlchemy's own form

    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    address: Mapped[str]


class Floor(WithId, WithRevision, Table):
    """A floor with its plan: SVG that was cleaned (``plan_svg.clean``); spaces are placed in its coordinates."""

    __tablename__ = "floor"
    __table_args__ = (
        UniqueConstraint("building_id", "level"),
        {"info": privacy("Geschosse und Pläne", None, "dauerhaft", "keep")},
    )

    building_id: Mapped[UUID] = mapped_column(ForeignKey("building.id"))
    level: Mapped[int]
    """0 is the ground floor."""
    name: Mapped[str]
    plan: Mapped[str]
    width: Mapped[float]
    height: Mapped[float]
    valid_to: Mapped[date | None]
    """The first day on which it is not the city's any more."""


class Space(WithId, WithRevision, Table):
    """A desk or a room that can be booked, with everything its rules need."""

    __tablename__ = "space"
    __table_args__ = (
        Index(None, "floor_id"),
        {"info": privacy("Buchbare Plätze und Räume", None, "dauerhaft", "keep")},
    )

    key: Mapped[str] = mapped_column(unique=True)
    floor_id: Mapped[UUID] = mapped_column(ForeignKey("floor.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    """Who looks after it: decides on requests, cancels, changes it."""
    kind: Mapped[str]
    """``desk`` or ``room``."""
    name: Mapped[str]
    capacity: Mapped[int]
    equipment: Mapped[list[str]] = mapped_column(default=list)
    mode: Mapped[str]
    """``hourly``, ``daily`` or ``both``."""
    hours: Mapped[list[Any]]
    """Opening hours: ``[[weekday 0-6, first minute of the day, last minute], …]`` (``opening.py``)."""
    on_holidays: Mapped[bool] = mapped_column(default=False)
    rules: Mapped[str] = mapped_column(default="")
    bookers: Mapped[str] = mapped_column(default="all")
    """``office``: only people of the office that looks after it; ``all``: all staff."""
    public: Mapped[bool] = mapped_column(default=False)
    """Citizens and clubs may ask for it, and its plan of bookings is public."""
    notice_days: Mapped[int | None]
    """How many days ahead the city may still displace a club; ``None``: never."""
    longest_minutes: Mapped[int | None]
    ahead_days: Mapped[int] = mapped_column(default=90)
    check_in_minutes: Mapped[int | None]
    """Who has not checked in that long after the beginning loses the booking; ``None``: no check-in."""
    video: Mapped[bool] = mapped_column(default=False)
    """A Begegnungszone: bookings get a link to a video room, where one is wired."""
    x: Mapped[float]
    y: Mapped[float]
    width: Mapped[float]
    height: Mapped[float]
    """Its place on the plan, in the plan's units, from the top left corner."""
    valid_to: Mapped[date | None]
    """The first day on which it can't be booked any more."""
    closures: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Out of order: ``[[first day, last day, reason], …]`` (``closures.py``)."""


class SpaceFee(WithId, Table):
    """What a space costs from a day on, in cents, for clubs or for others from outside; the city pays nothing."""

    __tablename__ = "space_fee"
    __table_args__ = (
        UniqueConstraint("space_id", "party", "valid_from"),
        {"info": privacy("Entgelte für Räume", None, "dauerhaft", "keep")},
    )

    space_id: Mapped[UUID] = mapped_column(ForeignKey("space.id"))
    party: Mapped[str]
    valid_from: Mapped[date]
    per_hour: Mapped[int]
    per_day: Mapped[int]
    """The most for one day."""
    source: Mapped[str]
    """The statute or decision it rests on."""


class BookingSeries(WithId, Table):
    """Bookings made together."""

    __tablename__ = "booking_series"
    __table_args__ = {  # noqa: RUF012
        "info": privacy("Serien von Buchungen", "person_id", DESKS_UNTIL, "erase")
    }

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    space_id: Mapped[UUID] = mapped_column(ForeignKey("space.id"))
    rule: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Booking(WithId, WithRevision, Table):
    """A space for a span of time, half-open. Whose it is: a person of the house, or ``holder_name`` from outside."""

    __tablename__ = "booking"
    __table_args__ = (
        Index(None, "space_id", "ends"),
        Index(None, "person_id", "ends"),
        Index(None, "series_id"),
        Index(None, "state", "ends"),
        {
            "info": privacy(
                "Buchungen von Plätzen und Räumen, auch Anfragen von außen (Name und E-Mail)",
                "person_id",
                DESKS_UNTIL,
                "erase",
            )
        },
    )

    space_id: Mapped[UUID] = mapped_column(ForeignKey("space.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    whole_day: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str]
    """See ``states.State``."""
    party: Mapped[str]
    """``city``, ``club`` or ``citizen``."""
    title: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    holder_name: Mapped[str | None]
    holder_mail: Mapped[str | None]
    people: Mapped[int | None]
    message: Mapped[str | None]
    """What a request from outside says beside its title."""
    answer: Mapped[str | None]
    """Why it was declined, cancelled or displaced, for the holder."""
    fee: Mapped[int]
    """In cents, as of the day of the booking."""
    checked_in_at: Mapped[datetime | None]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking_series.id"))
    key: Mapped[str] = mapped_column(unique=True)
    """Names the deed: the same key again finds the booking that is there."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class BookingSlot(Table):
    """A quarter of an hour of a space, taken. ``slot`` counts quarters since 1970-01-01 UTC.

    ``desk_person`` (desks only): nobody holds two desks at once.
    """

    __tablename__ = "booking_slot"
    __table_args__ = (
        UniqueConstraint("desk_person", "slot"),
        Index(None, "booking_id"),
        {"info": privacy("Belegte Zeiten", "booking_id", DESKS_UNTIL, "erase")},
    )

    space_id: Mapped[UUID] = mapped_column(ForeignKey("space.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    desk_person: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class BookingFeed(WithId, Table):
    """A secret address under which a calendar program reads one's own bookings, or the plan of a room."""

    __tablename__ = "booking_feed"
    __table_args__ = (
        Index(None, "person_id"),
        {
            "info": privacy(
                "Kalenderadressen für eigene Buchungen",
                "person_id",
                "bis zum Widerruf, längstens bis zum Ausscheiden",
                "erase",
            )
        },
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    space_id: Mapped[UUID | None] = mapped_column(ForeignKey("space.id"))
    """``None``: the person's own bookings."""
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
