"""Who stands on which board.

An office's board shows the office and the ones below it. On the board of a floor or a working group, people of several
offices meet: there only those appear whose office shows its availability to the whole house.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.availability.tables import OfficeVisibility
from presence.monitor.rooms import stands_on
from presence.monitor.subjects import Kind, subject_of
from presence.people.queries import group_members
from presence.spaces.states import State
from presence.spaces.tables import Booking, Building, Floor, Space
from storage.agreements.queries import in_force
from storage.clock import local_date
from storage.organisation.hierarchy import parents_on
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership, Office, Person


@dataclass(frozen=True, slots=True)
class Part:
    """An office on a board, with its people."""

    office: UUID
    title: str
    people: frozenset[UUID]
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """``parts`` in the order of the offices' numbers; somebody who works in two offices is in both."""

    title: str
    parts: tuple[Part, ...]

    @property
    def people(self) -> frozenset[UUID]:
        return frozenset().union(*(part.people for part in self.parts))


def audience(session: Session, kind: Kind, subject: UUID, now: datetime) -> Audience | None:
    """Who is meant now; ``None`` where the office, floor or group is no more."""
    today = local_date(now)
    if kind is Kind.OFFICE:
        return _office(session, subject, today)
    if kind is Kind.FLOOR:
        return _floor(session, subject, now)
    group = subject_of(session, kind, subject)
    if group is None:
        return None
    people = group_members(session, subject, today)
    return Audience(group.title, _parts(session, people, today))


def _office(session: Session, office: UUID, day: date) -> Audience | None:
    top = session.scalars(
        select(Office).where(Office.id == office, valid_on(Office, day))
    ).one_or_none()
    if top is None:
        return None
    children = [each for each, above in parents_on(session, day).items() if above == office]
    below = session.scalars(
        select(Office).where(Office.id.in_(children), valid_on(Office, day)).order_by(Office.number)
    )
    offices = {row.id: row for row in (top, *below)}
    members = _members(session, offices, day)
    return Audience(
        top.name,
        tuple(
            Part(each, row.name, members[each], row.phone)
            for each, row in offices.items()
            if members.get(each)
        ),
    )


def _floor(session: Session, floor: UUID, now: datetime) -> Audience | None:
    row = session.execute(
        select(Floor, Building)
        .join(Building, Building.id == Floor.building_id)
        .where(Floor.id == floor)
    ).one_or_none()
    if row is None:
        return None
    place, building = row
    today = local_date(now)
    rooms = session.execute(
        select(Person.id, Person.room).where(Person.room.is_not(None), valid_on(Person, today))
    )
    called = {building.key.casefold(), *building.name.casefold().split()}  # "Haus A" is "A"
    people = {person for person, room in rooms if room and stands_on(room, called, place.level)}
    if in_force(session, "booking", today):
        people.update(_booked_in(session, floor, now))
    return Audience(f"{building.name}, {place.name}", _parts(session, people, today))


def _booked_in(session: Session, floor: UUID, now: datetime) -> set[UUID]:
    """Who has a place on the floor just now."""
    rows = session.scalars(
        select(Booking.person_id)
        .join(Space, Space.id == Booking.space_id)
        .where(
            Space.floor_id == floor,
            Booking.state == State.CONFIRMED.value,
            Booking.starts <= now,
            Booking.ends > now,
            Booking.person_id.is_not(None),
        )
    )
    return {person for person in rows if person}


def _parts(session: Session, people: Collection[UUID], day: date) -> tuple[Part, ...]:
    """These people by office, as far as the office shows itself to the whole house."""
    rows = session.execute(
        select(Office.id, Office.name, Office.phone, Membership.person_id)
        .join(Membership, Membership.office_id == Office.id)
        .join(OfficeVisibility, OfficeVisibility.office_id == Office.id)
        .where(
            Membership.person_id.in_(people),
            OfficeVisibility.whole_house.is_(True),
            valid_on(Membership, day),
            valid_on(Office, day),
        )
        .order_by(Office.number)
    )
    found: dict[UUID, tuple[str, str | None, set[UUID]]] = {}
    for office, name, phone, person in rows:
        found.setdefault(office, (name, phone, set()))[2].add(person)
    return tuple(
        Part(office, name, frozenset(who), phone) for office, (name, phone, who) in found.items()
    )


def _members(
    session: Session, offices: Collection[UUID], day: date
) -> Mapping[UUID, frozenset[UUID]]:
    rows = session.execute(
        select(Membership.office_id, Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.office_id.in_(offices),
            valid_on(Membership, day),
            valid_on(Person, day),
        )
    )
    found: dict[UUID, set[UUID]] = {}
    for office, person in rows:
        found.setdefault(office, set()).add(person)
    return {office: frozenset(people) for office, people in found.items()}
