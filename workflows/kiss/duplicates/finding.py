"""Finding the same message again: in a whole table, or one new message among stored ones.

What is found is a suggestion for a person. The caller passes only what may be compared: within sight and one
protection class.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from workflows.kiss.duplicates.candidates import pairs_within
from workflows.kiss.duplicates.scoring import SAME, Text, ready, scores, shares
from workflows.kiss.duplicates.sketches import signatures

METRES = 100.0
PERIOD = timedelta(days=30)
_NEIGHBOURS = 60
_WHOLE_GROUP = 20
_EARTH = 6_371_000.0

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and where a message was about, as far as known. ``place`` is latitude and longitude in degrees (WGS 84)."""

    at: datetime | None = None
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows (a < b) that are suggested to be one."""

    a: int
    b: int
    score: float


def may_be_same(one: Occasion, other: Occasion) -> bool:
    """Not further apart than 100 m and 30 days, where both tell."""
    if one.at and other.at and abs(one.at - other.at) > PERIOD:
        return False
    return not (one.place and other.place) or _metres(one.place, other.place) <= METRES


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance along the sphere (haversine)."""
    (north, east), (north2, east2) = (tuple(map(radians, place)) for place in (one, other))
    arc = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(min(1.0, arc)))


def find_among(text: Text, known: Sequence[tuple[Key, Text]]) -> list[tuple[Key, float]]:
    """Which candidates (``candidates.most_alike``) of a new message are the same, best first."""
    found = zip(known, scores(text, [other for _, other in known]), strict=True)
    return sorted(((key, score) for (key, _), score in found if score >= SAME), key=lambda f: -f[1])


def find_duplicates(
    messages: Sequence[str], occasions: Sequence[Occasion] | None = None
) -> list[Pair]:
    """All pairs of messages that are suggested to be one, in order of their rows.

    Of more than twenty messages with the very same words each is paired with the first one only.
    """
    texts = [ready(message) for message in messages]
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        groups[text.core].append(row)
    groups.pop("", None)
    alike = _between([texts[rows[0]] for rows in groups.values()])
    members = list(groups.values())
    found = [pair for rows in members for pair in _within(rows)]
    for (one, other), score in alike.items():
        found += _across(members[one], members[other], score)
    if occasions is not None:
        found = [pair for pair in found if may_be_same(occasions[pair.a], occasions[pair.b])]
    return sorted(found, key=lambda pair: (pair.a, pair.b))


def _within(rows: Sequence[int]) -> Iterator[Pair]:
    """Pairs of rows with the very same words."""
    for place, one in enumerate(_each_or_first(rows)):
        for other in rows[place + 1 :]:
            yield Pair(one, other, 1.0)


def _across(rows: Sequence[int], others: Sequence[int], score: float) -> Iterator[Pair]:
    for one in _each_or_first(rows):
        for other in _each_or_first(others):
            yield Pair(min(one, other), max(one, other), round(score, 4))


def _each_or_first(rows: Sequence[int]) -> Sequence[int]:
    return rows if len(rows) <= _WHOLE_GROUP else rows[:1]


def _between(texts: Sequence[Text]) -> dict[tuple[int, int], float]:
    """The pairs of different texts that are the same, by their places."""
    pairs, likeness = pairs_within(signatures([text.core for text in texts]))
    found: dict[tuple[int, int], float] = {}
    for one, neighbours in _neighbours(pairs, likeness):
        rated = zip(neighbours, shares(texts[one], [texts[k] for k in neighbours]), strict=True)
        for other, score in rated:
            if score >= SAME:
                pair = (min(one, other), max(one, other))
                found[pair] = max(score, found.get(pair, 0.0))
    return found


def _neighbours(
    pairs: NDArray[np.int64], likeness: NDArray[np.uint8]
) -> Iterator[tuple[int, list[int]]]:
    """Each text with those most alike by estimate."""
    ones, others = np.concatenate((pairs, pairs[:, ::-1])).T
    order = np.lexsort((255 - np.tile(likeness, 2), ones))
    ones, others = ones[order], others[order]
    starts = np.flatnonzero(np.diff(ones, prepend=-1))
    for start, end in pairwise([*starts, len(ones)]):
        yield int(ones[start]), others[start : min(end, start + _NEIGHBOURS)].tolist()
