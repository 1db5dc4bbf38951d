"""What a Laufzettel shows beside its steps: the running Vorgänge of who goes, as far as the visitor sees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.rooms import Room
from intranet import words
from presence.people.sheets import SheetLine, StepLine
from presence.people.steps import KINDS
from storage.actors import Staff
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import Document, Vorgang

LOOKED_BACK = timedelta(days=365)
MOST = 40
STATES = {"open": "offen", "done": "erledigt", "skipped": "entfällt", "cancelled": "zurückgenommen"}


@dataclass(frozen=True, slots=True)
class RunningVorgang:
    """``akte`` leads to its page; ``documents`` counts those the person filed."""

    akte: UUID
    title: str
    documents: int
    last: str


def running(
    session: Session, staff: Staff, person: UUID, now: datetime, rooms_off: frozenset[Room]
) -> list[RunningVorgang]:
    """Open Vorgänge in which somebody filed within the last year: a Vorgang belongs to its office, not to people."""
    if Room.EAKTE in rooms_off:
        return []
    latest = func.max(Document.filed_at)
    rows = session.execute(
        select(Vorgang.akte_id, Vorgang.title, func.count(Document.id), latest)
        .join(Document, Document.vorgang_id == Vorgang.id)
        .where(
            in_sight(session, staff),
            Document.filed_by == person,
            Document.filed_at > now - LOOKED_BACK,
            Vorgang.state == "open",
        )
        .group_by(Vorgang.id, Vorgang.akte_id, Vorgang.title)
        .order_by(latest.desc())
        .limit(MOST)
    )
    return [
        RunningVorgang(akte, title, count, words.when(last, now) if last else "")
        for akte, title, count, last in rows
    ]


def subject(line: SheetLine) -> str:
    """As in "Austritt Kati Beispiel"."""
    return f"{KINDS[line.kind]} {line.name}"


def headline(line: SheetLine) -> str:
    """As in "Austritt Kati Beispiel, letzter Tag 31.03.2026"."""
    which = "erster" if line.kind == "join" else "letzter"
    return f"{subject(line)}, {which} Tag {words.day(line.day)}"


def progress(line: SheetLine) -> str:
    told = f"{line.done} von {line.steps} erledigt"
    return f"{told}, {line.overdue} überfällig" if line.overdue else told


def settled(step: StepLine, now: datetime) -> str:
    """What became of a step: state, by whom and when."""
    if step.state == "open":
        return "überfällig" if step.overdue else "offen"
    when = words.when(step.done_at, now) if step.done_at else ""
    return ", ".join(each for each in (STATES[step.state], step.done_by, when) if each)
