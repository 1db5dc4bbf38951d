"""Pictures of pages: PNG, JPEG, TIFF with many pages and the rest that Pillow reads, however odd their pixels."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ocr import progress
from ocr.detection import BMP, GIF, JPEG, PNG, TIFF, WEBP
from ocr.documents import Page, Reading, UnreadableError
from ocr.limits import Limits
from ocr.readers.ahead import HUNGRY, Entry, Recognition, summary_of
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
            dpi = max(map(float, stated[:2]))
        except (TypeError, ValueError, ZeroDivisionError, IndexError):
            dpi = 0.0
        # Cameras and screens state 72 or 96 for everything.
        if 120 <= dpi <= 1200 and 2 <= min(width, height) / dpi <= 40:
            return dpi
    return float(min(600.0, max(70.0, min(width, height) / _A4_SHORT_SIDE)))


def as_shown(image: Any) -> Any:
    """Turned as EXIF says, with square pixels: faxes have twice as many across as down."""
    from PIL import ImageOps

    stretch = 1.0
    with suppress(TypeError, ValueError, ZeroDivisionError, IndexError, KeyError):
        across, down = image.info["dpi"]
        stretch = float(across) / float(down)
    if 1.1 < stretch < 3 or 1 / 3 < stretch < 0.9:
        width, height = image.size
        size = (width, round(height * stretch)) if stretch > 1 else (round(width / stretch), height)
        image = image.convert("L").resize(size)
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


def _entry(image: Any, index: int, recognition: Recognition) -> Entry:
    """Page ``index`` from 0, being recognised, or what is wrong with it."""
    number = index + 1
    if reason := progress.enter(number):
        return Page(number, "", "none", 0.0, problem=reason)
    try:
        image.seek(index)
        _check_size(image, recognition.limits)
        gray = to_gray(as_shown(image))
    except UnreadableError as error:
        return Page(number, "", "none", 0.0, problem=error.message)
    except MemoryError:
        return Page(number, "", "none", 0.0, problem=HUNGRY)
    except _FAULTS:
        return Page(number, "", "none", 0.0, problem=_BAD_PAGE)
    if not gray.size:
        return Page(number, "", "none", 0.0, problem=_BAD_PAGE)
    return recognition.start(gray, number, _dpi(image), 1.0)


def read_image(source: bytes | Path, limits: Limits) -> Reading:
    """Reads all pages of a picture file; boxes in pixels. Raises UnreadableError if no page can be decoded."""
    warnings: list[str] = []
    with open_picture(source, limits) as image, Recognition(limits) as recognition:
        media_type = _MEDIA_TYPES[image.format]
        total = _frames(image, warnings)
        count = min(total, limits.pages)
        if count < total:
            warnings.append(f"Die Datei hat {total} Seiten; gelesen wurden nur die ersten {count}.")
        entries = (_entry(image, index, recognition) for index in range(count))
        pages = list(recognition.in_order(entries, count))
    progress.enter(0)
    if all(page.problem == _BAD_PAGE for page in pages):
        raise UnreadableError("damaged", _DAMAGED)
    warnings.extend(summary_of(pages))
    return Reading(media_type, tuple(pages), warnings=tuple(warnings))


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
