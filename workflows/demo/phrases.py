"""Sentence patterns with choices: ``(a|b)`` picks freely, ``<a|b> ... <c|d>`` belong together,
``[ich|wir]`` goes by voice, ``{name}`` is filled in.

Patterns are compiled once to nested tuples, since corpora render millions of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

Draw: TypeAlias = Callable[[], float]
"""A source of numbers in [0, 1), e.g. ``random.Random.random``."""


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple["Sequence", ...]
    mode: "_Mode"


Sequence: TypeAlias = tuple[str | Slot | Choice, ...]


_Mode = Literal["free", "voice", "coupled"]
_BRACKETS: dict[str, tuple[str, _Mode]] = {
    "(": (")", "free"),
    "[": ("]", "voice"),
    "<": (">", "coupled"),
}


class PatternError(ValueError):
    """A pattern has an unclosed or stray bracket."""


@cache
def compile_pattern(pattern: str) -> Sequence:
    """Raises PatternError. Round brackets without ``|`` stay as they are."""
    sequence, end = _sequence(pattern, 0, "")
    if end != len(pattern):
        raise PatternError(f"stray bracket at {end}: {pattern}")
    return sequence


def _sequence(pattern: str, start: int, stops: str) -> tuple[Sequence, int]:
    parts: list[str | Slot | Choice] = []
    text = ""
    at = start
    while at < len(pattern) and pattern[at] not in stops:
        letter = pattern[at]
        if letter not in "([{<":
            text += letter
            at += 1
            continue
        if text:
            parts.append(text)
            text = ""
        if letter == "{":
            end = pattern.find("}", at)
            if end < 0:
                raise PatternError(f"unclosed slot: {pattern}")
            parts.append(Slot(pattern[at + 1 : end]))
            at = end + 1
        else:
            part, at = _choice(pattern, at)
            parts.append(part)
    if text:
        parts.append(text)
    return tuple(parts), at


def _choice(pattern: str, start: int) -> tuple[str | Choice, int]:
    close, mode = _BRACKETS[pattern[start]]
    options = []
    at = start
    while True:
        option, at = _sequence(pattern, at + 1, "|" + close)
        if at >= len(pattern):
            raise PatternError(f"unclosed bracket: {pattern}")
        options.append(option)
        if pattern[at] == close:
            break
    if len(options) == 1:
        return pattern[start : at + 1], at + 1
    return Choice(tuple(options), mode), at + 1


def render(pattern: str, draw: Draw, fill: Callable[[str], str], *, plural: bool = False) -> str:
    """One of the texts the pattern stands for. ``fill`` gives a slot's text, ``plural`` chooses the voice."""
    out: list[str] = []
    _render(compile_pattern(pattern), draw, fill, (plural, draw()), out)
    text = "".join(out)
    if "  " in text:
        text = " ".join(text.split())
    return text.replace(" .", ".").replace(" ,", ",").strip()


def _render(
    sequence: Sequence,
    draw: Draw,
    fill: Callable[[str], str],
    fixed: tuple[bool, float],
    out: list[str],
) -> None:
    """``fixed``: voice and the number all coupled choices share."""
    for part in sequence:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Slot):
            out.append(fill(part.name))
        else:
            options = part.options
            if part.mode == "voice":
                index = int(fixed[0])
            else:
                index = int((fixed[1] if part.mode == "coupled" else draw()) * len(options))
            _render(options[index], draw, fill, fixed, out)
