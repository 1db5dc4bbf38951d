"""What "Anwesenheit" and "Monitore" show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intranet import words
from presence.availability.current import CurrentStore
from presence.availability.queries import (
    BOARDS,
    BoardLine,
    NotAgreedError,
)
from presence.monitor.overviews import overview, subjects_to_see
from presence.monitor.queries import monitors, subjects_for
from presence.monitor.subjects import KIND_NAMES, MODE_NAMES, Kind, Mode, Subject, Theme
from storage.actors import Staff
from storage.agreements.queries import in_force
from storage.clock import local_date


@dataclass(frozen=True, slots=True)
class Choices:
    """What one may look at, by kind, one's own first; ``allowed``: a Dienstvereinbarung is in force."""

    allowed: bool
    titles: Mapping[Kind, Mapping[UUID, str]]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A line of the board in words."""

    name: str
    line: BoardLine
    until: str


@dataclass(frozen=True, slots=True)
class MonitorLine:
    """A screen, in words and as it can be changed. ``last_day``: the last on which it shows something."""

    id: UUID
    revision: int
    name: str
    place: str
    shows: str
    mode: str
    theme: Theme
    last_day: date | None
    state: str
    contact: str
    revoked: bool


def boards_agreed(session: Session, now: datetime) -> bool:
    return in_force(session, BOARDS, local_date(now))


def choices(session: Session, staff: Staff, now: datetime) -> Choices:
    """Only kinds of which there is something to look at."""
    titles: dict[Kind, dict[UUID, str]] = {}
    for each in subjects_to_see(session, staff, local_date(now)):
        titles.setdefault(each.kind, {})[each.id] = each.title
    return Choices(boards_agreed(session, now), titles)


def people_on(
    session: Session, store: CurrentStore, staff: Staff, kind: Kind, subject: UUID, now: datetime
) -> Sequence[PersonLine] | None:
    """``None`` where no Dienstvereinbarung is in force (any more)."""
    try:
        lines = overview(session, store, staff, kind, subject, now)
    except NotAgreedError:
        return None
    return [
        PersonLine(
            line.name,
            line,
            words.when(line.availability.until, now) if line.availability.until else "",
        )
        for line in lines
    ]


def monitor_lines(
    session: Session, staff: Staff, connected: Mapping[UUID, int], now: datetime
) -> list[MonitorLine]:
    """``connected``: connections of each screen just now."""
    return [
        MonitorLine(
            row.id,
            row.revision,
            row.name,
            row.place,
            f"{KIND_NAMES[Kind(row.kind)]}: {subject.title}" if subject else "nichts mehr",
            MODE_NAMES[Mode(row.mode)].partition(" (")[0],
            Theme(row.theme),
            row.valid_to - timedelta(days=1) if row.valid_to else None,
            _state(row.revoked_at, row.valid_to, local_date(now)),
            _contact(connected.get(row.id, 0), row.seen_at),
            row.revoked_at is not None,
        )
        for row, subject in monitors(session, staff)
    ]


def what_to_show(session: Session, staff: Staff, now: datetime) -> dict[UUID, Subject]:
    """What one may set up screens for."""
    return {each.id: each for each in subjects_for(session, staff, local_date(now))}


def _state(revoked_at: datetime | None, valid_to: date | None, today: date) -> str:
    if revoked_at is not None:
        return f"abgemeldet am {words.day(local_date(revoked_at))}"
    if valid_to is not None:
        last = words.day(valid_to - timedelta(days=1))
        return f"abgelaufen am {last}" if valid_to <= today else f"eingerichtet bis {last}"
    return "eingerichtet"


def _contact(connections: int, seen_at: datetime | None) -> str:
    if connections == 1:
        return "verbunden"
    if connections:
        return f"{connections} Verbindungen"
    return words.moment(seen_at) if seen_at else "noch nie"
