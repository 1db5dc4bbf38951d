"""Rules of responsibility as dated data: what each asks for, and which ones answer a message. Pure.

All conditions that are given must hold; of several offices, topics, places, file numbers or words one suffices. A
rule that asks for nothing answers nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.kiss.routing.keywords import Words

_METRES_PER_DEGREE = 111_195.0  # of latitude; mean radius of the earth 6,371 km


@dataclass(frozen=True, slots=True)
class Circle:
    """A place and ``metres`` around it; coordinates in degrees (WGS 84)."""

    latitude: float
    longitude: float
    metres: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Flat geometry: within a city its error is below a metre per kilometre."""
        north = (latitude - self.latitude) * _METRES_PER_DEGREE
        east = (longitude - self.longitude) * _METRES_PER_DEGREE
        east *= math.cos(math.radians(self.latitude))
        return math.hypot(north, east) <= self.metres


@dataclass(frozen=True, slots=True)
class Message:
    """What rules look at. ``addressed``: key of the office it is written to; ``topic``: key of the topic that was chosen
    in a form; ``districts``: names of the parts of the city it speaks of; ``file_numbers``: Aktenzeichen it quotes.
    """

    text: str
    subject: str = ""
    addressed: str | None = None
    topic: str | None = None
    districts: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    file_numbers: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """Subject and text."""
        return f"{self.subject}\n{self.text}" if self.subject else self.text


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a rule asks for. ``place``: a district's name; ``words``: one suffices; ``all_words``: each is needed."""

    addressed: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    circle: Circle | None = None
    file_number: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    all_words: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Conditions":
        """As rules are stored; a single text counts as a list of one. Raises ``ValueError`` for what it doesn't know."""
        unknown = set(stored) - {*_LISTS, "circle"}
        if unknown:
            raise ValueError(f"Unbekannte Bedingung: {', '.join(sorted(unknown))}.")
        lists = {name: _texts(stored.get(name)) for name in _LISTS}
        circle = stored.get("circle")
        return cls(circle=Circle(**circle) if circle else None, **lists)

    def as_json(self) -> dict[str, Any]:
        """Only what is asked for."""
        stored: dict[str, Any] = {
            name: list(values) for name in _LISTS if (values := getattr(self, name))
        }
        if self.circle:
            stored["circle"] = {
                "latitude": self.circle.latitude,
                "longitude": self.circle.longitude,
                "metres": self.circle.metres,
            }
        return stored

    @property
    def specificity(self) -> int:
        """How much it asks for: kinds of conditions, each further word that is needed, and a place drawn by hand."""
        kinds = sum(bool(getattr(self, name)) for name in (*_LISTS, "circle"))
        return 10 * kinds + 2 * max(0, len(self.all_words) - 1) + bool(self.circle)


_LISTS = ("addressed", "topic", "place", "file_number", "words", "all_words")


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value or ()
    return tuple(str(each).strip() for each in values if str(each).strip())


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule. ``owner``: the office that answers for it; valid from ``valid_from`` until the day before ``valid_to``;
    the lower ``position``, the earlier it is asked.
    """

    id: str
    title: str
    owner: str
    valid_from: date
    valid_to: date | None
    position: int
    conditions: Conditions
    group: str
    topic: str | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def rank(self) -> tuple[int, int, str]:
        """Position first, then the one that asks for more, then by id, so that the order is always the same."""
        return (self.position, -self.conditions.specificity, self.id)


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition that holds, and by what: ``kind`` is the condition's name, ``value`` what was found in the message."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that answers the message, and why."""

    rule: RuleView
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule of which exactly one condition does not hold, and at least one does."""

    rule: RuleView
    missing: str
    reasons: tuple[Reason, ...] = field(default=())


def matching(
    message: Message, rules: Sequence[RuleView], day: date
) -> tuple[list[Match], list[NearMiss]]:
    """Rules of the day that answer, and those that miss by one condition, each in the order they are asked."""
    words = Words(message.written)
    matches, misses = [], []
    for rule in sorted((each for each in rules if each.holds_on(day)), key=lambda each: each.rank):
        held, missing = _looked_at(rule.conditions, message, words)
        if held and not missing:
            matches.append(Match(rule, tuple(held)))
        elif held and len(missing) == 1:
            misses.append(NearMiss(rule, missing[0], tuple(held)))
    return matches, misses


def _looked_at(asked: Conditions, message: Message, words: Words) -> tuple[list[Reason], list[str]]:
    """Reasons of the conditions that hold, and names of those that don't."""
    held: list[Reason] = []
    missing: list[str] = []

    def note(kind: str, values: Sequence[str]) -> None:
        if values:
            held.extend(Reason(kind, value) for value in values)
        else:
            missing.append(kind)

    if asked.addressed:
        note("addressed", [key for key in asked.addressed if key == message.addressed])
    if asked.topic:
        note("topic", [key for key in asked.topic if key == message.topic])
    if asked.place:
        named = {name.casefold(): name for name in message.districts}
        note("place", [named[p.casefold()] for p in asked.place if p.casefold() in named])
    if asked.circle:
        note("circle", ["im Umkreis"] if _inside(asked.circle, message) else [])
    if asked.file_number:
        note("file_number", _numbers(asked.file_number, message.file_numbers))
    if asked.words:
        note("words", [found.word for found in words.find_any(asked.words)])
    if asked.all_words:
        found = words.find_any(asked.all_words)
        note("all_words", [f.word for f in found] if len(found) == len(asked.all_words) else [])
    return held, missing


def _inside(circle: Circle, message: Message) -> bool:
    if message.latitude is None or message.longitude is None:
        return False
    return circle.holds(message.latitude, message.longitude)


def _numbers(prefixes: Sequence[str], numbers: Sequence[str]) -> list[str]:
    """File numbers that begin with a prefix, blanks and case aside; „A1“ is no beginning of „A10“."""
    found = []
    for number in numbers:
        plain = "".join(number.split()).casefold()
        for prefix in prefixes:
            start = "".join(prefix.split()).casefold()
            rest = plain.removeprefix(start)
            cut = not rest or not (rest[0].isdigit() and start[-1:].isdigit())
            if start and plain.startswith(start) and cut:
                found.append(number)
                break
    return found
