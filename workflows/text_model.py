"""Linear text models over hashed features, with evidence. No database, no pickles, no words in what is stored.

What a room's own model adds is how it counts (``Features``), how it is trained, and how margins become probabilities.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

Counts = Callable[[Sequence[str]], Any]
"""Texts to a sparse matrix (``scipy.sparse.csr_matrix``, float32) of how often each hashed feature occurs."""


@dataclass(frozen=True, slots=True)
class Block:
    """One kind of features in ``size`` columns."""

    size: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Features:
    """TF-IDF with damped counts; each block has length 1 for itself.

    ``read``: characters of a text that count; ``words``: the words of a text that may be shown as evidence.
    """

    read: int
    blocks: tuple[Block, ...]
    words: Callable[[str], list[str]]

    def counts(self, texts: Sequence[str]) -> list[Any]:
        """One matrix of counts per block, damped."""
        matrices = []
        for block in self.blocks:
            counts = block.counts([text[: self.read] for text in texts])
            counts.data = 1.0 + np.log(counts.data)
            matrices.append(counts)
        return matrices

    def rarity(self, counts: Sequence[Any]) -> NDArray[np.float32]:
        """Inverse document frequency of all columns."""
        texts = counts[0].shape[0]
        holding = np.hstack([np.asarray((each > 0).sum(axis=0)).ravel() for each in counts])
        return np.asarray(np.log((1 + texts) / (1 + holding)) + 1, dtype=np.float32)

    def scaled(self, counts: Sequence[Any], idf: NDArray[np.float32]) -> list[Any]:
        """Each block weighted by rarity and brought to length 1."""
        from sklearn.preprocessing import normalize

        parts, at = [], 0
        for block, each in zip(self.blocks, counts, strict=True):
            weighted = each.copy()
            weighted.data *= idf[at : at + block.size][weighted.indices]
            parts.append(normalize(weighted, copy=False))
            at += block.size
        return parts


@dataclass(frozen=True)
class LinearModel:
    """``weights`` (classes x features) and ``bias`` (classes); ``examples``: how many it was trained on."""

    features: ClassVar[Features]

    labels: tuple[str, ...]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    examples: int

    def margins(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """One row per text, one column per label; the higher, the more likely."""
        if not texts:
            return np.empty((0, len(self.bias)))
        parts, at = [], 0
        for part in self.features.scaled(self.features.counts(texts), self.idf):
            parts.append(part @ self._columns[at : at + part.shape[1]])
            at += part.shape[1]
        return np.asarray(sum(parts[1:], start=parts[0]) + self.bias, dtype=np.float64)

    @cached_property
    def _columns(self) -> NDArray[np.float32]:
        """Weights as (features x classes), as products with sparse rows want them."""
        return np.ascontiguousarray(self.weights.T)

    def words(self, text: str, label: str, limit: int = 4) -> list[tuple[str, float]]:
        """The words of the text that speak most for the label, with their shares."""
        return self.words_for(text, [label], limit)[0]

    def words_for(
        self, text: str, labels: Sequence[str], limit: int = 4
    ) -> list[list[tuple[str, float]]]:
        """For each label the words that speak most for it."""
        unique = sorted(set(self.features.words(text[: self.features.read])))
        if not unique:
            return [[] for _ in labels]
        rows = [self.labels.index(label) for label in labels]
        gains, at = np.zeros((len(unique), len(rows))), 0
        for block in self.features.blocks:
            span = slice(at, at + block.size)
            each = block.counts(unique)
            each.data *= self.idf[span][each.indices]
            length = float(np.sqrt(np.square(each.sum(axis=0)).sum())) or 1.0
            gains += (each @ self._columns[span][:, rows]) / length
            at += block.size
        return [_most(unique, gains[:, each], limit) for each in range(len(rows))]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is stored, by name."""
        return {
            "labels": np.array(self.labels),
            "idf": self.idf.astype(np.float16),
            "bias": self.bias,
            "weights": np.where(np.abs(self.weights) < 1e-3, 0, self.weights).astype(np.float16),
            "examples": np.array(self.examples),
        }

    def to_bytes(self) -> bytes:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **self.arrays())
        return buffer.getvalue()

    @classmethod
    def from_arrays(cls, stored: Any) -> Self:
        return cls(
            tuple(str(label) for label in stored["labels"]),
            stored["idf"].astype(np.float32),
            stored["weights"].astype(np.float32),
            stored["bias"],
            int(stored["examples"]),
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return cls.from_arrays(stored)


def _most(words: Sequence[str], gains: NDArray[np.float64], limit: int) -> list[tuple[str, float]]:
    order = np.argsort(-gains)[:limit]
    total = float(np.maximum(gains, 0).sum()) or 1.0
    return [(words[i], float(gains[i]) / total) for i in order if gains[i] > 0]


def per_class(classifier: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights and bias of a fitted linear classifier, one row per class also where there are two."""
    weights, bias = classifier.coef_, classifier.intercept_
    if len(classifier.classes_) == 2:  # scikit-learn keeps one row for two classes
        weights, bias = np.vstack([-weights, weights]), np.hstack([-bias, bias])
    return weights.astype(np.float32), bias.astype(np.float32)
