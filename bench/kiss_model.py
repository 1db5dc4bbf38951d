"""KISS's text model beside plain TF-IDF with a linear SVM, on messages the project made itself, parts split by template."""

import math
import time
from collections.abc import Callable, Sequence

from bench.figures import Figure
from bench.messages.writing import SETS, Written, messages, themes
from workflows.kiss.routing.evaluating import Evaluation, evaluate
from workflows.kiss.routing.labelled import Labelled
from workflows.kiss.routing.text_model import TextModel, train

REPEATS = 5
SMALL = 300
"""Messages per set, about what an office has labelled in a quarter."""
MANY = 2_200
NAMES = {
    "reports": "Meldungen von Bürgern",
    "letters": "Schreiben an Ämter",
    "internal": "Anfragen im Haus",
}


def labelled(written: Sequence[Written]) -> Labelled:
    return Labelled(
        tuple(each.text for each in written),
        tuple(each.label for each in written),
        tuple(each.template for each in written),
    )


def of_size(name: str, seed: int, size: int) -> list[Written]:
    """About so many messages of a set, the same number from each template."""
    templates = sum(len(theme.templates) for theme in themes(name).values())
    return messages(name, seed, math.ceil(size / templates))


def measure() -> list[Figure]:
    repeated = {
        name: [evaluate(labelled(of_size(name, 1, SMALL)), 5, seed) for seed in range(REPEATS)]
        for name in SETS
    }
    figures = [_beside(NAMES[name], runs) for name, runs in repeated.items()]
    ours = _mean([run.top1 for runs in repeated.values() for run in runs])
    plain = _mean([run.baseline_top1 for runs in repeated.values() for run in runs])
    figures.append(
        Figure(
            "Textmodell für Anliegen: richtig an erster Stelle, im Mittel", 100 * ours, "%",
            100 * plain, "TF-IDF mit linearer SVM", "über dem Bezugswert", ours > plain,
        )
    )  # fmt: skip
    many = evaluate(labelled(of_size("reports", 2, MANY)), 5, 0)
    figures.append(
        Figure(
            f"Textmodell für Anliegen: Abweichung der Wahrscheinlichkeiten (ECE), {many.n} Nachrichten",
            many.ece, "", None, "", "höchstens 0,05", many.ece <= 0.05,
        )
    )  # fmt: skip
    return [*figures, _speed()]


def _beside(name: str, runs: Sequence[Evaluation]) -> Figure:
    ours, plain = _mean([run.top1 for run in runs]), _mean([run.baseline_top1 for run in runs])
    error = math.sqrt(plain * (1 - plain) / runs[0].n)
    return Figure(
        f"Textmodell für Anliegen: {name} ({runs[0].n}), richtig an erster Stelle", 100 * ours, "%",
        100 * plain, "TF-IDF mit linearer SVM", "höchstens einen Standardfehler darunter",
        ours >= plain - error,
    )  # fmt: skip


def _speed() -> Figure:
    """Messages per second of CPU time, one by one as they come in, features included."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    known = of_size("letters", 3, SMALL)
    model = train([each.text for each in known], [each.label for each in known])
    assert isinstance(model, TextModel)
    plain = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LinearSVC())
    plain.fit([each.text for each in known], [each.label for each in known])
    coming = [each.text for each in of_size("letters", 4, SMALL)]
    ours = _per_second(model.probabilities, coming)
    theirs = _per_second(plain.decision_function, coming)
    return Figure(
        "Textmodell für Anliegen: einzelne Nachrichten", ours, "je Sekunde", theirs,
        "TF-IDF mit linearer SVM", "mindestens 300 je Sekunde", ours >= 300,
    )  # fmt: skip


def _per_second(judge: Callable[[list[str]], object], texts: Sequence[str]) -> float:
    judge([texts[0]])
    begin = time.process_time()
    for text in texts:
        judge([text])
    return len(texts) / (time.process_time() - begin)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
