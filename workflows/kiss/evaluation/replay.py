"""What a changed rule would have done to cases that are over. A cautious reckoning, not a promise.

A case starts at the rule's group at once. If it came there anyway, the way before is saved, and all after it stays as
it was. If the group answered the very same message elsewhere, it would have answered this one too. Otherwise nothing
speaks for the group: the case goes from there where it really began, one hand-over more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.kiss.evaluation.ways import Way, arrivals
from workflows.kiss.routing.keywords import answers


@dataclass(frozen=True, slots=True)
class RuleChange:
    """From now on, cases of this topic, or with this word in any topic, go to the group.

    A topic is given to another group, a word becomes a rule: one of both is given. What counts as the word is what
    counts for rules (``routing.keywords``).
    """

    group: str
    topic: str | None = None
    word: str | None = None

    def fits(self, way: Way) -> bool:
        return (self.topic is None or way.topic == self.topic) and (
            self.word is None or any(answers(word, self.word) for word in way.words)
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """``cases`` fit the rule; ``helped`` of them take a shorter way, ``made_worse`` a longer one. ``days``: earlier at the group."""

    cases: int = 0
    helped: int = 0
    hand_overs_saved: int = 0
    days: float = 0.0
    answers_saved: int = 0
    made_worse: int = 0


def replay(ways: Iterable[Way], change: RuleChange) -> Effect:
    """The sum over all cases that fit the change."""
    return reckon((way for way in ways if change.fits(way)), change)


def reckon(ways: Iterable[Way], change: RuleChange) -> Effect:
    """The sum over cases that are known to fit the change."""
    cases = helped = saved = answers = worse = 0
    days = 0.0
    for way in ways:
        cases += 1
        stations = arrivals(way)
        place = next((k for k, (group, _) in enumerate(stations) if group == change.group), None)
        if place is not None:
            saved += place
            days += stations[place][1]
            helped += place > 0
        elif change.group in way.answered_by:
            saved += len(stations) - 1
            answers += 1
            helped += 1
        else:
            saved -= 1
            worse += 1
    return Effect(cases, helped, saved, days, answers, worse)
