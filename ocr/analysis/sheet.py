"""A page prepared for the rules: folded text, lines, and the box of any span."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ocr.documents import Box, Finding, Page

_BLANKS = "\n\r\t\f\v\u00a0\u202f\u2009\u2007"


def fold(text: str) -> str:
    """Lower case, every blank a space, each character at the offset it has in ``text``."""
    low = text.lower()
    if len(low) != len(text):  # a few capitals (İ) become two characters
        low = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    for blank in _BLANKS:  # several times as quick as one translation
        low = low.replace(blank, " ")
    return low


def found_at(
    starts: re.Pattern[str], pattern: re.Pattern[str], text: str
) -> Iterator[re.Match[str]]:
    """What ``pattern.finditer(text)`` gives, tried only where ``starts`` fits. ``starts`` must fit wherever
    ``pattern`` does; beginning with a set of characters or with literals it passes over all else in no time.
    """
    at = 0
    while start := starts.search(text, at):
        found = pattern.match(text, start.start())
        at = start.start() + 1
        if found is not None:
            yield found
            at = max(at, found.end())


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found: a span of the page's text and what it means."""

    kind: str
    start: int
    end: int
    normalized: Any
    rule: str
    confidence: float
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its surrounding blanks: ``text == page.text[start:end]``."""

    text: str
    start: int
    end: int


class Sheet:
    """One page, with what several rules need computed at most once."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.number = page.number
        self.text = page.text

    @cached_property
    def folded(self) -> str:
        """The text folded (see ``fold``)."""
        return fold(self.text)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines, empty ones included."""
        lines, at = [], 0
        for raw in self.text.split("\n"):
            text = raw.strip()
            start = at + (len(raw) - len(raw.lstrip()) if text else 0)
            lines.append(Line(text, start, start + len(text)))
            at += len(raw) + 1
        return tuple(lines)

    @cached_property
    def _line_ends(self) -> list[int]:
        ends = [found.start() for found in re.finditer("\n", self.text)]
        return [*ends, len(self.text)]

    def line_at(self, offset: int) -> Line:
        """The line that holds the character."""
        return self.lines[bisect_left(self._line_ends, offset)]

    def lines_with(self, pattern: re.Pattern[str]) -> Iterator[Line]:
        """The lines in which a match of ``pattern`` begins, for rules whose matches never leave their line."""
        seen = -1
        for found in pattern.finditer(self.text):
            at = bisect_left(self._line_ends, found.start())
            if at != seen:
                seen = at
                yield self.lines[at]

    @cached_property
    def _word_starts(self) -> list[int]:
        return [word.start for word in self.page.words]

    def box(self, start: int, end: int) -> Box | None:
        """The union of the boxes of all words that the span touches, ``None`` without layout."""
        words = self.page.words
        first = max(bisect_right(self._word_starts, start) - 1, 0)
        last = bisect_left(self._word_starts, end)
        boxes = [w.box for w in words[first:last] if w.box is not None and w.end > start]
        if len(boxes) < 2:
            return boxes[0] if boxes else None
        return (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )

    def finding(self, hit: Hit) -> Finding:
        """The hit as a finding with its value and place."""
        return Finding(
            kind=hit.kind,
            value=self.text[hit.start : hit.end],
            normalized=hit.normalized,
            valid=hit.valid,
            page=self.number,
            start=hit.start,
            end=hit.end,
            box=self.box(hit.start, hit.end),
            rule=hit.rule,
            confidence=hit.confidence,
        )
