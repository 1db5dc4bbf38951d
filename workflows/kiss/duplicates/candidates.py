"""Which texts are worth a closer look: those that share a band. For a whole table at once, and one by one."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from workflows.kiss.duplicates.sketches import PERMUTATIONS, Sketch, band_keys, has_grams, likeness

Key = TypeVar("Key", bound=Hashable)

LEAST_LIKE = 0.34
"""Estimated overlap below which a shared band was chance: copies that keep 60 % have 0.6 (deviation 0.06)."""
_NEIGHBOURS = 40
"""In a band that very many share, each text is compared with the next ones in the order of their signatures."""


def pairs_within(signed: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Pairs (i < j) of rows that share a band and are alike by estimate, shape (n, 2), without repetitions; and how
    many of the 64 minima they share.
    """
    rows = np.flatnonzero(has_grams(signed))
    keys = band_keys(signed[rows])
    found = [np.empty(0, np.int64)]
    for band in range(keys.shape[1]):
        one, other = _sharing(keys[:, band], signed[rows])
        first, second = rows[np.minimum(one, other)], rows[np.maximum(one, other)]
        found.append(first * len(signed) + second)
    both = np.sort(np.concatenate(found))
    both = both[np.diff(both, prepend=-1) != 0]
    pairs = np.stack(np.divmod(both, max(1, len(signed))), axis=1)
    shared = _shared(signed, pairs)
    alike = shared >= LEAST_LIKE * PERMUTATIONS
    return pairs[alike], shared[alike]


def _sharing(
    keys: NDArray[np.int64], signed: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of places with equal keys, at most ``_NEIGHBOURS`` to each side."""
    order = np.lexsort((signed[:, -1], signed[:, 0], keys))
    ordered = keys[order]
    one, other = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for step in range(1, min(_NEIGHBOURS, len(keys) - 1) + 1):
        same = np.flatnonzero(ordered[step:] == ordered[:-step])
        if not len(same):
            break
        one.append(order[same])
        other.append(order[same + step])
    return np.concatenate(one), np.concatenate(other)


def _shared(signed: NDArray[np.uint32], pairs: NDArray[np.int64]) -> NDArray[np.uint8]:
    shared = np.zeros(len(pairs), np.uint8)
    for column in np.ascontiguousarray(signed.T):
        shared += column[pairs[:, 0]] == column[pairs[:, 1]]
    return shared


class Index(Generic[Key]):
    """Sketches in memory, looked up as a database would: by band keys. Not for several threads at once."""

    def __init__(self, known: Iterable[tuple[Key, Sketch]] = ()) -> None:
        self._signatures: dict[Key, Sketch] = {}
        self._bands: defaultdict[int, set[Key]] = defaultdict(set)
        for key, sketch in known:
            self.add(key, sketch)

    def __len__(self) -> int:
        return len(self._signatures)

    def add(self, key: Key, sketch: Sketch) -> None:
        """Keep a text under its key; a key known already gets the new text."""
        self.remove(key)
        self._signatures[key] = sketch
        for band in sketch.bands:
            self._bands[band].add(key)

    def remove(self, key: Key) -> None:
        """Forget a text; nothing happens if it is not there."""
        gone = self._signatures.pop(key, None)
        for band in gone.bands if gone else ():
            self._bands[band].discard(key)
            if not self._bands[band]:
                del self._bands[band]

    def candidates(self, sketch: Sketch, limit: int = 50) -> list[tuple[Key, float]]:
        """The texts most alike by estimate, best first, that share a band with this one."""
        keys = list(set().union(*(self._bands.get(band, ()) for band in sketch.bands)))
        return most_alike(sketch, [(key, self._signatures[key].signature) for key in keys], limit)


def most_alike(
    sketch: Sketch, others: list[tuple[Key, bytes]], limit: int = 50
) -> list[tuple[Key, float]]:
    """Those of the others (signatures that share a band, as a database gives them) that are worth a closer look."""
    if not others:
        return []
    scores = likeness(sketch.signature, [signature for _, signature in others]).tolist()
    alike = [
        (key, score) for (key, _), score in zip(others, scores, strict=True) if score >= LEAST_LIKE
    ]
    return sorted(alike, key=lambda found: -found[1])[:limit]
