"""Pictures of pages: PNG, JPEG, TIFF with many pages and the rest that Pillow reads, however odd their pixels."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ocr import progress
from ocr.detection import BMP, GIF, JPEG, PNG, TIFF, WEBP
from ocr.documents import Page, Reading, UnreadableError
from ocr.limits import Limits
from ocr.scan import read_picture
from ocr.slots import slot
from ocr.straighten import Picture

_A4_SHORT_SIDE = 8.27  # inches
_MEDIA_TYPES = {
    "PNG": PNG,
    "JPEG": JPEG,
    "MPO": JPEG,
    "TIFF": TIFF,
    "GIF": GIF,
    "BMP": BMP,
    "WEBP": WEBP,
}
_FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")  # MPO is found as JPEG
_DAMAGED = "Diese Bilddatei ist beschädigt oder unvollständig. Bitte erneut anfordern."
_BAD_PAGE = "Diese Seite ist beschädigt und konnte nicht gelesen werden."
# What Pillow raises on bytes that are not what they claim to be.
_FAULTS = (OSError, ValueError, TypeError, SyntaxError, EOFError, KeyError, IndexError, OverflowError,
           ZeroDivisionError, AttributeError, ArithmeticError, NotImplementedError, RuntimeError)  # fmt: skip


@contextmanager
def open_picture(source: bytes | Path, limits: Limits) -> Iterator[Any]:
    """The file as a Pillow image, not yet decoded. Raises UnreadableError."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit says it in German, and for each page
    try:
        image = Image.open(
            BytesIO(source) if isinstance(source, bytes) else source, formats=_FORMATS
        )
    except _FAULTS as error:
        raise UnreadableError("damaged", _DAMAGED) from error
    with image:
        _check_size(image, limits)
        yield image


def _check_size(image: Any, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.pixels:
        raise UnreadableError(
            "bomb",
            f"Das Bild ist mit {width} × {height} Bildpunkten zu groß. Bitte kleiner einscannen (300 dpi genügen).",
        )


def _dpi(image: Any) -> float:
    """The stated resolution if it makes sense for a page, else that of an A4 page of this width."""
    stated = image.info.get("dpi")
    width, height = image.size
    if stated:
        try:
            dpi = float(stated[0])
        except (TypeError, ValueError, ZeroDivisionError, IndexError):
            dpi = 0.0
        # Cameras and screens state 72 or 96 for everything.
        if 120 <= dpi <= 1200 and 2 <= min(width, height) / dpi <= 40:
            return dpi
    return float(min(600.0, max(70.0, min(width, height) / _A4_SHORT_SIDE)))


def upright_by_camera(image: Any) -> Any:
    """Turned as EXIF says."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def on_paper(image: Any) -> Any:
    """Any of Pillow's modes as 8-bit grey or RGB on white paper."""
    from PIL import Image

    if image.mode in {"I;16", "I;16L", "I;16B", "I", "F"}:
        values = np.asarray(image, dtype=np.float32)
        top = float(values.max(initial=0.0))
        scale = 65535.0 if top > 255 else 255.0
        return Image.fromarray(
            np.asarray(np.clip(values * (255.0 / scale), 0, 255), dtype=np.uint8)
        )
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, layer)
    return image if image.mode == "L" else image.convert("RGB")


def to_gray(image: Any) -> Picture:
    """8-bit grey on white paper."""
    return np.asarray(on_paper(image).convert("L"), dtype=np.uint8)


def _read_page(gray: Picture, number: int, dpi: float, limits: Limits, until: float) -> Page:
    with slot():
        return read_picture(gray, number, dpi, 1.0, limits, until)


def read_image(source: bytes | Path, limits: Limits) -> Reading:
    """Reads all pages of a picture file; boxes in pixels. Raises UnreadableError if the first page is unreadable."""
    until = time.monotonic() + limits.seconds * 0.8
    warnings: list[str] = []
    pages: list[Page] = []
    with open_picture(source, limits) as image, ThreadPoolExecutor(limits.threads) as readers:
        media_type = _MEDIA_TYPES[image.format]
        total = _frames(image, warnings)
        count = min(total, limits.pages)
        if count < total:
            warnings.append(f"Die Datei hat {total} Seiten; gelesen wurden nur die ersten {count}.")
        for first in range(0, count, limits.threads):
            batch: list[Any] = []
            for index in range(first, min(first + limits.threads, count)):
                try:
                    image.seek(index)
                    _check_size(image, limits)
                    frame = upright_by_camera(image)
                    gray = to_gray(frame)
                    if gray.size == 0:
                        raise ValueError("empty picture")
                except (UnreadableError, MemoryError, *_FAULTS) as error:
                    if total == 1:
                        raise _refusal(error) from error
                    message = error.message if isinstance(error, UnreadableError) else _BAD_PAGE
                    batch.append(Page(index + 1, "", "none", 0.0, problem=message))
                    continue
                batch.append(
                    readers.submit(_read_page, gray, index + 1, _dpi(image), limits, until)
                )
            for entry in batch:
                pages.append(entry if isinstance(entry, Page) else entry.result())
                progress.report(len(pages), count)
    if all(page.problem == _BAD_PAGE for page in pages):
        raise UnreadableError("damaged", _DAMAGED)
    unread = sum(page.problem is not None for page in pages)
    if unread:
        warnings.append(f"{unread} von {count} Seiten konnten nicht gelesen werden.")
    return Reading(media_type, tuple(pages), warnings=tuple(warnings))


def _refusal(error: BaseException) -> UnreadableError:
    if isinstance(error, UnreadableError):
        return error
    if isinstance(error, MemoryError):
        return UnreadableError(
            "memory", "Das Bild braucht zu viel Speicher. Bitte kleiner einscannen."
        )
    return UnreadableError("damaged", _DAMAGED)


def _frames(image: Any, warnings: list[str]) -> int:
    """The number of pages; of a torn file, the pages before the tear."""
    if image.format != "TIFF":
        return 1
    try:
        return max(1, int(image.n_frames))
    except _FAULTS:
        warnings.append("Die Datei ist unvollständig; gelesen wurde, was noch vorhanden ist.")
    count = 1
    with suppress(*_FAULTS):
        while True:
            image.seek(count)
            count += 1
    return count
