"""The offices of a day with who heads them: for the org chart and an office's own page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.people.orgchart import Unit
from storage.actors import Actor, Role
from storage.conflicts import NotFoundError
from storage.organisation.hierarchy import parents_on
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership, Office, OfficeName, Person, RoleGrant
from storage.rights import Verb, require


@dataclass(frozen=True, slots=True)
class OfficeSheet:
    """An office on a day. ``above`` and ``below`` are other offices by id and name."""

    id: UUID
    name: str
    number: str
    department: str | None
    phone: str | None
    mailbox: str | None
    tasks: Sequence[str]
    above: tuple[UUID, str] | None
    below: Sequence[tuple[UUID, str]]
    heads: Sequence[tuple[UUID, str]]


def units(session: Session, actor: Actor, day: date) -> list[Unit]:
    """All offices as they were, are or will be that day, in the order of their numbers."""
    require(actor, Verb.PEOPLE_SEE)
    called = names_on(session, day)
    heads = _heads(session, day)
    counted = session.execute(
        select(Membership.office_id, func.count(Membership.person_id.distinct()))
        .join(Person, Person.id == Membership.person_id)
        .where(valid_on(Membership, day), valid_on(Person, day))
        .group_by(Membership.office_id)
    )
    people = {row[0]: row[1] for row in counted}
    parents = parents_on(session, day)
    return [
        Unit(
            row.id,
            called.get(row.id, row.name),
            tuple(name for _, name in heads.get(row.id, ())),
            people.get(row.id, 0),
            parents[row.id],
            row.department,
        )
        for row in session.scalars(
            select(Office).where(valid_on(Office, day)).order_by(Office.number, Office.id)
        )
    ]


def office_sheet(session: Session, actor: Actor, office: UUID, day: date) -> OfficeSheet:
    """Raises ``NotFoundError`` where there is no such office that day."""
    require(actor, Verb.PEOPLE_SEE)
    row = session.scalars(
        select(Office).where(Office.id == office, valid_on(Office, day))
    ).one_or_none()
    if row is None:
        raise NotFoundError("Dieses Amt gibt es an diesem Tag nicht.")
    called = names_on(session, day)
    parents = parents_on(session, day)
    above = parents[office]
    around = [each for each, parent in parents.items() if parent == office or each == above]
    rows = session.scalars(
        select(Office).where(valid_on(Office, day), Office.id.in_(around)).order_by(Office.number)
    ).all()
    named = [(each.id, called.get(each.id, each.name)) for each in rows]
    return OfficeSheet(
        row.id,
        called.get(row.id, row.name),
        row.number,
        row.department,
        row.phone,
        row.mailbox,
        row.keywords,
        next((each for each in named if each[0] == above), None),
        [each for each in named if each[0] != above],
        _heads(session, day).get(office, []),
    )


def names_on(session: Session, day: date) -> dict[UUID, str]:
    """What renamed offices were called that day; the others have always been called as they are."""
    rows = session.execute(
        select(OfficeName.office_id, OfficeName.name).where(valid_on(OfficeName, day))
    )
    return {row.office_id: row.name for row in rows}


def _heads(session: Session, day: date) -> dict[UUID, list[tuple[UUID, str]]]:
    rows = session.execute(
        select(RoleGrant.office_id, Person.id, Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.HEAD.value,
            RoleGrant.office_id.is_not(None),
            valid_on(RoleGrant, day),
            valid_on(Person, day),
        )
        .order_by(Person.name)
        .distinct()
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for office, person, name in rows:
        if office is not None:
            found.setdefault(office, []).append((person, name))
    return found
