"""The text layer of a PDF page: words with boxes, straight from PDFium.

PDFium is asked once for the text and twice for each word (its first and last character); asking for each character
would cost three times as much.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ocr.documents import Box, Word
from ocr.layout import Piece, assemble, clean, turn_box
from ocr.plausibility import plausibility

_PIECE = re.compile(r"[^\s\x00\x02\ufffe]+[\x02\ufffe]?")
_BREAK = re.compile(r"[\r\n\x02\ufffe]")
_ODD = re.compile(r"[^\x21-\x7eÄÖÜäöüß€§–„“\s]")  # what the text would have to be cleaned of
_HYPHENS = "\x02\ufffe\u00ad"
_ANGLES_ASKED = 24


@dataclass(frozen=True, slots=True)
class TextLayer:
    """What the text layer says; ``rotation`` is the clockwise turn that makes its lines level, ``trust`` how much it looks
    like language (0 to 1).
    """

    text: str
    words: tuple[Word, ...]
    rotation: int
    width: float
    height: float
    trust: float


def _characters(text_page: Any) -> str:
    """The text with one character for each of PDFium's, so that positions are PDFium's own."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")
    if len(text) == count:
        return text
    # Characters left out by FPDFText_GetText or outside the Basic Multilingual Plane: one by one.
    points = (pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count))
    return "".join(
        chr(p) if 0 < p < 0x110000 and not 0xD800 <= p < 0xE000 else "\x00" for p in points
    )


def _rotation(text_page: Any, count: int) -> int:
    """The turn that makes most characters level, from a sample of their angles."""
    import math

    import pypdfium2.raw as pdfium

    votes = [0, 0, 0, 0]
    for index in range(0, count, max(1, count // _ANGLES_ASKED)):
        angle = pdfium.FPDFText_GetCharAngle(text_page, index)
        if angle >= 0:
            votes[round(angle / (math.pi / 2)) % 4] += 1
    # PDFium counts the text's angle clockwise as seen on the page; turning back undoes it.
    return (360 - 90 * votes.index(max(votes))) % 360 if any(votes) else 0


class _Boxes:
    """Boxes of runs of characters, in points from the top left of the page as shown."""

    def __init__(self, text_page: Any, page: Any, rotation: int) -> None:
        import pypdfium2.raw as pdfium

        bounds = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(bounds))
        self.left, self.top = bounds.left, bounds.top
        self.width = bounds.right - bounds.left
        self.height = bounds.top - bounds.bottom
        self.rotation = rotation
        self._ask = pdfium.FPDFText_GetLooseCharBox
        self._handle = text_page.raw
        self._first, self._last = pdfium.FS_RECTF(), pdfium.FS_RECTF()
        self._at_first, self._at_last = ctypes.byref(self._first), ctypes.byref(self._last)

    def shown(self) -> tuple[float, float]:
        turned = self.rotation in {90, 270}
        return (self.height, self.width) if turned else (self.width, self.height)

    def of(self, start: int, end: int) -> Box | None:
        """Asked for every word: no detours."""
        a, b = self._first, self._last
        if not self._ask(self._handle, start, self._at_first):
            return None
        if not self._ask(self._handle, end - 1, self._at_last):
            return None
        x0, x1, y0, y1 = a.left, b.right, a.top, a.bottom
        if self.rotation or x1 < x0:
            x0, x1 = min(x0, b.left), max(a.right, x1)
            y0, y1 = max(y0, b.top), min(y1, b.bottom)
        box = (x0 - self.left, self.top - y0, x1 - self.left, self.top - y1)
        return turn_box(box, self.width, self.height, self.rotation) if self.rotation else box


def _lines(text: str, boxes: _Boxes) -> Iterator[list[Piece]]:
    """Lines as PDFium parts them; it joins words over a hyphen at the line's end, which begins a new line here."""
    odd = _ODD.search(text) is not None
    line: list[Piece] = []
    before = 0
    for found in _PIECE.finditer(text):
        start, end = found.span()
        if line and _BREAK.search(text, before, start):
            yield line
            line = []
        word = found.group()
        before = end
        if word[-1] in _HYPHENS:
            end, before = end - 1, end - 1
            word = word[:-1] + "-"
        if odd:
            word = clean(word)
        line.append(Piece(word, boxes.of(start, end)))
    if line:
        yield line


def read_text_layer(page: Any) -> TextLayer:
    """The text layer of a ``pypdfium2.PdfPage``. Raises PdfiumError for a damaged page."""
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    try:
        text = _characters(text_page)
        extra = _rotation(text_page, len(text)) if text else 0
        turned = 90 * (pdfium.FPDFPage_GetRotation(page) % 4)
        # Text drawn sideways on a page that is shown turned may well be upright.
        rotation = (extra - turned) % 360 if text else 0
        boxes = _Boxes(text_page, page, (turned + rotation) % 360)
        joined, words = assemble(_lines(text, boxes))
    finally:
        text_page.close()
    width, height = boxes.shown()
    trust = plausibility(joined)
    return TextLayer(joined, words, rotation, round(width, 1), round(height, 1), trust)
