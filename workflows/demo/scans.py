"""Paper as a scanner sees it: rendered pages with noise, faded print, skew and turned sheets."""

import io
import random
from collections.abc import Iterable

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

PAPER = 246
_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def page_images(pdf: bytes, dpi: int = 200) -> list[Image.Image]:
    """The pages of a PDF as grey images."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]
    finally:
        document.close()


def as_scanned(image: Image.Image, rng: random.Random, rotation: int = 0) -> Image.Image:
    """The page with grain, grey paper and up to 1.5 degrees of skew. ``rotation`` is the clockwise turn
    (0, 90, 180, 270) that makes the result upright again.
    """
    grain = np.random.default_rng(rng.getrandbits(64))
    level = rng.uniform(3, 9)
    tile = grain.standard_normal((image.height // 2 + 1, image.width // 2 + 1), dtype=np.float32)
    noise = tile.repeat(2, axis=0).repeat(2, axis=1)[: image.height, : image.width] * level
    ink = rng.uniform(15, 60)
    pixels = np.asarray(image, dtype=np.float32) * ((PAPER - ink) / 255) + ink + noise
    grey = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    skewed = grey.rotate(rng.uniform(-1.5, 1.5), Image.Resampling.BILINEAR, fillcolor=PAPER)
    return skewed.transpose(_TURNS[rotation]) if rotation else skewed


def scanned_pdf(images: Iterable[Image.Image], quality: int = 60) -> bytes:
    """A PDF of JPEG pages without text layer, sheets in the direction of their images."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for image in images:
        short, long = A4
        width, height = (long, short) if image.width > image.height else (short, long)
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG", quality=quality)
        jpeg.seek(0)
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(jpeg), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def png(image: Image.Image) -> bytes:
    """A PNG with 16 shades of grey, as scanners save it to keep the file small."""
    buffer = io.BytesIO()
    image.point(lambda grey: grey & 0xF0).save(buffer, "PNG")
    return buffer.getvalue()


def tiff(images: list[Image.Image]) -> bytes:
    """A TIFF with one black-and-white page per image, as fax machines and old scanners send it."""
    buffer = io.BytesIO()
    pages = [image.point(lambda grey: 255 * (grey > 140)).convert("1") for image in images]
    pages[0].save(
        buffer, "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(200, 200)
    )
    return buffer.getvalue()
