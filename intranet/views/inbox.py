"""The inbox as it is shown: rows in words, counts, and how far a batch just handed in has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intranet import words
from storage.actors import Staff
from storage.clock import local_date
from workflows.eakte.deadlines import next_of
from workflows.eakte.queries import INBOX_STATES, InboxRow, inbox, inbox_counts, states_of

PAGE = 200
STATE_NAMES = {
    "received": "wartet",
    "reading": "wird gelesen",
    "ready": "bereit",
    "quarantined": "Quarantäne",
    "unopened": "ungeöffnet",
    "filed": "abgelegt",
    "discarded": "nicht abgelegt",
}
FILTERS: dict[str, tuple[str, ...]] = {
    "alle": INBOX_STATES,
    "bereit": ("ready",),
    "in Arbeit": ("received", "reading"),
    "Quarantäne": ("quarantined",),
    "ungeöffnet": ("unopened",),
}
BUSY = frozenset({"received", "reading"})


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A row in words. ``note``: the reason it waits, or what could not be read and the nearest deadline."""

    id: UUID
    revision: int
    title: str
    sender: str
    kind: str
    received: str
    state: str
    note: str
    busy: bool


@dataclass(frozen=True, slots=True)
class InboxView:
    """A page of the inbox; ``older`` is the key of the next one."""

    lines: Sequence[InboxLine]
    counts: dict[str, int]
    older: UUID | None

    @property
    def busy(self) -> bool:
        return any(self.counts.get(state, 0) for state in BUSY)


def load(
    session: Session,
    staff: Staff,
    now: datetime,
    *,
    chosen: str = "alle",
    office: UUID | None = None,
    kind: str | None = None,
    after: UUID | None = None,
    page: int = PAGE,
) -> InboxView:
    """The page after ``after`` (the first one without it), newest first."""
    rows = inbox(
        session,
        staff,
        states=FILTERS[chosen],
        office=office,
        kind=kind,
        after=after,
        limit=page + 1,
    )
    by_state = inbox_counts(session, staff)
    counts = {
        name: sum(by_state.get(state, 0) for state in states) for name, states in FILTERS.items()
    }
    shown = rows[:page]
    older = shown[-1].id if len(rows) > page else None
    return InboxView([line(row, now) for row in shown], counts | by_state, older)


def line(row: InboxRow, now: datetime) -> InboxLine:
    """One row in words."""
    deadline = next_of(row.details, local_date(now))
    unread = "nicht alles gelesen" if (row.details or {}).get("problems") else ""
    due = f"Frist {words.day(deadline)}" if deadline else ""
    note = row.reason or ", ".join(filter(None, (unread, due)))
    return InboxLine(
        row.id,
        row.revision,
        row.title or row.file_name,
        row.sender or "",
        row.kind or "",
        words.when(row.received_at, now),
        STATE_NAMES[row.state],
        note,
        row.state in BUSY,
    )


@dataclass(frozen=True, slots=True)
class BatchView:
    """How far the documents just handed in have come."""

    lines: Sequence[InboxLine]
    done: int

    @property
    def finished(self) -> bool:
        return self.done == len(self.lines)


def batch(session: Session, staff: Staff, documents: Sequence[UUID], now: datetime) -> BatchView:
    """Their present states, in the order they were handed in."""
    found = states_of(session, staff, documents)
    lines = [line(found[document], now) for document in documents if document in found]
    return BatchView(lines, sum(1 for each in lines if not each.busy))
