"""An evaluation of a period as plain data: what a page shows, and what the files for Word and Excel hold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workflows.kiss.evaluation.flows import Matrix, Ribbon, matrix, ribbons
from workflows.kiss.evaluation.measures import (
    ANLIEGEN,
    Figures,
    States,
    by_class,
    by_office,
    by_topic,
    measure,
    time_in_state,
)
from workflows.kiss.evaluation.proposals import WITHOUT_PROPOSAL, findings, proposed, told
from workflows.kiss.evaluation.replay import Moving
from workflows.kiss.evaluation.shielding import LEAST, joined_groups, shielded
from workflows.kiss.evaluation.ways import Way
from workflows.kiss.evaluation.wording import CLASSES


@dataclass(frozen=True, slots=True)
class Told:
    """A pattern and what is proposed for it, in sentences."""

    pattern: str
    proposal: str


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Everything by its German name; what is too small to be shown is not in it (``shielding``)."""

    title: str
    begins: date
    ends: date
    """The last day."""
    whole: Figures | None
    """``None`` if there are fewer than five cases; then nothing else is told either."""
    topics: Mapping[str, Figures]
    offices: Mapping[str, Figures]
    classes: Mapping[str, Figures]
    states: Mapping[str, float]
    """Median days in each state."""
    matrix: Matrix
    ribbons: Sequence[Ribbon]
    patterns: Sequence[Told]
    left_out: int = 0
    """So many earlier cases of the period were not looked at, because there are too many."""

    def without(self, cases: int) -> "EvaluationReport":
        """The same, saying how many cases it leaves out."""
        return replace(self, left_out=cases)


@dataclass(frozen=True, slots=True)
class Townhall:
    """What the keys in ways mean: names of groups, topics, offices and states; each group's office; who belongs to it.

    People are opaque ids, so that who is in two groups of an office is counted once; they are shown nowhere.

    Of an imported log nobody knows the people (``None``): then five cases alone must do.
    """

    names: Mapping[str, str]
    offices: Mapping[str, str]
    people: Mapping[str, frozenset[str]] | None = None

    @property
    def small(self) -> frozenset[str]:
        """Groups of fewer than five people: what is said of them would be said of persons."""
        return frozenset(
            group for group, people in (self.people or {}).items() if len(people) < LEAST
        )

    def answering(self, parts: Mapping[str, Sequence[Way]]) -> dict[str, frozenset[str]] | None:
        """For each part the people of all groups that had one of its cases last."""
        if self.people is None:
            return None
        return {
            name: frozenset().union(
                *(self.people.get(way.steps[-1].group, frozenset()) for way in ways)
            )
            for name, ways in parts.items()
        }


def evaluate(
    title: str,
    begins: date,
    ends: date,
    ways: Sequence[Way],
    hall: Townhall,
    states: States = ANLIEGEN,
    moving: Moving | None = None,
) -> EvaluationReport:
    """The report on these cases: by office and topic, in groups of at least five. ``moving``: what the rule book would do."""

    def name(key: str) -> str:
        return hall.names.get(key, key)

    if len(ways) < LEAST:
        nothing = Matrix((), ())
        return EvaluationReport(title, begins, ends, None, {}, {}, {}, {}, nothing, [], [])
    drawn = _drawn(ways, hall)

    def measured(
        parts: Mapping[str, Sequence[Way]],
        called: Callable[[str], str] = name,
    ) -> dict[str, Figures]:
        shown = shielded(parts, hall.answering(parts))
        return {called(key): measure(part, states) for key, part in shown.items()}

    return EvaluationReport(
        title,
        begins,
        ends,
        measure(ways, states),
        measured(by_topic(ways)),
        measured(by_office(ways, hall.offices)),
        measured(by_class(ways), lambda key: CLASSES[key][0] if key in CLASSES else key),
        {name(state): days for state, days in time_in_state(ways, LEAST).items()},
        matrix(ways, drawn),
        ribbons(ways, drawn),
        _told(ways, hall, moving),
    )


def _drawn(ways: Sequence[Way], hall: Townhall) -> dict[str, str]:
    """What each group is called in the pictures."""
    groups = {step.group for way in ways for step in way.steps}
    if hall.people is None:
        return {group: hall.names.get(group, group) for group in groups}
    joined = joined_groups({group: hall.people.get(group, frozenset()) for group in groups})
    return {group: hall.names.get(shown, shown) for group, shown in joined.items()}


def _told(ways: Sequence[Way], hall: Townhall, moving: Moving | None) -> list[Told]:
    names = hall.names
    return [
        Told(
            told(found.pattern, names),
            proposed(found.proposal, names) if found.proposal else WITHOUT_PROPOSAL,
        )
        for found in findings(ways, small=hall.small, moving=moving)
    ]
