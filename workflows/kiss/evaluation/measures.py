"""What is measured of ways; ``wording.MEASURES`` says of each figure what it means."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import fmean, median

from workflows.kiss.evaluation.shielding import LEAST
from workflows.kiss.evaluation.ways import Way, came_back, days_between, path, stays


@dataclass(frozen=True, slots=True)
class States:
    """What the states of a log mean. Where a set is empty, what needs it is not measured."""

    waiting: frozenset[str] = frozenset()
    working: frozenset[str] = frozenset()
    finished: frozenset[str] = frozenset()
    reopened: frozenset[str] = frozenset()


ANLIEGEN = States(
    waiting=frozenset({"new", "assigned", "reopened", "waits_citizen", "waits_office"}),
    working=frozenset({"in_work"}),
    finished=frozenset({"answered", "closed"}),
    reopened=frozenset({"reopened"}),
)
"""The states of our own Anliegen (``anliegen.states.State``)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some cases. Shares from 0 to 1; days as medians over cases; ``None`` where nothing can be said."""

    cases: int
    hand_overs: int
    with_hand_over: float | None
    ping_pong: float | None
    revisits: float | None
    first_time_right: float | None
    rework: float | None
    reopened: float | None
    median_days: float | None
    first_answer_days: float | None
    waiting_days: float | None
    working_days: float | None
    unclear: float | None
    duplicates: int | None = None
    duplicate_share: float | None = None
    """Of all that came in, duplicates included."""
    satisfaction: float | None = None
    """Mean of 1 to 5, rounded to a tenth; of five ratings at least."""


def measure(ways: Sequence[Way], states: States = ANLIEGEN) -> Figures:
    """All figures of these cases."""
    paths = [path(way) for way in ways]
    doubles = _duplicates(ways)
    finished = [way for way in ways if not states.finished or _reaches(way, states.finished)]
    return Figures(
        cases=len(ways),
        hand_overs=sum(len(each) - 1 for each in paths),
        with_hand_over=_share(len(each) > 1 for each in paths),
        ping_pong=_share(came_back(each) > 0 for each in paths),
        revisits=_share(_revisits(each) for each in paths),
        first_time_right=_share(_is_right_at_once(way, states) for way in finished),
        rework=_share(
            _revisits(each) or _reaches(way, states.reopened)
            for way, each in zip(ways, paths, strict=True)
        ),
        reopened=_share(_reaches(way, states.reopened) for way in finished)
        if states.reopened
        else None,
        median_days=_median(way.days for way in finished),
        first_answer_days=_median(_until(way, states.finished) for way in finished)
        if states.finished
        else None,
        waiting_days=_median(_spent(way, states.waiting) for way in ways)
        if states.waiting
        else None,
        working_days=_median(_spent(way, states.working) for way in ways)
        if states.working
        else None,
        unclear=unclear(paths),
        duplicates=doubles,
        duplicate_share=None if doubles is None else doubles / (len(ways) + doubles),
        satisfaction=_satisfaction(ways),
    )


def unclear(paths: Sequence[Sequence[str]]) -> float | None:
    """Index of unclear responsibility, 0 to 100: the mean of two shares.

    The first: 1 - 1/n, where n = 2^H is the effective number of groups that cases begin with (H: Shannon entropy); 0
    if it is always the same. The second: the share of cases that are handed over.
    """
    if not paths:
        return None
    firsts = Counter(each[0] for each in paths)
    entropy = -sum(count / len(paths) * log2(count / len(paths)) for count in firsts.values())
    scattered = 1 - 2**-entropy
    handed = sum(len(each) > 1 for each in paths) / len(paths)
    return 50 * (scattered + handed)


def by_class(ways: Iterable[Way]) -> dict[str, list[Way]]:
    """Cases parted as in the contract: ``none``, ``handover`` (without ping-pong), ``ping_pong``."""
    classes: dict[str, list[Way]] = {"none": [], "handover": [], "ping_pong": []}
    for way in ways:
        steps = path(way)
        name = "ping_pong" if came_back(steps) else "handover" if len(steps) > 1 else "none"
        classes[name].append(way)
    return classes


def by_topic(ways: Iterable[Way]) -> dict[str, list[Way]]:
    """Cases of each topic; those without one are left out."""
    topics: defaultdict[str, list[Way]] = defaultdict(list)
    for way in ways:
        if way.topic is not None:
            topics[way.topic].append(way)
    return dict(topics)


def by_office(ways: Iterable[Way], offices: Mapping[str, str]) -> dict[str, list[Way]]:
    """Cases of the office whose group had them last. ``offices`` names the office of each group; others count as one."""
    found: defaultdict[str, list[Way]] = defaultdict(list)
    for way in ways:
        group = way.steps[-1].group
        found[offices.get(group, group)].append(way)
    return dict(found)


def time_in_state(ways: Iterable[Way], least: int = 1) -> dict[str, float]:
    """Median of the days a case spent in each state, over the cases that were in it and left it; of ``least`` cases at least."""
    spent: defaultdict[str, list[float]] = defaultdict(list)
    for way in ways:
        own: defaultdict[str, float] = defaultdict(float)
        for step, days in stays(way):
            own[step.state] += days
        for state, days in own.items():
            spent[state].append(days)
    return {state: median(days) for state, days in spent.items() if len(days) >= least}


def _duplicates(ways: Sequence[Way]) -> int | None:
    known = [way.duplicates for way in ways if way.duplicates is not None]
    return sum(known) if known else None


def _satisfaction(ways: Sequence[Way]) -> float | None:
    """Rounded, so that no single rating can be reckoned out of two means."""
    ratings = [each for way in ways for each in way.ratings]
    return round(fmean(ratings), 1) if len(ratings) >= LEAST else None


def _is_right_at_once(way: Way, states: States) -> bool:
    return len(path(way)) == 1 and not _reaches(way, states.reopened)


def _revisits(sequence: Sequence[str]) -> bool:
    return len(set(sequence)) < len(sequence)


def _reaches(way: Way, states: frozenset[str]) -> bool:
    return any(step.state in states for step in way.steps)


def _until(way: Way, states: frozenset[str]) -> float:
    return next(days_between(way.begins, step.at) for step in way.steps if step.state in states)


def _spent(way: Way, states: frozenset[str]) -> float:
    return sum(days for step, days in stays(way) if step.state in states)


def _share(marks: Iterable[bool]) -> float | None:
    found = list(marks)
    return sum(found) / len(found) if found else None


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return median(found) if found else None
