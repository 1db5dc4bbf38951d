"""The rows of a page as an eye reads them across columns, made from the boxes of the words.

The reading order of a text layer or of Tesseract goes column by column; on an invoice the label stands left of its
value, often far away. So words are put into rows by height and into cells by the gaps between them.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ocr.documents import Box, Page

_CELL_GAP = 1.3
"""In text heights. A blank is 0.4 of a capital's height, in typewriter fonts 0.9; columns are two blanks apart."""
CELL_BREAK = "   "
_MOST_WORDS, _MOST_IN_ROW, _LONGEST_WORD = 6000, 120, 200
"""What a page, a row and a word can hold at most; more is no print and only costs time."""
_FLAT = 0.1
"""Words are taken to be at least this high."""
_FINEST = 2000
"""No page has lower letters than this part of it; damaged boxes must not blow up the histogram below."""


class Placed(NamedTuple):
    """A word and its box."""

    text: str
    box: Box


class Cell(NamedTuple):
    """Neighbouring words without a column's gap between them. ``start``: offset in the row's text."""

    text: str
    x0: float
    x1: float
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Row:
    """Words of one height, from left to right. ``top`` is a share of the page (0 to 1), ``height`` that of the
    text, ``text`` has words parted by one blank, cells by three.
    """

    def __init__(self, page: Page, line: "_Line", page_height: float) -> None:
        self.page = page.number
        self.scanned = page.method == "ocr"
        self.words = tuple(sorted(line.words, key=lambda word: word.box[0]))
        self.y0, self.y1 = line.tops[0], line.bottoms[1]
        self.top = self.y0 / page_height
        self.height = _text_height(self.words)
        self.cells = self.cells_by(_CELL_GAP)
        self.text = CELL_BREAK.join([cell.text for cell in self.cells])

    def cells_by(self, gap: float) -> tuple[Cell, ...]:
        """The row parted at gaps wider than ``gap`` text heights."""
        words, wide = self.words, gap * self.height
        breaks = [
            place
            for place, (before, word) in enumerate(pairwise(words), 1)
            if word.box[0] - before.box[2] > wide
        ]
        cells = []
        start = 0
        for first, behind in pairwise([0, *breaks, len(words)]):
            text = " ".join([word.text for word in words[first:behind]])
            cells.append(Cell(text, words[first].box[0], words[behind - 1].box[2], start))
            start += len(text) + len(CELL_BREAK)
        return tuple(cells)

    @cached_property
    def _spans(self) -> tuple[tuple[int, int, float, float], ...]:
        spans = []
        words = iter(self.words)
        for cell in self.cells:
            start = cell.start
            while start < cell.end:
                word = next(words)
                spans.append((start, start + len(word.text), word.box[0], word.box[2]))
                start += len(word.text) + 1
        return tuple(spans)

    def extent(self, start: int, end: int) -> tuple[float, float]:
        """From where to where the characters ``start`` to ``end`` of the row's text reach on the page."""
        touched = [span for span in self._spans if span[0] < end and span[1] > start]
        return touched[0][2], touched[-1][3]

    def widest_gap(self, start: int, end: int) -> float:
        """The widest gap between words inside the characters ``start`` to ``end``, in text heights."""
        touched = [span for span in self._spans if span[0] < end and span[1] > start]
        gaps = [(right[2] - left[3]) / self.height for left, right in pairwise(touched)]
        return max(gaps, default=0.0)

    def cell_at(self, offset: int) -> int:
        """The index of the cell that holds the character."""
        return max(i for i, cell in enumerate(self.cells) if cell.start <= offset)


def _text_height(words: Sequence[Placed]) -> float:
    """The usual height of the words (those of mere punctuation don't count)."""
    heights = [word.box[3] - word.box[1] for word in words]
    if heights.count(heights[0]) == len(heights):
        return max(heights[0], 1.0)
    pairs = zip(words, heights, strict=True)
    tall = [height for word, height in pairs if any(map(str.isalnum, word.text))]
    return max(median(tall or heights), 1.0)


def rows_of(pages: Sequence[Page]) -> tuple[Row, ...]:
    """All rows of all pages, from top to bottom."""
    return tuple(row for page in pages for row in _rows(page))


def _rows(page: Page) -> list[Row]:
    shown = [(w.text.strip(), w.box) for w in page.words]
    placed = [
        Placed(text, box) for text, box in shown if box and text and not _is_upright(text, box)
    ]
    if page.method == "ocr":
        placed = straightened(placed)
    if not placed:
        placed = _from_text(page.text)
    placed = [word for word in placed if len(word.text) <= _LONGEST_WORD]
    if len(placed) > _MOST_WORDS:
        placed = [*placed[: _MOST_WORDS // 2], *placed[-_MOST_WORDS // 2 :]]
    height = page.height or max((word.box[3] for word in placed), default=1.0) or 1.0
    rows = [Row(page, line, height) for line in _lines(placed)]
    return sorted(rows, key=lambda row: row.y0 + row.y1)


def _lines(placed: Sequence[Placed]) -> list["_Line"]:
    """The words in lines, each joining the lowest of the last four lines that holds it."""
    lines: list[_Line] = []
    # where all words of the last line stand, as is the rule in the text layer of a PDF
    level: tuple[float, float] | None = None
    for word in sorted(placed, key=lambda word: word.box[1] + word.box[3]):
        place = word.box[1], word.box[3]
        if place == level:
            line: _Line | None = lines[-1]
        else:
            near = (line for line in lines[:-5:-1] if place[0] < line.bottoms[1])
            line = next((line for line in near if line.holds(word)), None)
            level = place if line is None and place[1] - place[0] >= _FLAT else None
        if line is None:
            lines.append(_Line(word))
        elif len(line.words) < _MOST_IN_ROW:
            line.add(word)
    return lines


def straightened(placed: list[Placed]) -> list[Placed]:
    """The words with what is left of a scan's skew taken out: at 1 degree a label and its amount part by a line.

    The angle is the one under which the words' lower edges fall most sharply into rows.
    """
    if len(placed) < 8:
        return placed
    import numpy as np

    boxes = np.array([word.box for word in placed])
    middle = (boxes[:, 0] + boxes[:, 2]) / 2 - boxes[:, 0].min()
    span = float(np.ptp(boxes[:, 3])) + float(np.ptp(middle))
    height = max(float(np.median(boxes[:, 3] - boxes[:, 1])), span / _FINEST, 1e-6)
    best, slope = 0.0, 0.0
    for degrees in sorted(np.arange(-3.0, 3.01, 0.05), key=abs):
        tilt = float(np.tan(np.radians(degrees)))
        bins = np.floor((boxes[:, 3] - tilt * middle) / (0.15 * height)).astype(np.int64)
        rows = np.bincount(bins - bins.min(), minlength=2).astype(float)
        # Neighbouring bins count together, so that no row is cut by an edge between two.
        sharpness = float(((rows[:-1] + rows[1:]) ** 2).sum())
        if sharpness > 1.02 * best:
            best, slope = sharpness, tilt
    if not slope:
        return placed
    drops = (slope * middle).tolist()
    return [
        Placed(w.text, (w.box[0], w.box[1] - drop, w.box[2], w.box[3] - drop))
        for w, drop in zip(placed, drops, strict=True)
    ]


def _is_upright(text: str, box: Box) -> bool:
    """Text along the margin, turned by 90 degrees: it would glue rows together."""
    return len(text) > 2 and box[3] - box[1] > 1.6 * max(box[2] - box[0], 0.1)


class _Line:
    """A row while its words are gathered, with the bounds of their boxes: those settle most questions at once."""

    def __init__(self, first: Placed) -> None:
        _, y0, _, y1 = first.box
        self.words = [first]
        self.tops, self.bottoms, self.heights = (y0, y0), (y1, y1), (y1 - y0, y1 - y0)

    def add(self, word: Placed) -> None:
        _, y0, _, y1 = word.box
        self.words.append(word)
        if self.tops == (y0, y0) and self.bottoms == (y1, y1):
            return
        self.tops = min(self.tops[0], y0), max(self.tops[1], y0)
        self.bottoms = min(self.bottoms[0], y1), max(self.bottoms[1], y1)
        self.heights = min(self.heights[0], y1 - y0), max(self.heights[1], y1 - y0)

    def holds(self, word: Placed) -> bool:
        """Whether the word overlaps the nearest word of the line by half of the lower one's height."""
        _, y0, _, y1 = word.box
        most = min(self.bottoms[1], y1) - max(self.tops[0], y0)
        if most < 0.5 * max(min(self.heights[0], y1 - y0), _FLAT):
            return False  # it overlaps none of them so far
        least = min(self.bottoms[0], y1) - max(self.tops[1], y0)
        if least >= 0.5 * max(min(self.heights[1], y1 - y0), _FLAT):
            return True  # it overlaps each of them so far
        return _beside_nearest(self.words, word)


def _beside_nearest(line: Sequence[Placed], word: Placed) -> bool:
    middle = word.box[0] + word.box[2]
    near = min(line, key=lambda other: abs(other.box[0] + other.box[2] - middle))
    shared = min(near.box[3], word.box[3]) - max(near.box[1], word.box[1])
    lower = min(near.box[3] - near.box[1], word.box[3] - word.box[1])
    return shared >= 0.5 * max(lower, _FLAT)


def _from_text(text: str) -> list[Placed]:
    """Words of text without layout, placed as on a typewriter: one unit per character, two per line.

    The height makes one blank fit inside a number and two blanks part cells.
    """
    placed = []
    for number, line in enumerate(text.expandtabs(8).splitlines()):
        column = 0
        for word in line.split(" "):
            if word:
                box = (float(column), 2.0 * number, float(column + len(word)), 2.0 * number + 1.5)
                placed.append(Placed(word, box))
            column += len(word) + 1
    return placed
