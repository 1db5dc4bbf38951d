"""Keyword profiles of the Aktenplan: what each entry is about, matched against a text with evidence. Pure."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from heapq import nlargest, nsmallest
from typing import NamedTuple

from ocr.documents import Evidence
from storage.fulltext import words

_WORD = re.compile(r"[A-Za-zÄÖÜäöüß][A-Za-zÄÖÜäöüß-]{2,}")
_READ = 6_000
"""What a letter is about stands in its beginning; the rest adds noise and time."""
SHORTEST_PART = 6
"""Shorter stems are found inside words that mean something else."""
_REMEMBERED = 100_000
"""Words whose parts are kept."""
_RANKED = 10


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
    """An entry's score; ``reasons`` looks up the words that made it, the strongest first."""

    entry: str
    score: float
    reasons: Callable[[], tuple[Evidence, ...]]


def stem(word: str) -> str:
    """The word's stem as the search index knows it; words joined by a hyphen count as one."""
    return words.stem(words.fold(word.replace("-", "")))


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
        self._parts: dict[str, tuple[str, ...]] = {}
        self._beginnings: defaultdict[str, list[str]] = defaultdict(list)
        for each in self._weights:
            if len(each) >= SHORTEST_PART:
                self._beginnings[each[:SHORTEST_PART]].append(each)

    @staticmethod
    def _phrases(entry: Entry) -> Iterable[tuple[str, float]]:
        yield from ((keyword, 1.0) for keyword in entry.keywords)
        yield entry.title, 0.8

    def _known_parts(self, word: str) -> tuple[str, ...]:
        """The profile stems a word carries: its own, or those inside a compound (Hundesteuerbescheid: Hundesteuer)."""
        found = self._parts.get(word)
        if found is None:
            stemmed = stem(word)
            found = (stemmed,) if stemmed in self._weights else self._parts_inside(stemmed)
            if len(self._parts) < _REMEMBERED:
                self._parts[word] = found
        return found

    def _parts_inside(self, stemmed: str) -> tuple[str, ...]:
        """Up to two profile stems inside a longer word, the longest first."""
        begun = self._beginnings
        found = [
            part
            for start in range(len(stemmed) - SHORTEST_PART + 1)
            if (letters := stemmed[start : start + SHORTEST_PART]) in begun
            for part in begun[letters]
            if stemmed.startswith(part, start)
        ]
        return tuple(sorted(found, key=len, reverse=True)[:2])

    def match(self, pages: Sequence[str], subject: str | None = None) -> list[Match]:
        """Entries that the text speaks of, best first. Words of the subject count three times."""
        counts: defaultdict[str, int] = defaultdict(int)
        first: dict[str, Evidence] = {}
        left = _READ
        for number, text in enumerate(pages, start=1):
            if left <= 0:
                break
            for hit in _WORD.finditer(text, 0, left):
                word = hit[0]
                for part in self._known_parts(word):
                    counts[part] += 1
                    if part not in first:
                        first[part] = Evidence(number, *hit.span(), word, "stichwort", 0.0)
            left -= len(text)
        for word in _WORD.findall(subject or ""):
            for part in self._known_parts(word):
                counts[part] += 2
                first.setdefault(part, Evidence(None, None, None, word, "betreff", 0.0))
        return self._ranked(counts, first)

    def _ranked(self, counts: Mapping[str, int], first: Mapping[str, Evidence]) -> list[Match]:
        scores: defaultdict[str, float] = defaultdict(float)
        for part, count in counts.items():
            share = count / (count + 1.0)
            for entry, weight in self._weights[part].items():
                scores[entry] += weight * share
        best = nsmallest(_RANKED, scores.items(), key=lambda item: (-item[1], item[0]))
        return [
            Match(entry, score, partial(self._reasons, entry, score, counts, first))
            for entry, score in best
        ]

    def _reasons(
        self, entry: str, score: float, counts: Mapping[str, int], first: Mapping[str, Evidence]
    ) -> tuple[Evidence, ...]:
        """The words that speak most for an entry, each with its share of the score."""
        gains = [
            (weights[entry] * count / (count + 1.0), part)
            for part, count in counts.items()
            if entry in (weights := self._weights[part])
        ]
        return tuple(
            replace(first[part], weight=round(gain / score, 3)) for gain, part in nlargest(4, gains)
        )
