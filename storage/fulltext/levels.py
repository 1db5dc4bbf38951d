"""Finding the best candidates of a common query by the impact levels in the index.

One word: its levels are read from the top until enough entries are found. Two words: the pairs of levels with the
highest sum of weighted impact are read, as a staircase of a few rectangles. Of more words the two weightiest lead, the
others only have to be there. How deep to read is judged by the statistics and corrected by what is found.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from storage.fulltext import rows
from storage.fulltext.expression import All, Any, Expression, any_of
from storage.fulltext.normalise import Atom
from storage.fulltext.statistics import Spread
from storage.fulltext.tokens import LEVELS, typical_impact

MOST = 400  # candidates that are ranked exactly
CROWDED = 2_000  # of one level that alone decides
STAIRS = 4
TRIES = 8
GUESS = 50  # entries per level where nothing is known
TOP_DOWN = LEVELS[::-1]


@dataclass(frozen=True, slots=True)
class Graded:
    """An asked word whose entries are read by impact."""

    atom: Atom
    spread: Spread
    weight: float

    def at(self, letters: str) -> Expression:
        whole = any_of(letter + self.atom.terms[-1] for letter in letters)
        if not self.atom.prefix:
            return whole
        begun = any_of((letter + self.atom.folded[-1] for letter in letters), prefix=True)
        return Any((begun, whole))

    def entries(self, letter: str) -> int:
        return self.spread.levels.get(letter, 0) if self.spread.levels else GUESS

    def value(self, letter: str) -> float:
        return self.weight * typical_impact(letter)


def best_of_many(
    session: Session | Connection,
    graded: Sequence[Graded],
    rest: tuple[Expression, ...],
    without: tuple[Expression, ...],
    corpus: int,
    last: int,
    known: int | None = None,
) -> list[int]:
    """Numbers of candidates among which the best ``last`` entries are, with high probability.

    ``known`` is the number of all matches where it is known: how many of the expected ones the viewer sees.
    """
    leading = sorted(graded, key=lambda one: one.weight, reverse=True)[:2]
    expected = float(max(corpus, 1))
    for one in leading:
        expected *= max(one.spread.entries, 1) / max(corpus, 1)
    share = 1.0 if known is None else max(0.001, min(1.0, known / max(expected, 1.0)))
    if len(leading) == 1:
        return _one(session, leading[0], rest, without, last, share)
    return _two(session, leading[0], leading[1], rest, without, corpus, last, share)


def _one(
    session: Session | Connection,
    word: Graded,
    rest: tuple[Expression, ...],
    without: tuple[Expression, ...],
    last: int,
    share: float,
) -> list[int]:
    enough = 2 * last + 20
    most = max(MOST, enough)
    found: list[int] = []
    place, steps = 0, len(TOP_DOWN)
    while place < len(TOP_DOWN) and len(found) < enough:
        after, expected = place, 0.0
        while after < min(len(TOP_DOWN), place + steps) and expected * share < enough - len(found):
            expected += word.entries(TOP_DOWN[after])
            after += 1
        step = All((word.at(TOP_DOWN[place:after]), *rest), without)
        more = rows.match(session, step, most)
        if (
            len(more) == most and after - place > 1
        ):  # more than was expected: the best might be cut off
            steps = (after - place) // 2
            continue
        if len(more) == most and len(found) < last:  # one level decides alone
            more = rows.match(session, step, CROWDED)
        found += more
        place, steps = after, len(TOP_DOWN)
        share = max(min(share, (len(more) + 1) / (expected + 1)), 0.001)
    return list(dict.fromkeys(found))


def _two(
    session: Session | Connection,
    one: Graded,
    other: Graded,
    rest: tuple[Expression, ...],
    without: tuple[Expression, ...],
    corpus: int,
    last: int,
    share: float,
) -> list[int]:
    enough = 2 * last + 60
    pairs = sorted(
        ((one.value(a) + other.value(b), a, b) for a in LEVELS for b in LEVELS), reverse=True
    )
    most = max(MOST, enough)
    target, ceiling, found = enough / share, math.inf, list[int]()
    for _ in range(TRIES):
        lowest, complete = _lowest(pairs, one, other, corpus, target)
        step = All((Any(tuple(_stairs(one, other, lowest))), *rest), without)
        found = rows.match(session, step, most)
        if len(found) == most:  # the best might be cut off
            ceiling = target
            target /= 4
        elif complete or len(found) >= enough or target * 2 >= ceiling:
            break
        else:
            target = min(target * max(2.0, min(16.0, 1.5 * enough / (len(found) + 1))), ceiling / 2)
    return found


def _lowest(
    pairs: Sequence[tuple[float, str, str]], one: Graded, other: Graded, corpus: int, target: float
) -> tuple[dict[str, str], bool]:
    """For each level of ``one`` the lowest level of ``other`` to read for about ``target`` entries; and if that is all."""
    expected, lowest = 0.0, dict.fromkeys(LEVELS, "")
    for _, a, b in pairs:
        lowest[a] = b
        expected += one.entries(a) * other.entries(b) / max(corpus, 1)
        if expected >= target:
            return lowest, False
    return lowest, True


def _stairs(one: Graded, other: Graded, lowest: dict[str, str]) -> list[Expression]:
    """The region „other at least at ``lowest[level of one]``“ as a few rectangles that cover it."""
    steps = [letter for letter in TOP_DOWN if lowest[letter]]
    size = -(-len(steps) // STAIRS)
    stairs: list[Expression] = []
    for start in range(0, len(steps), size):
        letters = "".join(steps[start : start + size])
        least = min(lowest[letter] for letter in letters)
        stairs.append(All((one.at(letters), other.at(LEVELS[LEVELS.index(least) :]))))
    return stairs
