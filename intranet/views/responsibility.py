"""What the page of responsibilities shows: groups, topics and rules in words, and what a trial came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intranet import words
from storage.clock import local_date
from storage.organisation.queries import offices, people
from storage.organisation.tables import Office
from workflows.kiss.anliegen.groups import groups, names_by_group
from workflows.kiss.anliegen.states import KIND_NAMES, Kind
from workflows.kiss.anliegen.tables import Group, Topic
from workflows.kiss.anliegen.topics import topics
from workflows.kiss.routing.rule_keeping import history, rules, to_come
from workflows.kiss.routing.tables import RoutingRule

CONDITION_NAMES = {
    "addressed": "gerichtet an",
    "topic": "Thema",
    "place": "Ort",
    "circle": "Umkreis",
    "file_number": "Aktenzeichen beginnt mit",
    "words": "eines der Wörter",
    "all_words": "alle Wörter",
}


@dataclass(frozen=True, slots=True)
class GroupLine:
    row: Group
    office: str
    people: Sequence[str]
    members: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class TopicLine:
    row: Topic
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in words; ``until``: it ended."""

    row: RoutingRule
    conditions: str
    group: str
    topic: str
    owner: str
    since: str
    until: str

    @property
    def to(self) -> str:
        """Where it leads: „Tiefbau, Schlaglöcher“."""
        return f"{self.group}, {self.topic}" if self.topic else self.group


@dataclass(frozen=True, slots=True)
class Book:
    """All that is there, and all that can be chosen: groups of a closed office are there and can't be chosen."""

    groups: Sequence[GroupLine]
    topics: Sequence[TopicLine]
    rules: Sequence[RuleLine]
    """Those that count, then those that will."""
    ended: Sequence[RuleLine]
    group_names: dict[UUID, str]
    topic_names: dict[UUID, str]
    topic_keys: dict[str, str]
    office_names: dict[UUID, str]
    office_keys: dict[str, str]
    people: dict[UUID, str]


def load(session: Session, now: datetime) -> Book:
    """The book of the day, and the rules that ended."""
    day = local_date(now)
    all_groups, belonging = groups(session, day), names_by_group(session, day)
    names = {row.id: row.name for row in session.scalars(select(Group))}
    shown = {row.id: row.short for row in session.scalars(select(Office))}
    known = topics(session, now)
    titles = {row.id: row.title for row in session.scalars(select(Topic))}
    today = offices(session, day)
    keys = {row.key: row.short for row in today}
    office_names = {row.id: row.short for row in today}
    topic_keys = {row.key: row.title for row in known}
    return Book(
        [_group(row, shown, belonging.get(row.id, {})) for row in all_groups],
        [TopicLine(row, names[row.group_id], KIND_NAMES[Kind(row.kind)]) for row in known],
        [
            _rule(row, names, titles, shown, {**keys, **topic_keys})
            for row in (*rules(session, day), *to_come(session, day))
        ],
        [_rule(row, names, titles, shown, {**keys, **topic_keys}) for row in history(session, day)],
        {row.id: row.name for row in all_groups if row.office_id in office_names},
        {row.id: row.title for row in known},
        topic_keys,
        office_names,
        keys,
        {person.id: person.name for person, _ in people(session, day)},
    )


def _group(row: Group, shown: Mapping[UUID, str], people: Mapping[UUID, str]) -> GroupLine:
    return GroupLine(row, shown[row.office_id], list(people.values()), frozenset(people))


def _rule(
    row: RoutingRule,
    names: Mapping[UUID, str],
    titles: Mapping[UUID, str],
    shown: Mapping[UUID, str],
    keys: Mapping[str, str],
) -> RuleLine:
    return RuleLine(
        row, in_words(row.conditions, keys), names[row.group_id],
        titles[row.topic_id] if row.topic_id else "", shown[row.owner_id],
        words.day(row.valid_from), words.day(row.valid_to) if row.valid_to else "",
    )  # fmt: skip


def in_words(conditions: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    """„eines der Wörter: Ast, Baum; Ort: Flößerpark“."""
    parts = []
    for name, values in conditions.items():
        if name == "circle":
            parts.append(f"im Umkreis von {values['metres']:.0f} m")
        else:
            shown = ", ".join(keys.get(value, value) for value in values)
            parts.append(f"{CONDITION_NAMES[name]}: {shown}")
    return "; ".join(parts)
