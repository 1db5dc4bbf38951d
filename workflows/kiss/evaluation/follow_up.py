"""Whether a change kept what it promised: the same kind of cases before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.kiss.evaluation.measures import ANLIEGEN, Figures, States, measure
from workflows.kiss.evaluation.replay import RuleChange
from workflows.kiss.evaluation.shielding import LEAST
from workflows.kiss.evaluation.ways import Way
from workflows.kiss.evaluation.wording import number


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Figures of the cases the change is about; ``None`` on a side with fewer than five."""

    before: Figures | None
    after: Figures | None

    @property
    def hand_overs_per_case(self) -> tuple[float, float] | None:
        """Before and after; ``None`` until there are enough cases on both sides."""
        if self.before is None or self.after is None:
            return None
        return (
            self.before.hand_overs / self.before.cases,
            self.after.hand_overs / self.after.cases,
        )


def follow_up(
    before: Sequence[Way],
    after: Sequence[Way],
    change: RuleChange,
    states: States = ANLIEGEN,
) -> FollowUp:
    """Compare the cases that fit the change; the periods are the caller's."""
    sides = [[way for way in ways if change.fits(way)] for ways in (before, after)]
    one, other = (measure(side, states) if len(side) >= LEAST else None for side in sides)
    return FollowUp(one, other)


def told(result: FollowUp) -> str:
    """The comparison in a sentence."""
    rates = result.hand_overs_per_case
    if rates is None:
        return f"Für einen Vergleich braucht es vorher und nachher mindestens {LEAST} Anliegen."
    assert result.before is not None
    assert result.after is not None
    before, after = rates
    change = "weniger" if after < before else "mehr" if after > before else "gleich viele"
    return (
        f"Je 100 Anliegen gab es vorher {number(round(100 * before))} und nachher {number(round(100 * after))} Weitergaben "
        f"({change}); die Dauer lag im Median vorher bei {number(result.before.median_days)} und nachher bei "
        f"{number(result.after.median_days)} Tagen."
    )
