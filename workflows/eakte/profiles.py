"""Keyword profiles of the Aktenplan: what each entry is about, matched against a text with evidence. Pure."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ocr.documents import Evidence

_WORD = re.compile(r"[A-Za-zÄÖÜäöüß][A-Za-zÄÖÜäöüß-]{2,}")
_READ = 6_000
"""What a letter is about stands in its beginning; the rest adds noise and time."""
SHORTEST_PART = 6
"""Shorter stems are found inside words that mean something else."""


class Entry(NamedTuple):
    """An entry of the Aktenplan as the profiles need it."""

    id: str
    number: str
    title: str
    keywords: Sequence[str]
    kinds: Sequence[str]
    office: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """An entry's score and the words that made it, the strongest first."""

    entry: str
    score: float
    evidence: tuple[Evidence, ...]


@lru_cache(maxsize=1)
def _stemmer() -> object:
    import snowballstemmer

    return snowballstemmer.stemmer("german")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word's stem, lower case, umlauts folded."""
    stemmed: str = _stemmer().stemWord(word.lower())  # type: ignore[attr-defined]
    return stemmed.translate(_FOLD)


_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "s"})


class Profiles:
    """All entries' stems, weighted by how few entries share them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for entry in self.entries:
            for phrase, weight in self._phrases(entry):
                stems = [stem(word) for word in _WORD.findall(phrase)]
                for each in stems:
                    known = weights[each].get(entry.id, 0.0)
                    weights[each][entry.id] = max(known, weight / math.sqrt(len(stems)))
        total = len(self.entries) + 1
        self._weights = {
            each: {
                entry: weight * math.log(total / len(by_entry))
                for entry, weight in by_entry.items()
            }
            for each, by_entry in weights.items()
        }
        self._inside: dict[str, tuple[str, ...]] = {}
        self._beginnings: defaultdict[str, list[str]] = defaultdict(list)
        for each in self._weights:
            if len(each) >= SHORTEST_PART:
                self._beginnings[each[:SHORTEST_PART]].append(each)

    @staticmethod
    def _phrases(entry: Entry) -> Iterable[tuple[str, float]]:
        yield from ((keyword, 1.0) for keyword in entry.keywords)
        yield entry.title, 0.8

    def _known_parts(self, stemmed: str) -> tuple[str, ...]:
        """The profile stems a word carries: itself, or those inside a compound (Hundesteuerbescheid: Hundesteuer)."""
        found = self._inside.get(stemmed)
        if found is None:
            found = (stemmed,) if stemmed in self._weights else self._parts_inside(stemmed)
            if len(self._inside) < 100_000:
                self._inside[stemmed] = found
        return found

    def _parts_inside(self, stemmed: str) -> tuple[str, ...]:
        """Up to two profile stems inside a longer word, the longest first."""
        found = [
            part
            for start in range(len(stemmed) - SHORTEST_PART + 1)
            for part in self._beginnings.get(stemmed[start : start + SHORTEST_PART], ())
            if stemmed.startswith(part, start)
        ]
        return tuple(sorted(found, key=len, reverse=True)[:2])

    def match(self, pages: Sequence[str], subject: str | None = None) -> list[Match]:
        """Entries that the text speaks of, best first. Words of the subject count three times."""
        counts: Counter[str] = Counter()
        first: dict[str, Evidence] = {}
        left = _READ
        for number, text in enumerate(pages, start=1):
            if left <= 0:
                break
            for hit in _WORD.finditer(text, 0, left):
                for part in self._known_parts(stem(hit[0])):
                    counts[part] += 1
                    if part not in first:
                        first[part] = Evidence(
                            number, hit.start(), hit.end(), hit[0], "stichwort", 0.0
                        )
            left -= len(text)
        for word in _WORD.findall(subject or ""):
            for part in self._known_parts(stem(word)):
                counts[part] += 2
                first.setdefault(part, Evidence(None, None, None, word, "betreff", 0.0))
        return self._ranked(counts, first)

    def _ranked(self, counts: Counter[str], first: dict[str, Evidence]) -> list[Match]:
        scores: defaultdict[str, float] = defaultdict(float)
        reasons: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        for part, count in counts.items():
            for entry, weight in self._weights[part].items():
                gain = weight * count / (count + 1.0)
                scores[entry] += gain
                reasons[entry].append((gain, part))
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return [
            Match(
                entry,
                score,
                tuple(
                    Evidence(e.page, e.start, e.end, e.text, e.rule, round(gain / score, 3))
                    for gain, part in sorted(reasons[entry], reverse=True)[:4]
                    for e in (first[part],)
                ),
            )
            for entry, score in ranked[:10]
        ]
