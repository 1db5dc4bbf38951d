"""Where evidence stands on the page picture: spans of text become boxes, in per cent of the page. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ocr.documents import Box, Page, Word


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a page's text."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on a page picture, in per cent of its width and height."""

    page: int
    left: float
    top: float
    width: float
    height: float


def marks(pages: Sequence[Page], spans: Iterable[Span]) -> list[Mark]:
    """The boxes of the spans: one per line of print, none for formats without layout."""
    by_number = {page.number: page for page in pages}
    found: list[Mark] = []
    for span in spans:
        page = by_number.get(span.page)
        if page is None or not page.width or not page.height:
            continue
        size = page.width, page.height
        boxes = _lines(word for word in page.words if _overlaps(word, span))
        found.extend(_share(page.number, box, *size) for box in boxes)
    return list(dict.fromkeys(found))


def _overlaps(word: Word, span: Span) -> bool:
    return word.box is not None and word.start < span.end and word.end > span.start


def _lines(words: Iterable[Word]) -> list[Box]:
    """Boxes of neighbouring words joined while they stand on one line."""
    joined: list[Box] = []
    for word in words:
        assert word.box is not None
        if joined and _same_line(joined[-1], word.box):
            one, two = joined[-1], word.box
            joined[-1] = (
                min(one[0], two[0]),
                min(one[1], two[1]),
                max(one[2], two[2]),
                max(one[3], two[3]),
            )
        else:
            joined.append(word.box)
    return joined


def _same_line(one: Box, two: Box) -> bool:
    overlap = min(one[3], two[3]) - max(one[1], two[1])
    return overlap > 0.5 * min(one[3] - one[1], two[3] - two[1]) and two[0] >= one[0]


def _share(page: int, box: Box, width: float, height: float) -> Mark:
    """With a little air around the print, cut at the page's edges."""
    left = max(0.0, box[0] / width * 100 - 0.3)
    top = max(0.0, box[1] / height * 100 - 0.2)
    right = min(100.0, box[2] / width * 100 + 0.3)
    bottom = min(100.0, box[3] / height * 100 + 0.2)
    return Mark(page, round(left, 2), round(top, 2), round(right - left, 2), round(bottom - top, 2))
