"""Coming and going on one sheet: how it is opened. Its steps are done in ``doing.py``, its day is moved and it is called
off in ``changing.py``, and who takes over stands in ``handing_over.py``.

Who goes stops working here the day after their last one, by itself: the end is entered when the sheet is opened.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from presence.people.steps import KINDS, OWN, Kind, Step, due_on
from presence.people.tables import Laufzettel, LaufzettelStep
from presence.people.templates import steps_on
from storage.actors import Actor, ProtectionClass, Role, Scope, System
from storage.clock import LOCAL, local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.one_line import one_line
from storage.organisation.operations import add_person, keep_an_administrator
from storage.organisation.queries import (
    has_role_holder,
    is_attended,
    office_by_key,
    valid_on,
)
from storage.organisation.tables import Membership, Office, Person
from storage.rights import NotAllowedError, Verb, may
from storage.tasks.list import open_task

HOUSE = System("laufzettel")
"""Acts where opening a sheet does what would else take an administrator; the sheet's own entry names the person."""
OPEN, DONE, SKIPPED, CANCELLED = "open", "done", "skipped", "cancelled"
GONE = "Diese Person arbeitet nicht (mehr) hier."


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
    require_lead(actor, office)
    not_in_the_past(day, now)
    require_office(session, office, day)
    told = {name: one_line(value or "") for name, value in asdict(newcomer).items()}
    login = told["login"]
    try:
        with session.begin_nested():
            person = add_person(
                session, HOUSE, login=login, name=told["name"], office=office, valid_from=day,
                now=now, title=told["title"] or None, email=told["email"] or None,
                phone=told["phone"] or None, room=told["room"] or None,
            )  # fmt: skip
    except IntegrityError:  # somebody else was given it at the same moment
        raise ConflictError(f"Den Anmeldenamen „{login}“ gibt es schon.") from None
    sheet = Laufzettel(kind="join", person_id=person.id, office_id=office, day=day)
    return _open(session, actor, sheet, person, now)


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

    Raises ``ConflictError`` where another one is open, for the last administrator, for a day before the first or after
    an end that is entered already, and for an unfit successor.
    """
    row = session.get(Person, person, with_for_update=True, populate_existing=True)
    today = local_date(now)
    if row is None or (row.valid_to is not None and row.valid_to <= today):
        raise NotFoundError(GONE)
    office = _office_of(session, person, max(today, row.valid_from))
    require_lead(actor, office)
    not_in_the_past(day, now)
    if successor is not None:
        check_successor(session, person, successor, day)
    same = _opened_before(session, row, day, today)
    if same is not None and same.state != CANCELLED:
        return same
    end = day + timedelta(days=1)
    if day < row.valid_from or (row.valid_to is not None and end > row.valid_to):
        raise ConflictError(f"{row.name} arbeitet an diesem Tag nicht hier.")
    keep_an_administrator(session, {person}, end)
    sheet = same or Laufzettel(kind="leave", person_id=person, day=day)
    sheet.office_id, sheet.successor_id, sheet.valid_to_before = office, successor, row.valid_to
    row.valid_to = end
    row.revision += 1
    note_that(session, actor, "person.end", "person", person, now, {"day": end})
    return _open(session, actor, sheet, row, now)


def check_successor(session: Session, leaver: UUID, successor: UUID, day: date) -> None:
    """Raises ``ConflictError`` unless the successor is somebody else and still here after the day."""
    if successor == leaver:
        raise ConflictError("Bitte wählen Sie als Nachfolge jemand anderen.")
    there = select(Person.id).where(
        Person.id == successor, valid_on(Person, day + timedelta(days=1))
    )
    if session.scalar(there) is None:
        raise ConflictError("Die gewählte Nachfolge arbeitet dann nicht mehr hier.")


def end_to_come(session: Session, person: UUID, today: date) -> date | None:
    """The first day without somebody, as their sheet has it; ``None`` where nothing is entered that is yet to come."""
    last = session.scalar(
        select(func.max(Laufzettel.day)).where(
            Laufzettel.person_id == person,
            Laufzettel.kind == "leave",
            Laufzettel.state != CANCELLED,
            Laufzettel.day >= today,
        )
    )
    return last + timedelta(days=1) if last else None


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


def due(sheet: Laufzettel, days: int, today: date) -> date:
    """When a step of the sheet is due: never before today."""
    return max(due_on(sheet.day, days), today)


def may_lead(actor: Actor, office: UUID | None) -> bool:
    """Whether somebody sees all of a sheet and changes it: the personnel office, and who heads the person's office."""
    scope = Scope(office, ProtectionClass.INTERNAL) if office else None
    return may(actor, Verb.LAUFZETTEL_OPEN, scope)


def require_lead(actor: Actor, office: UUID | None) -> None:
    if not may_lead(actor, office):
        raise NotAllowedError


def not_in_the_past(day: date, now: datetime) -> None:
    if day < local_date(now):
        raise ConflictError("Bitte wählen Sie heute oder einen späteren Tag.")


def require_office(session: Session, office: UUID, day: date) -> None:
    """Who begins in an office that has closed by then would work nowhere."""
    if not session.scalar(select(Office.id).where(Office.id == office, valid_on(Office, day))):
        raise ConflictError("Dieses Amt gibt es am ersten Tag nicht. Bitte wählen Sie ein anderes.")


def note_that(
    session: Session,
    actor: Actor,
    verb: str,
    kind: str,
    object_id: UUID,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """An entry in the journal."""
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind=kind,
        object_id=object_id,
        details=dict(details) if details else None,
        at=now,
    )


def _office_of(session: Session, person: UUID, day: date) -> UUID | None:
    """The first office somebody works in; not everybody has one."""
    return session.scalars(
        select(Membership.office_id)
        .where(Membership.person_id == person, valid_on(Membership, day))
        .order_by(Membership.id)
    ).first()


def _opened_before(session: Session, person: Person, day: date, today: date) -> Laufzettel | None:
    """The sheet of that very day. Raises ``ConflictError`` where another one counts."""
    known = session.scalars(
        select(Laufzettel).where(Laufzettel.person_id == person.id, Laufzettel.kind == "leave")
    ).all()
    same = next((each for each in known if each.day == day), None)
    if same is not None and same.state != CANCELLED:
        return same
    if any(each.state == OPEN or (each.state == DONE and each.day >= today) for each in known):
        raise ConflictError(
            f"Für {person.name} ist schon ein Laufzettel offen. Ändert sich nur der Tag, verschieben Sie ihn dort."
        )
    return same


def _open(
    session: Session, actor: Actor, sheet: Laufzettel, person: Person, now: datetime
) -> Laufzettel:
    """Enter the sheet with fresh steps; one that was called off begins anew."""
    sheet.state, sheet.opened_at, sheet.closed_at = OPEN, now, None
    session.add(sheet)
    session.flush()
    for old in steps_of(session, sheet.id):
        session.delete(old)
    session.flush()
    kind: Kind = "join" if sheet.kind == "join" else "leave"
    for place, step in enumerate(steps_on(session, kind, local_date(now))):
        wait_for(session, _step(session, sheet, place, step, now), person.name, kind, now)
    details = {"kind": kind, "day": sheet.day}
    note_that(session, actor, "laufzettel.open", "laufzettel", sheet.id, now, details)
    return sheet


def _step(
    session: Session, sheet: Laufzettel, place: int, step: Step, now: datetime
) -> LaufzettelStep:
    """The step as it is for this sheet."""
    day = due(sheet, step.days, local_date(now))
    office, role = _who(session, sheet, step, day, now)
    row = LaufzettelStep(
        laufzettel_id=sheet.id,
        key=step.key,
        position=place,
        title=step.title,
        action=step.action,
        office_id=office,
        role=role,
        days=step.days,
        due_on=day,
        state=OPEN,
    )
    session.add(row)
    session.flush()
    return row


def _who(
    session: Session, sheet: Laufzettel, step: Step, day: date, now: datetime
) -> tuple[UUID | None, str | None]:
    """The office and role that do a step. Where there is no such office, nobody has the role when it is due (a head
    who goes herself), or everybody who has it is away until then and nobody stands in, the personnel office does it,
    and the administrators where there is none.
    """
    office = None
    if step.office == OWN or step.role == Role.HEAD.value:
        office = sheet.office_id
    elif step.office:
        found = office_by_key(session, step.office, local_date(now))
        office = found.id if found else None
    role = Role(step.role) if step.role else None
    if role is None and office is not None:
        return office, None
    if role is None or not is_attended(session, role, office, now, end_of(day)):
        office, role = None, Role.PERSONNEL
        if not has_role_holder(session, role, None, day):
            role = Role.ADMIN
    return office, role.value
