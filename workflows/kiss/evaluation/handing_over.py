"""Hand-overs, ping-pong and revisits: the figures of ``rathaus kiss analyse``.

Per case, in time order, consecutive equal groups are collapsed to a sequence. A hand-over is a step in it, ping-pong a
position with A-B-A, a revisit a group that occurs again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflows.kiss.evaluation.event_log import UNDATED, EventLog, days


@dataclass(frozen=True, slots=True)
class Sequences:
    """The collapsed sequences of all cases, one after the other."""

    case: NDArray[np.int64]
    """Of each position, counted from 0 without gaps."""
    group: NDArray[np.int64]
    event: NDArray[np.int64]
    """The row of the log at which the group's stay begins."""
    step: NDArray[np.bool_]
    """Whether the position follows another one of its case: a hand-over."""
    ping_pong: NDArray[np.bool_]
    """Whether the position is the second A of A-B-A."""

    @property
    def cases(self) -> int:
        return int(self.case[-1]) + 1 if len(self.case) else 0

    def per_case(self, marked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many marked positions each case has."""
        return np.bincount(self.case[marked], minlength=self.cases)


@dataclass(frozen=True, slots=True)
class HandOvers:
    """The figures of the contract. Medians in days from a case's first event to its last; ``None`` without a dated case."""

    cases: int
    events: int
    units: int
    handovers: int
    cases_with_handover: int
    ping_pong_cases: int
    ping_pong_total: int
    revisit_cases: int
    median_days: dict[str, float | None]
    """By class: ``none``, ``handover`` (without ping-pong), ``ping_pong``."""


def sequences(log: EventLog) -> Sequences:
    """The collapsed sequences of the events that name a group."""
    log = log.with_group()
    if not len(log):
        none = np.empty(0, np.int64)
        return Sequences(none, none, none, none.astype(bool), none.astype(bool))
    new_case = np.diff(log.case, prepend=-1) != 0
    begins = new_case | (np.diff(log.group, prepend=-1) != 0)
    case = (np.cumsum(new_case) - 1)[begins]
    group = log.group[begins]
    step = np.diff(case, prepend=-1) == 0
    back = np.zeros(len(case), bool)
    back[2:] = (case[2:] == case[:-2]) & (group[2:] == group[:-2])
    return Sequences(case, group, np.flatnonzero(begins), step, back)


def hand_overs(log: EventLog) -> HandOvers:
    """The figures of a log; events without the group are left out, the rest is counted."""
    log, ways = log.with_group(), sequences(log)
    steps, backs = ways.per_case(ways.step), ways.per_case(ways.ping_pong)
    durations = _durations(log)
    medians = {
        "none": _median(durations[steps == 0]),
        "handover": _median(durations[(steps > 0) & (backs == 0)]),
        "ping_pong": _median(durations[backs > 0]),
    }
    return HandOvers(
        cases=ways.cases,
        events=len(log),
        units=len(np.unique(log.group)),
        handovers=int(steps.sum()),
        cases_with_handover=int((steps > 0).sum()),
        ping_pong_cases=int((backs > 0).sum()),
        ping_pong_total=int(backs.sum()),
        revisit_cases=int((_positions(ways) > _distinct(ways)).sum()),
        median_days=medians,
    )


def _positions(ways: Sequences) -> NDArray[np.int64]:
    return np.bincount(ways.case, minlength=ways.cases)


def _distinct(ways: Sequences) -> NDArray[np.int64]:
    """How many different groups each case met."""
    width = int(ways.group.max(initial=0)) + 1
    return np.bincount(np.unique(ways.case * width + ways.group) // width, minlength=ways.cases)


def _durations(log: EventLog) -> NDArray[np.float64]:
    """Days from the first to the last event of each case; NaN where no time is known."""
    first = np.flatnonzero(np.diff(log.case, prepend=-1))
    last = np.append(first[1:], len(log)) - 1 if len(first) else first
    begins, ends = log.at[first], log.at[last]
    return np.where(begins == UNDATED, np.nan, days(ends - begins))


def _median(durations: NDArray[np.float64]) -> float | None:
    known = durations[~np.isnan(durations)]
    return float(np.median(known)) if len(known) else None
