"""Opening, finding and finishing tasks. Opening is idempotent by key."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config.rooms import Room, names_of
from storage.actors import Grant, Role, Staff
from storage.clock import new_id
from storage.schema import as_core
from storage.tasks.reach import in_sight, waits_also
from storage.tasks.tables import Task

_TASK = as_core(Task)
_HOLDERS_ALONE = frozenset({"unopened"})
"""Kinds of tasks of a role that wait for who holds it: post addressed to a person is nobody's to open instead."""
_RENEWED = ("title", "link", "person_id", "office_id", "role", "due_at", "done_at")


def _opening(made: Any) -> Any:
    """Nearly every verb pays for it: made once, no ORM in the way."""
    insert = made.insert(_TASK)
    renewed = {name: insert.excluded[name] for name in _RENEWED}
    return insert.on_conflict_do_update(index_elements=["key"], set_=renewed)


_OPEN = {"sqlite": _opening(sqlite), "postgresql": _opening(postgresql)}


def open_task(
    session: Session,
    *,
    key: str,
    kind: str,
    title: str,
    link: str,
    object_kind: str,
    object_id: UUID,
    now: datetime,
    person: UUID | None = None,
    office: UUID | None = None,
    role: Role | None = None,
    due_at: datetime | None = None,
) -> None:
    """Let something wait for a person, or for an office (narrowed to a role). A second call renews it."""
    session.flush()  # a task of this session is to be renewed as it stands
    renewed: dict[str, object] = {
        "title": title,
        "link": link,
        "person_id": person,
        "office_id": office,
        "role": role.value if role else None,
        "due_at": due_at,
        "done_at": None,
    }
    first = {"key": key, "kind": kind, "object_kind": object_kind, "object_id": object_id}
    session.execute(
        _OPEN[session.get_bind().dialect.name],
        {"id": new_id(), "created_at": now, **first, **renewed},
    )
    for held in session.identity_map.values():
        if isinstance(held, Task) and held.__dict__.get("key") == key:
            session.expire(held)


def finish_task(session: Session, key: str, now: datetime) -> None:
    """The thing is done, whoever did it; finishing twice or the unknown changes nothing."""
    finish_tasks(session, [key], now)


def finish_tasks(session: Session, keys: Collection[str], now: datetime) -> None:
    """Finish several at once."""
    session.execute(
        update(Task).where(Task.key.in_(keys), Task.done_at.is_(None)).values(done_at=now)
    )


def _waits_for(session: Session, actor: Staff, rooms_off: frozenset[Room]) -> ColumnElement[bool]:
    """Own tasks, those of own offices, those of roles held (in the office, or in the whole house), the same of absent
    people one stands in for, their offices' aside, and what rooms say beside (``reach``); of all these only what the person may see.

    What a room that is switched off has asked for waits, but is not shown: its pages are not there.
    """
    if actor.memberships:
        unassigned = and_(Task.person_id.is_(None), Task.office_id.in_(actor.memberships))
        mine: ColumnElement[bool] = and_(unassigned, Task.role.is_(None))
    else:
        mine = false()
    by_role = [_of_role(grant) for grant in actor.grants]
    by_proxy = [
        and_(_of_role(proxy.grant), Task.kind.not_in(_HOLDERS_ALONE)) for proxy in actor.proxies
    ]
    people = {actor.person, *actor.stands_in_for}
    also = waits_also(session, actor)
    theirs = or_(Task.person_id.in_(people), mine, *by_role, *by_proxy, *also)
    return and_(
        Task.done_at.is_(None),
        theirs,
        *(not_(_belongs_to(name)) for name in sorted(names_of(rooms_off))),
        *in_sight(session, actor),
    )


def _belongs_to(name: str) -> ColumnElement[bool]:
    """Tasks about what bears this name, or begins with it and a dot (``config.rooms``)."""
    return or_(Task.object_kind == name, Task.object_kind.startswith(f"{name}.", autoescape=True))


def _of_role(grant: Grant) -> ColumnElement[bool]:
    """Tasks of a role in its office, of one held in the whole house wherever they are."""
    theirs = and_(Task.person_id.is_(None), Task.role == grant.role.value)
    return theirs if grant.office is None else and_(theirs, Task.office_id == grant.office)


def tasks_for(
    session: Session, actor: Staff, limit: int = 50, rooms_off: frozenset[Room] = frozenset()
) -> Sequence[Task]:
    """What waits for this person, the most urgent first."""
    return session.scalars(
        select(Task)
        .where(_waits_for(session, actor, rooms_off))
        .order_by(Task.due_at.is_(None), Task.due_at, Task.id)
        .limit(limit)
    ).all()


def count_tasks(session: Session, actor: Staff, rooms_off: frozenset[Room] = frozenset()) -> int:
    return session.scalar(select(func.count()).where(_waits_for(session, actor, rooms_off))) or 0
