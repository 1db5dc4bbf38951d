"""A picture of a page becomes a page of text: turned upright, levelled, recognised, mapped back."""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ocr.documents import Box, Page, UnreadableError
from ocr.layout import Piece, assemble
from ocr.limits import Limits
from ocr.plausibility import plausibility
from ocr.straighten import Picture, Posture, posture, straighten, tilt_matrix, turn
from ocr.tesseract import Recognised, recognise

_SURE = 0.75  # confidence of a page that was certainly read the right way up
_UNSURE_POSTURE = 0.12
_READABLE = 0.55
_LOWEST_DPI = 180  # below it Tesseract's letters get too small


@dataclass(frozen=True, slots=True)
class _Attempt:
    posture: Posture
    result: Recognised
    quality: float


def _quality(result: Recognised) -> float:
    """Confidence, counting only what looks like language: upside down, Tesseract is now and then sure of rubbish."""
    return result.confidence * (0.3 + 0.7 * plausibility(result.text))


def _attempt(gray: Picture, stand: Posture, dpi: float, limits: Limits, until: float) -> _Attempt:
    remaining = max(1.0, min(limits.patience * 0.8, until - time.monotonic()))
    level = straighten(gray, stand.rotation, stand.skew)
    result = recognise(level, dpi, limits.languages, remaining)
    return _Attempt(stand, result, _quality(result))


def _other_postures(tried: Posture) -> list[Posture]:
    """What else to try where the first reading made no sense: upside down, then lines running the other way."""
    flipped = replace(tried, rotation=(tried.rotation + 180) % 360)
    sideways = [Posture((tried.rotation + turned) % 360, 0.0, 0.0) for turned in (90, 270)]
    return [flipped] if tried.certainty >= _UNSURE_POSTURE else [flipped, *sideways]


def _best(gray: Picture, stand: Posture, dpi: float, limits: Limits, until: float) -> _Attempt:
    best = _attempt(gray, stand, dpi, limits, until)
    if best.quality >= _SURE or (best.quality >= _READABLE and stand.certainty >= _UNSURE_POSTURE):
        return best
    for other in _other_postures(stand):
        if time.monotonic() > until:
            break
        attempt = _attempt(gray, other, dpi, limits, until)
        # Figures and single letters read either way: the other way must be clearly better.
        if attempt.quality > best.quality + 0.1 or (
            attempt.quality > best.quality and len(attempt.result.text) > len(best.result.text)
        ):
            best = attempt
        if best.quality >= _SURE:
            break
    return best


def _enlarged(gray: Picture, dpi: float) -> tuple[Picture, float]:
    """Pictures of low resolution are doubled; gives the picture and the factor."""
    if dpi >= _LOWEST_DPI or gray.shape[0] * gray.shape[1] > 30_000_000:
        return gray, 1.0
    import cv2

    factor = min(3.0, 300 / max(dpi, 1))
    enlarged = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, dtype=np.uint8), factor


def _back(lines: tuple[tuple[Piece, ...], ...], inverse: Any, scale: float) -> list[list[Piece]]:
    """Boxes of the levelled picture on the upright, still askew page, times ``scale``."""

    def back(box: Box | None) -> Box | None:
        if box is None:
            return None
        if inverse is None:
            x0, y0, x1, y1 = box
        else:
            middle_y = (box[1] + box[3]) / 2
            middle_x = (box[0] + box[2]) / 2
            # The ends of the word's centre line keep the box from growing with the skew.
            left = inverse @ (box[0], middle_y, 1.0)
            right = inverse @ (box[2], middle_y, 1.0)
            top = inverse @ (middle_x, box[1], 1.0)
            bottom = inverse @ (middle_x, box[3], 1.0)
            half = abs(float(bottom[1] - top[1])) / 2
            x0, x1 = float(left[0]), float(right[0])
            y0 = float(min(left[1], right[1])) - half
            y1 = float(max(left[1], right[1])) + half
        return (
            round(x0 * scale, 1),
            round(y0 * scale, 1),
            round(x1 * scale, 1),
            round(y1 * scale, 1),
        )

    return [[piece._replace(box=back(piece.box)) for piece in line] for line in lines]


def read_picture(
    gray: Picture, number: int, dpi: float, scale: float, limits: Limits, until: float
) -> Page:
    """Page ``number`` from its picture. ``scale`` turns pixels into the units of the page's boxes; ``until`` is the
    monotonic time at which the recognition has to give up. A page that can't be read has a ``problem``.
    """
    import cv2

    enlarged, factor = _enlarged(gray, dpi)
    unit = scale / factor
    stand = posture(enlarged)
    shown = turn(enlarged, stand.rotation)
    height, width = shown.shape
    size = {"width": round(width * unit, 1), "height": round(height * unit, 1)}
    if stand.blank:
        return Page(number, "", "none", 1.0, 0, size["width"], size["height"])
    try:
        best = _best(enlarged, stand, dpi * factor, limits, until)
    except UnreadableError as error:
        return Page(number, "", "none", 0.0, stand.rotation, **size, problem=error.message)
    found = best.posture
    if found.rotation != stand.rotation:
        height, width = turn(enlarged, found.rotation).shape
        size = {"width": round(width * unit, 1), "height": round(height * unit, 1)}
    inverse = (
        cv2.invertAffineTransform(tilt_matrix(width, height, found.skew)) if found.skew else None
    )
    text, words = assemble(_back(best.result.lines, inverse, unit))
    if not text:
        return Page(
            number, "", "none", 0.0, 0, **size, problem="Auf dieser Seite ist kein lesbarer Text."
        )
    return Page(number, text, "ocr", round(best.quality, 3), found.rotation, **size, words=words)
