"""Coming and going on one sheet: opened, called off, and who takes over; the steps are in ``doing.py``.

Who goes stops working here the day after their last one, by itself: the end is entered when the sheet is opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from presence.people.steps import KINDS, Kind, Step, due_on
from presence.people.tables import Laufzettel, LaufzettelStep
from presence.people.templates import steps_on
from storage.actors import Actor, ProtectionClass, Role, Scope, System
from storage.clock import LOCAL, local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.organisation.operations import add_person, keep_an_administrator
from storage.organisation.queries import office_by_key, valid_on
from storage.organisation.tables import Membership, Person
from storage.rights import Verb, require
from storage.tasks.list import finish_tasks, open_task
from storage.tasks.tables import Task

HOUSE = System("laufzettel")
"""Acts where opening a sheet does what would else take an administrator; the sheet's own entry names the person."""
OPEN, DONE, SKIPPED, CANCELLED = "open", "done", "skipped", "cancelled"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What has to be known of somebody who begins."""

    name: str
    login: str
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    room: str | None = None


def open_joining(
    session: Session, actor: Actor, newcomer: Newcomer, office: UUID, day: date, *, now: datetime
) -> Laufzettel:
    """Somebody begins on ``day``: enters the person and opens their sheet. Raises ``ConflictError``."""
    _require(actor, office)
    _not_in_the_past(day, now)
    person = add_person(
        session,
        HOUSE,
        login=newcomer.login,
        name=newcomer.name,
        office=office,
        valid_from=day,
        now=now,
        title=newcomer.title,
        email=newcomer.email,
        phone=newcomer.phone,
        room=newcomer.room,
    )
    return _open(session, actor, "join", person, office, day, None, now)


def open_leaving(
    session: Session,
    actor: Actor,
    person: UUID,
    day: date,
    successor: UUID | None = None,
    *,
    now: datetime,
) -> Laufzettel:
    """``day`` is the last one somebody works here; opening the same twice gives the same sheet.

    Raises ``ConflictError`` where another one is open, for the last administrator, and for an unfit successor.
    """
    row = session.get(Person, person, with_for_update=True, populate_existing=True)
    today = local_date(now)
    if row is None:
        raise NotFoundError("Diese Person arbeitet nicht (mehr) hier.")
    office = session.scalars(
        select(Membership.office_id)
        .where(Membership.person_id == person, valid_on(Membership, today))
        .order_by(Membership.id)
    ).first()
    if office is None or (row.valid_to is not None and row.valid_to <= today):
        raise NotFoundError("Diese Person arbeitet nicht (mehr) hier.")
    _require(actor, office)
    _not_in_the_past(day, now)
    if successor is not None:
        check_successor(session, person, successor, day)
    first_day_off = day + timedelta(days=1)
    sheet = _open(session, actor, "leave", row, office, day, successor, now)
    if row.valid_to != first_day_off:
        keep_an_administrator(session, {person}, first_day_off)
        row.valid_to = first_day_off
        row.revision += 1
        _note(session, actor, "person.end", "person", person, now, {"day": first_day_off})
    return sheet


def call_off(session: Session, actor: Actor, sheet: UUID, *, now: datetime) -> None:
    """Nobody comes or goes after all: nothing waits any more, who stays goes on. Twice is once."""
    row = load(session, sheet)
    _require(actor, row.office_id)
    if row.state == CANCELLED:
        return
    person = session.get_one(Person, row.person_id, with_for_update=True)
    today = local_date(now)
    if row.kind == "leave":
        if person.valid_to is not None and person.valid_to <= today:
            raise ConflictError("Der letzte Tag ist vorbei. Bitte legen Sie die Person neu an.")
        person.valid_to = None
    elif person.valid_from <= today:
        raise ConflictError("Der erste Tag war schon. Bitte öffnen Sie einen Austritt.")
    else:
        person.valid_to = person.valid_from
    person.revision += 1
    row.state, row.closed_at = CANCELLED, now
    row.revision += 1
    finish_tasks(session, [task_key(each) for each in steps_of(session, sheet)], now)
    _note(session, actor, "laufzettel.cancel", "laufzettel", sheet, now)


def hand_over(
    session: Session, actor: Actor, sheet: UUID, successor: UUID, *, now: datetime
) -> int:
    """Everything that waits for who goes waits for the successor from now on. Returns how many tasks went over.

    Again, it takes what has come since. What waits for an office or a role stays there.
    """
    row = load(session, sheet)
    _require(actor, row.office_id)
    if row.kind != "leave" or row.state == CANCELLED:
        raise ConflictError("Übergeben wird nur bei einem Austritt.")
    check_successor(session, row.person_id, successor, row.day)
    moved = session.scalars(
        update(Task)
        .where(Task.person_id == row.person_id, Task.done_at.is_(None))
        .values(person_id=successor)
        .returning(Task.id)
    ).all()
    if row.successor_id == successor and not moved:
        return 0
    row.successor_id = successor
    row.revision += 1
    leaver = session.get_one(Person, row.person_id)
    open_task(
        session,
        key=f"laufzettel.uebernahme:{sheet.hex}",
        kind="laufzettel.takeover",
        title=f"Von {leaver.name} übernehmen: Aufgaben und Vorgänge durchsehen",
        link=f"/laufzettel?id={sheet}",
        object_kind="laufzettel",
        object_id=sheet,
        now=now,
        person=successor,
        due_at=end_of(row.day),
    )
    details = {"successor": successor.hex, "tasks": len(moved)}
    _note(session, actor, "laufzettel.handover", "laufzettel", sheet, now, details)
    return len(moved)


def check_successor(session: Session, leaver: UUID, successor: UUID, day: date) -> None:
    """Raises ``ConflictError`` unless the successor is somebody else and still here after the day."""
    if successor == leaver:
        raise ConflictError("Bitte wählen Sie als Nachfolge jemand anderen.")
    there = select(Person.id).where(
        Person.id == successor, valid_on(Person, day + timedelta(days=1))
    )
    if session.scalar(there) is None:
        raise ConflictError("Die gewählte Nachfolge arbeitet dann nicht mehr hier.")


def load(session: Session, sheet: UUID) -> Laufzettel:
    """The sheet, locked."""
    row = session.get(Laufzettel, sheet, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diesen Laufzettel gibt es nicht.")
    return row


def steps_of(session: Session, sheet: UUID) -> list[LaufzettelStep]:
    return list(
        session.scalars(
            select(LaufzettelStep)
            .where(LaufzettelStep.laufzettel_id == sheet)
            .order_by(LaufzettelStep.due_on, LaufzettelStep.position)
        )
    )


def task_key(step: LaufzettelStep) -> str:
    return f"laufzettel:{step.id.hex}"


def wait_for(session: Session, step: LaufzettelStep, name: str, kind: str, now: datetime) -> None:
    """Put the step into the task list of whom it waits for."""
    open_task(
        session,
        key=task_key(step),
        kind="laufzettel.step",
        title=f"{KINDS[kind]} {name}: {step.title}",
        link=f"/laufzettel?id={step.laufzettel_id}",
        object_kind="laufzettel",
        object_id=step.laufzettel_id,
        now=now,
        office=step.office_id,
        role=Role(step.role) if step.role else None,
        due_at=end_of(step.due_on),
    )


def end_of(day: date) -> datetime:
    """The last moment of a day on the town hall's clock."""
    return datetime.combine(day, time(23, 59), LOCAL).astimezone(UTC)


def _open(
    session: Session,
    actor: Actor,
    kind: Kind,
    person: Person,
    office: UUID,
    day: date,
    successor: UUID | None,
    now: datetime,
) -> Laufzettel:
    known = session.scalars(
        select(Laufzettel).where(Laufzettel.person_id == person.id, Laufzettel.kind == kind)
    ).all()
    same = next((each for each in known if each.day == day), None)
    if same is not None and same.state != CANCELLED:
        return same
    if any(each.state == OPEN for each in known):
        raise ConflictError(f"Für {person.name} ist schon ein Laufzettel offen.")
    sheet = same or Laufzettel(kind=kind, person_id=person.id, office_id=office, day=day)
    sheet.state, sheet.opened_at, sheet.closed_at = OPEN, now, None
    sheet.office_id, sheet.successor_id = office, successor
    session.add(sheet)
    session.flush()
    if same is not None:
        for old in steps_of(session, sheet.id):
            session.delete(old)
        session.flush()
    for place, step in enumerate(steps_on(session, kind, local_date(now))):
        wait_for(session, _step(session, sheet, place, step, now), person.name, kind, now)
    details = {"kind": kind, "day": day}
    _note(session, actor, "laufzettel.open", "laufzettel", sheet.id, now, details)
    return sheet


def _step(
    session: Session, sheet: Laufzettel, place: int, step: Step, now: datetime
) -> LaufzettelStep:
    """The step as it is for this sheet. An office that isn't there leaves it to the personnel office."""
    office, role = None, step.role
    if step.office == "own" or step.role == Role.HEAD.value:
        office = sheet.office_id
    elif step.office:
        found = office_by_key(session, step.office, local_date(now))
        office = found.id if found else None
        if found is None and role is None:
            role = Role.PERSONNEL.value
    row = LaufzettelStep(
        laufzettel_id=sheet.id,
        key=step.key,
        position=place,
        title=step.title,
        action=step.action,
        office_id=office,
        role=role,
        due_on=max(due_on(sheet.day, step.days), local_date(now)),
        state=OPEN,
    )
    session.add(row)
    session.flush()
    return row


def _require(actor: Actor, office: UUID) -> None:
    require(actor, Verb.LAUFZETTEL_OPEN, Scope(office, ProtectionClass.INTERNAL))


def _not_in_the_past(day: date, now: datetime) -> None:
    if day < local_date(now):
        raise ConflictError("Bitte wählen Sie heute oder einen späteren Tag.")


def _note(
    session: Session,
    actor: Actor,
    verb: str,
    kind: str,
    object_id: UUID,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind=kind,
        object_id=object_id,
        details=dict(details) if details else None,
        at=now,
    )
