"""Weighted cue profiles: which words in which zone speak for which class, and how sure that makes us."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from ocr.documents import Evidence, Field

_WORD = re.compile(r"[^\W_]+")
_LATE = 0.6
"""What a cue far down in the text is still worth; the start of a letter says what it is about."""
_NOT_FIRST = 0.6
"""What a cue in the middle of the title is worth: „Widerspruch gegen den Bescheid“ is a Widerspruch."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A folded phrase that must (or must not) end at word boundaries, and its weight. ``word`` is its longest word."""

    phrase: str
    word: str
    weight: float
    left: bool
    right: bool


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of text. ``name`` is the zone of the profiles it is matched with; ``text`` is folded, ``raw`` as
    printed; ``start`` is its offset on the page, ``None`` where the text has no place there (a mail's subject).
    ``whole``: the two do not correspond character by character, so the evidence is all of it.
    """

    name: str
    text: str
    raw: str
    page: int | None
    start: int | None
    whole: bool = False
    weight: float = 1.0


@dataclass(frozen=True)
class Profiles:
    """Classes with their cues by zone and the numbers of the decision."""

    classes: Mapping[str, Mapping[str, tuple[Cue, ...]]]
    none: float
    threshold: float
    temperature: float


@dataclass(frozen=True, slots=True)
class Vote:
    """What one cue contributed."""

    weight: float
    zone: Zone
    at: int
    cue: Cue


def _cues(weights: Mapping[str, float]) -> tuple[Cue, ...]:
    return tuple(
        Cue(
            phrase := key.strip("_").lower(),
            max(_WORD.findall(phrase), key=len, default=""),
            float(weight),
            key.startswith("_"),
            key.endswith("_"),
        )
        for key, weight in weights.items()
    )


def _profiles(classes: Mapping[str, Any], numbers: Mapping[str, float]) -> Profiles:
    read = {
        name: {zone: _cues(weights or {}) for zone, weights in zones.items()}
        for name, zones in classes.items()
    }
    return Profiles(
        read, float(numbers["none"]), float(numbers["threshold"]), float(numbers["temperature"])
    )


@lru_cache(maxsize=1)
def seed() -> tuple[Profiles, Profiles]:
    """The profiles of config/seed/kinds.yaml: document kinds, sender kinds. Raises KeyError on a broken file."""
    import yaml

    data = yaml.safe_load((resources.files("config") / "seed" / "kinds.yaml").read_text("utf-8"))
    senders = {key: value for key, value in data["senders"].items() if isinstance(value, dict)}
    return _profiles(data["kinds"], data), _profiles(senders, data["senders"])


def place(cue: Cue, text: str) -> int:
    """Where the cue stands in the folded text, -1 where it does not."""
    at = text.find(cue.phrase)
    while at >= 0:
        end = at + len(cue.phrase)
        if (not cue.left or at == 0 or not text[at - 1].isalnum()) and (
            not cue.right or end >= len(text) or not text[end].isalnum()
        ):
            return at
        at = text.find(cue.phrase, at + 1)
    return -1


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one name, all their text and each of its words once: what is not there needs no closer look."""

    zones: tuple[Zone, ...]
    joined: str
    words: str


def votes(zones: Mapping[str, Zones], profile: Mapping[str, tuple[Cue, ...]]) -> list[Vote]:
    """Each cue's vote from the first zone that holds it."""
    found = []
    for name, cues in profile.items():
        fitting = zones.get(name)
        if fitting is None:
            continue
        for cue in cues:
            if cue.word not in fitting.words or cue.phrase not in fitting.joined:
                continue
            for zone in fitting.zones:
                at = place(cue, zone.text)
                if at >= 0:
                    found.append(Vote(cue.weight * _by_position(zone, at, cue), zone, at, cue))
                    break
    return found


def _by_name(zones: Sequence[Zone]) -> dict[str, Zones]:
    names = dict.fromkeys(zone.name for zone in zones)
    grouped = {}
    for name in names:
        part = tuple(zone for zone in zones if zone.name == name)
        joined = "\n".join(zone.text for zone in part)
        grouped[name] = Zones(part, joined, "\n".join(set(_WORD.findall(joined))))
    return grouped


def _by_position(zone: Zone, at: int, cue: Cue) -> float:
    if zone.name == "title" and cue.weight > 0:
        word = zone.text.rfind(" ", 0, at) + 1  # a compound counts from its beginning
        set_off = zone.text[:word].rstrip()[-1:] in {",", ":", "–", "-", ";"}  # „..., Antrag“
        return zone.weight * (1.0 if word <= 14 or set_off else _NOT_FIRST)
    if zone.name == "text" and at > max(900, len(zone.text) // 2):
        return zone.weight * _LATE
    return zone.weight


def decide(
    zones: Sequence[Zone],
    profiles: Profiles,
    bonus: Mapping[str, float] | None = None,
    rule: str = "kind",
) -> Field:
    """The likeliest class with its evidence. The value is ``None`` where no class is likelier than the threshold.

    ``bonus``: points per class from other knowledge. Confidence: softmax over the classes with points and „none of them“.
    """
    grouped = _by_name(zones)
    cast = {name: votes(grouped, profile) for name, profile in profiles.classes.items()}
    points = {
        name: sum(vote.weight for vote in found) + (bonus or {}).get(name, 0.0)
        for name, found in cast.items()
    }
    top = max([*points.values(), profiles.none])

    def share(value: float) -> float:  # a class without any point takes no share
        if value <= 0:
            return 0.0
        return math.exp((value - top) / profiles.temperature) - math.exp(
            -top / profiles.temperature
        )

    total = sum(map(share, points.values())) + share(profiles.none)
    ranking = sorted(
        ((name, share(value) / total) for name, value in points.items()), key=lambda pair: -pair[1]
    )
    best, sure = ranking[0]
    abstains = sure < profiles.threshold or points[best] <= profiles.none
    evidence = tuple(
        _evidence(vote, rule) for vote in sorted(cast[best], key=lambda v: -abs(v.weight))[:6]
    )
    others = ranking if abstains else ranking[1:]
    return Field(
        value=None if abstains else best,
        confidence=round(sure, 3),
        evidence=evidence,
        alternatives=tuple((name, round(part, 3)) for name, part in others[:4] if part >= 0.01),
    )


def _evidence(vote: Vote, rule: str) -> Evidence:
    zone = vote.zone
    low, high = (0, len(zone.raw)) if zone.whole else (vote.at, vote.at + len(vote.cue.phrase))
    start = None if zone.start is None else zone.start + low
    end = None if zone.start is None else zone.start + high
    weight = round(max(-1.0, min(1.0, vote.weight / 8)), 3)
    return Evidence(zone.page, start, end, zone.raw[low:high], f"{rule}.{zone.name}", weight)
