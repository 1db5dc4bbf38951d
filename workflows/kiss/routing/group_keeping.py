"""Groups: made, changed and ended by the coordination; one of them coordinates."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor, ProtectionClass
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.organisation.queries import valid_on
from storage.rights import Verb, require
from workflows.kiss.anliegen.states import OPEN_VALUES
from workflows.kiss.anliegen.tables import Anliegen, Group, GroupMember, Topic
from workflows.kiss.routing.classes import check_coordination, class_of
from workflows.kiss.routing.responsibility import as_seen, called, check_hours, check_key, note
from workflows.kiss.routing.tables import RoutingRule


@dataclass(frozen=True, slots=True)
class GroupForm:
    """A group as it is typed in. ``members`` count for a group that is not an office's general one."""

    name: str
    office: UUID
    hours: int = 40
    spreads: bool = False
    coordination: bool = False
    members: frozenset[UUID] = frozenset()
    protection: ProtectionClass | None = None
    """The class of all that it is given; ``None`` leaves it as it is."""


def add_group(session: Session, actor: Actor, key: str, form: GroupForm, *, now: datetime) -> Group:
    """A team of an office from today on. Raises ``ConflictError`` for a key that is taken or hours that can't be."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    check_key(key)
    check_hours(form.hours)
    if form.coordination:
        _lock_coordination(session)
    if session.scalar(select(Group.id).where(Group.key == key)):
        raise ConflictError(f"Eine Gruppe mit dem Kürzel „{key}“ gibt es schon.")
    row = Group(
        id=new_id(), revision=1, key=key, name=called(form.name), office_id=form.office, general=False,
        coordination=False, spreads=form.spreads, hours=form.hours,
        valid_from=local_date(now), valid_to=None,
        protection=class_of(form.protection, ProtectionClass.INTERNAL.value),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _set_coordination(session, row, coordination=form.coordination)
    check_coordination(row)
    _set_members(session, row, form.members, local_date(now))
    note(session, actor, "group", row.id, now)
    return row


def change_group(
    session: Session, actor: Actor, group: UUID, revision: int, form: GroupForm, *, now: datetime
) -> None:
    """Another name, another target, other people; the office stays."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    check_hours(form.hours)
    if form.coordination:
        _lock_coordination(session)
    row = as_seen(session, Group, group, revision, "Diese Gruppe gibt es nicht.")
    row.name, row.hours, row.spreads = called(form.name), form.hours, form.spreads
    row.protection = class_of(form.protection, row.protection)
    row.revision += 1
    _set_coordination(session, row, coordination=form.coordination)
    check_coordination(row)
    if not row.general:
        _set_members(session, row, form.members, local_date(now))
    note(session, actor, "group", row.id, now)


def end_group(session: Session, actor: Actor, group: UUID, revision: int, *, now: datetime) -> None:
    """From today on nobody is sent there. Raises ``ConflictError`` while something open or a rule needs it."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = as_seen(session, Group, group, revision, "Diese Gruppe gibt es nicht.")
    day = local_date(now)
    if row.general:
        raise ConflictError("Die allgemeine Gruppe eines Amts besteht, solange es das Amt gibt.")
    if row.coordination:
        raise ConflictError(
            "Die Koordination wird gebraucht. Bitte benennen Sie erst eine andere Gruppe dafür."
        )
    if session.scalar(
        select(Anliegen.id)
        .where(Anliegen.group_id == row.id, Anliegen.state.in_(OPEN_VALUES))
        .limit(1)
    ):
        raise ConflictError(
            "Diese Gruppe hat noch offene Anliegen. Bitte geben Sie sie erst weiter."
        )
    needed = [
        *session.scalars(select(Topic.title).where(Topic.group_id == row.id, valid_on(Topic, day))),
        *session.scalars(
            select(RoutingRule.title).where(
                RoutingRule.group_id == row.id, valid_on(RoutingRule, day)
            )
        ),
    ]
    if needed:
        raise ConflictError(f"Die Gruppe wird noch gebraucht von: {', '.join(sorted(needed))}.")
    row.valid_to, row.revision = day, row.revision + 1
    note(session, actor, "group.end", row.id, now)


def _set_coordination(session: Session, row: Group, *, coordination: bool) -> None:
    """One group coordinates; the one before is relieved. Nobody resigns without a successor. Locked before."""
    if not coordination:
        if row.coordination:
            raise ConflictError("Bitte benennen Sie erst eine andere Gruppe zur Koordination.")
        return
    for other in session.scalars(select(Group).where(Group.coordination, Group.id != row.id)):
        other.coordination = False
    row.coordination = True


def _lock_coordination(session: Session) -> None:
    """Whoever names a coordination waits here for who does so at the same time, and sees then what they did."""
    session.execute(select(Group.id).order_by(Group.id).limit(1).with_for_update())


def _set_members(session: Session, row: Group, wanted: frozenset[UUID], day: date) -> None:
    now_in = {
        each.person_id: each
        for each in session.scalars(
            select(GroupMember).where(
                GroupMember.group_id == row.id,
                or_(GroupMember.valid_to.is_(None), GroupMember.valid_to > day),
            )
        )
    }
    for person, member in now_in.items():
        if person not in wanted:
            member.valid_to = day
    for person in sorted(wanted - now_in.keys()):
        session.add(
            GroupMember(
                id=new_id(), group_id=row.id, person_id=person, valid_from=day, valid_to=None
            )
        )
