"""Reading Laufzettel: who sees which, how far they are, and what still points at somebody who goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.availability.tables import AvailabilityProfile, StatusDelegate
from presence.people.doing import waits_for
from presence.people.handing_over import takeover_key
from presence.people.laufzettel import CANCELLED, OPEN, end_of, may_lead, steps_of
from presence.people.tables import Laufzettel, LaufzettelStep
from storage.actors import ROLE_NAMES, Actor, Role, Staff
from storage.conflicts import NotFoundError
from storage.organisation.queries import names
from storage.organisation.tables import Absence, Office
from storage.tasks.tables import Task


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A Laufzettel in a list; ``overdue`` counts open steps whose day is over."""

    id: UUID
    kind: str
    person: UUID
    name: str
    office: str
    day: date
    state: str
    done: int
    steps: int
    overdue: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as the actor may see it; ``mine`` where it waits for them or they lead the sheet."""

    id: UUID
    title: str
    who: str
    due_on: date
    state: str
    action: str | None
    note: str | None
    done_by: str | None
    done_at: datetime | None
    overdue: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """``leads``: sees everything and may move, hand over or call off. ``pointing``: what names somebody who goes.

    ``sees_work``: what somebody who goes has worked on concerns who leads, who takes over, and themselves; who only
    does a step, nothing of it. ``takeover``: it waits for who takes over.
    """

    line: SheetLine
    leads: bool
    sees_work: bool
    takeover: bool
    successor: UUID | None
    successor_name: str | None
    steps: Sequence[StepLine]
    waiting_tasks: int
    pointing: Sequence[str]


def sheets(session: Session, actor: Actor, day: date) -> list[SheetLine]:
    """Those the actor leads, has something to do on, takes over from, or is the subject of; open ones first, the nearest
    day first.
    """
    found = []
    rows = session.scalars(
        select(Laufzettel).order_by(Laufzettel.state != OPEN, Laufzettel.day, Laufzettel.id)
    ).all()
    steps: dict[UUID, list[LaufzettelStep]] = {}
    for step in session.scalars(select(LaufzettelStep)):
        steps.setdefault(step.laufzettel_id, []).append(step)
    called = names(session, {row.person_id for row in rows})
    offices = {row.id: row.short for row in session.scalars(select(Office))}
    for row in rows:
        mine = steps.get(row.id, [])
        concerned = _concerns(actor, row) or _takes_over(actor, row)
        if (
            may_lead(actor, row.office_id)
            or concerned
            or any(waits_for(actor, s, row.person_id) for s in mine)
        ):
            found.append(_line(row, mine, called, offices, day))
    return found


def sheet(session: Session, actor: Actor, wanted: UUID, day: date) -> Sheet:
    """One sheet; who only has something to do sees those steps alone. Raises ``NotFoundError``."""
    row = session.get(Laufzettel, wanted)
    if row is None:
        raise NotFoundError
    steps, leads = steps_of(session, wanted), may_lead(actor, row.office_id)
    own = _concerns(actor, row)
    shown = [each for each in steps if leads or own or waits_for(actor, each, row.person_id)]
    takes_over = _takes_over(actor, row)
    if not (shown or takes_over):
        raise NotFoundError
    people = {row.person_id, *(each.done_by for each in steps if each.done_by)}
    called = names(session, people | ({row.successor_id} if row.successor_id else set()))
    offices = {each.id: each.short for each in session.scalars(select(Office))}
    waiting = select(func.count(Task.id)).where(
        Task.person_id == row.person_id, Task.done_at.is_(None)
    )
    leaves = row.kind == "leave"
    takeover = select(Task.id).where(Task.key == takeover_key(wanted), Task.done_at.is_(None))
    return Sheet(
        _line(row, steps, called, offices, day),
        leads,
        leaves and (leads or own or takes_over),
        (leads or takes_over) and session.scalar(takeover) is not None,
        row.successor_id,
        called.get(row.successor_id) if row.successor_id else None,
        [
            StepLine(
                each.id,
                each.title,
                _who(each, offices),
                each.due_on,
                each.state,
                each.action,
                each.note if leads or waits_for(actor, each, row.person_id) else None,
                called.get(each.done_by) if each.done_by else None,
                each.done_at,
                each.state == OPEN and each.due_on < day,
                leads or waits_for(actor, each, row.person_id),
            )
            for each in shown
        ],
        (session.scalar(waiting) or 0) if leads and leaves else 0,
        pointing_at(session, row.person_id, row.day) if leads and leaves else (),
    )


def pointing_at(session: Session, person: UUID, day: date) -> list[str]:
    """Who still counts on somebody after their last day, in German lines: substitutes and delegates."""
    absent = session.scalars(
        select(Absence.person_id).where(Absence.substitute_id == person, Absence.ends > end_of(day))
    ).all()
    standing = session.scalars(
        select(AvailabilityProfile.person_id).where(AvailabilityProfile.substitute_id == person)
    ).all()
    delegated = session.scalars(
        select(StatusDelegate.person_id).where(StatusDelegate.delegate_id == person)
    ).all()
    called = names(session, {*absent, *standing, *delegated})
    kinds = (
        (absent, "hat für eine Abwesenheit diese Vertretung eingetragen"),
        (standing, "hat diese ständige Vertretung"),
        (delegated, "lässt den Status von dieser Person setzen"),
    )
    return [
        f"{called[each]} {what}"
        for people, what in kinds
        for each in sorted(set(people), key=lambda one: called.get(one, ""))
        if each in called
    ]


def _concerns(actor: Actor, row: Laufzettel) -> bool:
    return isinstance(actor, Staff) and actor.person == row.person_id


def _takes_over(actor: Actor, row: Laufzettel) -> bool:
    return isinstance(actor, Staff) and actor.person == row.successor_id and row.state != CANCELLED


def _who(step: LaufzettelStep, offices: dict[UUID, str]) -> str:
    office = offices.get(step.office_id, "") if step.office_id else ""
    role = ROLE_NAMES[Role(step.role)] if step.role else ""
    return " ".join(each for each in (role, office) if each)


def _line(
    row: Laufzettel,
    steps: Sequence[LaufzettelStep],
    called: dict[UUID, str],
    offices: dict[UUID, str],
    day: date,
) -> SheetLine:
    live = row.state != CANCELLED
    return SheetLine(
        row.id,
        row.kind,
        row.person_id,
        called.get(row.person_id, "ausgeschieden"),
        offices.get(row.office_id, "") if row.office_id else "",
        row.day,
        row.state,
        sum(each.state != OPEN for each in steps),
        len(steps),
        sum(live and each.state == OPEN and each.due_on < day for each in steps),
    )
