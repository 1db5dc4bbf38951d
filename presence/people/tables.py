"""What people tell about their work, working groups, and the Laufzettel of those who come and go."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.organisation.tables import Valid
from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision

WHILE_HERE = "bis zur Änderung, gelöscht in der Nacht nach dem Ausscheiden"
ONE_YEAR = "ein Jahr nach Abschluss, sonst drei Jahre nach dem Tag, dann nachts gelöscht"


class PersonProfile(WithRevision, Table):
    """What somebody is responsible for, in short texts, and which languages they speak."""

    __tablename__ = "person_profile"
    __table_args__ = {  # noqa: RUF012 - SQLAlchemy's own form
        "info": privacy(
            "Aufgaben und Sprachen in der Personensuche", "person_id", WHILE_HERE, "erase"
        )
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    tasks: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)


class PersonSkill(WithId, Table):
    """A skill somebody names of their own will; each can be taken back alone."""

    __tablename__ = "person_skill"
    __table_args__ = (
        UniqueConstraint("person_id", "skill"),
        {
            "info": privacy(
                "Fähigkeiten, freiwillig genannt (Einwilligung)",
                "person_id",
                "bis zum Widerruf, gelöscht in der Nacht nach dem Ausscheiden",
                "erase",
            )
        },
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    skill: Mapped[str]
    consented_at: Mapped[datetime]


class PersonPhoto(WithRevision, Table):
    """A picture of oneself, for colleagues only: drawn anew, without what the camera wrote into it."""

    __tablename__ = "person_photo"
    __table_args__ = {  # noqa: RUF012
        "info": privacy(
            "Bild für Kolleginnen und Kollegen, freiwillig (Einwilligung)",
            "person_id",
            "bis zum Widerruf, gelöscht in der Nacht nach dem Ausscheiden",
            "erase",
        )
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    picture: Mapped[bytes]
    """WebP, square (``portrait.SIDE`` pixels)."""
    consented_at: Mapped[datetime]


class WorkingGroup(WithId, WithRevision, Valid, Table):
    """People of several offices who work on something together; ``office_id`` is in the chair."""

    __tablename__ = "working_group"
    __table_args__ = {"info": privacy("Arbeitsgruppen", None, "dauerhaft", "keep")}  # noqa: RUF012

    name: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))


class WorkingGroupMember(WithId, Valid, Table):
    """Somebody works in a group from a day on."""

    __tablename__ = "working_group_member"
    __table_args__ = (
        Index(None, "group_id", "person_id"),
        Index(None, "person_id"),
        {
            "info": privacy(
                "Mitglieder der Arbeitsgruppen", "person_id", "drei Jahre nach dem Ende", "erase"
            )
        },
    )

    group_id: Mapped[UUID] = mapped_column(ForeignKey("working_group.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class LaufzettelTemplate(WithId, Valid, Table):
    """The steps of coming or going, valid from a day on (``templates.py`` says what a step holds)."""

    __tablename__ = "laufzettel_template"
    __table_args__ = (
        UniqueConstraint("kind", "valid_from"),
        {"info": privacy("Vorlagen für Laufzettel", None, "dauerhaft", "keep")},
    )

    kind: Mapped[str]
    steps: Mapped[list[Any]]


class Laufzettel(WithId, WithRevision, Table):
    """Somebody comes (``join``) or goes (``leave``): what has to be done until when, and by whom."""

    __tablename__ = "laufzettel"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "day"),
        {"info": privacy("Laufzettel bei Eintritt und Austritt", "person_id", ONE_YEAR, "erase")},
    )

    kind: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    """Whose head leads it; without one only the personnel office does."""
    day: Mapped[date]
    """The first day of who comes, the last day of who goes."""
    valid_to_before: Mapped[date | None]
    """Until when (exclusive) who goes was to work here anyway: what calling off restores."""
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str]
    """``open``, ``done``, ``cancelled``."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class LaufzettelStep(WithId, WithRevision, Table):
    """One thing to do, waiting in the task list of an office or of those who hold a role."""

    __tablename__ = "laufzettel_step"
    __table_args__ = (
        UniqueConstraint("laufzettel_id", "key"),
        {"info": privacy("Schritte der Laufzettel", "laufzettel_id", ONE_YEAR, "erase")},
    )

    laufzettel_id: Mapped[UUID] = mapped_column(ForeignKey("laufzettel.id"))
    key: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    action: Mapped[str | None]
    """What the house does itself when the step is done: ``account``, ``roles``, ``handover``."""
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    role: Mapped[str | None]
    days: Mapped[int]
    """Counted from the sheet's day: when the day is moved, the step moves along."""
    due_on: Mapped[date]
    state: Mapped[str]
    """``open``, ``done``, ``skipped``."""
    note: Mapped[str | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
    ended: Mapped[dict[str, Any] | None]
    """Rights that were given an end with this step (``ending.py``), so that it can be taken back."""
