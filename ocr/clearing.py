"""Clearing a scan before recognition, each remedy only where its fault is found: dark ground, uneven light, specks."""

from typing import Any

import numpy as np

from ocr.straighten import Picture

_DARK = 80  # median brightness below which print is light on dark
_UNEVEN = 60  # range of the paper's brightness over the page
_SPECKLED = 0.012  # share of pixels that stand alone
_BAND = 24  # rows looked at out of every 8 times as many
_SPECK_DPI = 200  # at lower resolution a speck may be the dot of an i


def _paper(gray: Picture) -> Any:
    """The brightness of the paper around each point, on a copy of about 100 pixels."""
    import cv2

    factor = 100 / max(gray.shape)
    reduced = cv2.resize(gray, None, fx=4 * factor, fy=4 * factor, interpolation=cv2.INTER_AREA)
    widened = cv2.dilate(reduced, np.ones((13, 13), np.uint8))  # print and pictures give way
    small = cv2.resize(widened, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), 3)


def _evenly_lit(gray: Picture) -> Picture:
    import cv2

    if max(gray.shape) < 200:
        return gray
    paper = _paper(gray)
    dark, light = np.percentile(paper, (3, 97))
    if light - dark < _UNEVEN:
        return gray
    ground = cv2.resize(np.maximum(paper, 40), gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(gray, ground, scale=245), dtype=np.uint8)


def _is_speckled(gray: Picture) -> bool:
    """Whether many pixels differ sharply from all around them; looked at in bands."""
    import cv2

    bands = [gray[start : start + _BAND] for start in range(0, gray.shape[0], 8 * _BAND)]
    alone = total = 0
    for band in bands:
        around = cv2.medianBlur(band, 3)
        alone += int((cv2.absdiff(band, around) > 110).sum())
        total += band.size
    return alone > _SPECKLED * total


def cleared(gray: Picture, dpi: float) -> Picture:
    """Dark print on light, evenly lit, without specks."""
    import cv2

    if float(np.median(gray[::16, ::16])) < _DARK:
        gray = 255 - gray
    gray = _evenly_lit(gray)
    if dpi >= _SPECK_DPI and _is_speckled(gray):
        gray = np.asarray(cv2.medianBlur(gray, 3), dtype=np.uint8)
    return gray
