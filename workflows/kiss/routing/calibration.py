"""Honest probabilities: a temperature and a threshold from texts held out, and how far from honest they are. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

USUAL = np.array([1.2, 0.5, 0.5])
"""How loud the voices are where too little is held out to say: margins of spread 1 times this are log odds."""
TRUST = 4.0
"""How strongly the voices are drawn towards ``USUAL``."""
RIGHT = 0.8
"""Of what the model gives to a group by itself, so much shall be right."""
LOWEST, HIGHEST = 0.5, 0.9
"""Nothing is given away that is likelier wrong than right."""


def softmax(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Margins to probabilities, rows summing to 1."""
    risen = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(risen / risen.sum(axis=1, keepdims=True))


def spread(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each voice (voices x texts x classes) how far its margins lie apart, never 0."""
    return np.asarray(np.maximum(margins.std(axis=2).mean(axis=1), 1e-6))


def fit_loudness(margins: NDArray[np.float64], truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """What to multiply each voice's margins with, so that their sum gives the likeliest probabilities for held-out texts.

    ``margins``: voices x texts x classes. It is Platt's scaling for several voices and classes, and convex.
    """
    from scipy.optimize import minimize

    sizes = spread(margins)
    scaled = margins / sizes[:, None, None]
    rows = np.arange(len(truth))
    said = scaled[:, rows, truth]

    def loss(loudness: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        chances = softmax(np.tensordot(loudness, scaled, axes=1))
        drawn = loudness - USUAL
        value = -np.log(np.maximum(chances[rows, truth], 1e-12)).sum() + TRUST * drawn @ drawn
        expected = np.einsum("nc,vnc->v", chances, scaled)
        return float(value), expected - said.sum(axis=1) + 2 * TRUST * drawn

    found = minimize(loss, USUAL, jac=True, method="L-BFGS-B", bounds=[(0.0, 50.0)] * len(USUAL))
    return np.asarray(found.x / sizes)


def threshold(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The lowest confidence from which on, among held-out texts, at least ``RIGHT`` of what is given away is right.

    Where that can't be had, only the surest are given away (``HIGHEST``).
    """
    if not len(confidence):
        return 0.6
    order = np.argsort(-confidence, kind="stable")
    counted = np.arange(1, len(order) + 1)
    precise = (np.cumsum(right[order]) + RIGHT) / (
        counted + 1
    ) >= RIGHT  # one imagined text for luck
    if not precise.any():
        return HIGHEST
    last = int(np.flatnonzero(precise)[-1])
    return float(np.clip(confidence[order[last]], LOWEST, HIGHEST))


def calibration_error(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10
) -> float:
    """Expected calibration error over bins of equal mass (Naeini et al. 2015: |accuracy - confidence|, weighted)."""
    order = np.argsort(confidence, kind="stable")
    parts: Sequence[NDArray[np.int64]] = np.array_split(order, min(bins, len(order)) or 1)
    return float(
        sum(len(p) * abs(right[p].mean() - confidence[p].mean()) for p in parts if len(p))
        / max(len(order), 1)
    )
