"""What the tab of handed-in logs shows: a line for each, and what came of the chosen one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intranet import words
from storage.actors import Staff
from storage.clock import local_date
from storage.organisation.queries import names
from workflows.kiss.evaluation.handed_in import KEPT, asked_of, log_of, logs, result_of
from workflows.kiss.evaluation.log_evaluating import Result
from workflows.kiss.evaluation.tables import HandedInLog

PATIENCE = timedelta(minutes=10)
WAITING, ASKED, FAILED, DONE = (
    "wird ausgewertet",
    "Spalten fehlen",
    "nicht auswertbar",
    "ausgewertet",
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log in the list."""

    id: UUID
    name: str
    who: str
    when: str
    state: str
    until: str


@dataclass(frozen=True, slots=True)
class LogView:
    """One log. ``asks``: what must be said before it can be evaluated, with the headings there are and what was recognised."""

    row: HandedInLog
    state: str
    late: bool
    result: Result | None
    asks: Sequence[str]
    offered: Sequence[str]
    known: Mapping[str, str]


def load_lines(session: Session, staff: Staff) -> list[LogLine]:
    """All in sight, the latest first."""
    rows = logs(session, staff)
    people = names(session, {row.person_id for row in rows})
    return [
        LogLine(
            row.id, row.name, people.get(row.person_id, ""), words.moment(row.handed_in_at), state_of(row),
            words.day(local_date(row.handed_in_at + KEPT)),
        )
        for row in rows
    ]  # fmt: skip


def load_log(session: Session, staff: Staff, log: UUID, now: datetime) -> LogView:
    """Raises ``NotFoundError`` where it is gone, or not for this person."""
    row = log_of(session, staff, log)
    state = state_of(row)
    late = state == WAITING and now > row.handed_in_at + PATIENCE
    asks = asked_of(row) if state == ASKED else ()
    return LogView(row, state, late, result_of(row), asks, row.offered or (), row.columns)


def state_of(row: HandedInLog) -> str:
    if row.done_at is None:
        return WAITING
    if row.offered is not None:
        return ASKED
    return FAILED if row.problem else DONE
