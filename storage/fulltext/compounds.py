"""Splitting German compounds: „Bauantragsformular“ into „bau“, „antrag“, „formular“.

A word is split only where all of it is covered by known words, joined by nothing or a linking element (Fugenelement:
s, es, n, en, er, e). Of several ways the one with the fewest parts wins, then the one with the longest last part
(the head carries the meaning). The known words are our own list, ``parts.txt``, one base form a line.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

Cover = tuple[tuple[int, str], ...]

LINKS = ("s", "es", "n", "en", "er", "e")
ENDINGS = ("", "e", "n", "en", "s", "es", "er", "ern", "em", "se", "sen", "nen", "innen", "in")
SHORTEST = 3
LONGEST_WORD = 48


@dataclass(frozen=True, slots=True)
class Known:
    """Base forms of what may stand before another part (``inner``) and of what may end a word (``ends``).

    ``sizes`` gives the lengths of the inner forms by their first ``SHORTEST`` letters, in ascending order.
    """

    inner: dict[str, str]
    ends: dict[str, str]
    sizes: dict[str, tuple[int, ...]]


@cache
def known() -> Known:
    """The known words with all their forms."""
    from storage.fulltext.words import fold

    lines = (Path(__file__).parent / "parts.txt").read_text(encoding="utf-8").splitlines()
    bases = [fold(word) for line in lines if not line.startswith("#") for word in line.split()]
    ends = {base + ending: base for ending in reversed(ENDINGS) for base in bases}
    inner = {base + link: base for link in reversed(LINKS) for base in bases}
    inner |= {base[:-1]: base for base in bases if base.endswith("e") and len(base) > SHORTEST + 1}
    inner |= {base: base for base in bases}
    sizes: defaultdict[str, set[int]] = defaultdict(set)
    for form in inner:
        sizes[form[:SHORTEST]].add(len(form))
    return Known(
        inner,
        ends | {base: base for base in bases},
        {begun: tuple(sorted(found)) for begun, found in sizes.items()},
    )


def split(folded: str) -> tuple[str, ...]:
    """What a folded compound is made of, as base forms; empty if the word is none we know.

    Of three parts and more also the neighbours together („Bauantragsformular“ holds „bauantrag“), and what a part
    is made of itself („Personalausweisverlängerung“ holds „ausweis“).
    """
    if not 2 * SHORTEST <= len(folded) <= LONGEST_WORD or not folded.isalpha():
        return ()
    cover = _cover(folded)
    found: dict[str, None] = {}
    for first, (start, _) in enumerate(cover):
        for after, base in cover[first : len(cover) - (first == 0)]:
            found[folded[start:after] + base] = None
    for _, base in cover:
        found |= dict.fromkeys(_inside(base))
    found |= {cover[-1][1]: None} if cover else {}
    return tuple(found)


_inside = lru_cache(maxsize=10_000)(split)
"""What the known words are made of themselves."""


def _cover(word: str) -> Cover:
    """(start, base form) of the parts of a word; empty if it can't be covered."""
    return _rest(word, 0, known(), {})


def _rest(word: str, start: int, parts: Known, best: dict[int, Cover]) -> Cover:
    """The best cover of ``word[start:]``; ``best`` keeps those already found."""
    found = best.get(start)
    if found is not None:
        return found
    whole = parts.ends.get(word[start:]) if start else None
    found = ((start, whole),) if whole is not None else ()
    if whole is None:
        last = len(word) - SHORTEST
        for size in parts.sizes.get(word[start : start + SHORTEST], ()):  # the longest rest first
            middle = start + size
            if middle > last:
                break
            head = parts.inner.get(word[start:middle])
            if head is not None:
                rest = _rest(word, middle, parts, best)
                if rest and (not found or len(rest) + 1 < len(found)):
                    found = ((start, head), *rest)
    best[start] = found
    return found
