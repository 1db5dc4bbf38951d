"""German administrative text in bulk, with a vocabulary that thins out like natural language (Zipf's law).

For measuring search: a small set of words is everywhere, most compounds stand in few documents.
"""

import random
import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from config.seeds import load_aktenplan, load_city
from workflows.demo.inventions import names
from workflows.demo.topics import load_topics

VOCABULARY = 80_000
_LINKS = (("ung", "s"), ("heit", "s"), ("keit", "s"), ("schaft", "s"), ("ion", "s"), ("tät", "s"),
          ("um", "s"), ("e", "n"))  # fmt: skip


@lru_cache(maxsize=1)
def vocabulary() -> tuple[str, ...]:
    """``VOCABULARY`` different words, most frequent first: function words, words of the topics, compounds."""
    functional = names()["function_words"].split()
    rng = random.Random(7)  # noqa: S311  # one fixed vocabulary for all corpora
    found: dict[str, None] = {}
    for topic in load_topics().values():
        for pattern in (*topic.facts, *topic.subjects, *topic.items):
            found |= dict.fromkeys(
                re.findall(r"[A-Za-zÄÖÜäöüß]{4,}", re.sub(r"\{\w+\}", "", pattern))
            )
    for entry in load_aktenplan().entries:
        found |= dict.fromkeys(word for word in entry.keywords if " " not in word)
    words = [word for word in found if word not in functional]
    rng.shuffle(words)
    nouns = [word for word in words if word[0].isupper()]
    rare = dict.fromkeys(
        (*names()["surnames"], *(street for street, _ in load_city().street_postcodes))
    )
    known = set(words) | set(functional)
    while len(rare) < VOCABULARY:
        compound = _joined(rng.choice(nouns), rng.choice(nouns))
        if rng.random() < 0.2:
            compound = _joined(compound, rng.choice(nouns))
        if compound not in known:
            rare[compound] = None
    return tuple(dict.fromkeys((*functional, *words, *rare)))[:VOCABULARY]


def search_corpus(seed: int, count: int, size: int = 2000) -> Iterator[str]:
    """``count`` texts of about ``size`` characters each: a common part, and a part about the text's own theme."""
    words = np.array(vocabulary(), dtype=object)
    draw = np.random.default_rng(seed)
    common = np.cumsum(1 / (np.arange(len(words)) + 2.7) ** 1.05)
    common /= common[-1]
    theme_weights = np.cumsum(1 / (np.arange(400) + 1.0) ** 0.8)
    theme_weights /= theme_weights[-1]
    per_text = max(8, size // 6)  # more than fit, since words have nine letters on average
    shared = per_text * 3 // 4
    for start in range(0, count, 1000):
        rows = min(1000, count - start)
        themes = np.exp(draw.uniform(np.log(100), np.log(len(words)), size=(rows, 400))).astype(int)
        picks = np.empty((rows, per_text), dtype=np.int64)
        picks[:, :shared] = np.searchsorted(common, draw.random((rows, shared)))
        own = np.searchsorted(theme_weights, draw.random((rows, per_text - shared)))
        picks[:, shared:] = np.take_along_axis(themes, own, axis=1)
        draw.permuted(picks, axis=1, out=picks)
        for number, row in enumerate(picks, start):
            yield _text(words[row], number, size)


def _text(words: NDArray[np.object_], number: int, size: int) -> str:
    """Sentences of a dozen words; the first line carries an Aktenzeichen of its own."""
    sentences = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
    text = f"Az. {number % 90 + 10}/{number:06d}\n{'. '.join(sentences)}"
    return text[:size].rpartition(" ")[0] + "."


def _joined(first: str, second: str) -> str:
    """A compound noun: 'Grundsteuer' + 'Satzung' -> 'Grundsteuersatzung', with a linking letter where usual."""
    for ending, link in _LINKS:
        if first.endswith(ending):
            return first + link + second.lower()
    return first + second.lower()
