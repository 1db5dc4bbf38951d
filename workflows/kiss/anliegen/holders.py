"""Who gets an Anliegen: a group, and of it somebody who is there; for a complaint about a person, the superior."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import CLASS_NAMES, ProtectionClass, Role, Scope
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.organisation.hierarchy import line_above
from storage.organisation.queries import names, valid_on
from storage.organisation.substitution import absent_at, acting_substitute, ruling
from storage.organisation.tables import ClassGrant, Membership, Person, RoleGrant
from workflows.kiss.anliegen.groups import (
    coordination_group,
    general_group,
    least_busy,
    load_group,
    members,
)
from workflows.kiss.anliegen.naming import is_named
from workflows.kiss.anliegen.tables import Anliegen, Group, Message


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has it now, and why it is this person (German sentences)."""

    group: Group
    person: UUID | None
    because: tuple[str, ...] = ()


def holder_in(session: Session, group: UUID, person: UUID | None, now: datetime) -> Holder:
    """Somebody of the group who is there: the named one or who stands in, or whom the group's rule finds.

    Raises ``ConflictError`` where the named person does not belong to the group.
    """
    row = load_group(session, group, local_date(now))
    belong = {each.id: each.name for each in members(session, row, local_date(now))}
    away = {key: each.substitute_id for key, each in ruling(absent_at(session, now)).items()}
    if person is not None:
        if person not in belong:
            raise ConflictError(f"Diese Person gehört nicht zur Gruppe „{row.name}“.")
        return _present(session, row, person, away, set(belong))
    if not row.spreads:
        return Holder(row, None, (f"Die Gruppe „{row.name}“ nimmt ihre Anliegen selbst auf.",))
    found = least_busy(session, [each for each in belong if each not in away])
    if found is None:
        return Holder(
            row, None, (f"Von „{row.name}“ ist gerade niemand da; es wartet auf die Gruppe.",)
        )
    return Holder(row, found, (f"„{row.name}“ verteilt Neues an Anwesende.",))


def _present(
    session: Session, group: Group, person: UUID, away: dict[UUID, UUID | None], belong: set[UUID]
) -> Holder:
    if person not in away:
        return Holder(group, person)
    stands_in = acting_substitute(person, away)
    called = names(session, {person, *({stands_in} if stands_in else ())})
    if stands_in is None or stands_in not in belong:
        why = f"{called[person]} ist nicht da, und in „{group.name}“ vertritt niemand; es wartet auf die Gruppe."
        return Holder(group, None, (why,))
    return Holder(
        group, stands_in, (f"{called[person]} ist nicht da; {called[stands_in]} vertritt.",)
    )


def superior_of(
    session: Session, person: UUID, now: datetime, away: Collection[UUID] = ()
) -> Holder:
    """Who a complaint about this person goes to: the head of the office, or of the office above if it is the head.

    Who is ``away`` is passed over. Raises ``ConflictError`` where nobody leads: then the coordination has to name
    somebody.
    """
    day = local_date(now)
    offices = session.scalars(
        select(Membership.office_id)
        .where(Membership.person_id == person, valid_on(Membership, day))
        .order_by(Membership.id)
    ).all()
    for first in offices:
        for office in line_above(session, first, day):
            heads = _heads(session, office, now)
            head = None if person in heads else _first(heads, away)
            if head is not None:
                return Holder(general_group(session, office, day), head)
    raise ConflictError(
        "Für diese Person ist keine vorgesetzte Leitung eingetragen. Bitte tragen Sie unter „Personen und Rechte“ eine ein."
    )


def superior_or_coordination(session: Session, person: UUID, now: datetime) -> Holder:
    """The superior; where none is known, who leads the coordination's office or one above, else somebody of the coordination.

    Never the person, nor a deputy of theirs. Raises ``ConflictError`` where nobody is left.
    """
    try:
        return superior_of(session, person, now)
    except ConflictError:
        day = local_date(now)
        group = coordination_group(session, day)
        deputies: set[UUID] = set()
        for office in line_above(session, group.office_id, day):
            heads = _heads(session, office, now)
            if person not in heads and heads:
                return Holder(group, heads[0])
            deputies |= {*heads}
        team = {each.id for each in members(session, group, day)} - {person, *deputies}
        found = least_busy(session, team)
        if found is None:
            raise
        return Holder(group, found)


def head_of(session: Session, office: UUID, now: datetime, away: Collection[UUID] = ()) -> UUID:
    """Who leads the office, or the one above it, and is not ``away``. Raises ``ConflictError`` where nobody does."""
    for above in line_above(session, office, local_date(now)):
        head = _first(_heads(session, above, now), away)
        if head is not None:
            return head
    raise ConflictError(
        "Für dieses Amt ist keine Leitung eingetragen. Bitte tragen Sie unter „Personen und Rechte“ eine ein."
    )


def at_it(session: Session, row: Anliegen) -> set[UUID]:
    """Who has it or has written in it, or in the one it was merged into."""
    rows = [row.id, *([row.merged_into_id] if row.merged_into_id else [])]
    having = session.scalars(select(Anliegen.person_id).where(Anliegen.id.in_(rows)))
    writing = session.scalars(select(Message.author_id).where(Message.anliegen_id.in_(rows)))
    return {each for each in (*having, *writing) if each is not None}


class NobodyLeadsError(ConflictError):
    """There is nobody whom a complaint about a person could go to."""

    def __init__(self) -> None:
        super().__init__(
            "Für diese Beschwerde ist keine Leitung eingetragen. Bitte tragen Sie unter „Personen und Rechte“ eine ein."
        )


def unnamed_holder(
    session: Session, text: str, now: datetime, away: Collection[UUID] = (), suspected: Collection[UUID] = ()
) -> Holder:  # fmt: skip
    """Who a complaint goes to whose person nobody has recognised yet: who leads the coordination's office or one above, else
    somebody of the coordination; never who is ``suspected`` or seems to be named in it, and no deputy of theirs.

    Raises ``NobodyLeadsError`` where nobody is left.
    """
    day = local_date(now)
    group = coordination_group(session, day)
    for fully in (False, True):  # where all bear the name, the whole one has to tell

        def named(people: Collection[UUID], *, fully: bool = fully) -> set[UUID]:
            called = names(session, people)
            meant = {each for each in people if is_named(called.get(each, ""), text, fully=fully)}
            return meant | {*people}.intersection(suspected)

        for office in line_above(session, group.office_id, day):
            heads = _heads(session, office, now)
            meant = named(heads)
            head = None if heads and heads[0] in meant else _first(heads, {*away, *meant})
            if head is not None:
                return Holder(group, head)
        team = {each.id for each in members(session, group, day)} - {*away}
        person = least_busy(session, team - named(team))
        if person is not None:
            return Holder(group, person)
    raise NobodyLeadsError


def _first(heads: Sequence[UUID], away: Collection[UUID]) -> UUID | None:
    return next((head for head in heads if head not in away), None)


def _heads(session: Session, office: UUID, now: datetime) -> Sequence[UUID]:
    """Who leads the office, the longest first. A deputy is no superior of who leads it."""
    day = local_date(now)
    return session.scalars(
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.HEAD.value, RoleGrant.office_id == office,
            valid_on(RoleGrant, day), valid_on(Person, day),
        )
        .order_by(RoleGrant.id)
    ).all()  # fmt: skip


def with_sight(session: Session, holder: Holder, scope: Scope, now: datetime) -> Holder:
    """Who has what comes into a protected scope: the holder that was found if the scope was opened to them, else somebody to
    whom it was (rather who is there), else the head. A person always, since to a group it may be out of sight.

    Raises ``ConflictError`` where nobody is left who could see it.
    """
    may = {*cleared(session, scope, local_date(now))}
    if holder.person in may:
        return holder
    person = least_busy(session, may - {*ruling(absent_at(session, now))} or may)
    if person is not None:
        return Holder(holder.group, person, holder.because)
    why = f"Für {CLASS_NAMES[scope.protection]} ist hier niemand freigeschaltet; es liegt bei der Leitung."
    head = head_of(session, scope.office, now)
    return Holder(holder.group, head, (*holder.because, why))


def cleared(session: Session, scope: Scope, day: date) -> Sequence[UUID]:
    """The people who are here and to whom this very scope was opened by name."""
    return session.scalars(
        select(ClassGrant.person_id)
        .join(Person, Person.id == ClassGrant.person_id)
        .where(
            ClassGrant.office_id == scope.office, ClassGrant.protection == scope.protection.value,
            valid_on(ClassGrant, day), valid_on(Person, day),
        )
        .order_by(ClassGrant.person_id)
    ).all()  # fmt: skip


def confidential(group: Group) -> Scope:
    """The scope of a complaint about a person: personnel data of the superior's office."""
    return Scope(group.office_id, ProtectionClass.PERSONNEL)
