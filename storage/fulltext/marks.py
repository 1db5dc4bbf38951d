"""Where a query's words stand in a text: for highlighting on page images and for snippets."""

import html
from collections.abc import Iterator, Sequence

from storage.fulltext.normalise import Atom, parse_query
from storage.fulltext.words import Word, stem, words

SNIPPET = 240  # characters


def spans(text: str, query: str, *, typing: bool = False) -> list[tuple[int, int]]:
    """Half-open character ranges of ``text`` that a query finds, in order, not overlapping.

    Inflections, compounds with the word inside, and what a prefix begins count as the search counts them; of a phrase
    only the words that stand together.
    """
    found = list(words(text))
    atoms = parse_query(query, typing=typing).wanted
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
    found = spans(text, query, typing=typing)
    start = _best_start(text, found, length)
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


def _best_start(text: str, found: Sequence[tuple[int, int]], length: int) -> int:
    best, most = 0, 0
    for number, (first, _) in enumerate(found):
        inside = {
            stem(text[start:end].casefold())
            for start, end in found[number : number + 40]
            if end <= first + length - 40
        }
        if len(inside) > most:
            best, most = first, len(inside)
    if best < 40:
        return 0
    blank = text.find(" ", best - 40, best)
    return blank + 1 if blank >= 0 else best
