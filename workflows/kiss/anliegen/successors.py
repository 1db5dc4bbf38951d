"""Who carries on with an Anliegen whose holder is gone: a person who may see it, or the group that is there now.

An internal one returns to its group, to who carries on for it, or to the coordination. A protected one goes to somebody
to whom its scope was opened, a complaint about a person to the next superior; else to who leads the office.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES, ProtectionClass, Role, Scope
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.organisation.hierarchy import line_above
from storage.organisation.queries import load_staff, valid_on
from storage.organisation.tables import RoleGrant
from storage.tasks.tables import Task
from workflows.kiss.anliegen.groups import coordination_group, least_busy, load_group, members
from workflows.kiss.anliegen.handing import give
from workflows.kiss.anliegen.holders import (
    Holder,
    cleared,
    confidential,
    head_of,
    holder_in,
    superior_of,
    unnamed_holder,
)
from workflows.kiss.anliegen.progress import set_clock, task_key
from workflows.kiss.anliegen.sight import is_near, scope_of, works_on
from workflows.kiss.anliegen.states import Kind, State
from workflows.kiss.anliegen.tables import Anliegen, Group, Message
from workflows.kiss.anliegen.targets import handed_over


def resettle(session: Session, row: Anliegen, now: datetime) -> Holder | None:
    """Before the locked row goes on: who has it must still be there, else it goes to who carries on. ``None``: nothing changed."""
    if _still_has(session, row, now):
        return None
    found = successor(session, row, {row.person_id} if row.person_id else set(), now)
    if found is None:
        return None
    holder, scope = found
    if holder.group.id != row.group_id:
        set_clock(row, handed_over(timedelta(hours=holder.group.hours), State(row.state), now))
    copies = session.scalars(select(Anliegen).where(Anliegen.merged_into_id == row.id)).all()
    for each in (row, *copies):
        give(session, each, holder, scope, now)
    return holder


def _still_has(session: Session, row: Anliegen, now: datetime) -> bool:
    day = local_date(now)
    try:
        group = load_group(session, row.group_id, day)
    except ConflictError:
        return False
    if group.id != row.group_id:
        return False
    if row.person_id is None:
        return True
    staff = load_staff(session, row.person_id, day)
    if staff is None:
        return False
    if is_near(session, staff, row) or row.person_id in {
        each.id for each in members(session, group, day)
    }:
        return True
    return ProtectionClass(row.protection) not in SHARED_CLASSES and _trusted(session, row, day)


def _trusted(session: Session, row: Anliegen, day: date) -> bool:
    """Whether the scope was opened to who has it, or they lead: its office, the coordination's, or one above."""
    if row.person_id in cleared(session, scope_of(row), day):
        return True
    coordination = coordination_group(session, day).office_id
    offices = {
        above for each in (row.office_id, coordination) for above in line_above(session, each, day)
    }
    leads = select(RoleGrant.id).where(
        RoleGrant.person_id == row.person_id, RoleGrant.role == Role.HEAD.value,
        RoleGrant.office_id.in_(sorted(offices)), valid_on(RoleGrant, day),
    )  # fmt: skip
    return session.scalars(leads.limit(1)).first() is not None


def successor(
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
                else unnamed_holder(session, complaint_text(session, row), now, away)
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


def complaint_text(session: Session, row: Anliegen) -> str:
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
