"""What a changed rule would have done to cases that are over. A cautious reckoning, not a promise.

A case starts at the rule's group at once. If it came there anyway, the way before is saved, and all after it stays as
it was. If the group answered the very same message elsewhere, it would have answered this one too. Otherwise nothing
speaks for the group: the case goes from there where it really began, one hand-over more.

Of our own Anliegen it is known where the whole rule book would send them, with the change and without (``by_book``): then
only those count that go another way, and what today's rules spare anyway is no merit of the change.
"""

from collections.abc import Callable, Iterable, Mapping
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


Moves = Mapping[str, tuple[str, str]]
"""Cases that a changed rule book sends another way: the group today's sends them to, and the other one."""
Moving = Callable[[RuleChange], Moves]


def replay(ways: Iterable[Way], change: RuleChange) -> Effect:
    """The sum over all cases that fit the change."""
    return reckon((way for way in ways if change.fits(way)), change)


def reckon(ways: Iterable[Way], change: RuleChange) -> Effect:
    """The sum over cases that are known to fit the change."""
    return _sum(_saved(way, change.group) for way in ways)


def reckon_moves(ways: Iterable[Way], moves: Moves) -> Effect:
    """The sum over those of the cases that are moved."""
    return _sum(
        _compared(_saved(way, moves[way.case][0]), _saved(way, moves[way.case][1]))
        for way in ways
        if way.case in moves
    )


def _saved(way: Way, group: str) -> Effect:
    """What beginning at the group saves of the way as it was."""
    stations = arrivals(way)
    place = next((k for k, (each, _) in enumerate(stations) if each == group), None)
    if place is not None:
        return Effect(1, int(place > 0), place, stations[place][1])
    if group in way.answered_by:
        return Effect(1, 1, len(stations) - 1, 0.0, 1)
    return Effect(1, 0, -1, 0.0, 0, 1)


def _compared(today: Effect, then: Effect) -> Effect:
    """What is saved beyond today's rules; where these are worse than what was, it is compared with what was."""
    spared = max(0, today.hand_overs_saved)
    saved = then.hand_overs_saved - spared
    answers = then.answers_saved - today.answers_saved
    sooner = max(0.0, then.days - today.days) if saved > 0 else 0.0
    return Effect(1, int(saved + answers > 0), saved, sooner, answers, int(saved + answers < 0))


def _sum(effects: Iterable[Effect]) -> Effect:
    total = Effect()
    for each in effects:
        total = Effect(
            total.cases + each.cases,
            total.helped + each.helped,
            total.hand_overs_saved + each.hand_overs_saved,
            total.days + each.days,
            total.answers_saved + each.answers_saved,
            total.made_worse + each.made_worse,
        )
    return total
