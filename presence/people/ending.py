"""Roles and opened classes of somebody who goes: given an end with the last day, and given back where it was a mistake."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.clock import local_date
from storage.journal.entries import record
from storage.organisation.operations import keep_an_administrator
from storage.organisation.tables import ClassGrant, RoleGrant

G = TypeVar("G", RoleGrant, ClassGrant)

Ended = dict[str, Any]
"""``end``: the day (ISO 8601); ``roles``, ``classes``: the end each row had before (ISO 8601 or None), by its id."""


def end_rights(session: Session, actor: Actor, person: UUID, end: date, now: datetime) -> Ended:
    """Let all that outlasts ``end`` count up to that day, not including it. What ends earlier anyway stays so.

    Returns what ``give_back`` takes. Raises ``ConflictError`` for the last administrator.
    """
    keep_an_administrator(session, {person}, end)
    return {
        "end": end.isoformat(),
        "roles": _end(session, actor, RoleGrant, person, end, now),
        "classes": _end(session, actor, ClassGrant, person, end, now),
    }


def give_back(session: Session, actor: Actor, ended: Mapping[str, Any], now: datetime) -> None:
    """Let each last as long as before. What has ended by now stays ended, and so does what somebody changed since."""
    end = date.fromisoformat(ended["end"])
    if end <= local_date(now):
        return
    _give_back(session, actor, RoleGrant, ended["roles"], end, now)
    _give_back(session, actor, ClassGrant, ended["classes"], end, now)


def _end(
    session: Session,
    actor: Actor,
    table: type[G],
    person: UUID,
    end: date,
    now: datetime,
) -> dict[str, str | None]:
    before: dict[str, str | None] = {}
    lasting = or_(table.valid_to.is_(None), table.valid_to > end)
    for row in session.scalars(select(table).where(table.person_id == person, lasting)):
        before[row.id.hex] = row.valid_to.isoformat() if row.valid_to else None
        row.valid_to = max(end, row.valid_from)
        _note(session, actor, row, ("role.withdraw", "class.close"), end, now)
    return before


def _give_back(
    session: Session,
    actor: Actor,
    table: type[G],
    before: Mapping[str, str | None],
    end: date,
    now: datetime,
) -> None:
    for key, until in before.items():
        row = session.get(table, UUID(key), with_for_update=True, populate_existing=True)
        if row is None or row.valid_to != max(end, row.valid_from):
            continue
        row.valid_to = date.fromisoformat(until) if until else None
        _note(session, actor, row, ("role.grant", "class.open"), row.valid_to, now)


def _note(
    session: Session,
    actor: Actor,
    row: RoleGrant | ClassGrant,
    verbs: tuple[str, str],
    day: date | None,
    now: datetime,
) -> None:
    is_role = isinstance(row, RoleGrant)
    what = {"role": row.role} if isinstance(row, RoleGrant) else {"class": row.protection}
    record(
        session,
        actor=actor.journal_id,
        verb=verbs[0] if is_role else verbs[1],
        object_kind="person",
        object_id=row.person_id,
        details={**what, "day": day},
        at=now,
    )
