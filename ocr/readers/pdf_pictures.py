"""PDF pages as pictures: what lies on the page, the page rendered, or the scan itself taken from it."""

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np

from ocr.straighten import Picture, turn

_OBJECTS_LOOKED_AT = 400
_OCR_PIXELS = 40_000_000  # a larger picture makes Tesseract slow, not better
_COVERS = 0.98
_LOWEST_NATIVE_DPI, _HIGHEST_NATIVE_DPI = 150, 450


@dataclass(frozen=True, slots=True)
class Makeup:
    """What a page consists of; ``coverage`` is the share of the page that the largest picture covers."""

    objects: int
    coverage: float
    only_picture: Any | None  # the picture object where nothing else is to be seen


def _is_hidden_text(item: Any) -> bool:
    import pypdfium2.raw as pdfium

    if item.type != pdfium.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def makeup(page: Any) -> Makeup:
    """Looks at the first few hundred objects of ``page`` (forms included)."""
    import pypdfium2.raw as pdfium

    left, bottom, right, top = _bounds(page)
    area = max((right - left) * (top - bottom), 1.0)
    pictures: list[Any] = []
    others = objects = 0
    coverage = 0.0
    for objects, item in enumerate(page.get_objects(max_depth=4), start=1):
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = item.get_bounds()
            shown = max(0.0, min(x1, right) - max(x0, left)) * max(
                0.0, min(y1, top) - max(y0, bottom)
            )
            coverage = max(coverage, shown / area)
            pictures.append(item)
        elif item.type != pdfium.FPDF_PAGEOBJ_FORM and not _is_hidden_text(item):
            others += 1
        if objects >= _OBJECTS_LOOKED_AT:
            others += 1
            break
    alone = pictures[0] if len(pictures) == 1 and not others and coverage > _COVERS else None
    return Makeup(objects, min(coverage, 1.0), alone)


def _bounds(page: Any) -> tuple[float, float, float, float]:
    import pypdfium2.raw as pdfium

    bounds = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(bounds))
    return bounds.left, bounds.bottom, bounds.right, bounds.top


def scale_for(width: float, height: float, dpi: float, pixels: int) -> float:
    """Pixels per point that keep the rendered page within ``pixels``."""
    wanted = dpi / 72
    area = max(width * height, 1.0)
    return float(min(wanted, (pixels / area) ** 0.5))


def _gray(bitmap: Any) -> Picture:
    import cv2

    array = bitmap.to_numpy()
    if array.ndim == 2 or array.shape[2] == 1:
        return np.ascontiguousarray(array.reshape(array.shape[:2]))
    if array.shape[2] == 3:
        return np.asarray(cv2.cvtColor(array, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(array, cv2.COLOR_BGRA2GRAY), dtype=np.uint8)


def render_gray(page: Any, dpi: float) -> tuple[Picture, float]:
    """The page as shown, grey on white, and its real resolution in dpi."""
    width, height = page.get_size()
    scale = scale_for(width, height, dpi, _OCR_PIXELS)
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True)
    try:
        return _gray(bitmap).copy(), scale * 72
    finally:
        bitmap.close()


def _placed_dpi(page: Any, item: Any, information: Any) -> float | None:
    """The resolution of a picture that fills its page plainly: neither turned, mirrored nor stretched."""
    a, b, c, d, e, f = item.get_matrix().get()
    left, bottom, right, top = _bounds(page)
    if min(a, d) <= 0 or max(abs(b), abs(c)) > 0.01:
        return None
    if max(abs(e - left), abs(f - bottom), abs(e + a - right), abs(f + d - top)) > 2.0:
        return None
    dpi, other = float(information.width * 72 / a), float(information.height * 72 / d)
    return dpi if abs(dpi - other) <= 0.03 * dpi else None


def native_gray(page: Any, item: Any) -> tuple[Picture, float] | None:
    """The scan a page consists of, in its own resolution; ``None`` where rendering is safer (masks, odd placement,
    other resolutions in width and height).
    """
    import pypdfium2.raw as pdfium

    if pdfium.FPDFPageObj_HasTransparency(item):
        return None
    information = item.get_metadata()
    dpi = _placed_dpi(page, item, information)
    if information.colorspace in {pdfium.FPDF_COLORSPACE_UNKNOWN, pdfium.FPDF_COLORSPACE_PATTERN}:
        return None
    if dpi is None or not _LOWEST_NATIVE_DPI <= dpi <= _HIGHEST_NATIVE_DPI:
        return None
    if information.width * information.height > _OCR_PIXELS:
        return None
    bitmap = item.get_bitmap()
    try:
        gray = _gray(bitmap).copy()
    finally:
        bitmap.close()
    return turn(gray, 90 * (pdfium.FPDFPage_GetRotation(page) % 4)), dpi
