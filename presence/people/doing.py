"""Doing, skipping and taking back the steps of a Laufzettel; each in a transaction of its own, each once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from presence.operations import create_account
from presence.passwords import InitialPassword
from presence.people.ending import end_rights, give_back
from presence.people.handing_over import move_tasks, takeover_key
from presence.people.laufzettel import (
    CANCELLED,
    DONE,
    OPEN,
    SKIPPED,
    load,
    may_lead,
    steps_of,
    task_key,
    wait_for,
)
from presence.people.tables import Laufzettel, LaufzettelStep
from presence.tables import Account
from storage.actors import Actor, Grant, Role, Staff, System
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.one_line import one_line
from storage.organisation.substitution import standing_in_at
from storage.organisation.tables import Person
from storage.rights import NotAllowedError, Verb, may
from storage.tasks.list import finish_task, finish_tasks

LONGEST_NOTE = 300
KEPT = timedelta(days=365)
LEFT_OPEN = timedelta(days=3 * 365)


def waits_for(actor: Actor, step: LaufzettelStep, about: UUID) -> bool:
    """Whether the step is the actor's to do, as the task list has it; whom the sheet is ``about`` stands in for nobody on
    it: nobody confirms that they themselves have handed everything over.
    """
    if not isinstance(actor, Staff):
        return isinstance(actor, System)
    if step.role is None:
        return step.office_id is not None and actor.works_in(step.office_id)
    role = Role(step.role)
    own = {Grant(role), Grant(role, step.office_id)} & actor.grants
    if own:
        return True
    return actor.person != about and actor.acts_for(role, step.office_id) is not None


def _right_now(session: Session, actor: Actor, now: datetime) -> Actor:
    """The actor with what they may do in absences under way: the task list counts those of the whole day."""
    if not isinstance(actor, Staff) or not actor.proxies:
        return actor
    absent = standing_in_at(session, actor.person, now)
    return replace(actor, proxies=frozenset(p for p in actor.proxies if p.person in absent))


def _acting_for(actor: Actor, step: LaufzettelStep, sheet: Laufzettel) -> UUID | None:
    """The absent person for whom a substitute does the step; ``None`` where it is the actor's own or they lead all."""
    if not isinstance(actor, Staff) or step.role is None or may_lead(actor, sheet.office_id):
        return None
    return actor.acts_for(Role(step.role), step.office_id)


def settle_step(
    session: Session,
    actor: Actor,
    step: UUID,
    outcome: Literal["done", "skipped"],
    note: str = "",
    *,
    initial: InitialPassword | None = None,
    now: datetime,
) -> str | None:
    """Done, or not needed (then a note says why). A step that is settled stays as it is: whoever was first did it.

    Returns the password of ``initial`` where the step made an account with it. Raises ``ConflictError``, ``NotAllowedError``.
    """
    actor = _right_now(session, actor, now)
    row, sheet = _load(session, actor, step)
    if row.state != OPEN:
        return None
    if sheet.state == CANCELLED:
        raise ConflictError("Dieser Laufzettel wurde zurückgenommen.")
    note = one_line(note)
    if outcome == SKIPPED and not note:
        raise ConflictError("Bitte schreiben Sie kurz, warum der Schritt entfällt.")
    if len(note) > LONGEST_NOTE:
        raise ConflictError(f"Ein Vermerk darf höchstens {LONGEST_NOTE} Zeichen lang sein.")
    told = (
        _act(session, actor, row, sheet, initial, now) if outcome == DONE and row.action else None
    )
    row.state, row.note, row.done_at = outcome, note or None, now
    row.done_by = actor.person if isinstance(actor, Staff) else None
    row.revision += 1
    finish_task(session, task_key(row), now)
    _note(session, actor, f"laufzettel.{outcome}", row, sheet, now)
    session.flush()
    if all(each.state != OPEN for each in steps_of(session, sheet.id)):
        sheet.state, sheet.closed_at = DONE, now
        sheet.revision += 1
    return told


def reopen_step(session: Session, actor: Actor, step: UUID, *, now: datetime) -> None:
    """It wasn't done after all: it waits again. Rights that ended with it last as before, which takes who gives rights;
    an account and what was handed over stay.
    """
    actor = _right_now(session, actor, now)
    row, sheet = _load(session, actor, step)
    if row.state == OPEN or sheet.state == CANCELLED:
        return
    if row.ended:
        if row.ended["roles"] or row.ended["classes"]:
            _require_admin(actor)
        give_back(session, actor, row.ended, now)
    row.state, row.done_at, row.done_by, row.ended = OPEN, None, None, None
    row.revision += 1
    sheet.state, sheet.closed_at = OPEN, None
    person = session.get_one(Person, sheet.person_id)
    wait_for(session, row, person.name, sheet.kind, now)
    _note(session, actor, "laufzettel.reopen", row, sheet, now)


def forget_sheets(session: Session, now: datetime) -> int:
    """Sheets closed a year ago go with their steps, and after three years those nobody ever closed (nightly).

    Returns how many.
    """
    today = local_date(now)
    old = session.scalars(
        select(Laufzettel.id).where(
            or_(
                Laufzettel.closed_at < now - KEPT,
                and_(Laufzettel.closed_at.is_(None), Laufzettel.day < today - LEFT_OPEN),
            )
        )
    ).all()
    for sheet in old:
        finish_tasks(session, [takeover_key(sheet), *map(task_key, steps_of(session, sheet))], now)
    session.execute(delete(LaufzettelStep).where(LaufzettelStep.laufzettel_id.in_(old)))
    session.execute(delete(Laufzettel).where(Laufzettel.id.in_(old)))
    return len(old)


def _load(session: Session, actor: Actor, step: UUID) -> tuple[LaufzettelStep, Laufzettel]:
    """The step, with its sheet locked first: of two who settle the last steps, one closes it."""
    found = session.scalar(select(LaufzettelStep.laufzettel_id).where(LaufzettelStep.id == step))
    if found is None:
        raise NotFoundError("Diesen Schritt gibt es nicht.")
    sheet = load(session, found)
    row = session.get_one(LaufzettelStep, step, populate_existing=True)
    if not (waits_for(actor, row, sheet.person_id) or may_lead(actor, sheet.office_id)):
        raise NotAllowedError
    return row, sheet


def _act(
    session: Session,
    actor: Actor,
    row: LaufzettelStep,
    sheet: Laufzettel,
    initial: InitialPassword | None,
    now: datetime,
) -> str | None:
    if row.action == "account":
        if initial is not None and session.get(Account, sheet.person_id) is None:
            return create_account(session, actor, sheet.person_id, initial, now=now)
        _require_admin(actor)
    elif row.action == "roles":
        _require_admin(actor)
        end = sheet.day + timedelta(days=1)
        row.ended = end_rights(session, actor, sheet.person_id, end, now)
    elif row.action == "handover":
        if sheet.successor_id is None:
            raise ConflictError("Bitte wählen Sie zuerst, wer die Aufgaben übernimmt.")
        move_tasks(session, actor, sheet, sheet.successor_id, now=now)
    return None


def _require_admin(actor: Actor) -> None:
    if not may(actor, Verb.PEOPLE_CHANGE):
        raise NotAllowedError(f"Das tut die Systemverwaltung (Rolle „{Role.ADMIN.value}“).")


def _note(
    session: Session,
    actor: Actor,
    verb: str,
    step: LaufzettelStep,
    sheet: Laufzettel,
    now: datetime,
) -> None:
    """An entry in the journal; who acted for somebody else is named with them, until the sheet is forgotten."""
    absent = _acting_for(actor, step, sheet)
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="laufzettel",
        object_id=step.laufzettel_id,
        details={"step": step.key} | ({"acting_for": absent.hex} if absent else {}),
        at=now,
    )
