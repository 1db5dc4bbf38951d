"""Which side somebody speaks for: the house, or the staff council. Nobody speaks for both."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.actors import Role, Staff
from storage.alphabet import place_of
from storage.organisation.queries import valid_on
from storage.organisation.tables import Person, RoleGrant

APART = timedelta(days=365)
"""So long after the last day of the Systemverwaltung somebody does not speak for the council: an administrator could
else lay down one role, be given the other, and sign for both sides.
"""


class Side(StrEnum):
    """The value completes "bestätigt …"."""

    HOUSE = "die Systemverwaltung"
    COUNCIL = "der Personalrat"


def side_of(session: Session, actor: Staff, today: date) -> Side | None:
    """The side this person speaks for today. Who administers the house speaks for it, whatever else they hold."""
    if actor.has(Role.ADMIN):
        return Side.HOUSE
    if not actor.has(Role.COUNCIL) or actor.person in _administered(session, today):
        return None
    return Side.COUNCIL


def speakers(session: Session, today: date) -> Sequence[tuple[str, date]]:
    """Who can speak for the council today, by name, and since when: everybody concerned shall see when that changes."""
    rows = session.execute(
        select(Person.id, Person.name, RoleGrant.valid_from)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == Role.COUNCIL.value,
            valid_on(RoleGrant, today),
            valid_on(Person, today),
        )
        .order_by(RoleGrant.valid_from.desc())
    ).all()
    apart = _administered(session, today)
    found = {person: (name, since) for person, name, since in rows if person not in apart}
    return sorted(found.values(), key=lambda each: place_of(each[0]))


def _administered(session: Session, today: date) -> set[UUID]:
    """Who has administered the house within the last year."""
    return set(
        session.scalars(
            select(RoleGrant.person_id).where(
                RoleGrant.role == Role.ADMIN.value,
                or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > today - APART),
            )
        )
    )
