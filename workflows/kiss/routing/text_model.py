"""KISS's text model: what a message is about, with honest probabilities, evidence, and a threshold for keeping silent.

Three voices of different temper (a linear SVM over pieces of words, one over words, complement naive Bayes over both) are
weighed by how well they judge texts held out, which makes their sum probabilities at once; rows of one group (a template, a
repeated mail) are never on both sides. What remains is doubt: the share of texts that nobody would look for where they
are. All voices are linear, so what is kept is one linear model.
"""

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from workflows.kiss.routing.calibration import USUAL, chances, fit_voices, spread, threshold
from workflows.kiss.routing.features import FEATURES, PIECES, READ
from workflows.kiss.routing.folds import folds
from workflows.kiss.routing.small_talk import SMALL_TALK
from workflows.text_model import Features, LinearModel, per_class

VERSION = "1"
MINIMUM = 20
"""Below so many examples a house has no model; rules and the coordination do better."""
PARTS = 5
"""Inner parts for weighing; ``PARTS_OF_MANY`` where there are so many texts that fewer say enough."""
PARTS_OF_MANY, MANY = 3, 3_000
FEWEST, DOUBT = 10, 0.1
"""Where fewer texts can be judged, the voices are as loud as usual and there is some doubt."""
SMOOTHING = 0.1
"""Of naive Bayes: mass given to features a class was never seen with."""


@dataclass(frozen=True)
class TextModel(LinearModel):
    """``doubt``: share of texts that belong anywhere, whatever they say; ``threshold``: below this probability the model
    keeps silent. The last row of the weights is for small talk.
    """

    features: ClassVar[Features] = FEATURES

    doubt: float
    threshold: float

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """One row per text, one column per label; what a row lacks to 1 is how likely the text says nothing."""
        return chances(self.margins(texts), self.doubt)[:, : len(self.labels)]

    def arrays(self) -> dict[str, NDArray[Any]]:
        least = 1e-4 * max(float(np.abs(self.weights).max()), 1e-9)
        return super().arrays() | {
            "weights": np.where(np.abs(self.weights) < least, 0, self.weights).astype(np.float16),
            "calibration": np.array([self.doubt, self.threshold]),
        }

    @classmethod
    def from_arrays(cls, stored: Any) -> Self:
        return cls(
            tuple(str(label) for label in stored["labels"]),
            stored["idf"].astype(np.float32),
            stored["weights"].astype(np.float32),
            stored["bias"],
            int(stored["examples"]),
            *(float(value) for value in stored["calibration"]),
        )


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    groups: Sequence[Hashable] | None = None,
    *,
    seed: int = 0,
    minimum: int = MINIMUM,
) -> TextModel | None:
    """A model of these examples, or ``None`` where they are too few (``minimum``, and at least two labels).

    ``groups``: rows that tell the same story; without them, texts that are alike but for figures and case.
    """
    if len(texts) < max(minimum, 2) or len(set(labels)) < 2:
        return None
    names = sorted(set(labels))
    index = {name: number for number, name in enumerate(names)}
    truth = np.array([*(index[label] for label in labels), *[len(names)] * len(SMALL_TALK)])
    counts = FEATURES.counts([*texts, *SMALL_TALK])
    idf = FEATURES.rarity(counts)
    parts = FEATURES.scaled(counts, idf)
    del counts  # as large as what was made of them
    stories = groups if groups is not None else [_alike(text) for text in texts]
    voices = _voices(parts, truth, len(names) + 1, seed)
    held_out, judged = _held_out(parts, truth, [*stories, *SMALL_TALK], seed)
    judged[len(texts) :] = False
    if np.count_nonzero(judged) < FEWEST:
        loudness, doubt = USUAL / spread(_margins(voices, parts)), DOUBT
        least = threshold(np.empty(0), np.empty(0, dtype=bool))
    else:
        held_out, truth = held_out[:, judged], truth[judged]
        loudness, doubt = fit_voices(held_out, truth)
        likely = chances(np.tensordot(loudness, held_out, axes=1), doubt)[:, : len(names)]
        least = threshold(likely.max(axis=1), likely.argmax(axis=1) == truth)
    weights, bias = _summed(voices, loudness)
    return TextModel(tuple(names), idf, weights, bias, len(texts), doubt, least)


def _alike(text: str) -> str:
    return "".join(letter for letter in text[:READ].casefold() if letter.isalpha())


class _Voice(NamedTuple):
    """A linear classifier: weights (classes x columns) for pieces and for words where it listens to them."""

    pieces: NDArray[np.float32] | None
    words: NDArray[np.float32] | None
    bias: NDArray[np.float32]


def _voices(
    parts: Sequence[Any], truth: NDArray[np.int64], classes: int, seed: int
) -> tuple[_Voice, _Voice, _Voice]:
    pieces, bias = _machine(parts[0], truth, classes, seed)
    words, other = _machine(parts[1], truth, classes, seed)
    return (
        _Voice(pieces, None, bias),
        _Voice(None, words, other),
        _Voice(_bayes(parts[0], truth, classes), _bayes(parts[1], truth, classes), 0 * bias),
    )


def _machine(
    matrix: Any, truth: NDArray[np.int64], classes: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A linear SVM, rare classes counting as much as frequent ones. A class nobody was seen of is against everything."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    known = np.unique(truth)
    weights = np.zeros((classes, matrix.shape[1]), dtype=np.float32)
    bias = np.full(classes, -1.0, dtype=np.float32)
    if len(known) == 1:
        bias[known] = 1.0
        return weights, bias
    classifier = LinearSVC(random_state=seed, tol=1e-3, class_weight="balanced")
    with warnings.catch_warnings():  # a few steps short of the optimum is as good
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(matrix, truth)
    weights[known], bias[known] = per_class(classifier)
    return weights, bias


def _bayes(matrix: Any, truth: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """Complement naive Bayes (Rennie et al. 2003): a feature speaks against a class by its share in all others."""
    from scipy.sparse import csr_matrix

    ones = np.ones(len(truth), dtype=np.float32)
    chosen = csr_matrix((ones, (truth, np.arange(len(truth)))), shape=(classes, len(truth)))
    mass = np.asarray((chosen @ matrix).todense())
    total = mass.sum(axis=0)
    others = total - mass + SMOOTHING
    weights = -np.log(others / others.sum(axis=1, keepdims=True))
    return np.asarray((weights - weights.mean(axis=0)) * (total > 0), dtype=np.float32)


def _margins(voices: Sequence[_Voice], parts: Sequence[Any]) -> NDArray[np.float64]:
    """Voices x texts x classes."""
    found = []
    for voice in voices:
        sums = np.tile(np.asarray(voice.bias, dtype=np.float64), (parts[0].shape[0], 1))
        for part, weights in zip(parts, (voice.pieces, voice.words), strict=True):
            if weights is not None:
                sums += part @ np.ascontiguousarray(weights.T)
        found.append(sums)
    return np.array(found)


def _held_out(
    parts: Sequence[Any], truth: NDArray[np.int64], groups: Sequence[Hashable], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What the voices say of each text when they have seen nothing of its group (voices x texts x classes), and which texts
    are judged that way: those of a class they have seen in another group.
    """
    classes = int(truth.max()) + 1
    margins = np.zeros((len(USUAL), len(truth), classes))
    judged = np.zeros(len(truth), dtype=bool)
    wanted = PARTS_OF_MANY if len(truth) > MANY else PARTS
    count = min(wanted, len(set(groups)) - len(SMALL_TALK))
    if count < 2:
        return margins, judged
    part_of = folds([str(each) for each in truth], groups, count, seed)
    for number in range(count):
        apart = part_of == number
        voices = _voices([part[~apart] for part in parts], truth[~apart], classes, seed)
        margins[:, apart] = _margins(voices, [part[apart] for part in parts])
        judged[apart] = np.isin(truth[apart], truth[~apart])
    return margins, judged


def _summed(
    voices: Sequence[_Voice], loudness: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One model of all voices. Its weights are centred: a weight tells what a feature says for a class against the
    others, and the probabilities stay the same.
    """
    classes, columns = len(voices[0].bias), sum(block.size for block in FEATURES.blocks)
    weights = np.zeros((classes, columns), dtype=np.float32)
    bias = np.zeros(classes, dtype=np.float32)
    for voice, loud in zip(voices, loudness.astype(np.float32), strict=True):
        if voice.pieces is not None:
            weights[:, :PIECES] += loud * voice.pieces
        if voice.words is not None:
            weights[:, PIECES:] += loud * voice.words
        bias += loud * voice.bias
    return weights - weights.mean(axis=0), bias - bias.mean()
