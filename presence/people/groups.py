"""Working groups: founded, joined, left and ended, each from a day on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from presence.people.tables import WorkingGroup, WorkingGroupMember
from storage.actors import Actor, ProtectionClass, Scope
from storage.clock import local_date, years_before
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.one_line import one_line
from storage.organisation.queries import valid_on
from storage.organisation.tables import Person
from storage.rights import Verb, require

YEARS = 3


def found_group(
    session: Session,
    actor: Actor,
    name: str,
    purpose: str,
    office: UUID | None,
    *,
    now: datetime,
) -> WorkingGroup:
    """A new group, from today on; ``office`` is in the chair. Raises ``ConflictError`` where the name is taken."""
    _require(actor, office)
    name = one_line(name)
    if not name:
        raise ConflictError("Bitte geben Sie der Arbeitsgruppe einen Namen.")
    group = WorkingGroup(
        name=name,
        purpose=one_line(purpose),
        office_id=office,
        valid_from=local_date(now),
        valid_to=None,
    )
    try:
        with session.begin_nested():
            session.add(group)
    except IntegrityError:
        raise ConflictError(f"Die Arbeitsgruppe „{name}“ gibt es schon.") from None
    _note(session, actor, "group.found", group.id, now)
    return group


def join_group(session: Session, actor: Actor, group: UUID, person: UUID, *, now: datetime) -> None:
    """Somebody works in the group from today on; twice is once."""
    row, today = _load(session, actor, group), local_date(now)
    if row.valid_to is not None and row.valid_to <= today:
        raise ConflictError(f"Die Arbeitsgruppe „{row.name}“ ist beendet.")
    if (
        session.scalar(select(Person.id).where(Person.id == person, valid_on(Person, today)))
        is None
    ):
        raise ConflictError("Diese Person arbeitet nicht (mehr) hier.")
    held = select(WorkingGroupMember.id).where(
        WorkingGroupMember.group_id == group,
        WorkingGroupMember.person_id == person,
        valid_on(WorkingGroupMember, today),
    )
    if session.scalar(held) is not None:
        return
    session.add(
        WorkingGroupMember(group_id=group, person_id=person, valid_from=today, valid_to=None)
    )
    session.flush()
    _note(session, actor, "group.join", group, now, {"person": person.hex})


def leave_group(
    session: Session, actor: Actor, group: UUID, person: UUID, *, now: datetime
) -> None:
    """From today on no longer; twice is once."""
    _load(session, actor, group)
    today = local_date(now)
    held = session.scalars(
        select(WorkingGroupMember).where(
            WorkingGroupMember.group_id == group,
            WorkingGroupMember.person_id == person,
            valid_on(WorkingGroupMember, today),
        )
    ).all()
    for row in held:
        row.valid_to = today
        _note(session, actor, "group.leave", group, now, {"person": person.hex})


def end_group(session: Session, actor: Actor, group: UUID, *, now: datetime) -> None:
    """The group has done its work; twice is once."""
    row, today = _load(session, actor, group), local_date(now)
    if row.valid_to is not None and row.valid_to <= today:
        return
    row.valid_to = today
    row.revision += 1
    _note(session, actor, "group.end", group, now)


def forget_members(session: Session, now: datetime) -> int:
    """Memberships that ended three years ago, by themselves or with their group (nightly). Returns how many went.

    They end with the person's work here: who comes back is not in the old groups again.
    """
    today = local_date(now)
    before = years_before(today, YEARS)
    left = select(Person.valid_to).where(Person.id == WorkingGroupMember.person_id)
    session.execute(
        update(WorkingGroupMember)
        .where(
            WorkingGroupMember.person_id.in_(select(Person.id).where(Person.valid_to <= today)),
            or_(
                WorkingGroupMember.valid_to.is_(None),
                WorkingGroupMember.valid_to > left.scalar_subquery(),
            ),
        )
        .values(valid_to=left.scalar_subquery()),
        execution_options={"synchronize_session": False},
    )
    ended = select(WorkingGroup.id).where(WorkingGroup.valid_to <= before)
    gone: CursorResult[tuple[()]] = session.execute(  # type: ignore[assignment]
        delete(WorkingGroupMember).where(
            or_(WorkingGroupMember.valid_to <= before, WorkingGroupMember.group_id.in_(ended))
        ),
        execution_options={"synchronize_session": False},
    )
    return gone.rowcount


def _load(session: Session, actor: Actor, group: UUID) -> WorkingGroup:
    """The group, locked: two who let the same person in come one after the other."""
    row = session.get(WorkingGroup, group, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diese Arbeitsgruppe gibt es nicht.")
    _require(actor, row.office_id)
    return row


def _require(actor: Actor, office: UUID | None) -> None:
    scope = Scope(office, ProtectionClass.INTERNAL) if office else None
    require(actor, Verb.GROUP_CHANGE, scope)


def _note(
    session: Session,
    actor: Actor,
    verb: str,
    group: UUID,
    now: datetime,
    details: dict[str, str] | None = None,
) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="group",
        object_id=group,
        details=details,
        at=now,
    )
