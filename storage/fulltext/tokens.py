"""What the index holds for an entry: one flat set of tokens, told apart by their first character.

``0antrag`` term; ``e antrag`` (written together) the same term at impact level ``e``; ``1…`` access, ``2…`` kind,
``3y2026`` ``3m202603`` ``3d20260312`` day, ``4…`` facets.

The impact of a term in an entry grows with its frequency and falls with the entry's length (the part of BM25 that
belongs to term and entry alone). Cut into 26 levels, it lets the index itself give the best entries of a common word
first. Levels use a fixed ``PIVOT`` length, so that a token set never changes behind the index's back: it is a pure
function of what the entry's row stores, and deleting from FTS5 needs exactly the tokens that were put in.
"""

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from operator import itemgetter

from storage.fulltext.normalise import joined
from storage.fulltext.words import WORD, analyse_anew

PIVOT = 250  # words
K1, B = 1.2, 0.75
LEVELS = "abcdefghijklmnopqrstuvwxyz"
_LOWEST, _STEP = 0.4, 1.2  # up to 38 times in an entry of usual length
TITLE_WEIGHT = 3
MOST_FREQUENT = 127
FREQUENCIES = [chr(0x80 + often) for often in range(MOST_FREQUENT + 1)]
MOST_BYTES = 500_000  # of an entry's terms: a tsvector holds 1 MB, and each term stands in it twice
LONGEST_LABEL = 200
TERM, ACCESS, KIND, DAY, FACET = "0", "1", "2", "3", "4"
_PLAIN = frozenset("abcdefghijklmnoprstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class Analysed:
    """An entry's text as the index needs it: ``forward`` (terms with frequencies), its words in order, their number."""

    forward: bytes
    sequence: bytes
    length: int


@dataclass(frozen=True, slots=True)
class Labels:
    """What an entry can be filtered by. ``access`` is the opaque right to see it."""

    access: str
    kind: str
    day: date | None = None
    facets: Mapping[str, str] = field(default_factory=dict)


def analyse_entry(title: str, text: str) -> Analysed:
    """Words of the title count three times. Only the most frequent 500 kB of terms are kept."""
    counts: defaultdict[str, int] = defaultdict(int)
    lines: list[str] = []
    length = 0
    for part, weight in ((title, TITLE_WEIGHT), (text, 1)):
        surfaces = WORD.findall(part)
        line: dict[str, str] = {}
        for surface, often in Counter(surfaces).items():
            line[surface], number, terms = _in_entry(surface)
            length += often * number
            for term in terms:
                counts[term] += often * weight
        for term in joined(part):
            counts[term] += weight
        lines += filter(None, map(line.__getitem__, surfaces))
        lines.append("")  # a phrase does not run from the title into the text
    return Analysed(_forward(counts), f" {' '.join(lines)} ".encode("ascii"), max(length, 1))


@lru_cache(maxsize=100_000)
def _in_entry(surface: str) -> tuple[str, int, tuple[str, ...]]:
    """What a word of a text adds to an entry: its folded form (of an IBAN several), their number, the terms."""
    found = analyse_anew(surface)
    if len(found) == 1:
        return found[0][0], 1, found[0][1]
    return (
        " ".join([folded for folded, _ in found]),
        len(found),
        tuple(term for _, terms in found for term in terms),
    )


def _forward(counts: Mapping[str, int]) -> bytes:
    pieces = [
        f" {term}{FREQUENCIES[often] if often < MOST_FREQUENT else FREQUENCIES[-1]}"
        for term, often in sorted(counts.items(), key=itemgetter(1), reverse=True)
    ]
    return _bounded("".join(pieces).encode("latin-1"))


def _bounded(forward: bytes) -> bytes:
    return forward if len(forward) <= MOST_BYTES else forward[: forward.rfind(b" ", 0, MOST_BYTES)]


def together(head: Analysed, body: Analysed) -> Analysed:
    """One entry of two texts, of which the second was analysed before: no phrase runs from one into the other."""
    forward = bytearray(body.forward)
    new = bytearray()
    for item in head.forward.split(b" ")[1:]:
        at = _place(forward, b" " + item[:-1])
        if at < 0:
            new += b" " + item
        else:
            forward[at] = 0x80 + min(forward[at] + item[-1] - 0x100, MOST_FREQUENT)
    return Analysed(
        _bounded(bytes(new + forward)),
        head.sequence[:-1] + body.sequence[1:],
        head.length + body.length,
    )


def frequency(forward: bytes, term: bytes) -> int:
    """How often an entry has ``term`` (given with its leading blank); 0 if not at all."""
    at = _place(forward, term)
    return 0 if at < 0 else forward[at] - 0x80


def _place(forward: bytes | bytearray, term: bytes) -> int:
    """Where an entry's frequency of ``term`` stands; -1 if nowhere."""
    at = forward.find(term)
    while at >= 0:
        end = at + len(term)
        if forward[end] >= 0x80:
            return end
        at = forward.find(term, end)
    return -1


def beginning(prefix: str) -> re.Pattern[bytes]:
    """For ``prefix_frequency``."""
    return re.compile(rb" %b[^\x80-\xff]*([\x80-\xff])" % prefix.encode("ascii"))


def prefix_frequency(forward: bytes, begun: re.Pattern[bytes]) -> int:
    """The frequency of the most frequent term that starts so."""
    found = begun.findall(forward)
    return max(found)[0] - 0x80 if found else 0


def impact(often: int, length: int, mean: float = PIVOT) -> float:
    """The entry's part of BM25 (Robertson and Zaragoza 2009, eq. 3.15), k1 = 1.2, b = 0.75."""
    return often * (K1 + 1) / (often + K1 * (1 - B + B * length / mean))


@lru_cache(maxsize=50_000)
def level(often: int, length: int) -> str:
    share = often / (1 - B + B * length / PIVOT)
    place = int(math.log(share / _LOWEST) / math.log(_STEP)) if share > _LOWEST else 0
    return LEVELS[min(place, len(LEVELS) - 1)]


@cache
def typical_impact(letter: str) -> float:
    """The impact in the middle of a level."""
    share: float = _LOWEST * _STEP ** (LEVELS.index(letter) + 0.5)
    return share * (K1 + 1) / (share + K1)


def terms_of(forward: bytes) -> Iterator[tuple[str, int]]:
    """The terms of an entry with their frequencies."""
    for item in forward.decode("latin-1").split(" ")[1:]:
        yield item[:-1], ord(item[-1]) - 0x80


def entry_tokens(forward: bytes, length: int, labels: Labels) -> list[str]:
    """All tokens of an entry, without repetitions."""
    items = forward.decode("latin-1").split(" ")[1:]
    tokens = [TERM + item[:-1] for item in items]
    letters = {sign: level(ord(sign) - 0x80, length) for sign in {item[-1] for item in items}}
    tokens += [letters[item[-1]] + item[:-1] for item in items]
    tokens += (ACCESS + opaque(labels.access), KIND + opaque(labels.kind))
    if labels.day is not None:
        tokens += (f"3y{labels.day:%Y}", f"3m{labels.day:%Y%m}", f"3d{labels.day:%Y%m%d}")
    tokens += (facet_token(key, value) for key, value in sorted(labels.facets.items()))
    return tokens


def facet_token(key: str, value: str) -> str:
    return f"{FACET}{opaque(key)}q0q{opaque(value)}"


@lru_cache(maxsize=50_000)
def opaque(label: str) -> str:
    """A label as one token that no other label shares: all but a-z (without q) and digits is written as „q<hex>q“."""
    if len(label) > LONGEST_LABEL:
        return f"qq{hashlib.sha256(label.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return "".join(letter if letter in _PLAIN else f"q{ord(letter):x}q" for letter in label)


def day_tokens(first: date | None, last: date | None) -> Iterable[str]:
    """The fewest day, month and year tokens that cover a range, both ends included (years 1900 to 2199)."""
    day = max(first or date(1900, 1, 1), date(1900, 1, 1)).toordinal()
    end = min(last or date(2199, 12, 31), date(2199, 12, 31)).toordinal() + 1
    while day < end:
        today = date.fromordinal(day)
        year = date(today.year + 1, 1, 1).toordinal()
        month = date(today.year + today.month // 12, today.month % 12 + 1, 1).toordinal()
        if today.month == today.day == 1 and year <= end:
            yield f"3y{today:%Y}"
            day = year
        elif today.day == 1 and month <= end:
            yield f"3m{today:%Y%m}"
            day = month
        else:
            yield f"3d{today:%Y%m%d}"
            day += 1
