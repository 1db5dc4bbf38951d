"""Pictures of people: drawn anew in a process with limits, square and small, without anything but pixels."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from storage.conflicts import ConflictError
from storage.house import House

SIDE = 320
LARGEST = 12 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
SECONDS = 20.0
REFUSED = "Dieses Bild kann nicht gelesen werden. Bitte nehmen Sie ein JPEG, PNG oder WebP."


def redraw(house: House, data: bytes) -> bytes:
    """The picture as WebP of ``SIDE`` pixels; place, camera and everything else in the file is gone.

    Raises ``ConflictError`` for what is no picture, or too large a one. The web process itself never opens it.
    """
    if len(data) > LARGEST:
        raise ConflictError(f"Das Bild darf höchstens {LARGEST // 1024 // 1024} MB groß sein.")
    path = house.settings.in_data("tmp", f"portrait-{uuid4().hex}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    limits = replace(Limits(), seconds=SECONDS)
    try:
        with ReaderPool(1, limits, warm=("presence.people.portrait",)) as pool:
            made = pool.run("presence.people.portrait:square", path.resolve())
    except UnreadableError:
        raise ConflictError(REFUSED) from None
    finally:
        path.unlink(missing_ok=True)
    if not isinstance(made, bytes):
        raise ConflictError(REFUSED)
    return made


def square(path: Path) -> bytes:
    """Runs in the reader process: the middle of the picture, upright as the camera was held."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise UnreadableError("too_large", "Das Bild hat zu viele Pixel.")
            upright = ImageOps.exif_transpose(opened).convert("RGB")
            small = ImageOps.fit(upright, (SIDE, SIDE), centering=(0.5, 0.4))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UnreadableError("damaged", REFUSED) from None
    fresh = Image.frombytes("RGB", small.size, small.tobytes())  # no info travels along
    out = BytesIO()
    fresh.save(out, "WEBP", quality=82)
    return out.getvalue()
