"""Sample files, made on the spot: text, scans in every posture, forms, attachments, pictures, office files."""

import textwrap
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from ocr.isolation import ReaderPool
from ocr.limits import Limits

LETTER = (
    "Stadt Lindenbrück, Bürgerbüro. Sehr geehrte Damen und Herren, hiermit beantrage ich die Genehmigung "
    "zur Errichtung einer Garage auf meinem Grundstück. Die Nachbarn haben bereits schriftlich zugestimmt. "
    "Über eine zügige Bearbeitung würde ich mich freuen, da die Bauarbeiten noch vor dem Winter beginnen "
    "sollen. Die Gebühr von 125,50 EUR habe ich am 15. März 2026 überwiesen. Mit freundlichen Grüßen"
)
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
)


def font(size: int) -> Any:
    for path in FONTS:
        if Path(path).exists():
            return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)


@cache
def page_picture(
    text: str = LETTER,
    rotation: int = 0,
    skew: float = 0.0,
    noise: float = 8.0,
    size: tuple[int, int] = (1500, 1100),
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A printed page at 300 dpi as a scanner sees it; ``rotation`` and ``skew`` are what reading has to undo."""
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    y = 90
    for line in textwrap.wrap(text, 52):
        draw.text((110, y), line, font=font(46), fill=10)
        y += 68
    pixels: Any = np.asarray(image)
    height, width = pixels.shape
    if skew:
        tilt = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1)
        pixels = cv2.warpAffine(
            pixels, tilt, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,)
        )
    pixels = np.rot90(pixels, rotation // 90)
    grain = np.random.default_rng(1).normal(0, noise, pixels.shape)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def encoded(pixels: Any, kind: str = "PNG", **options: Any) -> bytes:
    output = BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(output, kind, **options)
    return output.getvalue()


def pdf(*pages: Callable[[canvas.Canvas], None], size: tuple[float, float] = (595, 842)) -> bytes:
    """A PDF whose pages are drawn by ``pages``."""
    output = BytesIO()
    paper = canvas.Canvas(output, pagesize=size, pageCompression=1)
    for draw in pages:
        draw(paper)
        paper.showPage()
    paper.save()
    return output.getvalue()


def printed(text: str = LETTER, x: float = 60, y: float = 780) -> Callable[[canvas.Canvas], None]:
    """A page with a text layer."""

    def draw(paper: canvas.Canvas) -> None:
        paper.setFont("Helvetica", 11)
        for number, line in enumerate(
            textwrap.wrap(text, 80) if "\n" not in text else text.split("\n")
        ):
            paper.drawString(x, y - 16 * number, line)

    return draw


def scanned(**posture: Any) -> Callable[[canvas.Canvas], None]:
    """A page that is nothing but a scan."""

    def draw(paper: canvas.Canvas) -> None:
        pixels = page_picture(**posture)
        width, height = pixels.shape[1] * 72 / 300, pixels.shape[0] * 72 / 300
        paper.setPageSize((width, height))
        paper.drawImage(ImageReader(Image.fromarray(pixels)), 0, 0, width, height)

    return draw


@pytest.fixture(scope="session")
def pool() -> Any:
    """One reader process with tight limits, so that hanging is noticed within seconds."""
    limits = Limits(seconds=40, patience=20, memory=2 << 30, pixels=60_000_000)
    with ReaderPool(1, limits) as readers:
        yield readers


@pytest.fixture(scope="session")
def samples() -> SimpleNamespace:
    """The makers above; test modules can't import a conftest."""
    return SimpleNamespace(
        LETTER=LETTER,
        encoded=encoded,
        page_picture=page_picture,
        pdf=pdf,
        printed=printed,
        scanned=scanned,
    )
