"""Who hands over to whom, and which ways cases take: the data of the pictures and of the tables that say the same."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from workflows.kiss.evaluation.shielding import REST
from workflows.kiss.evaluation.ways import Way, path

END = "Ende"


@dataclass(frozen=True, slots=True)
class Matrix:
    """``counts[i][j]``: hand-overs from ``groups[i]`` to ``groups[j]``."""

    groups: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def total(self) -> int:
        return sum(map(sum, self.counts))


@dataclass(frozen=True, slots=True)
class Ribbon:
    """So many cases go from a group at one station of their way to a group, or the end, at the next."""

    station: int
    """Of the source, counted from 0."""
    source: str
    target: str
    back: bool
    """The target is where the case was just before the source: A-B-A."""
    cases: int


def matrix(ways: Iterable[Way], shown: Mapping[str, str] | None = None, most: int = 15) -> Matrix:
    """The busiest groups by name, all others as ``REST``. ``shown`` renames groups before (``shielding.joined_groups``)."""
    moves = Counter(move for way in ways for move in pairwise(_named(way, shown)))
    busy: Counter[str] = Counter()
    for (source, target), count in moves.items():
        busy[source] += count
        busy[target] += count
    kept = _kept(busy, most)
    moved: Counter[tuple[str, str]] = Counter()
    for (source, target), count in moves.items():
        moved[source if source in kept else REST, target if target in kept else REST] += count
    groups = sorted(kept - {REST})
    groups += [REST] if REST in kept or len(kept) < len(busy) else []
    return Matrix(
        tuple(groups), tuple(tuple(moved[row, column] for column in groups) for row in groups)
    )


def ribbons(
    ways: Iterable[Way],
    shown: Mapping[str, str] | None = None,
    *,
    stations: int = 4,
    most: int = 8,
) -> list[Ribbon]:
    """The ways of all cases over their first stations; what goes on after the last one is not drawn."""
    paths = [_named(way, shown) for way in ways]
    busy = Counter(group for each in paths for group in each[:stations])
    kept = _kept(busy, most)
    found: Counter[tuple[int, str, str, bool]] = Counter()
    for each in paths:
        names = [group if group in kept else REST for group in each] + [END]
        for station, (source, target) in enumerate(pairwise(names[: stations + 1])):
            back = station > 0 and each[station - 1 : station + 2][::2] == [each[station - 1]] * 2
            found[station, source, target, back] += 1
    return [Ribbon(*key, cases) for key, cases in sorted(found.items())]


def _named(way: Way, shown: Mapping[str, str] | None) -> list[str]:
    return [group if shown is None else shown.get(group, REST) for group in path(way)]


def _kept(busy: Counter[str], most: int) -> set[str]:
    return {name for name, _ in sorted(busy.items(), key=lambda item: (-item[1], item[0]))[:most]}
