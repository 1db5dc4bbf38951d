"""Which cases a keyword rule would answer: by the very test routing uses, inflection and compounds included. Pure."""

from collections.abc import Sequence

from storage.fulltext.words import fold, stem
from workflows.kiss.evaluation.replay import RuleChange
from workflows.kiss.evaluation.ways import Way
from workflows.kiss.routing.keywords import ALIKE, answers


class Vocabulary:
    """The words of some cases, prepared once for many keywords."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self._ways = ways
        self._places: dict[str, list[int]] = {}
        for place, way in enumerate(ways):
            for word in way.words:
                self._places.setdefault(word, []).append(place)
        self._folded = {word: fold(word) for word in self._places}
        self._found: dict[str, frozenset[int]] = {}

    def fitting(self, change: RuleChange) -> list[Way]:
        """The cases the change is about, in their own order: as ``RuleChange.fits`` says, found faster."""
        if change.word is None:
            return [way for way in self._ways if change.fits(way)]
        found = (self._ways[place] for place in sorted(self._with(change.word)))
        return [way for way in found if change.topic is None or way.topic == change.topic]

    def _with(self, keyword: str) -> frozenset[int]:
        if keyword not in self._found:
            begins = stem(fold(keyword))[:ALIKE]
            self._found[keyword] = frozenset(
                place
                for word, folded in self._folded.items()
                if begins in folded and answers(word, keyword)
                for place in self._places[word]
            )
        return self._found[keyword]
