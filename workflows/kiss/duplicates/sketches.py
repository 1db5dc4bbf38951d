"""MinHash: a text in 256 bytes, so that texts alike share a band (Broder 1997; Leskovec et al., chapter 3).

A sketch can be kept in a database: the signature as bytes, the 21 band keys as 64-bit integers in an indexed column.
Texts whose gram sets overlap by J meet in some band with probability 1 - (1 - J^3)^21: 0.99 at J = 0.6, 0.16 at 0.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflows.kiss.duplicates.grams import gram_hashes

PERMUTATIONS = 64
BANDS = 21
ROWS = 3
_AT_ONCE = 256
_NOTHING = np.uint32(0xFFFFFFFF)
_WORD = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Sketch:
    """A text to be found again by. ``signature`` is 64 little-endian 32-bit values; ``bands`` are signed 64-bit keys,
    different for each band; a text without any grams has none and is like nothing.
    """

    signature: bytes
    bands: tuple[int, ...]


def _spread(count: int, seed: int) -> NDArray[np.uint64]:
    """SplitMix64 (Steele et al. 2014): written out here because stored sketches must outlive any library's generator."""
    numbers = []
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & _WORD
        mixed = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _WORD
        numbers.append(mixed ^ (mixed >> 31))
    return np.array(numbers, np.uint64)


_FACTORS = _spread(PERMUTATIONS, 1) | np.uint64(1)
_SHIFTS = _spread(PERMUTATIONS, 2)
_ROW_FACTORS = _spread(ROWS, 3) | np.uint64(1)
_BAND_SEEDS = _spread(BANDS, 4)


def signatures(texts: Sequence[str]) -> NDArray[np.uint32]:
    """One row of 64 minima for each normalised text; all ones where it has no grams."""
    made = [_signatures(texts[k : k + _AT_ONCE]) for k in range(0, len(texts), _AT_ONCE)]
    return np.concatenate(made) if made else np.empty((0, PERMUTATIONS), np.uint32)


def _signatures(texts: Sequence[str]) -> NDArray[np.uint32]:
    hashes, counts = gram_hashes(texts)
    result = np.full((len(texts), PERMUTATIONS), _NOTHING, np.uint32)
    filled = np.flatnonzero(counts)
    if not len(filled):
        return result
    starts = np.concatenate(([0], np.cumsum(counts[filled])[:-1]))
    wide = hashes.astype(np.uint64)
    for k in range(PERMUTATIONS):
        value = wide * _FACTORS[k] + _SHIFTS[k]
        result[filled, k] = np.minimum.reduceat(value >> np.uint64(32), starts).astype(np.uint32)
    return result


def band_keys(signed: NDArray[np.uint32]) -> NDArray[np.int64]:
    """21 keys for each signature."""
    rows = signed[:, : BANDS * ROWS].reshape(-1, BANDS, ROWS).astype(np.uint64)
    keys = (rows * _ROW_FACTORS).sum(axis=2, dtype=np.uint64) ^ _BAND_SEEDS
    keys = (keys ^ (keys >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray((keys ^ (keys >> np.uint64(32))).view(np.int64))


def has_grams(signed: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return np.asarray((signed != _NOTHING).any(axis=1))


def sketches(texts: Sequence[str]) -> list[Sketch]:
    """The sketches of normalised texts."""
    signed = signatures(texts)
    keys = band_keys(signed).tolist()
    return [
        Sketch(row.astype("<u4").tobytes(), tuple(bands) if full else ())
        for row, bands, full in zip(signed, keys, has_grams(signed), strict=True)
    ]


def likeness(one: bytes, others: Sequence[bytes]) -> NDArray[np.float64]:
    """The estimated overlap (Jaccard) of a text with others, by their signatures alone."""
    rows = np.frombuffer(b"".join(others), "<u4").reshape(-1, PERMUTATIONS)
    return np.asarray((rows == np.frombuffer(one, "<u4")).mean(axis=1))
