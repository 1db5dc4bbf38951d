"""What only people can settle, as tasks of the administration: one each, however often it is met."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.directory.plan import Conflict
from storage.actors import Role
from storage.house import House
from storage.tasks.list import finish_tasks, open_task
from storage.tasks.tables import Task

CONFLICT = "directory.conflict"
PROVIDER_CONFLICT = "oidc.conflict"
"""Met when somebody signs in with OpenID Connect; no sync knows whether it is settled."""
OBJECT = UUID("6f0e6c3c-53d5-4c3f-9a1e-8b1d5f0a7c11")
"""The directory as an object of tasks; there is one."""
MOST_TASKS = 30
_WHERE = {PROVIDER_CONFLICT: "/personen"}
"""The page where it can be settled; the rest is settled in the directory."""


def report_conflicts(house: House, conflicts: Sequence[Conflict], kind: str = CONFLICT) -> None:
    """Let the administration know, outside a sync (at a sign-in)."""
    if not conflicts:
        return
    with house.database.read() as session:
        news = _news(session, conflicts, kind)
    if news:
        house.database.run(lambda session: _open(session, news, kind, house.clock()))


def open_conflicts(
    session: Session, conflicts: Sequence[Conflict], *, complete: bool, now: datetime
) -> None:
    """Tasks of a sync. ``complete``: exactly these are left, those of earlier syncs are done."""
    if not complete:
        _open(session, _news(session, conflicts, CONFLICT), CONFLICT, now)
        return
    keys = _open(session, conflicts, CONFLICT, now)
    old = session.scalars(
        select(Task.key).where(
            Task.kind == CONFLICT, Task.done_at.is_(None), Task.key.not_in(list(keys))
        )
    ).all()
    finish_tasks(session, old, now)


def open_about(session: Session, about: str, kind: str) -> str | None:
    """What waits to be settled about this, in German."""
    waiting = select(Task.title).where(Task.key == _key(about, kind), Task.done_at.is_(None))
    return session.scalars(waiting).one_or_none()


def link_about(session: Session, about: str, kind: str) -> str | None:
    """The page where that is settled, with what has to be known for it."""
    waiting = select(Task.link).where(Task.key == _key(about, kind), Task.done_at.is_(None))
    return session.scalars(waiting).one_or_none()


def settle(session: Session, about: str, kind: str, now: datetime) -> None:
    """Nobody has to look into it any more."""
    finish_tasks(session, [_key(about, kind)], now)


def wait_for_admins(
    session: Session, key: str, kind: str, title: str, now: datetime, link: str = "/system"
) -> None:
    """One task for whoever administers the house."""
    open_task(
        session,
        key=key,
        kind=kind,
        title=title[:300],
        link=link,
        object_kind="directory",
        object_id=OBJECT,
        now=now,
        role=Role.ADMIN,
    )


def _news(session: Session, conflicts: Sequence[Conflict], kind: str) -> list[Conflict]:
    """Those that nobody waits to settle yet: a part of the directory tells less of them than a whole sync did."""
    by_key = {_key(each.about, kind): each for each in conflicts}
    waiting = select(Task.key).where(Task.kind == kind, Task.done_at.is_(None))
    for key in session.scalars(waiting):
        by_key.pop(key, None)
    return list(by_key.values())


def _open(session: Session, conflicts: Sequence[Conflict], kind: str, now: datetime) -> set[str]:
    keys = set()
    for each in conflicts[:MOST_TASKS]:
        key = _key(each.about, kind)
        keys.add(key)
        wait_for_admins(
            session, key, kind, each.text, now, each.link or _WHERE.get(kind, "/system")
        )
    if len(conflicts) > MOST_TASKS:
        key = f"{kind}:more"
        keys.add(key)
        rest = len(conflicts) - MOST_TASKS
        title = f"Im Verzeichnis sind {rest} weitere Einträge unklar."
        wait_for_admins(session, key, kind, title, now)
    return keys


def _key(about: str, kind: str) -> str:
    return f"{kind}:{hashlib.sha256(about.encode(errors='replace')).hexdigest()[:24]}"
