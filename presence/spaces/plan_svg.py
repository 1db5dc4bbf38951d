"""Floor plans as SVG: cleaned to shapes and words before they are kept, for they are shown inside our own pages.

Only what draws stays: no scripts, no event attributes, no styles, no references to anything, inside or outside, no
foreign markup. What is not on the list is left out; what is no SVG at all is refused.
"""

import re
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from storage.conflicts import ConflictError

LARGEST = 512 * 1024
MOST_SHAPES = 5000
DEEPEST = 40
SVG = "http://www.w3.org/2000/svg"
SHAPES = frozenset({"g", "path", "rect", "line", "polyline", "polygon", "circle", "ellipse"})
WORDS = frozenset({"text", "tspan", "title", "desc"})
_NUMBER = r"-?\d{1,6}(?:\.\d{1,6})?"
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:[\s,]+{_NUMBER})*\s*")
_ATTRIBUTES = {
    **dict.fromkeys(("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry"), _NUMBERS),
    **dict.fromkeys(("width", "height", "points", "stroke-width", "font-size"), _NUMBERS),
    **dict.fromkeys(("dx", "dy", "stroke-dasharray", "opacity", "fill-opacity"), _NUMBERS),
    "d": re.compile(r"[MmLlHhVvCcSsQqTtAaZz\d\s,.eE+-]{1,20000}"),
    "transform": re.compile(r"(?:\s*(?:translate|rotate|scale|matrix)\(\s*[-\d\s,.]{1,100}\))+\s*"),
    "fill": re.compile(r"none|currentColor|#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,20}"),
    "stroke": re.compile(r"none|currentColor|#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,20}"),
    "text-anchor": re.compile(r"start|middle|end"),
    "font-weight": re.compile(r"normal|bold|[1-9]00"),
    "stroke-linecap": re.compile(r"butt|round|square"),
    "stroke-linejoin": re.compile(r"miter|round|bevel"),
}
_VIEW_BOX = re.compile(rf"\s*0[\s,]+0[\s,]+({_NUMBER})[\s,]+({_NUMBER})\s*")


def clean(source: str) -> tuple[str, float, float]:
    """The plan as it may be kept and shown, with its width and height in its own units.

    Raises ``ConflictError`` in German for what is no SVG, has no ``viewBox`` from 0 0, or is too large.
    """
    if len(source.encode()) > LARGEST:
        raise ConflictError(f"Der Plan ist größer als {LARGEST // 1024} KB.")
    try:
        root = ElementTree.fromstring(
            source, forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        raise ConflictError("Der Plan ist keine lesbare SVG-Datei.") from None
    if root.tag != f"{{{SVG}}}svg":
        raise ConflictError("Der Plan ist keine SVG-Datei.")
    box = _VIEW_BOX.fullmatch(root.get("viewBox", ""))
    width, height = (float(box[1]), float(box[2])) if box else (0.0, 0.0)
    if width <= 0 or height <= 0:
        raise ConflictError(
            "Der Plan braucht eine viewBox, die bei 0 0 beginnt, damit Plätze darauf gefunden werden."
        )
    kept = Element("svg", {"viewBox": f"0 0 {width:g} {height:g}"})
    left = [MOST_SHAPES]
    _copy(root, kept, left, 0)
    kept.set("xmlns", SVG)
    return tostring(kept, encoding="unicode"), width, height


def _copy(source: Element, target: Element, left: list[int], depth: int) -> None:
    if depth > DEEPEST:
        raise ConflictError("Der Plan ist zu tief verschachtelt.")
    for part in source:
        name = str(part.tag).removeprefix(f"{{{SVG}}}")
        if name not in SHAPES | WORDS:
            continue
        left[0] -= 1
        if left[0] < 0:
            raise ConflictError(f"Der Plan hat mehr als {MOST_SHAPES} Formen.")
        copied = Element(name, _allowed(part))
        if name in WORDS:
            copied.text = (part.text or "").strip()[:200]
        target.append(copied)
        _copy(part, copied, left, depth + 1)


def _allowed(part: Element) -> dict[str, str]:
    return {
        name: value
        for name, value in part.attrib.items()
        if (form := _ATTRIBUTES.get(name)) and form.fullmatch(value)
    }
