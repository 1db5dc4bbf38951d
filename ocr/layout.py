"""From recognised pieces to the text of a page: lines, paragraphs, hyphens, boxes.

Both the text layer of a PDF and Tesseract yield lines of placed pieces. Here they become one text whose words
point back into it, so that every finding can be shown on the page.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ocr.documents import Box, Word

HYPHENS = "-\u2010\u2011\u00ad\ufffe"
_LIGATURES = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
}  # fmt: skip
_REPLACE = str.maketrans(
    {
        **_LIGATURES,
        "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u2009": " ",
        "\u2010": "-", "\u2011": "-", "\ufffe": "-",
        "\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\ufeff": None, "\u2060": None,
    }
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# A word that goes on after "Haupt- und Nebenstraße": the hyphen stands for what is left out.
_SUSPENDED = frozenset({"und", "oder", "bzw.", "sowie", "bis", "noch", "als", "wie", "and", "or"})
_PARAGRAPH_GAP = 1.9  # distance of two lines' tops, in heights of the upper line


class Piece(NamedTuple):
    """A run of characters without blanks, where it stands and how sure the reader is of it."""

    text: str
    box: Box | None = None
    confidence: float = 1.0


def clean(text: str) -> str:
    """The characters people mean: ligatures parted, one kind of blank and hyphen, no control characters."""
    if text.isascii():
        return _CONTROL.sub("", text)
    return unicodedata.normalize("NFC", _CONTROL.sub("", text.translate(_REPLACE)))


def turn_box(box: Box, width: float, height: float, rotation: int) -> Box:
    """``box`` on a page of ``width`` by ``height`` after the page was turned clockwise by ``rotation`` degrees."""
    x0, y0, x1, y1 = box
    if rotation == 90:
        return (height - y1, x0, height - y0, x1)
    if rotation == 180:
        return (width - x1, height - y1, width - x0, height - y0)
    if rotation == 270:
        return (y0, width - x1, y1, width - x0)
    return box


def _joins(last: str, following: str) -> str | None:
    """What remains of ``last`` if the word goes on in the next line, ``None`` where it does not."""
    if len(last) < 2 or last[-1] not in HYPHENS or not last[-2].isalpha():
        return None
    if following.lower() in _SUSPENDED:
        return None
    if following[0].islower():
        return last[:-1]
    return last[:-1] + "-" if following[0].isupper() else None


def _starts_paragraph(above: Piece, below: Piece) -> bool:
    if above.box is None or below.box is None:
        return False
    height = max(above.box[3] - above.box[1], 1.0)
    step = below.box[1] - above.box[1]
    return step > _PARAGRAPH_GAP * height or step < -2 * height


def assemble(lines: Iterable[Sequence[Piece]]) -> tuple[str, tuple[Word, ...]]:
    """The text of a page and its words, lines parted by a line feed, paragraphs by an empty line.

    A word parted by a hyphen at the end of a line is joined in the text; it then yields one ``Word`` for each part
    (with nothing between them), so that each box stays on its line.
    """
    parts: list[str] = []
    words: list[Word] = []
    position = 0
    above: Piece | None = None  # first piece of the line above
    separator, owed = "", ""  # what goes before the next word, and after a joined one
    for raw_line in lines:
        line = [piece for piece in raw_line if piece.text]
        if not line:
            continue
        first = line[0]
        if above is not None:
            last = words[-1]
            kept = _joins(last.text, first.text)
            if kept is None:
                separator = "\n\n" if _starts_paragraph(above, first) else "\n"
            else:
                separator, owed = "", "\n"
                position -= len(last.text) - len(kept)
                parts[-1] = kept
                words[-1] = Word(kept, last.start, position, last.box, last.confidence)
        above = first
        for piece in line:
            text = piece.text
            start = position + len(separator)
            position = start + len(text)
            parts += (separator, text)
            words.append(Word(text, start, position, piece.box, piece.confidence))
            separator, owed = owed or " ", ""
    return "".join(parts), tuple(words)
