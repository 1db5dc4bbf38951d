"""What a screen can show, and to whose responsibility that belongs."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from presence.people.queries import working_groups
from presence.people.tables import WorkingGroup
from presence.spaces.queries import floors
from presence.spaces.tables import Building, Floor
from storage.actors import ProtectionClass, Scope
from storage.organisation.queries import offices
from storage.organisation.tables import Office


class Kind(StrEnum):
    OFFICE = "office"
    FLOOR = "floor"
    GROUP = "group"


class Mode(StrEnum):
    """``COUNTS`` knows no names: not on the screen, and not in what is sent to it."""

    NAMES = "names"
    COUNTS = "counts"


class Theme(StrEnum):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


KIND_NAMES = {Kind.OFFICE: "Amt", Kind.FLOOR: "Etage", Kind.GROUP: "Arbeitsgruppe"}
MODE_NAMES = {
    Mode.NAMES: "mit Namen (nur wo kein Publikum hinkommt)",
    Mode.COUNTS: "ohne Namen (für öffentliche Bereiche)",
}
THEME_NAMES = {
    Theme.AUTO: "tags hell, abends dunkel",
    Theme.LIGHT: "hell",
    Theme.DARK: "dunkel",
}


@dataclass(frozen=True, slots=True)
class Spec:
    """A board: what is shown, and how. Screens with equal specs share one."""

    kind: Kind
    subject: UUID
    mode: Mode


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to show. ``scope`` is whose it is; ``None``: the whole house's."""

    kind: Kind
    id: UUID
    title: str
    scope: Scope | None


def subjects(session: Session, day: date) -> list[Subject]:
    """Everything a screen can show that day."""
    found = [_office(row) for row in offices(session, day)]
    found += [_floor(building, floor) for building, floor in floors(session, day)]
    found += [_group(row) for row in working_groups(session, day)]
    return found


def subject_of(session: Session, kind: Kind, subject: UUID) -> Subject | None:
    """One of them, also where it is not valid any more; ``None`` where there is no such thing."""
    if kind is Kind.OFFICE:
        office = session.get(Office, subject)
        return _office(office) if office else None
    if kind is Kind.GROUP:
        group = session.get(WorkingGroup, subject)
        return _group(group) if group else None
    floor = session.get(Floor, subject)
    building = session.get(Building, floor.building_id) if floor else None
    return _floor(building, floor) if floor and building else None


def _office(row: Office) -> Subject:
    return Subject(Kind.OFFICE, row.id, row.name, Scope(row.id, ProtectionClass.INTERNAL))


def _floor(building: Building, floor: Floor) -> Subject:
    return Subject(Kind.FLOOR, floor.id, f"{building.name}, {floor.name}", None)


def _group(row: WorkingGroup) -> Subject:
    scope = Scope(row.office_id, ProtectionClass.INTERNAL) if row.office_id else None
    return Subject(Kind.GROUP, row.id, row.name, scope)
