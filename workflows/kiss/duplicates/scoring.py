"""The closer look: how much of one text stands in the other, each word weighed by how rare it is among texts alike.

Citizens report the same things in the same few words. Two such reports differ in place, time and number; two copies of
one differ in nothing but slips and cuts. So what the neighbours of a text all say counts for nothing (inverse document
frequency within the neighbourhood), the rest decides, and a mistyped word counts as found. A cosine would punish cuts
and slips, and reward what everybody writes.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workflows.kiss.duplicates.grams import normalised
from workflows.kiss.duplicates.stripping import strip

SAME = 0.82
"""Share from which two texts are suggested to be one."""
_TYPED_ALIKE = 80
"""Per cent of the letters of a word that must be found in one place: one slip in five letters, two in ten."""
_FEWEST_WORDS = 4
"""Words that tell something; three may do if all of them stand there."""
_SHORT = 4
_MOST_MISTYPED = 0.6
"""Share that may be missing letter by letter before slips are looked for; every third word may hold one."""
_PRIOR = 20
"""Unseen neighbours, so that few seen ones don't decide what is common."""
_COURTESY = frozenset(
    normalised(
        "sehr geehrte geehrter geehrten verehrte damen herren guten tag hallo moin mit freundlichen freundlichem freundliche "
        "viele beste herzliche grüße grüßen gruß mfg vielen dank danke im voraus betreff wg aw fwd"
    ).split()
)
"""What is left of greetings when a text was cut: as good as everybody's."""


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
    words = core.split()
    said = [word for word in words if word not in _COURTESY]
    core = f" {' '.join(said)} " if len(said) >= _FEWEST_WORDS else core
    return Text(
        core,
        frozenset(filter(_tells, said)),
        frozenset(whole.split()),
        whole.replace(" ", ""),
    )


def _tells(word: str) -> bool:
    return len(word) >= _SHORT or any(letter.isdigit() for letter in word)


def scores(text: Text, neighbours: Sequence[Text]) -> list[float]:
    """For each neighbour (all candidates of the text, that is) the share of one text that stands in the other.

    From ``SAME`` to 1; 0 for anything less.
    """
    weights = _weights(text, neighbours)
    own = _total(text.words, weights)
    return [
        max(
            _contained(text, each, weights, own),
            _contained(each, text, weights, _total(each.words, weights)),
        )
        for each in neighbours
    ]


def shares(text: Text, neighbours: Sequence[Text]) -> list[float]:
    """As ``scores``, but only the share of this text in each neighbour: where all texts have their turn, that is enough."""
    weights = _weights(text, neighbours)
    own = _total(text.words, weights)
    return [_contained(text, each, weights, own) for each in neighbours]


def _weights(text: Text, neighbours: Sequence[Text]) -> dict[str, float]:
    common = Counter(text.words)
    for each in neighbours:
        common.update(each.words)
    among = math.log(len(neighbours) + 1 + _PRIOR)
    logarithms = [math.log(count) for count in range(1, len(neighbours) + 2)]
    return {word: among - logarithms[count - 1] for word, count in common.items()}


def _total(words: Iterable[str], weights: dict[str, float]) -> float:
    return sum(map(weights.__getitem__, words))


def _contained(part: Text, whole: Text, weights: dict[str, float], total: float) -> float:
    if part.core == whole.core:
        return 1.0
    missing = part.words - whole.everything
    if len(part.words) < _FEWEST_WORDS and (missing or len(part.words) < _FEWEST_WORDS - 1):
        return 0.0
    exact = _total(missing, weights)
    if exact > _MOST_MISTYPED * total:
        return 0.0
    may_lose = (1 - SAME) * total
    slips = [word for word in missing if _may_be_mistyped(word)]
    lost = exact - _total(slips, weights)
    for word in sorted(slips, key=weights.__getitem__, reverse=True):
        if lost > may_lose:
            return 0.0
        if not _mistyped(word, whole.joined):
            lost += weights[word]
    return 1 - lost / total if lost <= may_lose else 0.0


def _may_be_mistyped(word: str) -> bool:
    """A number either stands there or not, and short words stand everywhere."""
    return len(word) >= _SHORT and not word.isdigit()


def _mistyped(word: str, text: str) -> bool:
    """Whether the word stands in the text with a slip."""
    from rapidfuzz.fuzz import partial_ratio

    return partial_ratio(word, text, score_cutoff=_TYPED_ALIKE) > 0
