"""Honest probabilities: a temperature and a threshold from texts held out, and how far from honest they are. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

USUAL = np.array([1.2, 0.5, 0.5])
"""How loud the voices are where too little is held out to say: margins of spread 1 times this are log odds."""
TRUST = 1.0
"""How strongly the voices are drawn towards ``USUAL``."""
RARE = 20.0
"""So many texts that are where they belong are imagined before doubt is measured."""
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


def chances(summed: NDArray[np.float64], doubt: float) -> NDArray[np.float64]:
    """Probabilities from the voices' sum; ``doubt``: the share of texts that belong anywhere, whatever they say."""
    return np.asarray((1.0 - doubt) * softmax(summed) + doubt / summed.shape[1])


def fit_voices(
    margins: NDArray[np.float64], truth: NDArray[np.int64]
) -> tuple[NDArray[np.float64], float]:
    """How loud each voice is to be and how much doubt remains, so that the held-out truth is likeliest.

    ``margins``: voices x texts x classes. It is Platt's scaling for several voices and classes, with a share of texts that
    were put where nobody would look for them; without it, a few of them would make all others unsure.
    """
    from scipy.optimize import minimize

    sizes = spread(margins)
    scaled = margins / sizes[:, None, None]
    rows, classes = np.arange(len(truth)), margins.shape[2]
    said = scaled[:, rows, truth]

    def loss(asked: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        loudness, doubt = asked[:-1], asked[-1]
        sure = softmax(np.tensordot(loudness, scaled, axes=1))
        likely = (1 - doubt) * sure[rows, truth] + doubt / classes
        drawn = loudness - USUAL
        value = -np.log(likely).sum() + TRUST * drawn @ drawn
        value -= RARE * np.log(1 - doubt) + 0.5 * np.log(doubt)
        weight = (1 - doubt) * sure[rows, truth] / likely
        slope = np.einsum("n,nc,vnc->v", weight, sure, scaled) - said @ weight + 2 * TRUST * drawn
        in_doubt = (sure[rows, truth] - 1 / classes) / likely
        return float(value), np.append(slope, in_doubt.sum() + RARE / (1 - doubt) - 0.5 / doubt)

    bounds = [(0.05 * usual, 50.0) for usual in USUAL] + [(1e-3, 0.5)]  # never wholly mute
    start = np.append(USUAL, 0.02)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return np.asarray(found[:-1] / sizes), float(found[-1])


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
