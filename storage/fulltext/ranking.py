"""Ranking by BM25 over an entry's own row.

score = sum over the asked words of weight(word) x saturation(frequency, length), divided by the sum of the weights: a
share between 0 and 1 of the best conceivable. So it orders as BM25 does, but says nothing about how many entries
hold a word that the viewer may not see. The weight comes from the statistics of the whole corpus. A prefix counts by its most frequent matching term in the entry.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from storage.fulltext.normalise import Atom, Query
from storage.fulltext.statistics import Corpus, Spread, corpus, prefix_spread, spread, weight
from storage.fulltext.tokens import K1, B, beginning, frequency, prefix_frequency

UNKNOWN = Spread(2)


@dataclass(frozen=True, slots=True)
class Word:
    """One word that adds to the score: its bytes as in the forward row (or how they begin, or both), and its weight."""

    term: bytes | None
    begun: re.Pattern[bytes] | None
    weight: float

    def frequency(self, forward: bytes) -> int:
        often = frequency(forward, self.term) if self.term is not None else 0
        return often if self.begun is None else max(often, prefix_frequency(forward, self.begun))


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores entries for one query. ``spreads`` is keyed by (text, whether a prefix)."""

    corpus: Corpus
    words: tuple[Word, ...]
    heaviest: float
    spreads: dict[tuple[str, bool], Spread]

    def spread(self, atom: Atom) -> Spread:
        return self.spreads.get(_last(atom), UNKNOWN)

    def postings(self, atom: Atom) -> int:
        return self.spread(atom).entries

    def weight(self, atom: Atom) -> float:
        return weight(self.corpus, self.postings(atom))

    def share(self, atoms: Iterable[Atom]) -> float:
        """The expected share of entries with all of these, as if words fell independently of each other."""
        total = max(self.corpus.entries, 1)
        return math.prod(min(1.0, self.postings(atom) / total) for atom in atoms)

    def score(self, length: int, forward: bytes) -> float:
        norm = K1 * (1 - B + B * length / self.corpus.mean_length)
        total = 0.0
        for word in self.words:
            often = word.frequency(forward)
            total += word.weight * often / (often + norm)
        return total / self.heaviest

    def scores(self, rows: Iterable[tuple[int, int, bytes]]) -> Iterator[tuple[float, int]]:
        for number, length, forward in rows:
            yield self.score(length, forward), number


def make_ranking(session: Session | Connection, asked: Query) -> Ranking:
    """Look up how common the asked words are."""
    counted = corpus(session)
    atoms = (*asked.wanted, *asked.excluded)
    whole = spread(session, [term for atom in atoms for term in atom.terms])
    spreads = {(term, False): found for term, found in whole.items()}
    for atom in atoms:
        text, prefix = _last(atom)
        if prefix:
            begun = prefix_spread(session, text)
            same = not atom.terms[-1].startswith(text) and whole.get(atom.terms[-1])
            spreads[text, True] = begun + same if same else begun
    words = tuple(
        _word(atom, key, weight(counted, spreads.get(key, UNKNOWN).entries or UNKNOWN.entries))
        for atom in asked.wanted
        for key in _keys(atom)
    )
    return Ranking(counted, words, sum(word.weight for word in words), spreads)


def _last(atom: Atom) -> tuple[str, bool]:
    return (atom.folded[-1], True) if atom.prefix else (atom.terms[-1], False)


def _keys(atom: Atom) -> list[tuple[str, bool]]:
    return [*((term, False) for term in atom.terms[:-1]), _last(atom)]


def _word(atom: Atom, key: tuple[str, bool], heavy: float) -> Word:
    text, prefix = key
    if not prefix:
        return Word(f" {text}".encode("ascii"), None, heavy)
    other = None if atom.terms[-1].startswith(text) else f" {atom.terms[-1]}".encode("ascii")
    return Word(other, beginning(text), heavy)


def holds(atom: Atom, forward: bytes, sequence: bytes) -> bool:
    """Whether an entry's own row bears out what an atom asks for."""
    if atom.checked:
        run = " ".join(atom.folded).encode("ascii")
        return b" " + run + (b"" if atom.prefix else b" ") in sequence
    if atom.prefix and f" {atom.folded[-1]}".encode("ascii") in forward:
        return True
    return frequency(forward, f" {atom.terms[-1]}".encode("ascii")) > 0
