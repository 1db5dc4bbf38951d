"""Which Anliegen the demo city had in the last quarter: when, about what, which way they took. Planned here, lived in ``kiss_history``."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from config.seeds import load_city
from storage.clock import local
from workflows.demo.inventions import Inventions
from workflows.demo.phrases import render
from workflows.kiss.anliegen.opening import Caller, Channel

QUARTER = timedelta(days=90)
CASES, TODAY = 246, 16
TWINS = 8
SETTLED = timedelta(days=9)
"""What always goes wrong in the same way is older than that: while it is under way nobody can tell what would help."""
STUCK = 0.2
"""Share of the Anliegen of the weeks before that nobody answers."""
_DETOURS = {
    "spielplatz": (("bauhof",), ("bauhof",), ("bauhof", "gruen", "bauhof")),
    "poller": (("vollzug", "bauhof", "vollzug"),),
}
"""The groups after the first one. What the evaluation has to find: one topic and one word always go to the wrong group first."""


@dataclass(frozen=True, slots=True)
class Case:
    """One of them. ``chosen``: the topic was chosen in the form. ``pace`` stretches all waiting; ``twin``: said by a second person too."""

    number: int
    at: datetime
    theme: str
    topic: str
    title: str
    text: str
    channel: Channel
    chosen: bool
    caller: Caller
    place: str | None
    detour: tuple[str, ...]
    pace: float
    asks: bool
    waits: bool
    shares: bool
    reopened: bool
    points: int
    stuck: bool
    twin: int | None = None


@cache
def told() -> Mapping[str, Any]:
    """What people write and are answered (``anliegen.yaml``)."""
    text = (resources.files("workflows.demo") / "anliegen.yaml").read_text("utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


def cases(seed: int, now: datetime) -> list[Case]:
    """All of them, the earliest first; the last ones came today and yesterday."""
    rng = random.Random(f"anliegen {seed}")  # noqa: S311 - invented, not secret
    moments = sorted([*_over(rng, now, QUARTER, CASES), *_lately(rng, now)])
    people = Inventions(rng, local(now).date())
    weights = {name: theme["weight"] for name, theme in told()["topics"].items()}
    plain = {name: weight for name, weight in weights.items() if name not in _DETOURS}
    made = []
    for number, at in enumerate(moments):
        able = weights if at < now - SETTLED else plain
        [theme] = rng.choices(list(able), list(able.values()))
        stuck = now - SETTLED > at > now - 3 * SETTLED and rng.random() < STUCK
        made.append(_case(rng, people, number, at, theme, stuck=stuck))
    return sorted([*made, *_twins(rng, people, made)], key=lambda case: case.at)


def answer_to(theme: str, number: int) -> str:
    """What the house answers."""
    answers = told()["topics"][theme]["answers"]
    return str(answers[number % len(answers)])


def _over(rng: random.Random, now: datetime, span: timedelta, number: int) -> Iterator[datetime]:
    """Moments by day, fewer at weekends."""
    for _ in range(number):
        at, moved = now - span * rng.random(), rng.random() < 0.6
        if moved and local(at).weekday() > 4:
            at -= timedelta(days=2)
        yield at.replace(hour=rng.randint(6, 19), minute=rng.randint(0, 59)) - timedelta(days=1)


def _lately(rng: random.Random, now: datetime) -> Iterator[datetime]:
    for _ in range(TODAY):
        yield now - timedelta(minutes=rng.randint(10, 30 * 60))


def _case(
    rng: random.Random, people: Inventions, number: int, at: datetime, theme: str, *, stuck: bool
) -> Case:
    about = told()["topics"][theme]
    topic = about.get("topic", theme)
    detour = rng.choice(_DETOURS[theme]) if theme in _DETOURS else ()
    internal = topic == "gebaeude"
    channel = (
        Channel.INTERNAL
        if internal
        else rng.choices((Channel.MAIL, Channel.FORM, Channel.PHONE), (40, 45, 15))[0]
    )
    street = rng.choice(load_city().street_postcodes)[0]
    late = rng.random() < 0.1
    which = rng.randrange(len(about["texts"]))
    subject = about["subjects"][which % len(about["subjects"])]
    return Case(
        number, at, theme, topic, subject,
        _text(rng, about["texts"][which], street), Channel.FORM if detour else channel,
        chosen=bool(detour) or channel is Channel.FORM, caller=_caller(rng, people, channel),
        place=street if "{wo}" in about["texts"][0] else None, detour=detour,
        pace=rng.uniform(2.2, 4) if late else rng.uniform(0.4, 1.1), asks=rng.random() < 0.12,
        waits=rng.random() < 0.2, shares=rng.random() < 0.06, reopened=rng.random() < 0.05,
        points=rng.choices((0, 2, 3, 4, 5), (40, 5, 10, 20, 25))[0],
        stuck=stuck and theme not in _DETOURS,
    )  # fmt: skip


def _twins(rng: random.Random, people: Inventions, made: list[Case]) -> Iterator[Case]:
    """Neighbours who write the same about the same place, some hours later."""
    able = [case for case in made if case.place and not case.detour and case.pace < 2]
    latest = len(able) - len(able) // 6
    some = rng.sample(able[:latest], min(TWINS - 2, latest))
    for number, case in enumerate([*some, *able[latest:][:2]]):
        yield Case(
            len(made) + number, case.at + timedelta(minutes=rng.randint(20, 180)), case.theme, case.topic,
            case.title, f"Guten Tag, {case.text}", Channel.FORM, chosen=True,
            caller=_caller(rng, people, Channel.MAIL), place=case.place, detour=(), pace=0.5, asks=False,
            waits=False, shares=False, reopened=False, points=0, stuck=False, twin=case.number,
        )  # fmt: skip


def _text(rng: random.Random, pattern: str, street: str) -> str:
    def fill(slot: str) -> str:
        found = {
            "wo": f"auf Höhe {street} {rng.randint(1, 90)}",
            "zeit": rng.choice(("einer Woche", "zwei Wochen", "einem Monat", "drei Tagen")),
            "nummer": str(rng.randint(2, 90)),
            "zahl": str(rng.randint(3, 8)),
            "minuten": str(rng.randint(30, 90)),
            "stock": rng.choice(("ersten Stock", "zweiten Stock", "Erdgeschoss")),
        }
        return found[slot]

    text = render(pattern, rng.random, fill)
    return text[:1].upper() + text[1:]


def reply_text(case: Case) -> str:
    """What a citizen answers when asked for the place, or, where there is none, when to call."""
    if not case.place:
        return str(told()["reply_without_place"])
    return str(told()["reply"]).replace("{nummer}", str(3 + case.number % 70))


def _caller(rng: random.Random, people: Inventions, channel: Channel) -> Caller:
    if channel is Channel.INTERNAL or (channel is Channel.FORM and rng.random() < 0.25):
        return Caller()
    _, name = people.human()
    if channel is Channel.PHONE:
        return Caller(name, phone=f"07999 {rng.randint(10_000, 99_999)}")
    first, _, last = name.partition(" ")
    plain = f"{first}.{last}".lower().translate(_PLAIN)
    address = "".join(
        letter for letter in plain if letter.isascii() and (letter.isalnum() or letter in ".-")
    )
    return Caller(name, f"{address}@post.example")


_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "-"})
