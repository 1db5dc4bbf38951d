"""The stored text model as a voice in decisions."""

from collections.abc import Sequence

from workflows.kiss.routing.book import Guess
from workflows.kiss.routing.text_model import TextModel

SHOWN = 3
LEAST = 0.02
"""Less likely labels need no evidence."""
_OF_BEST = 0.25
"""A word is shown if it says at least so much as the best one."""


class ModelVoice:
    """Guesses of a text model, with the words that speak for the first three."""

    def __init__(self, model: TextModel) -> None:
        self._model = model

    @property
    def threshold(self) -> float:
        return self._model.threshold

    def guesses(self, texts: Sequence[str], *, evidence: bool) -> list[list[Guess]]:
        return [
            self._ranked(
                text, dict(zip(self._model.labels, map(float, row), strict=True)), evidence
            )
            for text, row in zip(texts, self._model.probabilities(texts), strict=True)
        ]

    def _ranked(self, text: str, chances: dict[str, float], evidence: bool) -> list[Guess]:
        best = sorted(chances, key=lambda label: (-chances[label], label))
        shown = [label for label in best[:SHOWN] if evidence and chances[label] >= LEAST]
        words = self._model.words_for(text, shown) if shown else []
        said = {label: _telling(each) for label, each in zip(shown, words, strict=True)}
        return [Guess(label, chances[label], said.get(label, ())) for label in best]


def _telling(words: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    return tuple(word for word, share in words if share >= _OF_BEST * words[0][1])
