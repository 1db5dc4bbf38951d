"""Turning a scanned page upright, without asking Tesseract: which way the lines run, how far they are askew, and
which side is up.

Works on a reduced, binarised copy. Lines of text make the projection profile (ink per row) jagged when the rows run
along them; the angle that makes it most jagged is the skew (Postl 1986). Capitals and ascenders outnumber descenders
in Latin script, so that a line has more ink above its core than below: that tells up from down.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

LARGEST_SKEW = 5.0  # degrees
_SIDE = 1_400  # pixels of the longer side of the reduced copy
_POINTS = 60_000
_MINIMUM_POINTS = 150
_NEGLIGIBLE_SKEW = 0.08  # degrees
_SMALL_PRINT = 0.1  # share of the ink that may stand in letters lower than the height told


@dataclass(frozen=True, slots=True)
class Posture:
    """How a page lies. Turn it clockwise by ``rotation`` (0, 90, 180, 270), then by ``-skew`` degrees (positive skew:
    lines fall to the right). ``certainty`` is the share by which ink above the lines outweighs ink below, ``ink`` the share
    of the page that letters (or what looks like them) cover, both 0 to 1. ``height`` is that of small letters in pixels,
    0 where there are none.
    """

    rotation: int
    skew: float
    certainty: float
    ink: float = 0.0
    height: float = 0.0


def _binary(gray: Picture) -> tuple[Any, float]:
    """Ink as 255 on a reduced copy, and the factor of reduction. The background may be uneven."""
    import cv2

    factor = min(1.0, _SIDE / max(gray.shape))
    small: Any = (
        cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        if factor < 1
        else gray
    )
    block = 31
    paper = cv2.boxFilter(small, -1, (block, block))
    contrast = np.subtract(paper, small, dtype=np.int16)
    ink = np.where(contrast > 25, 255, 0).astype(np.uint8)
    edge = max(4, int(0.01 * max(ink.shape)))  # the scanner's dark rim is no text
    ink[:edge] = ink[-edge:] = 0
    ink[:, :edge] = ink[:, -edge:] = 0
    return ink, factor


def _letters(ink: Any) -> tuple[Any, Any]:
    """Only marks of a letter's size (no pictures, rules, stamps or specks), and a row of figures for each of them:
    left, top, width, height, area.
    """
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 2:
        return ink, stats[1:]
    longer = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = (longer >= 3) & (longer <= 60) & (stats[:, cv2.CC_STAT_AREA] >= 5)
    keep[0] = False
    return np.where(keep[labels], np.uint8(255), np.uint8(0)), stats[keep]


def _small_height(marks: Any, rotation: int) -> float:
    """The height of the page's small letters, weighed by their ink, so that dots and commas don't count."""
    import cv2

    across = marks[:, cv2.CC_STAT_WIDTH if rotation % 180 else cv2.CC_STAT_HEIGHT]
    order = np.argsort(across)
    ink = np.cumsum(marks[order, cv2.CC_STAT_AREA])
    return float(across[order[np.searchsorted(ink, _SMALL_PRINT * ink[-1])]])


def _jaggedness(along: Any, across: Any, angle: float) -> float:
    """Energy of the profile's steps if lines run at ``angle`` degrees."""
    radians = np.deg2rad(angle)
    rows = across * np.cos(radians) - along * np.sin(radians)
    profile = np.bincount((rows - rows.min()).astype(np.int32)).astype(np.float32)
    return float(np.square(np.diff(profile)).sum())


def _skew(along: Any, across: Any) -> tuple[float, float]:
    """Best angle in degrees and its jaggedness; ever finer steps around the best so far."""
    best, score = 0.0, -1.0
    sparse = slice(None, None, max(1, len(along) // 15_000))
    for angle in np.arange(-LARGEST_SKEW, LARGEST_SKEW + 0.01, 0.5):
        value = _jaggedness(along[sparse], across[sparse], float(angle))
        if value > score:
            best, score = float(angle), value
    for step in (0.2, 0.05):
        centre, score = best, -1.0
        for angle in centre + step * np.arange(-3, 4):
            value = _jaggedness(along, across, float(angle))
            if value > score:
                best, score = float(angle), value
    return best, score


def _upness(ink: Any) -> tuple[float, float]:
    """Ink above and below the cores of the lines of an image whose lines run level, summed over vertical strips."""
    above = below = 0.0
    strips = max(1, round(ink.shape[1] / 250))
    for strip in np.array_split(ink, strips, axis=1):
        profile = (strip > 0).sum(axis=1).astype(np.float32)
        inked = profile > 0
        edges = np.flatnonzero(np.diff(np.concatenate(([0], inked.view(np.int8), [0]))))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if not 7 <= end - start <= 60:
                continue
            line = profile[start:end]
            core = np.flatnonzero(line > 0.5 * np.sort(line)[-3:].mean())
            above += float(line[: core[0]].sum())
            below += float(line[core[-1] + 1 :].sum())
    return above, below


def posture(gray: Picture) -> Posture:
    """How the page in ``gray`` (8 bit, rows by columns) lies."""
    ink, factor = _binary(gray)
    ink, marks = _letters(ink)
    rows, columns = np.nonzero(ink)
    share = len(rows) / ink.size
    if len(rows) < _MINIMUM_POINTS:
        return Posture(0, 0.0, 0.0, share)
    if len(rows) > _POINTS:
        step = len(rows) // _POINTS + 1
        rows, columns = rows[::step], columns[::step]
    y, x = rows.astype(np.float32), columns.astype(np.float32)
    level, level_score = _skew(x, y)
    upright, upright_score = _skew(ink.shape[0] - y, x)
    rotation, skew = (0, level) if level_score >= upright_score else (90, upright)
    turned = straighten(ink, rotation, skew, background=0)
    above, below = _upness(turned)
    total = above + below
    certainty = abs(above - below) / total if total else 0.0
    if below > above:
        rotation = (rotation + 180) % 360
    height = _small_height(marks, rotation) / factor if len(marks) else 0.0
    return Posture(
        rotation, skew if abs(skew) >= _NEGLIGIBLE_SKEW else 0.0, certainty, share, height
    )


def turn(picture: Any, rotation: int) -> Any:
    """``picture`` turned clockwise by a multiple of 90 degrees."""
    import cv2

    turns = {
        90: cv2.ROTATE_90_CLOCKWISE,
        180: cv2.ROTATE_180,
        270: cv2.ROTATE_90_COUNTERCLOCKWISE,
    }
    return cv2.rotate(picture, turns[rotation]) if rotation else picture


def tilt_matrix(width: int, height: int, skew: float) -> Any:
    """The affine map that levels lines falling by ``skew`` degrees, about the centre."""
    import cv2

    return cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)


def straighten(picture: Any, rotation: int, skew: float, *, background: int = 255) -> Any:
    """``picture`` turned by ``rotation`` and levelled; the size stays that of the turned page."""
    import cv2

    picture = turn(picture, rotation)
    if not skew:
        return picture
    height, width = picture.shape[:2]
    return cv2.warpAffine(
        picture,
        tilt_matrix(width, height, skew),
        (width, height),
        flags=cv2.INTER_CUBIC if background else cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(background,),
    )
