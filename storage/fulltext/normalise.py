"""From text to terms, and from what a person typed to a query. Pure: no database, no clock."""

import re
from dataclasses import dataclass

from storage.fulltext.words import fold, root, words

MOST_CHARACTERS = 600
MOST_WORDS = 24
_OPEN, _CLOSE = '"„“”«»‟', '"“”„«»‟'
_PIECE = re.compile(
    rf"(?P<minus>(?<!\S)[-−–])?(?:[{_OPEN}](?P<quoted>[^{_OPEN}{_CLOSE}]*)(?:[{_CLOSE}]|$)|(?P<plain>[^\s{_OPEN}{_CLOSE}]+))"
)
# What must stand before is looked at last: so the search leaps from one D to the next.
_GERMAN_IBAN = re.compile(r"DE(?<![^\W_]DE)\d{2} ?(?:\d{4} ?){4}\d{2}(?![^\W_])", re.IGNORECASE)
# Begins only where a word begins: else each letter of each plain word is tried.
_HYPHENS = re.compile(r"(?<![^\W\d_])[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing a query asks for: a word (``terms`` of length 1), or several that must stand side by side.

    ``folded`` are the words as typed, ``terms`` what the index holds for them. With ``prefix`` the last word may go on.
    ``exact`` words were quoted: their inflections and compounds don't count.
    """

    folded: tuple[str, ...]
    terms: tuple[str, ...]
    prefix: bool = False
    exact: bool = False

    @property
    def checked(self) -> bool:
        """Whether the order or form of the words must be looked up in the text itself."""
        return self.exact or len(self.folded) > 1


@dataclass(frozen=True, slots=True)
class Query:
    """All of ``wanted`` and none of ``excluded``. Without anything wanted it finds nothing."""

    wanted: tuple[Atom, ...] = ()
    excluded: tuple[Atom, ...] = ()


def normalise(text: str) -> list[str]:
    """The terms a text is found by, in reading order and with repetitions: stems, compound parts, number blocks."""
    found = [term for word in words(text) for term in word.terms]
    found.extend(joined(text))
    return found


def joined(text: str) -> list[str]:
    """Terms that no single word gives: „E-Akte“ written in one piece, bank code and account of a German IBAN."""
    found = []
    if "-" in text or "\u2010" in text or "\u2011" in text:
        found = [
            root(fold("".join(filter(str.isalpha, match))))
            for piece in text.split()
            if not (piece.isalnum() or piece[:-1].isalnum())
            for match in _HYPHENS.findall(piece)
        ]
    for match in _GERMAN_IBAN.finditer(text):
        digits = fold(match.group().replace(" ", ""))
        account = digits[12:]
        found += [digits[4:12], account]
        if account.startswith("0"):
            found.append(account.lstrip("0") or "0")
    return found


def parse_query(query: str, *, typing: bool = False) -> Query:
    """Read what a person typed: words, "phrases", „Phrasen“, -excluded, prefix*. Never fails.

    Pieces with inner signs („632.20-2026/0042“) ask for their parts side by side. With ``typing`` the last word is
    still being typed and counts as a prefix. Only the first 24 words count.
    """
    query = query[:MOST_CHARACTERS]
    wanted: list[Atom] = []
    excluded: list[Atom] = []
    room = MOST_WORDS
    pieces = list(_PIECE.finditer(query))
    for number, piece in enumerate(pieces, 1):
        open_end = typing and number == len(pieces) and query[-1:].isalnum()
        atom = _atom(piece, open_end=open_end, room=room)
        if atom is None:
            continue
        room -= len(atom.folded)
        side = excluded if piece["minus"] else wanted
        if atom not in side:
            side.append(atom)
    return Query(tuple(wanted), tuple(excluded))


def _atom(piece: re.Match[str], *, open_end: bool, room: int) -> Atom | None:
    text = piece["plain"] if piece["plain"] is not None else piece["quoted"]
    found = list(words(text))[:room]
    if not found:
        return None
    return Atom(
        folded=tuple(word.folded for word in found),
        terms=tuple(word.terms[0] for word in found),
        prefix=open_end or text.rstrip().endswith("*"),
        exact=piece["quoted"] is not None,
    )
