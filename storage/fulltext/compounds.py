"""Splitting German compounds: „Bauantragsformular“ into „bau“, „antrag“, „formular“.

A word is split only where all of it is covered by known words, joined by nothing or a linking element (Fugenelement:
s, es, n, en, er, e). Of several ways the one with the fewest parts wins, then the one with the longest last part
(the head carries the meaning). The known words are our own list, ``parts.txt``, one base form a line.
"""

from functools import cache, lru_cache
from pathlib import Path

LINKS = ("s", "es", "n", "en", "er", "e")
ENDINGS = ("", "e", "n", "en", "s", "es", "er", "ern", "em", "se", "sen", "nen", "innen", "in")
SHORTEST = 3
LONGEST_WORD = 48


@cache
def known() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """(forms that may go on, forms that may end a word) with their base forms, and how any of them begins."""
    from storage.fulltext.words import fold

    lines = (Path(__file__).parent / "parts.txt").read_text(encoding="utf-8").splitlines()
    bases = [fold(word) for line in lines if not line.startswith("#") for word in line.split()]
    ends = {base + ending: base for ending in reversed(ENDINGS) for base in bases}
    inner = {base + link: base for link in reversed(LINKS) for base in bases}
    inner |= {base[:-1]: base for base in bases if base.endswith("e") and len(base) > SHORTEST + 1}
    plain = {base: base for base in bases}
    return inner | plain, ends | plain, frozenset(form[:SHORTEST] for form in (*inner, *ends))


@lru_cache(maxsize=200_000)
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
        found |= dict.fromkeys(split(base))
    found |= {cover[-1][1]: None} if cover else {}
    return tuple(found)


def _cover(word: str) -> tuple[tuple[int, str], ...]:
    """(start, base form) of the parts of a word. Works from the end: ``best[i]`` is the best cover of ``word[i:]``."""
    inner, ends, beginnings = known()
    size = len(word)
    best: dict[int, tuple[tuple[int, str], ...]] = {}
    for start in range(size - SHORTEST, -1, -1):
        if word[start : start + SHORTEST] not in beginnings:
            continue
        whole = ends.get(word[start:]) if start else None
        if whole is not None:
            best[start] = ((start, whole),)
            continue
        for middle, rest in reversed(tuple(best.items())):  # the longest last part first
            if middle < start + SHORTEST or (start in best and len(rest) >= len(best[start]) - 1):
                continue
            head = inner.get(word[start:middle])
            if head is not None:
                best[start] = ((start, head), *rest)
    return best.get(0, ())
