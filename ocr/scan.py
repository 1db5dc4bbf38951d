"""A picture of a page becomes a page of text: turned upright, levelled, recognised, mapped back."""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ocr.clearing import cleared
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
_LETTER_HEIGHT = 12.0  # pixels of small letters that Tesseract needs; more only take time
_WORTH_REDUCING = 0.9
_MOST_PIXELS = 40_000_000  # beyond it Tesseract gets slow, not better
_DUST = 0.002  # share of ink below which a page without text is an empty page
_NO_TEXT = "Auf dieser Seite ist kein lesbarer Text."


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


def _resized(gray: Picture, dpi: float) -> tuple[Picture, float]:
    """Small pictures enlarged for Tesseract, huge ones reduced; gives the picture and the factor."""
    import cv2

    factor, method = 1.0, cv2.INTER_CUBIC
    if gray.size > _MOST_PIXELS:
        factor, method = (_MOST_PIXELS / gray.size) ** 0.5, cv2.INTER_AREA
    elif dpi < _LOWEST_DPI:
        factor = min(3.0, 300 / max(dpi, 1), (_MOST_PIXELS / gray.size) ** 0.5)
    if factor == 1.0:
        return gray, factor
    resized = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=method)
    return np.asarray(resized, dtype=np.uint8), factor


def _reduced(picture: Picture, dpi: float, letters: float) -> tuple[Picture, float]:
    """The picture no larger than its letters have to be, and the factor: 6-point print at 180 dpi is read as well as at
    300, in less time, and its noise is averaged away.
    """
    import cv2

    if not letters:
        return picture, 1.0
    factor = max(_LOWEST_DPI / max(dpi, 1.0), _LETTER_HEIGHT / letters)
    if factor > _WORTH_REDUCING:
        return picture, 1.0
    reduced = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, dtype=np.uint8), factor


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

    picture, factor = _resized(cleared(gray, dpi), dpi)
    stand = posture(picture)

    def size(rotation: int) -> tuple[float, float]:
        height, width = gray.shape
        shown = (height, width) if rotation in {90, 270} else (width, height)
        return round(shown[0] * scale, 1), round(shown[1] * scale, 1)

    if not stand.ink:
        return Page(number, "", "none", 1.0, 0, *size(0))
    picture, reduction = _reduced(picture, dpi * factor, stand.height)
    factor *= reduction
    unit = scale / factor
    try:
        best = _best(picture, stand, dpi * factor, limits, until)
    except UnreadableError as error:
        return Page(number, "", "none", 0.0, 0, *size(0), problem=error.message)
    found = best.posture
    height, width = turn(picture, found.rotation).shape
    inverse = (
        cv2.invertAffineTransform(tilt_matrix(width, height, found.skew)) if found.skew else None
    )
    text, words = assemble(_back(best.result.lines, inverse, unit))
    if not text and stand.ink < _DUST:
        return Page(number, "", "none", 1.0, 0, *size(0))
    if not text:
        return Page(number, "", "none", 0.0, 0, *size(0), problem=_NO_TEXT)
    confidence = round(best.quality, 3)
    return Page(number, text, "ocr", confidence, found.rotation, *size(found.rotation), words=words)
