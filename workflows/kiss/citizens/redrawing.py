"""Pictures drawn anew, in a process with limits: place, camera and everything else in the file stays behind."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import Limits

if TYPE_CHECKING:
    from storage.house import House

SIDE = 1_600
LARGEST_PIXELS = 60_000_000
SECONDS = 20.0


def redraw(house: "House", sha256: str) -> bytes:
    """A stored picture as WebP with at most ``SIDE`` pixels a side. Raises ``UnreadableError``."""
    path = house.settings.in_data("tmp", f"bild-{uuid4().hex}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        house.blobs.copy_to(sha256, path)
        limits = replace(Limits(), seconds=SECONDS)
        with ReaderPool(1, limits, warm=("workflows.kiss.citizens.redrawing",)) as pool:
            made = pool.run("workflows.kiss.citizens.redrawing:pixels", path.resolve())
    finally:
        path.unlink(missing_ok=True)
    if not isinstance(made, bytes):
        raise UnreadableError("damaged", "Dieses Bild kann nicht gezeigt werden.")
    return made


def pixels(path: Path) -> bytes:
    """Runs in the reader process: upright as the camera was held, and nothing but pixels."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise UnreadableError("too_large", "Das Bild hat zu viele Pixel.")
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UnreadableError("damaged", "Dieses Bild kann nicht gezeigt werden.") from None
    upright.thumbnail((SIDE, SIDE))
    fresh = Image.frombytes("RGB", upright.size, upright.tobytes())  # no info travels along
    out = BytesIO()
    fresh.save(out, "WEBP", quality=82)
    return out.getvalue()
