"""An evaluation of a period as plain data: what a page shows, and what the files for Word and Excel hold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Townhall:
    """What the keys in ways mean: names of groups, topics, offices and states; each group's office; how many people it has.

    Of an imported log nobody knows the people (``None``): then five cases alone must do.
    """

    names: Mapping[str, str]
    offices: Mapping[str, str]
    people: Mapping[str, int] | None = None


def evaluate(
    title: str,
    begins: date,
    ends: date,
    ways: Sequence[Way],
    hall: Townhall,
    states: States = ANLIEGEN,
) -> EvaluationReport:
    """The report on these cases: by office and topic, in groups of at least five."""

    def name(key: str) -> str:
        return hall.names.get(key, key)

    if len(ways) < LEAST:
        nothing = Matrix((), ())
        return EvaluationReport(title, begins, ends, None, {}, {}, {}, {}, nothing, [], [])
    drawn = _drawn(ways, hall)

    def measured(
        parts: Mapping[str, Sequence[Way]],
        heads: Mapping[str, int] | None = None,
        called: Callable[[str], str] = name,
    ) -> dict[str, Figures]:
        return {called(key): measure(part, states) for key, part in shielded(parts, heads).items()}

    return EvaluationReport(
        title,
        begins,
        ends,
        measure(ways, states),
        measured(by_topic(ways)),
        measured(by_office(ways, hall.offices), _people_of_offices(hall)),
        measured(by_class(ways), None, lambda key: CLASSES[key][0] if key in CLASSES else key),
        {name(state): days for state, days in time_in_state(ways, LEAST).items()},
        matrix(ways, drawn),
        ribbons(ways, drawn),
        _told(ways, hall),
    )


def _people_of_offices(hall: Townhall) -> dict[str, int] | None:
    if hall.people is None:
        return None
    people: dict[str, int] = {}
    for group, office in hall.offices.items():
        people[office] = people.get(office, 0) + hall.people.get(group, 0)
    return people


def _drawn(ways: Sequence[Way], hall: Townhall) -> dict[str, str]:
    """What each group is called in the pictures."""
    groups = {step.group for way in ways for step in way.steps}
    if hall.people is None:
        return {group: hall.names.get(group, group) for group in groups}
    joined = joined_groups({group: hall.people.get(group, 0) for group in groups})
    return {group: hall.names.get(shown, shown) for group, shown in joined.items()}


def _told(ways: Sequence[Way], hall: Townhall) -> list[Told]:
    names = hall.names
    small = {group for group, people in (hall.people or {}).items() if people < LEAST}
    return [
        Told(
            told(found.pattern, names),
            proposed(found.proposal, names) if found.proposal else WITHOUT_PROPOSAL,
        )
        for found in findings(ways, small=small)
    ]
