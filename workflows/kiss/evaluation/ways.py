"""The way of a case through the house: by groups and states, never by person. From our own steps or an imported log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

from workflows.kiss.evaluation.event_log import NO_GROUP, UNDATED, EventLog, LogBuilder

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """From ``at`` on the case is with ``group`` in ``state``."""

    at: datetime
    group: str
    state: str


@dataclass(frozen=True, slots=True)
class Way:
    """A case with its steps in time order, at least one; all moments with a zone.

    ``words`` are those of what was written, in no order (``routing.keywords.tokens``); ``answered_by`` the groups that answered the
    same message in another case; ``duplicates``: so many others were merged into it, ``None`` where nobody knows; ``ratings``
    of the citizens, 1 to 5, in no order.
    """

    case: str
    steps: tuple[Step, ...]
    topic: str | None = None
    words: frozenset[str] = frozenset()
    answered_by: frozenset[str] = frozenset()
    duplicates: int | None = None
    ratings: tuple[int, ...] = ()

    @property
    def begins(self) -> datetime:
        return self.steps[0].at

    @property
    def days(self) -> float:
        """From the first step to the last."""
        return days_between(self.begins, self.steps[-1].at)


def path(way: Way) -> tuple[str, ...]:
    """The groups one after the other, consecutive equal ones as one."""
    return tuple(group for group, _ in groupby(step.group for step in way.steps))


def arrivals(way: Way) -> list[tuple[str, float]]:
    """The groups of the path, each with the days from the case's beginning to its arrival there."""
    found: list[tuple[str, float]] = []
    for step in way.steps:
        if not found or found[-1][0] != step.group:
            found.append((step.group, days_between(way.begins, step.at)))
    return found


def stays(way: Way) -> Iterator[tuple[Step, float]]:
    """Each step with the days until the next one; the last one has no end and is left out."""
    for one, following in pairwise(way.steps):
        yield one, days_between(one.at, following.at)


def days_between(earlier: datetime, later: datetime) -> float:
    return (later - earlier) / _DAY


def came_back(sequence: Sequence[str]) -> int:
    """How often a sequence went from A to B and right back to A."""
    return sum(one == third for one, third in zip(sequence, sequence[2:], strict=False))


def log_of(ways: Iterable[Way]) -> EventLog:
    """Our own steps as an event log, for ``handing_over.hand_overs``."""
    builder = LogBuilder()
    for way in ways:
        for step in way.steps:
            builder.add(way.case, step.at, step.state, step.group)
    return builder.build()


def ways_of(log: EventLog) -> list[Way]:
    """The dated events of a log that name a group, as ways without topic; the activity is the state."""
    found: dict[int, list[Step]] = {}
    start = datetime(1970, 1, 1, tzinfo=UTC)
    columns = (log.case.tolist(), log.at.tolist(), log.activity.tolist(), log.group.tolist())
    for case, at, activity, group in zip(*columns, strict=True):
        if group != NO_GROUP and at != UNDATED:
            step = Step(
                start + timedelta(microseconds=at), log.groups[group], log.activities[activity]
            )
            found.setdefault(case, []).append(step)
    return [Way(log.cases[case], tuple(steps)) for case, steps in found.items()]
