"""Groups and who belongs to them: the general group of an office is its people, others name theirs."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.organisation.queries import office_in_charge, valid_on
from storage.organisation.tables import Membership, Office, Person
from storage.upsert import insert_into
from workflows.kiss.anliegen.states import OPEN_VALUES
from workflows.kiss.anliegen.tables import Anliegen, Group, GroupMember


def load_group(session: Session, group: UUID, day: date) -> Group:
    """A group that answers on that day; of a closed office, the general one of who carries on.

    Raises ``ConflictError`` where it is closed and nobody carries on, ``NotFoundError`` where there is none.
    """
    row = session.get(Group, group)
    if row is None:
        raise NotFoundError("Diese Gruppe gibt es nicht.")
    office = office_in_charge(session, row.office_id, day)
    if office != row.office_id:
        return general_group(session, office, day)
    if not (row.valid_from <= day and (row.valid_to is None or row.valid_to > day)):
        raise ConflictError(
            f"Die Gruppe „{row.name}“ gibt es nicht mehr. Bitte wählen Sie eine andere."
        )
    return row


def general_group(session: Session, office: UUID, day: date) -> Group:
    """The group of all people of an office, made when it is first needed."""
    session.flush()
    found = session.scalars(
        select(Group).where(Group.office_id == office, Group.general, valid_on(Group, day))
    ).first()
    if found is not None:
        return found
    row = session.get_one(Office, office)
    session.execute(
        insert_into(session, Group)
        .values(
            id=new_id(), revision=1, key=f"amt-{row.key}", name=row.short, office_id=office, general=True,
            coordination=False, spreads=False, hours=40, valid_from=row.valid_from, valid_to=None,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    return session.scalars(select(Group).where(Group.key == f"amt-{row.key}")).one()


def coordination_group(session: Session, day: date) -> Group:
    """The coordination of Feedback LE. Raises ``ConflictError`` where the house has named none."""
    found = session.scalars(
        select(Group).where(Group.coordination, valid_on(Group, day)).order_by(Group.id)
    ).first()
    if found is None:
        raise ConflictError(
            "Es gibt noch keine Koordination für Anliegen. Bitte richten Sie unter „Zuständigkeiten“ eine Gruppe dafür ein."
        )
    return found


def groups(session: Session, day: date) -> Sequence[Group]:
    """All groups of the day, by name."""
    return session.scalars(select(Group).where(valid_on(Group, day)).order_by(Group.name)).all()


def names_by_group(session: Session, day: date) -> dict[UUID, dict[UUID, str]]:
    """The people of all groups as ``members`` says, by name, for a list of groups."""
    of_office = (
        select(Group.id, Person.id, Person.name)
        .join(Membership, Membership.office_id == Group.office_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Group.general, valid_on(Membership, day), valid_on(Person, day))
    )
    by_name = (
        select(Group.id, Person.id, Person.name)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .join(Person, Person.id == GroupMember.person_id)
        .where(~Group.general, valid_on(GroupMember, day), valid_on(Person, day))
    )
    found: dict[UUID, dict[UUID, str]] = {}
    for query in (of_office, by_name):
        for group, person, name in session.execute(query.order_by(Person.name, Person.id)):
            found.setdefault(group, {})[person] = name
    return found


def members(session: Session, group: Group, day: date) -> Sequence[Person]:
    """Who belongs to the group on that day, by name."""
    if group.general:
        belongs = select(Membership.person_id).where(
            Membership.office_id == group.office_id, valid_on(Membership, day)
        )
    else:
        belongs = select(GroupMember.person_id).where(
            GroupMember.group_id == group.id, valid_on(GroupMember, day)
        )
    return session.scalars(
        select(Person)
        .where(Person.id.in_(belongs), valid_on(Person, day))
        .order_by(Person.name, Person.id)
    ).all()


def least_busy(session: Session, people: Collection[UUID]) -> UUID | None:
    """Of these people the one with the fewest open Anliegen; among equals, who has waited longest for one.

    The counts leave this function in no other way: how much a single person has is shown nowhere.
    """
    if not people:
        return None
    rows = session.execute(
        select(Anliegen.person_id, func.count(), func.max(Anliegen.since_holder))
        .where(Anliegen.person_id.in_(sorted(people)), Anliegen.state.in_(OPEN_VALUES))
        .group_by(Anliegen.person_id)
    )
    load = {row[0]: (row[1], row[2].isoformat()) for row in rows}
    return min(sorted(people), key=lambda person: load.get(person, (0, "")))
