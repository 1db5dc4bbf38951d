"""Who works where, and who somebody is on a given day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from storage.actors import STANDING_IN, Grant, ProtectionClass, Proxy, Role, Scope, Staff
from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.organisation.substitution import ruling, stand_in_for
from storage.organisation.tables import (
    Absence,
    Addressee,
    ClassGrant,
    Membership,
    Office,
    Person,
    RoleGrant,
    Valid,
)


def valid_on(table: type[Valid], day: date) -> ColumnElement[bool]:
    """The condition that a row counts on that day."""
    return and_(table.valid_from <= day, or_(table.valid_to.is_(None), table.valid_to > day))


def offices(session: Session, day: date) -> Sequence[Office]:
    """All offices of the day, in the order of their numbers."""
    return session.scalars(
        select(Office).where(valid_on(Office, day)).order_by(Office.number)
    ).all()


def office_ids(session: Session) -> Sequence[UUID]:
    """Every office there ever was: documents of a closed office keep their scope."""
    return session.scalars(select(Office.id)).all()


def lasting_office(session: Session, office: UUID, day: date) -> Office:
    """The office, closed by that day it is none. Raises ``NotFoundError``."""
    row = session.get(Office, office)
    if row is None or (row.valid_to is not None and row.valid_to <= day):
        raise NotFoundError("Dieses Amt gibt es nicht.")
    return row


def office_by_key(session: Session, key: str, day: date) -> Office | None:
    """The office called so (key, number or short name); of a closed one, who carries on for it."""
    wanted = or_(Office.key == key, Office.number == key, Office.short == key)
    found = session.scalars(select(Office).where(wanted, valid_on(Office, day)).limit(1)).first()
    if found is not None:
        return found
    closed = session.scalars(
        select(Office).where(wanted, Office.successor_id.is_not(None), Office.valid_to <= day)
    ).first()
    return session.get(Office, office_in_charge(session, closed.id, day)) if closed else None


def successions(session: Session, day: date) -> dict[UUID, UUID]:
    """The offices closed by that day, each with the one that carries on for it at the end of the line."""
    rows = session.execute(
        select(Office.id, Office.successor_id).where(
            Office.successor_id.is_not(None), Office.valid_to <= day
        )
    )
    following = {old: heir for old, heir in rows if heir is not None}
    return {office: _last(office, following) for office in following}


def _last(office: UUID, following: Mapping[UUID, UUID]) -> UUID:
    for _ in following:  # no line is longer than all of them
        if office not in following:
            break
        office = following[office]
    return office


def office_in_charge(session: Session, office: UUID, day: date) -> UUID:
    """The office itself, or who carries on for it since it was closed."""
    return successions(session, day).get(office, office)


def person_by_login(session: Session, login: str, day: date) -> Person | None:
    wanted = select(Person).where(Person.login == login.strip().lower(), valid_on(Person, day))
    return session.scalars(wanted).first()


def people(session: Session, day: date) -> Sequence[tuple[Person, Office | None]]:
    """Everybody of the day with their first office, by name."""
    rows = session.execute(
        select(Person, Office)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, valid_on(Membership, day)))
        .outerjoin(Office, Office.id == Membership.office_id)
        .where(valid_on(Person, day))
        .order_by(Person.name, Person.id, Membership.id)
    )
    seen: dict[UUID, tuple[Person, Office | None]] = {}
    for person, office in rows:
        seen.setdefault(person.id, (person, office))
    return list(seen.values())


def names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people; who was erased is missing."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def has_role_holder(session: Session, role: Role, office: UUID | None, day: date) -> bool:
    """Whether anybody who is still here holds the role in the office or in the whole house on that day.

    Without ``office``: in the whole house.
    """
    return session.execute(holders(role, office, day).limit(1)).first() is not None


def holders(role: Role, office: UUID | None, day: date) -> Select[UUID]:
    """The people who hold the role in the office or in the whole house on that day."""
    return (
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == role.value, valid_on(RoleGrant, day), valid_on(Person, day))
        .where(or_(RoleGrant.office_id == office, RoleGrant.office_id.is_(None)))
    )


def is_attended(
    session: Session, role: Role, office: UUID | None, begins: datetime, ends: datetime
) -> bool:
    """Whether anybody who holds the role then is there at some time of the span, or somebody stands in for them.

    As absences are entered now; one that is longer than the span counts, several short ones in a row don't.
    """
    held_by = set(session.scalars(holders(role, office, local_date(ends))))
    gone = session.scalars(
        select(Absence).where(
            Absence.person_id.in_(held_by), Absence.starts <= begins, Absence.ends >= ends
        )
    ).all()
    if role in STANDING_IN:
        gone = [each for each in ruling(gone).values() if each.substitute_id is None]
    return bool(held_by - {each.person_id for each in gone})


def addressees(session: Session, day: date) -> dict[str, list[UUID]]:
    """Who is named on that day for each rule of unopened post; rules for which nobody is are missing."""
    rows = session.execute(
        select(Addressee.rule, Addressee.person_id)
        .join(Person, Person.id == Addressee.person_id)
        .where(valid_on(Addressee, day), valid_on(Person, day))
        .order_by(Addressee.rule, Person.name, Person.id)
    )
    found: dict[str, list[UUID]] = {}
    for rule, person in rows:
        found.setdefault(rule, []).append(person)
    return found


def load_staff(session: Session, person_id: UUID, day: date) -> Staff | None:
    """The actor this person is today, or ``None`` who does not work here (any more)."""
    person = session.get(Person, person_id)
    if person is None or not (
        person.valid_from <= day and (person.valid_to is None or person.valid_to > day)
    ):
        return None

    def held(table: type[Membership | RoleGrant | ClassGrant | Addressee]) -> Sequence[Any]:
        return session.scalars(
            select(table).where(table.person_id == person_id, valid_on(table, day))
        ).all()

    passed_on = successions(session, day)
    absent = stand_in_for(session, person_id, day)
    return Staff(
        person=person.id,
        name=person.name,
        memberships=_with_predecessors((row.office_id for row in held(Membership)), passed_on),
        grants=frozenset(
            grant
            for row in held(RoleGrant)
            for grant in _grants(row.role, row.office_id, passed_on)
        ),
        classes=frozenset(
            Scope(row.office_id, ProtectionClass(row.protection)) for row in held(ClassGrant)
        ),
        entrusted=frozenset(row.rule for row in held(Addressee)),
        stands_in_for=absent,
        proxies=_proxies(session, absent, passed_on, day) if absent else frozenset(),
    )


def _grants(role: str, office: UUID | None, passed_on: Mapping[UUID, UUID]) -> list[Grant]:
    """What one row gives: a role in an office counts for those it carries on for as well."""
    where = _with_predecessors([office], passed_on) if office else [None]
    return [Grant(Role(role), each) for each in where]


def _proxies(
    session: Session, absent: Collection[UUID], passed_on: Mapping[UUID, UUID], day: date
) -> frozenset[Proxy]:
    """The roles in which others stand in for these people."""
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.role, RoleGrant.office_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.person_id.in_(absent),
            RoleGrant.role.in_(sorted(STANDING_IN)),
            valid_on(RoleGrant, day),
            valid_on(Person, day),
        )
    )
    return frozenset(
        Proxy(person, grant)
        for person, role, office in rows
        for grant in _grants(role, office, passed_on)
    )


def _with_predecessors(offices: Iterable[UUID], passed_on: Mapping[UUID, UUID]) -> frozenset[UUID]:
    """The offices, who carries on for them, and those for which they carry on."""
    now = {passed_on.get(office, office) for office in offices}
    return frozenset(now | {old for old, heir in passed_on.items() if heir in now})
