"""Finding the best candidates of a common query by the impact levels in the index.

One word: its levels are read from the top until enough entries are found. Two words: the pairs of levels with the
highest sum of weighted impact are read, as a staircase of a few rectangles. Of more words the two weightiest lead, the
others only have to be there. How deep to read is judged by the statistics and corrected by what is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from storage.fulltext import rows
from storage.fulltext.expression import All, Any, Expression, any_of
from storage.fulltext.normalise import Atom
from storage.fulltext.statistics import Spread
from storage.fulltext.tokens import LEVELS, typical_impact

MOST = 800  # candidates that are ranked exactly
STAIRS = 4
GUESS = 50  # entries per level where nothing is known
TOP_DOWN = LEVELS[::-1]


@dataclass(frozen=True, slots=True)
class Graded:
    """An asked word whose entries are read by impact."""

    atom: Atom
    spread: Spread
    weight: float

    def at(self, letters: str) -> Expression:
        text = self.atom.folded[-1] if self.atom.prefix else self.atom.terms[-1]
        return any_of((letter + text for letter in letters), prefix=self.atom.prefix)

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
) -> list[int]:
    """Numbers of candidates among which the best ``last`` entries are, with high probability."""
    leading = sorted(graded, key=lambda one: one.weight, reverse=True)[:2]
    if len(leading) == 1:
        return _one(session, leading[0], rest, without, last)
    return _two(session, leading[0], leading[1], rest, without, corpus, last)


def _one(
    session: Session | Connection,
    word: Graded,
    rest: tuple[Expression, ...],
    without: tuple[Expression, ...],
    last: int,
) -> list[int]:
    enough = 2 * last + 20
    found: list[int] = []
    share, place = 1.0, 0
    while place < len(TOP_DOWN) and len(found) < enough:
        start, expected = place, 0.0
        while place < len(TOP_DOWN) and expected * share < enough - len(found):
            expected += word.entries(TOP_DOWN[place])
            place += 1
        step = All((word.at(TOP_DOWN[start:place]), *rest), without)
        more = rows.match(session, step, max(MOST, enough))
        found += more
        share = max(min(share, (len(more) + 1) / (expected + 1)), 0.01)
    return list(dict.fromkeys(found))


def _two(
    session: Session | Connection,
    one: Graded,
    other: Graded,
    rest: tuple[Expression, ...],
    without: tuple[Expression, ...],
    corpus: int,
    last: int,
) -> list[int]:
    enough = 2 * last + 60
    pairs = sorted(
        ((one.value(a) + other.value(b), a, b) for a in LEVELS for b in LEVELS), reverse=True
    )
    target, found = float(enough), list[int]()
    while len(found) < enough:
        expected, lowest = 0.0, dict.fromkeys(LEVELS, "")
        complete = True
        for _, a, b in pairs:
            lowest[a] = b
            expected += one.entries(a) * other.entries(b) / max(corpus, 1)
            if expected >= target:
                complete = False
                break
        step = All((Any(tuple(_stairs(one, other, lowest))), *rest), without)
        found = rows.match(session, step, max(MOST, enough))
        if complete:
            break
        target *= max(2.0, min(16.0, 1.5 * enough / (len(found) + 1)))
    return found


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
