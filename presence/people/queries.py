"""The people of the house as pages show them. All staff see who works where, on what, and how to call them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.availability.current import CurrentStore
from presence.availability.facts import Availability
from presence.availability.levels import Level
from presence.availability.queries import availability_of, reach_of
from presence.people.finder import Hit
from presence.people.index import index_of
from presence.people.tables import (
    PersonPhoto,
    PersonProfile,
    PersonSkill,
    WorkingGroup,
    WorkingGroupMember,
)
from storage.actors import Actor, Role
from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.organisation.queries import names, valid_on
from storage.organisation.tables import Membership, Office, Person, RoleGrant
from storage.rights import Verb, require

UNKNOWN = Availability(Level.LIMITED, "", None, None, None, None, "", "unknown")
"""Where availability is switched off: nothing is said about it."""


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Somebody in a list. ``substitute`` is the name of who acts for them now; ``because`` says why they were found."""

    person: UUID
    name: str
    title: str | None
    office: str
    office_id: UUID | None
    phone: str | None
    email: str | None
    room: str | None
    lotse: bool
    availability: Availability
    substitute: str | None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """Everything a person's own page tells."""

    card: PersonCard
    offices: Sequence[tuple[UUID, str]]
    leads: frozenset[UUID]
    tasks: Sequence[str]
    skills: Sequence[str]
    languages: Sequence[str]
    groups: Sequence[tuple[UUID, str]]
    photo: bool
    revision: int
    """Of the profile; 0 where there is none yet."""


def find_people(
    session: Session,
    store: CurrentStore | None,
    actor: Actor,
    typed: str,
    now: datetime,
    *,
    offices: Collection[UUID] = (),
    groups: Collection[UUID] = (),
    limit: int = 20,
) -> list[PersonCard]:
    """Who fits best; with how they can be reached now, as far as the actor may know and a list may tell."""
    require(actor, Verb.PEOPLE_SEE)
    hits = index_of(session, local_date(now)).search(
        typed, offices=offices, groups=groups, limit=limit
    )
    wanted = {hit.person for hit in hits}
    reach = availability_of(session, store, actor, wanted, now) if store else {}
    return _cards(session, hits, reach, now)


def _cards(
    session: Session, hits: Sequence[Hit], reach: Mapping[UUID, Availability], now: datetime
) -> list[PersonCard]:
    """The hits with everything a list shows, in their order."""
    today = local_date(now)
    wanted = {hit.person for hit in hits}
    people = {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(wanted)))}
    where = offices_of(session, wanted, today)
    guides = set(
        session.scalars(
            select(RoleGrant.person_id).where(
                RoleGrant.person_id.in_(wanted),
                RoleGrant.role == Role.LOTSE.value,
                valid_on(RoleGrant, today),
            )
        )
    )
    called = names(session, {each.substitute for each in reach.values() if each.substitute})
    found = []
    for hit in hits:
        person, answer = people.get(hit.person), reach.get(hit.person, UNKNOWN)
        if person is None:
            continue
        office = where.get(hit.person, ((None, ""),))[0]
        found.append(
            PersonCard(
                person.id,
                person.name,
                person.title,
                office[1],
                office[0],
                person.phone,
                person.email,
                person.room,
                person.id in guides,
                answer,
                called.get(answer.substitute) if answer.substitute else None,
                hit.because,
            )
        )
    return found


def sheet(
    session: Session, store: CurrentStore | None, actor: Actor, person: UUID, now: datetime
) -> PersonSheet:
    """Raises ``NotFoundError`` for who does not work here (any more)."""
    require(actor, Verb.PEOPLE_SEE)
    today = local_date(now)
    row = session.scalars(
        select(Person).where(Person.id == person, valid_on(Person, today))
    ).one_or_none()
    if row is None:
        raise NotFoundError("Diese Person arbeitet nicht (mehr) hier.")
    reach = {row.id: reach_of(session, store, actor, row.id, now)} if store else {}
    (card,) = _cards(session, [Hit(row.id, row.name, 0.0, ())], reach, now)
    profile = session.get(PersonProfile, person)
    where = offices_of(session, [person], today).get(person, ())
    leads = session.scalars(
        select(RoleGrant.office_id).where(
            RoleGrant.person_id == person,
            RoleGrant.role == Role.HEAD.value,
            RoleGrant.office_id.is_not(None),
            valid_on(RoleGrant, today),
        )
    )
    return PersonSheet(
        card,
        where,
        frozenset(office for office in leads if office),
        profile.tasks if profile else (),
        skills_of(session, person),
        profile.languages if profile else (),
        groups_of(session, person, today),
        session.scalar(select(PersonPhoto.person_id).where(PersonPhoto.person_id == person))
        is not None,
        profile.revision if profile else 0,
    )


def photo_of(session: Session, actor: Actor, person: UUID, day: date) -> bytes | None:
    """The picture of somebody who works here, for colleagues."""
    require(actor, Verb.PEOPLE_SEE)
    return session.scalar(
        select(PersonPhoto.picture)
        .join(Person, Person.id == PersonPhoto.person_id)
        .where(PersonPhoto.person_id == person, valid_on(Person, day))
    )


def offices_of(
    session: Session, people: Collection[UUID], day: date
) -> Mapping[UUID, Sequence[tuple[UUID, str]]]:
    """The offices these people work in that day, by person, in the order of their numbers."""
    rows = session.execute(
        select(Membership.person_id, Office.id, Office.name, Office.number)
        .join(Office, Office.id == Membership.office_id)
        .where(Membership.person_id.in_(people), valid_on(Membership, day))
        .order_by(Office.number, Office.id)
        .distinct()
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for person, office, name, _ in rows:
        found.setdefault(person, []).append((office, name))
    return found


def skills_of(session: Session, person: UUID) -> Sequence[str]:
    return session.scalars(
        select(PersonSkill.skill).where(PersonSkill.person_id == person).order_by(PersonSkill.skill)
    ).all()


def groups_of(session: Session, person: UUID, day: date) -> list[tuple[UUID, str]]:
    """The working groups somebody is in that day."""
    rows = session.execute(
        select(WorkingGroup.id, WorkingGroup.name)
        .join(WorkingGroupMember, WorkingGroupMember.group_id == WorkingGroup.id)
        .where(
            WorkingGroupMember.person_id == person,
            valid_on(WorkingGroupMember, day),
            valid_on(WorkingGroup, day),
        )
        .order_by(WorkingGroup.name)
        .distinct()
    )
    return [(row.id, row.name) for row in rows]


def working_groups(session: Session, day: date) -> Sequence[WorkingGroup]:
    """All groups of the day, by name."""
    return session.scalars(
        select(WorkingGroup).where(valid_on(WorkingGroup, day)).order_by(WorkingGroup.name)
    ).all()


def group_members(session: Session, group: UUID, day: date) -> Sequence[UUID]:
    """Who works in a group on a day and in the house at all (the monitor asks, too)."""
    return session.scalars(
        select(WorkingGroupMember.person_id)
        .join(Person, Person.id == WorkingGroupMember.person_id)
        .where(
            WorkingGroupMember.group_id == group,
            valid_on(WorkingGroupMember, day),
            valid_on(Person, day),
        )
        .distinct()
    ).all()
