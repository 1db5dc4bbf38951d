"""Keywords in German text: inflected („Schlaglöcher“), inside compounds („Straßenlaterne“), never inside other words. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from storage.fulltext.compounds import LINKS
from storage.fulltext.words import analyse, fold, stem

SHORTEST_PART = 4
"""Shorter keywords must stand alone: „Amt“ is in „Beamter“, „Rat“ in „Vorrat“."""
SHORTEST_BEGINNING = 5
"""Shorter ones are found only in compounds that can be split: „Baum“ in „Baumpflege“, not in „Baumarkt“."""
ALIKE = 3
"""Letters that all forms of a word share."""
_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u00ad][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Found:
    """A keyword, and the word of the text that answers it, at ``start`` to ``end``."""

    keyword: str
    word: str
    start: int
    end: int


def tokens(text: str) -> frozenset[str]:
    """The words of a text as they are written, each of which a keyword may be answered by."""
    return frozenset(_WORD.findall(text))


class Words:
    """The words of a text, prepared once for many keywords."""

    def __init__(self, text: str) -> None:
        self._words = [(hit[0], *hit.span()) for hit in _WORD.finditer(text)]
        self._letters = " ".join(fold(word) for word, _, _ in self._words)

    def find(self, keyword: str) -> Found | None:
        """Where a keyword stands first; one of several words must stand in this order without others between."""
        wanted = tuple(_WORD.findall(keyword))
        if not wanted or not all(stem(fold(word))[:ALIKE] in self._letters for word in wanted):
            return None  # all forms of a word begin alike, wherever it stands
        for at in range(len(self._words) - len(wanted) + 1):
            these = self._words[at : at + len(wanted)]
            if all(answers(word, want) for (word, _, _), want in zip(these, wanted, strict=True)):
                shown = " ".join(word for word, _, _ in these)
                return Found(keyword, shown, these[0][1], these[-1][2])
        return None

    def find_any(self, keywords: Sequence[str]) -> list[Found]:
        """All keywords that are there, in their own order."""
        return [found for keyword in keywords if (found := self.find(keyword))]


@lru_cache(maxsize=50_000)
def answers(word: str, keyword: str) -> bool:
    """Whether a word is the keyword, another form of it, or a compound that holds it."""
    wanted, given = fold(keyword), fold(word)
    if not wanted or not given:
        return False
    if wanted == given or (len(wanted) > 3 and stem(wanted) == stem(given)):
        return True
    if "-" in word or "\u2010" in word:
        return any(answers(part, keyword) for part in re.split(r"[-\u2010\u00ad]", word))
    if len(wanted) < SHORTEST_PART:
        return False
    terms = {term for _, each in analyse(word) for term in each}
    if stem(wanted) in terms or wanted in terms:
        return True
    return _begins_or_ends(given, wanted)


def _begins_or_ends(given: str, wanted: str) -> bool:
    """A compound of words nobody listed: it begins with the keyword (and a linking letter) or ends with it, and what is
    left is long enough to be a word.
    """
    root = stem(wanted)
    if len(root) < SHORTEST_BEGINNING:
        return False
    for start in (wanted, *(wanted + link for link in LINKS)):
        if given.startswith(start) and len(given) - len(start) >= 3:
            return True
    last = stem(given)
    return last.endswith(root) and len(last) - len(root) >= 3
