"""Who takes over from somebody who goes: what waits for them goes along, until the successor says it is done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from presence.people.laufzettel import (
    CANCELLED,
    check_successor,
    end_of,
    load,
    may_lead,
    note_that,
    require_lead,
)
from presence.people.tables import Laufzettel
from storage.actors import Actor, Staff
from storage.conflicts import ConflictError
from storage.organisation.tables import Person
from storage.rights import NotAllowedError
from storage.tasks.list import finish_task, open_task
from storage.tasks.tables import Task


def takeover_key(sheet: UUID) -> str:
    return f"laufzettel.uebernahme:{sheet.hex}"


def hand_over(
    session: Session, actor: Actor, sheet: UUID, successor: UUID, *, now: datetime
) -> int:
    """Everything that waits for who goes waits for the successor from now on. Returns how many tasks went over.

    Again, it takes what has come since. What waits for an office or a role stays there.
    """
    row = load(session, sheet)
    require_lead(actor, row.office_id)
    return move_tasks(session, actor, row, successor, now=now)


def move_tasks(
    session: Session, actor: Actor, row: Laufzettel, successor: UUID, *, now: datetime
) -> int:
    """The same of a sheet that is locked, by who may do the step that says so."""
    if row.kind != "leave" or row.state == CANCELLED:
        raise ConflictError("Übergeben wird nur bei einem Austritt.")
    check_successor(session, row.person_id, successor, row.day)
    moved = session.scalars(
        update(Task)
        .where(Task.person_id == row.person_id, Task.done_at.is_(None))
        .values(person_id=successor)
        .returning(Task.id)
    ).all()
    told = session.scalar(select(Task.id).where(Task.key == takeover_key(row.id)))
    if row.successor_id == successor and not moved and told:
        return 0
    row.successor_id = successor
    row.revision += 1
    _await(session, row, successor, now)
    details = {"successor": successor.hex, "tasks": len(moved)}
    note_that(session, actor, "laufzettel.handover", "laufzettel", row.id, now, details)
    return len(moved)


def take_over(session: Session, actor: Actor, sheet: UUID, *, now: datetime) -> None:
    """The successor has looked through what came over: it no longer waits. Twice is once."""
    row = load(session, sheet)
    takes_over = isinstance(actor, Staff) and actor.person == row.successor_id
    if not (takes_over or may_lead(actor, row.office_id)):
        raise NotAllowedError
    finish_task(session, takeover_key(sheet), now)


def _await(session: Session, sheet: Laufzettel, successor: UUID, now: datetime) -> None:
    leaver = session.get_one(Person, sheet.person_id)
    open_task(
        session,
        key=takeover_key(sheet.id),
        kind="laufzettel.takeover",
        title=f"Von {leaver.name} übernehmen: Aufgaben und Vorgänge durchsehen",
        link=f"/laufzettel?id={sheet.id}",
        object_kind="laufzettel",
        object_id=sheet.id,
        now=now,
        person=successor,
        due_at=end_of(sheet.day),
    )
