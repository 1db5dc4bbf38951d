"""A Laufzettel whose day moves, or that is called off because nobody comes or goes after all."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from presence.people.ending import end_rights, give_back
from presence.people.handing_over import takeover_key
from presence.people.laufzettel import (
    CANCELLED,
    HOUSE,
    OPEN,
    check_successor,
    due,
    end_of,
    load,
    not_in_the_past,
    note_that,
    require_lead,
    require_office,
    steps_of,
    task_key,
    wait_for,
)
from presence.people.tables import Laufzettel
from storage.actors import Actor
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.organisation.operations import keep_an_administrator
from storage.organisation.staff_changes import rename_logins
from storage.organisation.tables import Membership, Person
from storage.tasks.list import finish_tasks
from storage.tasks.tables import Task

BEGUN = "Der erste Tag war schon. Bitte öffnen Sie einen Austritt."


def move_day(session: Session, actor: Actor, sheet: UUID, day: date, *, now: datetime) -> None:
    """Another first or last day: open steps, the person's dates and rights that end with it move along.

    Raises ``ConflictError`` where the old day is over, for the last administrator, and for a last day on which
    somebody was to be gone already.
    """
    row = load(session, sheet)
    require_lead(actor, row.office_id)
    if row.state == CANCELLED:
        raise ConflictError("Dieser Laufzettel wurde zurückgenommen.")
    if row.day == day:
        return
    not_in_the_past(day, now)
    person = _person(session, row)
    _make_room(session, row, day)
    before, row.day = row.day, day
    if row.kind == "leave":
        _move_end(session, actor, row, person, now)
    else:
        _move_beginning(session, row, person, before, now)
    person.revision += 1
    row.revision += 1
    for step in steps_of(session, sheet):
        if step.state == OPEN:
            step.due_on = due(row, step.days, local_date(now))
            step.revision += 1
            wait_for(session, step, person.name, row.kind, now)
    session.execute(
        update(Task)
        .where(Task.key == takeover_key(sheet), Task.done_at.is_(None))
        .values(due_at=end_of(day))
    )
    details = {"from": before, "to": day}
    note_that(session, actor, "laufzettel.move", "laufzettel", sheet, now, details)


def call_off(session: Session, actor: Actor, sheet: UUID, *, now: datetime) -> None:
    """Nobody comes or goes after all: nothing waits any more, and who stays goes on as before. Twice is once.

    Rights that were to end with the last day last again; an account, and what was handed over, stay.
    """
    row = load(session, sheet)
    require_lead(actor, row.office_id)
    if row.state == CANCELLED:
        return
    person = _person(session, row)
    steps = steps_of(session, sheet)
    if row.kind == "leave":
        _must_be_here(person, now)
        if person.valid_to == row.day + timedelta(days=1):  # nobody entered another end since
            person.valid_to = row.valid_to_before
        for step in steps:
            if step.ended:
                give_back(session, actor, step.ended, now)
                step.ended = None
    else:
        if person.valid_from <= local_date(now):
            raise ConflictError(BEGUN)
        person.valid_to = person.valid_from
        # somebody else may be called so, or this one come another time
        rename_logins(session, HOUSE, {person.id: f"alt-{person.id.hex}"}, now=now)
    person.revision += 1
    row.state, row.closed_at = CANCELLED, now
    row.revision += 1
    finish_tasks(session, [takeover_key(sheet), *map(task_key, steps)], now)
    note_that(session, actor, "laufzettel.cancel", "laufzettel", sheet, now)


def _move_end(
    session: Session, actor: Actor, sheet: Laufzettel, person: Person, now: datetime
) -> None:
    _must_be_here(person, now)
    end = sheet.day + timedelta(days=1)
    until = sheet.valid_to_before
    if sheet.day < person.valid_from or (until is not None and end > until):
        raise ConflictError(f"{person.name} arbeitet an diesem Tag nicht hier.")
    if sheet.successor_id is not None:
        check_successor(session, person.id, sheet.successor_id, sheet.day)
    keep_an_administrator(session, {person.id}, end)
    person.valid_to = end
    for step in steps_of(session, sheet.id):
        if step.ended:
            give_back(session, actor, step.ended, now)
            session.flush()
            step.ended = end_rights(session, actor, person.id, end, now)


def _move_beginning(
    session: Session, sheet: Laufzettel, person: Person, before: date, now: datetime
) -> None:
    if person.valid_from <= local_date(now):
        raise ConflictError(BEGUN)
    if person.valid_to is not None and person.valid_to <= sheet.day:
        raise ConflictError(f"{person.name} arbeitet an diesem Tag nicht hier.")
    if sheet.office_id is not None:
        require_office(session, sheet.office_id, sheet.day)
    person.valid_from = sheet.day
    session.execute(
        update(Membership)
        .where(Membership.person_id == person.id, Membership.valid_from == before)
        .values(valid_from=sheet.day)
    )


def _person(session: Session, sheet: Laufzettel) -> Person:
    return session.get_one(Person, sheet.person_id, with_for_update=True, populate_existing=True)


def _must_be_here(person: Person, now: datetime) -> None:
    if person.valid_to is not None and person.valid_to <= local_date(now):
        raise ConflictError("Der letzte Tag ist vorbei. Bitte legen Sie die Person neu an.")


def _make_room(session: Session, sheet: Laufzettel, day: date) -> None:
    """One that was called off for the new day gives way: there is one sheet of a kind for a day."""
    for other in session.scalars(
        select(Laufzettel).where(
            Laufzettel.person_id == sheet.person_id,
            Laufzettel.kind == sheet.kind,
            Laufzettel.day == day,
        )
    ).all():
        if other.state != CANCELLED:
            raise ConflictError("Für diesen Tag gibt es schon einen Laufzettel.")
        for step in steps_of(session, other.id):
            session.delete(step)
        session.flush()
        session.delete(other)
    session.flush()
