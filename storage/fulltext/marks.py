"""Where a query's words stand in a text: for highlighting on page images and for snippets."""

import html
from collections.abc import Iterator, Sequence

from storage.fulltext.normalise import Atom, parse_query
from storage.fulltext.words import Word, fold, stem, words

SNIPPET = 240  # characters
WINDOW = 20_000  # characters looked at together
OVERLAP = 500


def spans(text: str, query: str, *, typing: bool = False) -> list[tuple[int, int]]:
    """Half-open character ranges of ``text`` that a query finds, in order, not overlapping.

    Inflections, compounds with the word inside, and what a prefix begins count as the search counts them; of a phrase
    only the words that stand together.
    """
    return _spans(text, parse_query(query, typing=typing).wanted)


def _spans(text: str, atoms: Sequence[Atom]) -> list[tuple[int, int]]:
    found = list(words(text))
    marked = {word for atom in atoms for word in _matches(found, atom)}
    return _merged(sorted({(found[at].start, found[at].end) for at in marked}))


def _matches(found: Sequence[Word], atom: Atom) -> Iterator[int]:
    size = len(atom.folded)
    if not atom.checked:
        for at, word in enumerate(found):
            if _fits(word, atom):
                yield at
        return
    for at in range(len(found) - size + 1):
        here = tuple(word.folded for word in found[at : at + size])
        if here == atom.folded or (
            atom.prefix and here[:-1] == atom.folded[:-1] and here[-1].startswith(atom.folded[-1])
        ):
            yield from range(at, at + size)


def _fits(word: Word, atom: Atom) -> bool:
    if atom.terms[-1] in word.terms:
        return True
    if not atom.prefix:
        return False
    begun = atom.folded[-1]
    return word.folded.startswith(begun) or any(term.startswith(begun) for term in word.terms)


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def marks(text: str, query: str, *, length: int = SNIPPET, typing: bool = False) -> str:
    """A snippet of about ``length`` characters as HTML: found words in ``<mark>``, all else escaped.

    It shows the stretch with most different found words, the first of several; without any, the beginning.
    """
    atoms = parse_query(query, typing=typing).wanted
    start, found = _best_stretch(text, atoms, length)
    end = min(len(text), start + length)
    if end < len(text):
        blank = text.rfind(" ", max(start, end - 25), end)
        end = blank if blank > start else end
    pieces, at = [], start
    for first, last in found:
        if first < start or last > end:
            continue
        pieces += [html.escape(text[at:first]), "<mark>", html.escape(text[first:last]), "</mark>"]
        at = last
    pieces.append(html.escape(text[at:end]))
    snippet = " ".join("".join(pieces).split())
    return f"{'… ' if start else ''}{snippet}{' …' if end < len(text) else ''}"


def _best_stretch(
    text: str, atoms: Sequence[Atom], length: int
) -> tuple[int, list[tuple[int, int]]]:
    """Where the snippet starts, and the found words around. Stops reading where all of the query was found."""
    best: tuple[int, list[tuple[int, int]]] = 0, []
    most, wanted = 0, sum(len(atom.folded) for atom in atoms)
    at = 0
    while at < len(text) and most < wanted:
        window = text[at : at + WINDOW]
        found = [(at + first, at + last) for first, last in _spans(window, atoms)]
        start, different = _best_start(text, found, length)
        if different > most:
            best, most = (start, found), different
        at += WINDOW - OVERLAP
    return best


def _best_start(text: str, found: Sequence[tuple[int, int]], length: int) -> tuple[int, int]:
    """(start of the stretch with most different found words, their number)."""
    best, most = 0, 0
    for number, (first, _) in enumerate(found):
        inside = {
            stem(fold(text[start:end]))
            for start, end in found[number : number + 40]
            if end <= first + length - 40
        }
        if len(inside) > most:
            best, most = first, len(inside)
    if best < 40:
        return 0, most
    blank = text.find(" ", best - 40, best)
    return (blank + 1 if blank >= 0 else best), most
