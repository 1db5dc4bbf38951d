"""Parts for cross-validation: rows of a group stay together, and each part holds about its share of each class. Pure."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray


def folds(
    labels: Sequence[str], groups: Sequence[Hashable] | None, count: int, seed: int
) -> NDArray[np.int64]:
    """The part (0 to ``count`` - 1) of each row; every part has rows.

    Raises ``ValueError`` with a German sentence where there are fewer groups (without groups: rows) than parts.
    """
    order: dict[str, int] = {}
    classes = np.array([order.setdefault(label, len(order)) for label in labels], dtype=np.int64)
    names: dict[Hashable, int] = {}
    of_row = np.array(
        [names.setdefault(name, len(names)) for name in (groups or range(len(labels)))],
        dtype=np.int64,
    )
    if len(names) < count:
        what = "Zeilen" if groups is None else "Gruppen"
        raise ValueError(
            f"Für {count} Teile braucht es mindestens {count} {what}, hier sind es nur {len(names)}."
        )
    held = np.zeros((len(names), max(len(order), 1)))
    np.add.at(held, (of_row, classes), 1)
    return _dealt(held, count, seed)[of_row]


def _dealt(held: NDArray[np.float64], count: int, seed: int) -> NDArray[np.int64]:
    """The part of each group: the hardest to place first, each to where the classes stay most even."""
    shuffled = np.random.default_rng(seed).permutation(len(held))
    uneven = held.std(axis=1)[shuffled]
    order = shuffled[np.argsort(-uneven, kind="stable")]
    totals = np.maximum(held.sum(axis=0), 1)
    shares = np.zeros((count, held.shape[1]))
    sizes = np.zeros(count)
    parts = np.empty(len(held), dtype=np.int64)
    for done, group in enumerate(order):
        added = held[group] / totals
        after = (shares * shares).sum(axis=1)
        # The sum of squares over all parts grows least where the classes of the group are rarest.
        growth = ((shares + added) ** 2).sum(axis=1) - after
        if len(order) - done <= np.count_nonzero(sizes == 0):
            growth[sizes > 0] = np.inf
        part = int(np.lexsort((sizes, np.round(growth, 12)))[0])
        parts[group] = part
        shares[part] += added
        sizes[part] += held[group].sum()
    return parts
