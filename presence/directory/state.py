"""How far the directory has been read, and one sync at a time."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, update

from presence.directory.conflicts import OBJECT, open_conflicts, wait_for_admins
from presence.directory.plan import Conflict
from presence.directory.queries import LDAP
from presence.directory.tables import DirectoryState
from storage.actors import Actor
from storage.house import House
from storage.journal.entries import record
from storage.tasks.list import finish_tasks
from storage.upsert import insert_into

BUSY = timedelta(minutes=10)
"""So long a sync that says nothing counts as at work."""
REFUSED = "directory.refused"


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
            title = f"Verzeichnis nicht abgeglichen: {result['refused']}"
            wait_for_admins(session, REFUSED, REFUSED, title, now)
        else:
            finish_tasks(session, [REFUSED], now)
            if result["complete"]:
                row.full_at = now
            open_conflicts(session, conflicts, complete=result["complete"], now=now)
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
