"""Figures of at least five: who is too small to be shown alone is shown with others, or not at all.

Five cases, and where people are known five people of the group: fewer would tell about one of them (notes of the
field: the level of evaluation is the team). What is left out must not be found again by taking the shown from the
total, so the rest is joined until it is large enough itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

LEAST = 5
REST = "Übrige"

Case = TypeVar("Case")


def shielded(
    parts: Mapping[str, Sequence[Case]], people: Mapping[str, frozenset[str]] | None = None
) -> dict[str, list[Case]]:
    """The parts that may be shown, largest first, and ``REST`` with what is joined; nothing at all if even that is small.

    ``people`` are those each part consists of, by opaque ids, where that is known; who is in two parts counts once.
    """
    size = {
        name: min(len(cases), len(people.get(name, ())) if people is not None else len(cases))
        for name, cases in parts.items()
        if cases
    }
    order = sorted(size, key=lambda name: (-len(parts[name]), name))
    shown = [name for name in order if size[name] >= LEAST]
    rest = [name for name in order if size[name] < LEAST]
    while rest and shown and not _is_enough(rest, parts, people):
        rest.append(shown.pop())
    result = {name: list(parts[name]) for name in shown}
    if rest and _is_enough(rest, parts, people):
        result[REST] = [case for name in rest for case in parts[name]]
    return result


def _is_enough(
    names: Sequence[str],
    parts: Mapping[str, Sequence[Case]],
    people: Mapping[str, frozenset[str]] | None,
) -> bool:
    cases = sum(len(parts[name]) for name in names)
    heads = cases if people is None else len(_united(names, people))
    return min(cases, heads) >= LEAST


def _united(names: Iterable[str], people: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """All who belong to one of the parts."""
    return frozenset().union(*(people.get(name, frozenset()) for name in names))


def joined_groups(groups: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """How groups are named in a picture, given the people of each: by themselves, or as ``REST``.

    One small group alone would be known as the rest, so another one joins it.
    """
    small = [name for name, people in groups.items() if len(people) < LEAST]
    if small:
        large = sorted(
            (len(people), name) for name, people in groups.items() if len(people) >= LEAST
        )
        while large and (len(small) < 2 or len(_united(small, groups)) < LEAST):
            small.append(large.pop(0)[1])
    return {name: REST if name in small else name for name in groups}
