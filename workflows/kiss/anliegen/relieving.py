"""What would fall due before its holder is back, and what belongs to people who have left, goes to somebody who is there.

A substitute who may see it does it in the holder's stead, and nothing changes. Otherwise an internal one returns to its
group. A protected one goes to somebody to whom its scope was opened, a complaint about a person to the next superior who
is there; else to who leads the office, at last to who leads the coordination's. What can wait for its holder waits.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES, ProtectionClass, Scope
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.organisation.queries import load_staff
from storage.organisation.substitution import absent_at, acting_substitute, ruling
from storage.organisation.tables import Absence, Person
from storage.tasks.tables import Task
from workflows.kiss.anliegen.assigning import pass_on
from workflows.kiss.anliegen.groups import coordination_group, least_busy
from workflows.kiss.anliegen.holders import (
    Holder,
    cleared,
    confidential,
    head_of,
    holder_in,
    superior_of,
    unnamed_holder,
)
from workflows.kiss.anliegen.progress import task_key
from workflows.kiss.anliegen.sight import may_see, scope_of, works_on
from workflows.kiss.anliegen.states import RUNNING_VALUES, Kind
from workflows.kiss.anliegen.tables import Anliegen, Group, Message


def relieve(session: Session, now: datetime) -> int:
    """Pass on what can't wait for its holder. Returns how many went over; again, it finds nothing."""
    away = {person: each.substitute_id for person, each in ruling(absent_at(session, now)).items()}
    passed = 0
    for holder, waiting in _waiting(session, now):
        acting = acting_substitute(holder, away)
        stands_in = load_staff(session, acting, local_date(now)) if acting else None
        for anliegen in waiting:
            if stands_in is None or not may_see(session, stands_in, anliegen):
                passed += _pass_on(session, anliegen, holder, {holder, *away}, now)
    return passed


def _waiting(session: Session, now: datetime) -> Iterator[tuple[UUID, Sequence[UUID]]]:
    """People who are away beyond a due time, or have left, with the Anliegen they have."""
    too_long = exists().where(
        Absence.person_id == Anliegen.person_id, Absence.starts <= now, Absence.ends > now,
        Absence.ends > Anliegen.due_at,
    )  # fmt: skip
    left = exists().where(Person.id == Anliegen.person_id, Person.valid_to <= local_date(now))
    rows = session.execute(
        select(Anliegen.person_id, Anliegen.id)
        .where(
            Anliegen.state.in_(RUNNING_VALUES),
            Anliegen.merged_into_id.is_(None),
            Anliegen.person_id.is_not(None),
            or_(too_long, left),
        )
        .order_by(Anliegen.person_id, Anliegen.due_at)
    ).all()
    for holder, theirs in groupby(rows, key=lambda row: row[0]):
        yield holder, [anliegen for _, anliegen in theirs]


def _pass_on(
    session: Session, anliegen: UUID, holder: UUID, away: Collection[UUID], now: datetime
) -> bool:
    row = session.scalars(
        select(Anliegen)
        .where(Anliegen.id == anliegen, Anliegen.person_id == holder)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    found = _next(session, row, away, now) if row is not None else None
    if row is None or found is None:
        return False
    pass_on(session, row, *found, now)
    return True


def _next(
    session: Session, row: Anliegen, away: Collection[UUID], now: datetime
) -> tuple[Holder, Scope] | None:
    """Who gets it, and in which scope; ``None`` where nobody is there who may."""
    scope, group = scope_of(row), session.get_one(Group, row.group_id)
    heir = _heir(session, row, away, now)
    if heir is not None:
        return Holder(group, heir), scope
    if ProtectionClass(row.protection) in SHARED_CLASSES:
        found = _group(session, row, now)
        return found, Scope(found.group.office_id, scope.protection)
    if row.kind == Kind.SUPERVISORY.value:
        try:
            superior = (
                superior_of(session, row.about_id, now, away)
                if row.about_id
                else unnamed_holder(session, _complaint(session, row), now, away)
            )
        except ConflictError:
            if row.about_id is None:
                return None
        else:
            return superior, confidential(superior.group)
    else:
        there = set(cleared(session, scope, local_date(now))) - {*away, row.about_id}
        person = least_busy(session, there)
        if person is not None:
            return Holder(group, person), scope
    lead = _lead(session, row, away, now)
    return (Holder(group, lead), scope) if lead else None


def _group(session: Session, row: Anliegen, now: datetime) -> Holder:
    """Its group, or who carries on for it; the coordination where nobody does."""
    try:
        return holder_in(session, row.group_id, None, now)
    except ConflictError:
        return Holder(coordination_group(session, local_date(now)), None)


def _heir(session: Session, row: Anliegen, away: Collection[UUID], now: datetime) -> UUID | None:
    """To whom the task was handed over when the holder left, if they may do it."""
    handed = session.scalar(select(Task.person_id).where(Task.key == task_key(row.id)))
    staff = load_staff(session, handed, local_date(now)) if handed else None
    if staff is None or staff.person in away or not works_on(session, staff, row):
        return None
    return staff.person


def _complaint(session: Session, row: Anliegen) -> str:
    """What it says, the title and first words."""
    first = select(Message.text).where(Message.anliegen_id == row.id).order_by(Message.id).limit(1)
    return f"{row.title}\n{session.scalar(first) or ''}"


def _lead(session: Session, row: Anliegen, away: Collection[UUID], now: datetime) -> UUID | None:
    """Who leads the office that has it, or the one of the coordination. A deputy does not decide about who leads."""
    coordination = coordination_group(session, local_date(now)).office_id
    offices = (coordination,) if row.about_id else (row.office_id, coordination)
    for office in offices:
        try:
            lead = head_of(session, office, now, {*away} - {row.about_id})
        except ConflictError:
            continue
        if lead != row.about_id:
            return lead
    return None
