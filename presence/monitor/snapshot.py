"""Everything that is to be shown at a moment, worked out in one go for all boards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.availability.current import CurrentStore
from presence.availability.queries import BOARDS, BoardLine, lines_of
from presence.monitor.audience import Audience, audience
from presence.monitor.boards import Row, office_row, person_row
from presence.monitor.hours import evening, next_hour, resting
from presence.monitor.subjects import Kind, Mode, Spec
from storage.actors import Actor
from storage.agreements.queries import in_force
from storage.clock import local_date
from storage.rights import Verb, require

Audiences = dict[tuple[Kind, UUID], Audience | None]


@dataclass(frozen=True, slots=True)
class Board:
    """What a screen shows. ``gone``: the office, floor or group is no more."""

    title: str
    mode: Mode
    rows: tuple[Row, ...]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``allowed``: the Dienstvereinbarung counts; else there are no boards. It all holds until ``changes_at``."""

    allowed: bool
    boards: dict[Spec, Board]
    changes_at: datetime
    resting: bool
    evening: bool


def snapshot(
    session: Session,
    store: CurrentStore,
    actor: Actor,
    specs: Collection[Spec],
    now: datetime,
    *,
    meant: Audiences | None = None,
) -> Snapshot:
    """The boards of these specs. Nobody's availability is even asked for without a Dienstvereinbarung.

    ``meant``: who stands on which board, as far as that is known from before; what is missing is added.
    """
    require(actor, Verb.MONITOR_SHOW)
    until, rest, late = next_hour(now), resting(now), evening(now)
    if not in_force(session, BOARDS, local_date(now)):
        return Snapshot(False, {}, until, rest, late)
    found: Audiences = {} if meant is None else meant
    shown = {(spec.kind, spec.subject) for spec in specs}
    for each in shown - found.keys():
        found[each] = audience(session, *each, now)
    everybody = frozenset().union(*(each.people for each in map(found.get, shown) if each))
    lines = {line.person: line for line in lines_of(session, store, everybody, now)}
    boards = {
        spec: _board(spec, found[spec.kind, spec.subject], list(lines.values()), now)
        for spec in specs
    }
    answers = [line.availability for line in lines.values()]
    ends = [end for each in answers for end in (each.until, each.place_until)]
    changes_at = min([until, *(end for end in ends if end and end > now)])
    return Snapshot(True, boards, changes_at, rest, late)


def _board(
    spec: Spec, meant: Audience | None, lines: Collection[BoardLine], now: datetime
) -> Board:
    if meant is None:
        return Board("", spec.mode, (), gone=True)
    if spec.mode is Mode.NAMES:
        there = meant.people
        rows = [person_row(line, now) for line in lines if line.person in there]
    else:
        answers = {line.person: line.availability for line in lines}
        rows = [
            office_row(part.title, [answers[each] for each in part.people], now, part.phone)
            for part in meant.parts
        ]
    return Board(meant.title, spec.mode, tuple(rows))
