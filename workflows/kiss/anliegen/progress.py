"""What every deed on an Anliegen shares: its turn, the new state with the clock, the line of its way, who it waits for."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from config.rooms import Room
from storage.actors import SHARED_CLASSES, Actor, ProtectionClass
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.jobs.queue import Priority, enqueue
from storage.journal.entries import record
from storage.tasks.list import finish_tasks, open_task
from workflows.kiss.anliegen.office_hours import OfficeHours
from workflows.kiss.anliegen.reach import OBJECT_KIND
from workflows.kiss.anliegen.states import RUNNING, Deed, State, after
from workflows.kiss.anliegen.tables import Anliegen, Step
from workflows.kiss.anliegen.targets import Target, reopened

HOURS = OfficeHours()
OBJECT = "anliegen"
TRAIN = "kiss.train"
SILENT = "anliegen.silent:"
PAUSE = timedelta(hours=1)
"""Learning waits, so that it is done once an hour at most; what waits already is not put off."""


def take_turn(session: Session, row: Anliegen, revision: int) -> None:
    """Raise the revision if it is still the one that was seen. Raises ``ConflictError`` for who comes second."""
    taken = session.execute(
        update(Anliegen)
        .where(Anliegen.id == row.id, Anliegen.revision == revision)
        .values(revision=revision + 1)
        .returning(Anliegen.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is None:
        raise ConflictError(
            "Jemand anders hat dieses Anliegen gerade geändert. Bitte sehen Sie es sich noch einmal an."
        )
    row.revision = revision + 1
    finish_tasks(session, [look_key(row.id)], row.changed_at)


def target_of(row: Anliegen) -> Target:
    """The clock as it stands in the row."""
    return Target(timedelta(seconds=row.allowed), timedelta(seconds=row.used), row.since)


def set_clock(row: Anliegen, target: Target) -> None:
    row.allowed = round(target.allowed.total_seconds())
    row.used = round(target.used.total_seconds())
    row.since, row.due_at = target.since, target.due(HOURS)


def move(session: Session, row: Anliegen, deed: Deed, now: datetime) -> None:
    """Change the state as the deed says, with clock, way and task. Raises ``ConflictError``."""
    following = after(State(row.state), deed)
    if deed is Deed.REOPEN:
        set_clock(row, reopened(target_of(row)))
    enter_state(session, row, following, deed.value, now)


def enter_state(session: Session, row: Anliegen, state: State, deed: str, now: datetime) -> None:
    """Enter a state without asking which deeds lead there (undoing does not go the usual way)."""
    if State(row.state) is State.WAITS_CITIZEN and state is not State.WAITS_CITIZEN:
        finish_tasks(session, [silent_key(row.id)], now)
    set_clock(row, target_of(row).entering(state, now, HOURS))
    row.state, row.changed_at = state.value, now
    row.closed_at = now if state is State.CLOSED else None
    note_step(session, row, deed, now)
    wait_for_holder(session, row, now)


def note_step(session: Session, row: Anliegen, deed: str, now: datetime) -> None:
    """A line of the way: group and state, nobody's name."""
    session.add(
        Step(
            id=new_id(), anliegen_id=row.id, at=now, deed=deed, state=row.state,
            group_id=row.group_id, topic_id=row.topic_id,
        )
    )  # fmt: skip


def wait_for_holder(session: Session, row: Anliegen, now: datetime) -> None:
    """Let it wait for who has it; what is answered or asked back waits for nobody here."""
    if State(row.state) not in RUNNING or row.merged_into_id is not None:
        finish_tasks(session, [task_key(row.id), late_key(row.id)], now)
        return
    shared = ProtectionClass(row.protection) in SHARED_CLASSES
    open_task(
        session,
        key=task_key(row.id),
        kind=f"{Room.KISS.value}.work",
        title=f"Anliegen {reference(row)}: {row.title}"
        if shared
        else f"Vertrauliches Anliegen {reference(row)}",
        link=link(row.id),
        object_kind=OBJECT_KIND,
        object_id=row.id,
        person=row.person_id,
        office=None if row.person_id else row.office_id,
        due_at=row.due_at,
        now=now,
    )


def learn_later(session: Session, row: Anliegen, now: datetime) -> None:
    """Have the text model learn soon from where it went in the end; protected ones teach nobody."""
    if ProtectionClass(row.protection) in SHARED_CLASSES:
        enqueue(
            session, TRAIN, "shared", run_after=now + PAUSE, priority=Priority.BACKGROUND, again=True,
            now=now,
        )  # fmt: skip


def ask_to_look(session: Session, row: Anliegen, now: datetime, why: str = "Bitte ansehen") -> None:
    """Something came that changes no state (a new message, a stranger's, one that did not arrive): who has it should look."""
    shared = ProtectionClass(row.protection) in SHARED_CLASSES
    open_task(
        session,
        key=look_key(row.id),
        kind=f"{Room.KISS.value}.look",
        title=f"{why}: Anliegen {reference(row)}" + (f": {row.title}" if shared else ""),
        link=link(row.id),
        object_kind=OBJECT_KIND,
        object_id=row.id,
        person=row.person_id,
        office=None if row.person_id else row.office_id,
        now=now,
    )


def look_at(session: Session, row: Anliegen, now: datetime) -> None:
    """The same for what came to one that was merged: who has the other one looks at it."""
    main = session.get(Anliegen, row.merged_into_id) if row.merged_into_id else row
    ask_to_look(session, main or row, now)


def look_key(anliegen: UUID) -> str:
    return f"anliegen.look:{anliegen.hex}"


def silent_key(anliegen: UUID) -> str:
    return f"{SILENT}{anliegen.hex}"


def late_key(anliegen: UUID) -> str:
    return f"anliegen.late:{anliegen.hex}"


def task_key(anliegen: UUID) -> str:
    return f"anliegen:{anliegen.hex}"


def link(anliegen: UUID) -> str:
    """Where staff find it."""
    return f"/anliegen?id={anliegen.hex}"


def reference(row: Anliegen) -> str:
    """How people call it: „2026-00042“."""
    return f"{row.year}-{row.number:05d}"


def journal(
    session: Session, actor: Actor, verb: str, row: Anliegen, now: datetime, **details: Any
) -> None:
    """The deed's entry; ids only, no word of what was said."""
    record(
        session,
        actor=actor.journal_id,
        verb=f"{OBJECT}.{verb}",
        object_kind=OBJECT,
        object_id=row.id,
        details=details or None,
        at=now,
    )
