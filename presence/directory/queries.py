"""What the house knows already of the directory's people. For the sync and sign-in alone, which act as the house."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from presence.directory.plan import Known, Resident
from presence.directory.tables import DirectoryIdentity, DirectoryState
from storage.actors import Actor
from storage.organisation.queries import offices, valid_on
from storage.organisation.tables import Person
from storage.rights import Verb, require

LDAP = "ldap"


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


def residents(
    session: Session, day: date, logins: Collection[str] | None = None
) -> dict[str, Resident]:
    """Everybody there ever was, by login; ``logins`` narrows it."""
    query = select(Person.id, Person.login, Person.name, valid_on(Person, day))
    if logins is not None:
        query = query.where(Person.login.in_(logins))
    return {
        login: Resident(person, login, name, bool(works))
        for person, login, name, works in session.execute(query)
    }


def offices_by_name(session: Session, day: date) -> dict[str, UUID]:
    """The offices of the day by each of their names (key, number, short and full name) in lower case."""
    found: dict[str, UUID] = {}
    for office in reversed(offices(session, day)):
        for name in (office.name, office.short, office.number, office.key):
            found[name.casefold()] = office.id
    return found


def is_active(session: Session, person: UUID) -> bool:
    """Whether some other system vouches for this person."""
    found = select(DirectoryIdentity.id).where(
        DirectoryIdentity.person_id == person, DirectoryIdentity.active
    )
    return session.scalar(found.limit(1)) is not None


def health(session: Session, actor: Actor, now: datetime) -> Health | None:
    """How the sync of the directory goes; ``None`` before the first."""
    require(actor, Verb.SYSTEM_SEE)
    row = session.get(DirectoryState, LDAP)
    if row is None:
        return None
    busy = row.busy_until is not None and row.busy_until > now
    return Health(row.full_at, row.tried_at, row.result, row.refused, busy)
