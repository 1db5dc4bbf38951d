"""What the house knows already of the directory's people. For the sync and sign-in alone, which act as the house."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from presence.directory.guard import Given
from presence.directory.offices import OfficeBook, spelled
from presence.directory.plan import Known, Newcomer, Resident
from presence.directory.tables import DirectoryIdentity, DirectoryState
from presence.people.tables import Laufzettel
from storage.actors import Actor, Grant, Role
from storage.organisation.queries import successions, valid_on
from storage.organisation.tables import (
    DIRECTORY,
    Membership,
    Office,
    OfficeName,
    Person,
    RoleGrant,
)
from storage.rights import Verb, require

LDAP = "ldap"
LATE_COMING = timedelta(days=31)
"""So long after their first day somebody may still turn up in the directory."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the sync goes, for the administration. ``result`` as in contracts.md, empty before the first sync."""

    full_at: datetime | None
    tried_at: datetime | None
    result: dict[str, Any]
    refused: str | None
    busy: bool


def known_people(
    session: Session, source: str, *, entry: tuple[str, str, str | None] | None = None
) -> list[Known]:
    """All identities of the source, or those that may have to do with one entry (key, login, number)."""
    query = (
        select(
            DirectoryIdentity.id,
            DirectoryIdentity.person_id,
            DirectoryIdentity.key,
            DirectoryIdentity.active,
            DirectoryIdentity.number,
            DirectoryIdentity.fingerprint,
            Person.login,
            Person.name,
        )
        .join(Person, Person.id == DirectoryIdentity.person_id)
        .where(DirectoryIdentity.source == source)
    )
    if entry is not None:
        key, login, number = entry
        query = query.where(
            or_(
                DirectoryIdentity.key == key,
                Person.login == login,
                DirectoryIdentity.number == (number or ""),
            )
        )
    return [Known(*row) for row in session.execute(query)]


def known_facts(session: Session, person: UUID | None = None) -> dict[UUID, dict[str, str | None]]:
    """What entries may lack, as it stands here, of everybody whom the directory vouches for, or of one of them."""
    query = (
        select(Person.id, Person.title, Person.email, Person.phone, Person.room)
        .join(DirectoryIdentity, DirectoryIdentity.person_id == Person.id)
        .where(DirectoryIdentity.source == LDAP, DirectoryIdentity.active)
    )
    if person is not None:
        query = query.where(Person.id == person)
    return {
        row.id: {"title": row.title, "email": row.email, "phone": row.phone, "room": row.room}
        for row in session.execute(query)
    }


def newcomers(session: Session, day: date) -> list[Newcomer]:
    """Who is expected to begin, or has just begun, and the directory does not vouch for yet."""
    vouched = select(DirectoryIdentity.person_id).where(DirectoryIdentity.source == LDAP)
    rows = session.execute(
        select(Person.id, Person.login, Person.name, Laufzettel.office_id, Laufzettel.day)
        .join(Laufzettel, Laufzettel.person_id == Person.id)
        .where(
            Laufzettel.kind == "join",
            Laufzettel.state == "open",
            Laufzettel.day >= day - LATE_COMING,
            or_(Person.valid_to.is_(None), Person.valid_to > day),
            Person.id.not_in(vouched),
        )
    )
    return [Newcomer(*row) for row in rows]


def residents(
    session: Session, day: date, logins: Collection[str] | None = None
) -> dict[str, Resident]:
    """Everybody there ever was or is to come, by login; ``logins`` narrows it. Who is to come has not left."""
    works = or_(Person.valid_to.is_(None), Person.valid_to > day)
    query = select(Person.id, Person.login, Person.name, works)
    if logins is not None:
        query = query.where(Person.login.in_(logins))
    return {
        login: Resident(person, login, name, bool(here))
        for person, login, name, here in session.execute(query)
    }


def office_book(session: Session, day: date) -> OfficeBook:
    """All names that mean an office of the day.

    Today's names count before planned and former ones, these before those of closed offices; of several offices that
    had one name the last one counts.
    """
    every = session.execute(
        select(
            Office.id,
            valid_on(Office, day).label("there"),
            Office.successor_id,
            Office.name,
            Office.short,
            Office.number,
            Office.key,
        ).order_by(Office.valid_from, Office.number.desc())
    ).all()
    there = {row.id for row in every if row.there}
    closed = any(row.successor_id and not row.there for row in every)
    lines = successions(session, day) if closed else {}
    heirs = {old: heir for old, heir in lines.items() if heir in there}
    known: dict[str, UUID] = {}
    carried_on: dict[str, UUID] = {}
    former = session.execute(
        select(OfficeName.office_id, OfficeName.name, OfficeName.short).order_by(
            OfficeName.valid_from
        )
    )
    called = [(office, names) for office, *names in former]
    called += [(row.id, [row.name, row.short, row.number, row.key]) for row in every]
    for office, names in called:
        for name in names:
            if office in there:
                known[spelled(name)] = office
            elif office in heirs:
                carried_on[spelled(name)] = heirs[office]
    return OfficeBook(known, carried_on)


def given(session: Session, day: date, key: str | None = None) -> dict[UUID, Given]:
    """What the directory has given people that still counts: all of them, or the one of this entry."""
    found: dict[UUID, Given] = {}
    people = select(DirectoryIdentity.person_id).where(
        DirectoryIdentity.source == LDAP, DirectoryIdentity.key == (key or "")
    )
    grants = select(RoleGrant.person_id, RoleGrant.role, RoleGrant.office_id).where(
        RoleGrant.origin == DIRECTORY, valid_on(RoleGrant, day)
    )
    memberships = select(Membership.person_id, Membership.office_id).where(
        Membership.origin == DIRECTORY, valid_on(Membership, day)
    )
    if key is not None:
        grants = grants.where(RoleGrant.person_id.in_(people))
        memberships = memberships.where(Membership.person_id.in_(people))
    for person, role, where in session.execute(grants):
        found.setdefault(person, Given()).grants.add(Grant(Role(role), where))
    for person, office in session.execute(memberships):
        found.setdefault(person, Given()).offices.add(office)
    return found


def is_active(session: Session, person: UUID) -> bool:
    """Whether some other system vouches for this person."""
    found = select(DirectoryIdentity.id).where(
        DirectoryIdentity.person_id == person, DirectoryIdentity.active
    )
    return session.scalar(found.limit(1)) is not None


def was_refused(session: Session) -> bool:
    """Whether the last sync changed nothing, and people have to look into it."""
    return (
        session.scalar(select(DirectoryState.refused).where(DirectoryState.source == LDAP))
        is not None
    )


def health(session: Session, actor: Actor, now: datetime) -> Health | None:
    """How the sync of the directory goes; ``None`` before the first."""
    require(actor, Verb.SYSTEM_SEE)
    row = session.get(DirectoryState, LDAP)
    if row is None:
        return None
    busy = row.busy_until is not None and row.busy_until > now
    return Health(row.full_at, row.tried_at, row.result, row.refused, busy)
