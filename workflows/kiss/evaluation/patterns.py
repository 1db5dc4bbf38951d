"""The worst patterns of a period: the ways that go wrong again and again, by topic and groups."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workflows.kiss.evaluation.shielding import LEAST
from workflows.kiss.evaluation.ways import Way, arrivals, came_back, path

LONG = 3
"""Hand-overs from which a way is a chain."""
ALWAYS = 0.8
"""Share of cases that leave their first group again from which the first assignment counts as wrong."""


class Kind(StrEnum):
    """What goes wrong."""

    PING_PONG = "ping_pong"
    CHAIN = "chain"
    FIRST_CHANGED = "first_changed"
    ANSWERED_TWICE = "answered_twice"


@dataclass(frozen=True, slots=True)
class Pattern:
    """``path``: A-B-A, the commonest chain, the first group and where cases go from it, or the groups that answer the
    same. ``hand_overs`` and ``days`` are all of these cases' hand-overs, and their days before the last group had them.
    """

    kind: Kind
    topic: str | None
    path: tuple[str, ...]
    cases: tuple[str, ...]
    hand_overs: int
    days: float


def find_patterns(ways: Sequence[Way], most: int = 10) -> list[Pattern]:
    """The worst patterns, those with most hand-overs first; each of five cases at least."""
    found = [
        _pattern(kind, topic, members, paths)
        for (kind, topic, _), (members, paths) in _collected(ways).items()
        if len(members) >= LEAST
    ]
    return sorted(found, key=lambda each: (-each.hand_overs, -each.days, each.path))[:most]


_Key = tuple[Kind, str | None, tuple[str, ...]]


def _collected(ways: Sequence[Way]) -> dict[_Key, tuple[list[Way], Counter[tuple[str, ...]]]]:
    """The cases of each pattern, and how often each path occurs in it."""
    changed = _wrong_firsts(ways)
    found: dict[_Key, tuple[list[Way], Counter[tuple[str, ...]]]] = {}
    for way in ways:
        for kind, key, shown in _kinds(way, changed):
            members, paths = found.setdefault((kind, way.topic, key), ([], Counter()))
            members.append(way)
            paths[shown] += 1
    return found


def _kinds(
    way: Way, changed: frozenset[tuple[str | None, str]]
) -> Iterator[tuple[Kind, tuple[str, ...], tuple[str, ...]]]:
    """The patterns a way belongs to, each with what its cases have in common and the path to show."""
    groups = path(way)
    if came_back(groups):
        there = next(k for k in range(len(groups) - 2) if groups[k] == groups[k + 2])
        yield Kind.PING_PONG, groups[there : there + 3], groups[there : there + 3]
    elif len(groups) > LONG:
        yield Kind.CHAIN, (groups[0], groups[-1]), groups
    elif len(groups) > 1 and (way.topic, groups[0]) in changed:
        yield Kind.FIRST_CHANGED, groups[:1], groups[:2]
    others = way.answered_by - {groups[-1]}
    if others:
        both = tuple(sorted({groups[-1], min(others)}))
        yield Kind.ANSWERED_TWICE, both, both


def _wrong_firsts(ways: Sequence[Way]) -> frozenset[tuple[str | None, str]]:
    """Topics with a first group that nearly all cases leave again."""
    left: defaultdict[tuple[str | None, str], list[bool]] = defaultdict(list)
    for way in ways:
        groups = path(way)
        left[way.topic, groups[0]].append(len(groups) > 1)
    return frozenset(
        key
        for key, marks in left.items()
        if len(marks) >= LEAST and sum(marks) >= ALWAYS * len(marks)
    )


def _pattern(
    kind: Kind, topic: str | None, members: Sequence[Way], paths: Counter[tuple[str, ...]]
) -> Pattern:
    shown = min(paths, key=lambda each: (-paths[each], each))
    return Pattern(
        kind,
        topic,
        shown,
        tuple(way.case for way in members),
        sum(len(path(way)) - 1 for way in members),
        sum(arrivals(way)[-1][1] for way in members),
    )


def named(path_: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The groups as people call them."""
    return [f"„{names.get(group, group)}“" for group in path_]
