"""How good the text model is on labelled texts, beside a plain baseline on the same parts. Pure."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflows.kiss.delimited import TableError
from workflows.kiss.routing.calibration import calibration_error
from workflows.kiss.routing.folds import folds
from workflows.kiss.routing.labelled import Labelled
from workflows.kiss.routing.text_model import train

BINS = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Shares from 0 to 1. ``coverage``: share of texts for which the model does not keep silent."""

    n: int
    classes: int
    top1: float
    top3: float
    macro_f1: float
    ece: float
    coverage: float
    baseline_top1: float
    baseline_top3: float

    def as_json(self) -> dict[str, Any]:
        """As the contract writes it."""
        shares = ("top1", "top3", "macro_f1", "ece", "coverage")
        return {
            "n": self.n,
            "classes": self.classes,
            **{name: round(getattr(self, name), 4) for name in shares},
            "baseline": {
                "top1": round(self.baseline_top1, 4),
                "top3": round(self.baseline_top3, 4),
            },
        }


def evaluate(table: Labelled, parts: int = 5, seed: int = 0) -> Evaluation:
    """Cross-validation: each text is judged by a model that has seen none of its part, nor of its group.

    Raises ``TableError``.
    """
    names = sorted(set(table.labels))
    if len(names) < 2:
        raise TableError(
            f"Alle Zeilen haben dieselbe Zuordnung „{names[0][:60]}“. Es braucht mindestens zwei."
        )
    if parts < 2:
        raise TableError("Bitte geben Sie mit --folds mindestens 2 Teile an.")
    try:
        part_of = folds(table.labels, table.groups, parts, seed)
    except ValueError as error:
        raise TableError(str(error)) from error
    truth = np.array([names.index(label) for label in table.labels], dtype=np.int64)
    ours = np.zeros((len(truth), len(names)))
    plain = np.zeros((len(truth), len(names)))
    decided = np.zeros(len(truth), dtype=bool)
    for part in range(parts):
        apart = np.flatnonzero(part_of == part)
        known = np.flatnonzero(part_of != part)
        ours[apart], decided[apart] = _ours(table, names, known, apart, seed)
        plain[apart] = _baseline(table, names, known, apart, seed)
    guess = ours.argmax(axis=1)
    return Evaluation(
        n=len(truth),
        classes=len(names),
        top1=float((guess == truth).mean()),
        top3=_among(ours, truth, 3),
        macro_f1=_macro_f1(guess, truth, len(names)),
        ece=calibration_error(ours.max(axis=1), guess == truth, BINS),
        coverage=float(decided.mean()),
        baseline_top1=_among(plain, truth, 1),
        baseline_top3=_among(plain, truth, 3),
    )


def _ours(
    table: Labelled,
    names: Sequence[str],
    known: NDArray[np.int64],
    apart: NDArray[np.int64],
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Probabilities (texts x classes), and for which texts the model decides."""
    labels = [table.labels[row] for row in known]
    model = train(
        [table.texts[row] for row in known],
        labels,
        [table.groups[row] for row in known] if table.groups else None,
        seed=seed,
        minimum=2,
    )
    chances = np.zeros((len(apart), len(names)))
    if model is None:  # one class only: it is all there is to say, and nothing to decide by
        chances[:, names.index(labels[0])] = 1.0
        return chances, np.zeros(len(apart), dtype=bool)
    columns = [names.index(label) for label in model.labels]
    chances[:, columns] = model.probabilities([table.texts[row] for row in apart])
    return chances, chances.max(axis=1) >= model.threshold


def _baseline(
    table: Labelled,
    names: Sequence[str],
    known: NDArray[np.int64],
    apart: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float64]:
    """Margins of TF-IDF over word 1-2 grams with a linear SVM, the plain thing to compare with."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    labels = [table.labels[row] for row in known]
    margins = np.full((len(apart), len(names)), -1e9)
    if len(set(labels)) < 2:
        margins[:, names.index(labels[0])] = 0.0
        return margins
    vectorizer = TfidfVectorizer(ngram_range=(1, 2))
    try:
        matrix = vectorizer.fit_transform([table.texts[row] for row in known])
    except ValueError:  # not a single word
        margins[:, names.index(max(sorted(set(labels)), key=labels.count))] = 0.0
        return margins
    classifier = LinearSVC(random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(matrix, labels)
    found = classifier.decision_function(vectorizer.transform([table.texts[row] for row in apart]))
    if found.ndim == 1:
        found = np.column_stack([-found, found])
    margins[:, [names.index(label) for label in classifier.classes_]] = found
    return margins


def _among(scores: NDArray[np.float64], truth: NDArray[np.int64], first: int) -> float:
    """Share of texts whose class is among the ``first`` best; equals stand in the order of their names."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :first]
    return float((best == truth[:, None]).any(axis=1).mean())


def _macro_f1(guess: NDArray[np.int64], truth: NDArray[np.int64], classes: int) -> float:
    """Mean F1 over all classes that occur; one that is never found counts 0."""
    scores = []
    for each in range(classes):
        right = float(np.count_nonzero((guess == each) & (truth == each)))
        named = float(np.count_nonzero(guess == each) + np.count_nonzero(truth == each))
        scores.append(2 * right / named if named else 0.0)
    return float(np.mean(scores))
