"""Texts as sets of character 4-grams within words, hashed to 32 bits.

Grams that stay within words survive both a slip of the keyboard (it breaks four of them) and a word left out (its
neighbours keep theirs), and unrelated German texts share few.
"""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]

_OTHER = re.compile(r"[\W_]+")
_DIGIT = re.compile(r"(?<= )(\d)(?= )")
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_BLANK, _END = 32, 0
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def normalised(text: str) -> str:
    """Lower case, umlauts written out, one blank between words and around the text; a lone digit gets a zero."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED)
    words = _OTHER.sub(" ", folded).strip()
    return _DIGIT.sub(r"0\1", f" {words} ") if words else ""


def gram_hashes(texts: Sequence[str]) -> tuple[Hashes, NDArray[np.int64]]:
    """The grams of all normalised texts one after the other (with repetitions), and how many each text has."""
    if not texts:
        return np.empty(0, np.uint32), np.empty(0, np.int64)
    joined = "\0".join(texts) + "\0\0\0\0"
    letters = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    one, two, three, four = (letters[k : len(letters) - 3 + k] for k in range(4))
    inside = (two != _BLANK) & (three != _BLANK)
    kept = inside & (one != _END) & (two != _END) & (three != _END) & (four != _END)
    places = np.flatnonzero(kept)
    value = np.zeros(len(places), np.uint64)
    for part in (one, two, three, four):
        value = (value ^ part[places]) * _PRIME
    value *= _MIX
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
    bounds = np.searchsorted(places, starts)
    return (value >> np.uint64(32)).astype(np.uint32), np.diff(bounds)
