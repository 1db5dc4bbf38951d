"""The closer look: how much of one text stands in the other, each word weighed by how rare it is among texts alike.

Citizens report the same things in the same few words. Two such reports differ in place, time and number; two copies of
one differ in nothing but slips and cuts. So what the neighbours of a text all say counts for nothing (inverse document
frequency within the neighbourhood), the rest decides, and a mistyped word counts as found. A cosine would punish cuts
and slips, and reward what everybody writes.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workflows.kiss.duplicates.grams import normalised
from workflows.kiss.duplicates.stripping import strip

SAME = 0.82
"""Share from which two texts are suggested to be one."""
_TYPED_ALIKE = 80
"""Per cent of the letters of a word that must be found in one place: one slip in five letters, two in ten."""
_FEWEST_WORDS = 4
_SHORT = 4
_PRIOR = 20
"""Unseen neighbours, so that few seen ones don't decide what is common."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message made ready: its own words (stripped, normalised), and all words with what was stripped."""

    core: str
    words: frozenset[str]
    everything: frozenset[str]
    joined: str
    """All letters of the message without blanks: slips make one word of two, and two of one."""


def ready(message: str) -> Text:
    """A message as it came, made ready for comparing; about 0.1 ms."""
    core, whole = normalised(strip(message)), normalised(message)
    return Text(
        core,
        frozenset(filter(_tells, core.split())),
        frozenset(whole.split()),
        whole.replace(" ", ""),
    )


def _tells(word: str) -> bool:
    return len(word) >= _SHORT or any(letter.isdigit() for letter in word)


def scores(text: Text, neighbours: Sequence[Text]) -> list[float]:
    """For each neighbour (all candidates of the text, that is) the share of one text that stands in the other, 0 to 1."""
    common = Counter(text.words)
    for each in neighbours:
        common.update(each.words)
    among = len(neighbours) + 1 + _PRIOR
    weights = {word: math.log(among / count) for word, count in common.items()}
    return [
        1.0
        if text.core == each.core
        else max(_contained(text, each, weights), _contained(each, text, weights))
        for each in neighbours
    ]


def _contained(part: Text, whole: Text, weights: dict[str, float]) -> float:
    if len(part.words) < _FEWEST_WORDS:
        return 0.0
    total = sum(weights[word] for word in part.words)
    missing = part.words - whole.everything
    lost = sum(weights[word] for word in missing)
    if not missing or total <= 0 or lost > (1 - _HOPELESS) * total:
        return 0.0 if total <= 0 else 1 - lost / total
    mistyped = sum(weights[word] for word in missing if _mistyped(word, whole.joined))
    return 1 - (lost - mistyped) / total


_HOPELESS = 0.4
"""Share of words found letter by letter below which no slips explain the rest; a third of words may hold one."""


def _mistyped(word: str, text: str) -> bool:
    """Whether the word stands in the text with a slip; a number either stands there or not."""
    from rapidfuzz.fuzz import partial_ratio

    if len(word) < _SHORT or word.isdigit():
        return False
    return partial_ratio(word, text, score_cutoff=_TYPED_ALIKE) > 0
