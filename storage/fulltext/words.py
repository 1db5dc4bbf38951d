"""Words: where they stand in a text, how they are folded, and under which terms they are found.

Folding makes one spelling of many: case and accents go, „ß“ becomes „ss“, and an umlaut is found in all three ways
it is typed („Müller“, „Mueller“, „Muller“). Therefore „ae“, „oe“ and „ue“ fold to the plain vowel, except after
a vowel or „q“, where they are no umlaut („neue“, „Bauer“, „Quelle“).
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from storage.fulltext.compounds import split

LONGEST = 48  # characters of a folded word that count
_ALPHANUMERIC = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")

# A word goes on after a line break where it was hyphenated there, but not in „Bau-⏎und Planungsamt“.
WORD = re.compile(
    r"[^\W_]+(?:"
    r"(?:[-\u2010\u00ad][ \t]*\r?\n[ \t]*(?=[a-zäöüß])(?!(?:und|oder|bzw|sowie)\b)|[\u00ad\u0300-\u036f]+)"
    r"[^\W_]*)*"
)
_HYPHENATED = re.compile(r"[-\u2010\u00ad][ \t]*\r?\n[ \t]*")
_UMLAUT_TYPED_OUT = re.compile(r"(?<![aeiouq])([aou])e")
_GERMAN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_FOREIGN = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})
_IBAN = re.compile(r"[a-z]{2}\d{2}[a-z0-9]{0,4}\d{4}[a-z0-9]{0,22}")
_AGENT = re.compile(r"([a-z]{2,})er[ns]?")
_AGENT_ENDINGS = ("er", "ern", "ers")
_ADJECTIVE = re.compile(r"(?:isch|ig|lich|bar|sam|los|haft)er[ns]?$")
_PLURAL_IN_ER = (
    "amt", "bad", "band", "bild", "blatt", "brett", "buch", "dach", "dorf", "fach", "fass",
    "feld", "geist", "geld", "glas", "glied", "grab", "gras", "gut", "gehalt", "gesicht",
    "geschlecht", "gewand", "haupt", "haus", "holz", "horn", "huhn", "kalb", "kind", "kleid",
    "korn", "kraut", "lamm", "land", "leib", "licht", "lied", "loch", "mann", "mal", "nest",
    "pfand", "rad", "rand", "rind", "schild", "schloss", "schwert", "spital", "stift", "strauch",
    "tal", "tuch", "tum", "volk", "wald", "weib", "wort", "wurm",
)  # fmt: skip
_stemmers = threading.local()


@dataclass(frozen=True, slots=True)
class Word:
    """A word at ``text[start:end]``: ``folded`` for phrases and prefixes, ``terms`` it is found by."""

    start: int
    end: int
    folded: str
    terms: tuple[str, ...]


def words(text: str) -> Iterator[Word]:
    """All words of a text in reading order. An IBAN printed in one piece gives its blocks of four."""
    for match in WORD.finditer(text):
        start, end = match.span()
        for folded, terms in analyse(match.group()):
            yield Word(start, end, folded, terms)


@lru_cache(maxsize=20_000)
def analyse(surface: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``analyse_anew``, remembered for words that are shown and asked for."""
    return analyse_anew(surface)


def analyse_anew(surface: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Folded form and terms of a word as it stands in a text; the first term is the one a query asks for."""
    if "\n" in surface:
        surface = _HYPHENATED.sub("", surface)
    folded = fold(surface)
    if not folded:
        return ()
    if len(folded) > 6 and _IBAN.fullmatch(folded):
        return tuple((block, (block,)) for block in blocks(folded))
    return ((folded, _terms(folded, capital=surface[0].isupper())),)


def blocks(iban: str) -> list[str]:
    return [iban[at : at + 4] for at in range(0, len(iban), 4)]


def fold(word: str) -> str:
    """The one spelling of a word: ASCII letters and digits. Other scripts are written as „q<hex>q“ per character."""
    folded = word.lower()
    if not word.isascii():
        folded = folded.translate(_GERMAN)
    if not (word.isascii() or (folded.isascii() and folded.isalnum())):
        folded = unicodedata.normalize("NFKD", word).casefold().translate(_FOREIGN)
        folded = "".join(
            letter if letter in _ALPHANUMERIC else f"q{ord(letter):x}q"
            for letter in unicodedata.normalize("NFKD", folded)
            if letter.isalnum()
        )
    if "ae" in folded or "oe" in folded or "ue" in folded:
        folded = _UMLAUT_TYPED_OUT.sub(r"\1", folded)
    return folded[:LONGEST]


def root(folded: str) -> str:
    """The term a query asks for: the stem, but „-er“ stays where it makes another word („Bürger“ is no „Burg“).

    It is taken off adjectives („städtischer“) and the few nouns with a plural in -er („Häuser“).
    """
    agent = _AGENT.fullmatch(folded) if folded.endswith(_AGENT_ENDINGS) else None
    if agent is None or _ADJECTIVE.search(folded) or agent[1].endswith(_PLURAL_IN_ER):
        return stem(folded)
    return agent[1] + "er"


def stem(folded: str) -> str:
    """The German stem (Snowball) of a folded word; numbers and abbreviations stay as they are."""
    if len(folded) < 4 or not folded.isalpha():
        return folded
    stemmer = getattr(_stemmers, "german", None)
    if stemmer is None:
        import Stemmer

        stemmer = _stemmers.german = Stemmer.Stemmer("german", 0)  # its cache is slower than it
    return str(stemmer.stemWord(folded))


def _terms(folded: str, *, capital: bool) -> tuple[str, ...]:
    terms = [*_with_beginnings(folded)]
    if not capital:  # „neuer“ may be „neu“, „Neuer“ is a name
        terms.append(stem(folded))
    for part in split(folded):
        terms += _of_part(part)
    return tuple(dict.fromkeys(terms)) if len(terms) > 1 else tuple(terms)


def _with_beginnings(folded: str) -> tuple[str, ...]:
    """The root, and the word itself where what is typed of it would lead neither to the root nor to a longer term."""
    term = root(folded)
    if folded.startswith(term):
        for size in range(len(term) + 1, len(folded)):
            if root(folded[:size]) != term:
                break
        else:
            return (term,)
    return (term, folded)


_of_part = lru_cache(maxsize=10_000)(_with_beginnings)
"""Parts of compounds are few and come again and again."""
