"""What a decision is made from: rules, groups, topics and what the text model says. The database side fills it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from workflows.kiss.routing.rules import RuleView
from workflows.kiss.routing.understanding import Gazetteer


@dataclass(frozen=True, slots=True)
class GroupView:
    """Who answers. ``office``: key of its office; ``general``: the one of all its people; open from ``valid_from`` until
    the day before ``valid_to``.
    """

    id: str
    name: str
    office: str
    office_name: str
    general: bool = False
    valid_from: date = date.min
    valid_to: date | None = None

    def is_open(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class TopicView:
    """What Anliegen are about, and the group that answers them."""

    id: str
    key: str
    title: str
    group: str
    valid_from: date = date.min
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Guess:
    """A label the text model thinks of; ``evidence`` are words of the text."""

    label: str
    probability: float
    evidence: tuple[str, ...] = ()


class Voice(Protocol):
    """The text model as decisions hear it: labels are ids of topics or of groups."""

    @property
    def threshold(self) -> float:
        """Below this probability the model keeps silent."""
        ...

    def guesses(self, texts: Sequence[str], *, evidence: bool) -> list[list[Guess]]:
        """For each text all labels, the likeliest first; ``evidence``: the first ones say by which words."""
        ...


@dataclass(frozen=True, slots=True)
class Thresholds:
    """``least``: a probability the house demands beyond the model's own threshold; ``topic``: share of its group's
    probability that a topic needs to be named.
    """

    least: float = 0.0
    topic: float = 0.5


@dataclass(frozen=True)
class RoutingBook:
    """All that routing knows on one day. ``coordination``: the group that gets what nobody is found for; ``gazetteer``:
    names of offices and places, by default those of the demo city.
    """

    groups: Mapping[str, GroupView]
    rules: Sequence[RuleView] = ()
    topics: Mapping[str, TopicView] = field(default_factory=dict)
    voice: Voice | None = None
    coordination: str | None = None
    thresholds: Thresholds = Thresholds()
    gazetteer: Gazetteer | None = None

    @property
    def offices(self) -> Mapping[str, str]:
        """Names of the offices by key."""
        return {group.office: group.office_name for group in self.groups.values()}

    def open_group(self, group: str | None, day: date) -> GroupView | None:
        found = self.groups.get(group) if group is not None else None
        return found if found and found.is_open(day) else None

    def target(self, label: str, day: date) -> tuple[str, TopicView | None] | None:
        """Group and topic a label stands for, ``None`` where it stands for nothing (any more)."""
        topic = self.topics.get(label)
        if topic is not None:
            return (topic.group, topic) if topic.holds_on(day) else None
        return (label, None) if label in self.groups else None
