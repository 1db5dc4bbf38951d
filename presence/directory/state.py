"""How far the directory has been read: one sync at a time, and tasks for what only people can settle."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from presence.directory.plan import Conflict
from presence.directory.queries import LDAP
from presence.directory.tables import DirectoryState
from storage.actors import Actor, Role
from storage.house import House
from storage.journal.entries import record
from storage.tasks.list import finish_tasks, open_task
from storage.tasks.tables import Task
from storage.upsert import insert_into

BUSY = timedelta(minutes=10)
"""So long a sync that says nothing counts as at work."""
REFUSED = "directory.refused"
CONFLICT = "directory.conflict"
OBJECT = UUID("6f0e6c3c-53d5-4c3f-9a1e-8b1d5f0a7c11")
"""The directory as an object of tasks; there is one."""
MOST_TASKS = 30


@dataclass(frozen=True, slots=True)
class Position:
    """Whose count of changes, how far it was read, and what groups and mapping were like then."""

    server: str = ""
    changed: str = ""
    groups: str = ""


def start(house: House) -> Position | None:
    """Begin a sync; ``None`` while another is at work."""
    now = house.clock()
    with house.database.write() as session:
        session.execute(
            insert_into(session, DirectoryState)
            .values(source=LDAP, server="", cursor="", result={})
            .on_conflict_do_nothing()
        )
        claimed = session.scalars(
            update(DirectoryState)
            .where(
                DirectoryState.source == LDAP,
                or_(DirectoryState.busy_until.is_(None), DirectoryState.busy_until <= now),
            )
            .values(busy_until=now + BUSY)
            .returning(DirectoryState.cursor)
        ).one_or_none()
    if claimed is None:
        return None
    return Position(**json.loads(claimed)) if claimed else Position()


def still_at_work(house: House) -> None:
    """A long sync is neither dead nor done."""
    with house.database.write() as session:
        session.get_one(DirectoryState, LDAP).busy_until = house.clock() + BUSY


def finish(
    house: House,
    actor: Actor,
    result: dict[str, Any],
    conflicts: Sequence[Conflict],
    position: Position,
) -> None:
    """Note the result, and let the administration know what it has to settle."""
    now = house.clock()
    with house.database.write() as session:
        row = session.get_one(DirectoryState, LDAP)
        row.busy_until, row.tried_at = None, now
        row.result, row.refused = result, result["refused"]
        row.server, row.cursor = position.server, json.dumps(asdict(position))
        if result["refused"]:
            _wait_for_admins(
                session, REFUSED, f"Verzeichnis nicht abgeglichen: {result['refused']}", now
            )
        else:
            finish_tasks(session, [REFUSED], now)
            if result["complete"]:
                row.full_at = now
                _settle_conflicts(session, conflicts, now)
            else:
                _open_conflicts(session, conflicts, now)
        if any(result[what] for what in ("created", "updated", "disabled", "refused")):
            record(
                session,
                actor=actor.journal_id,
                verb="directory.sync",
                object_kind="directory",
                object_id=OBJECT,
                details={key: result[key] for key in ("created", "updated", "disabled", "refused")},
                at=now,
            )


def report_conflicts(house: House, conflicts: Sequence[Conflict]) -> None:
    """Let the administration know, outside a sync (at a sign-in)."""
    with house.database.write() as session:
        _open_conflicts(session, conflicts, house.clock())


def _settle_conflicts(session: Session, conflicts: Sequence[Conflict], now: datetime) -> None:
    """Tasks for exactly these: those of earlier syncs are done."""
    keys = _open_conflicts(session, conflicts, now)
    old = session.scalars(
        select(Task.key).where(
            Task.kind == CONFLICT, Task.done_at.is_(None), Task.key.not_in(list(keys))
        )
    ).all()
    finish_tasks(session, old, now)


def _open_conflicts(session: Session, conflicts: Sequence[Conflict], now: datetime) -> set[str]:
    keys = set()
    for each in conflicts[:MOST_TASKS]:
        key = f"{CONFLICT}:{hashlib.sha256(each.about.encode()).hexdigest()[:24]}"
        keys.add(key)
        _wait_for_admins(session, key, each.text, now)
    if len(conflicts) > MOST_TASKS:
        key = f"{CONFLICT}:more"
        keys.add(key)
        rest = len(conflicts) - MOST_TASKS
        _wait_for_admins(session, key, f"Im Verzeichnis sind {rest} weitere Einträge unklar.", now)
    return keys


def _wait_for_admins(session: Session, key: str, title: str, now: datetime) -> None:
    open_task(
        session,
        key=key,
        kind=REFUSED if key == REFUSED else CONFLICT,
        title=title[:300],
        link="/system",
        object_kind="directory",
        object_id=OBJECT,
        now=now,
        role=Role.ADMIN,
    )
