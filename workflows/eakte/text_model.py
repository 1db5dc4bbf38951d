"""The e-Akte's text model: hashed word 1-2 grams, one logistic model per place.

TF-IDF with a linear classifier is the strong plain baseline for administrative letters (notes of the field:
.78 top-1 with 140 texts, .90 with 700); hashing keeps the stored model free of words, so that it can be kept
apart from the texts it was trained on.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from workflows.text_model import Block, Features, LinearModel, per_class

SIZE = 1 << 16
READ = 4_000
"""Characters of a text that count: what a letter wants stands in its beginning."""
MINIMUM = 20
"""Below so many examples there is no model; keyword profiles alone do better."""


@lru_cache(maxsize=1)
def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        n_features=SIZE,
        ngram_range=(1, 2),
        alternate_sign=False,
        norm=None,
        lowercase=True,
        token_pattern=r"(?u)\b[^\W\d_]{3,}\b",  # noqa: S106 - a pattern of words, no password
        dtype=np.float32,
    )


def _counts(texts: Sequence[str]) -> Any:
    return _vectorizer().transform(texts)


def _words(text: str) -> list[str]:
    return [word for word in _vectorizer().build_tokenizer()(text.lower()) if len(word) >= 4]


class TextModel(LinearModel):
    """Where a letter belongs; each label's odds were learned apart from the others'."""

    features: ClassVar[Features] = Features(READ, (Block(SIZE, _counts),), _words)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """One row per text, one column per label, each row summing to 1."""
        odds = 1.0 / (1.0 + np.exp(-np.clip(self.margins(texts), -30, 30)))
        return np.asarray(odds / np.maximum(odds.sum(axis=1, keepdims=True), 1e-12))


def train(texts: Sequence[str], labels: Sequence[str], seed: int = 0) -> TextModel | None:
    """A model of these examples, or ``None`` where they are too few (``MINIMUM``, and at least two labels)."""
    if len(texts) < MINIMUM or len(set(labels)) < 2:
        return None
    from sklearn.linear_model import SGDClassifier

    features = TextModel.features
    counts = features.counts(texts)
    idf = features.rarity(counts)
    classifier = SGDClassifier(
        loss="log_loss",
        alpha=2e-5,
        max_iter=40,
        tol=1e-3,
        average=True,
        random_state=seed,
        class_weight="balanced",
    )
    classifier.fit(features.scaled(counts, idf)[0], list(labels))
    weights, bias = per_class(classifier)
    labels_in_order = tuple(str(label) for label in classifier.classes_)
    return TextModel(labels_in_order, idf, weights, bias, len(texts))
