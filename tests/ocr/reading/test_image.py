"""Pictures of pages, however odd their pixels."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ocr.documents import UnreadableError
from ocr.limits import Limits
from ocr.readers.image import to_gray
from ocr.reading import read

SHORT = "Antrag auf Verlängerung der Sondernutzung"


def png_that_claims(width: int, height: int) -> bytes:
    """A tiny file whose header promises a huge picture of white."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="module")
def small(samples: Any) -> Any:
    return samples.page_picture(SHORT, size=(1500, 300))


def test_a_scan_gives_words_in_pixels_of_the_page(samples: Any, small: Any) -> None:
    reading = read(samples.encoded(small, dpi=(300, 300)), "a.png")

    (page,) = reading.pages
    assert reading.type == "image/png"
    assert page.text == SHORT
    assert (page.width, page.height, page.method) == (1500, 300, "ocr")
    box = page.words[0].box
    assert box is not None
    assert box[0] == pytest.approx(112, abs=8)
    assert box[2] - box[0] == pytest.approx(150, abs=25)


def test_a_low_resolution_picture_is_enlarged(samples: Any, small: Any) -> None:
    reduced = Image.fromarray(small).resize((500, 100), Image.Resampling.LANCZOS)

    (page,) = read(samples.encoded(reduced), "a.png").pages

    assert page.text == SHORT
    assert (page.width, page.height) == (500, 100)
    assert page.words[-1].box is not None
    assert page.words[-1].box[2] < 500


def test_every_page_of_a_tiff_is_read(samples: Any, small: Any) -> None:
    second = samples.page_picture("Zweite Seite", size=(1500, 300), rotation=180)
    data = samples.encoded(
        small, "TIFF", dpi=(300, 300), compression="tiff_lzw", save_all=True,
        append_images=[Image.fromarray(second)],
    )  # fmt: skip

    reading = read(data, "a.tif")

    assert reading.type == "image/tiff"
    assert [page.text for page in reading.pages] == [SHORT, "Zweite Seite"]
    assert [page.rotation for page in reading.pages] == [0, 180]


def test_of_a_torn_tiff_the_first_pages_are_read(samples: Any, small: Any) -> None:
    data = samples.encoded(
        small, "TIFF", compression="tiff_lzw", save_all=True, append_images=[Image.fromarray(small)]
    )

    reading = read(data[: len(data) * 6 // 10], "a.tif")

    assert reading.pages[0].text == SHORT
    assert all(page.problem and page.confidence == 0 for page in reading.pages[1:])
    assert reading.warnings


def test_the_camera_knows_which_side_is_up(samples: Any, small: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned clockwise by 90 degrees
    turned = np.rot90(small)

    (page,) = read(samples.encoded(turned, "JPEG", quality=85, exif=exif), "a.jpg").pages

    assert page.text == SHORT
    assert (page.rotation, page.width) == (0, 1500)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_all_kinds_of_pixels_become_grey_on_white(mode: str) -> None:
    paper = np.full((40, 60), 255, dtype=np.uint8)
    paper[10:20, 10:30] = 0
    if mode == "I;16":
        image = Image.fromarray(paper.astype(np.uint16) * 257)
    elif mode in {"LA", "RGBA"}:
        image = Image.fromarray(np.zeros_like(paper)).convert(mode)
        image.putalpha(Image.fromarray(255 - paper))  # black ink on nothing
    else:
        image = Image.fromarray(paper).convert(mode)

    gray = to_gray(image)

    assert gray.dtype == np.uint8
    assert gray[0, 0] >= 250
    assert gray[15, 20] <= 5


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_picture_too_large_is_refused_before_it_is_decoded(samples: Any, kind: str) -> None:
    data = (
        png_that_claims(35_000, 35_000)
        if kind == "PNG"
        else samples.encoded(Image.new("1", (20_000, 20_000)), "TIFF", compression="group4")
    )
    with pytest.raises(UnreadableError, match="zu groß") as raised:
        read(data, "gross", Limits())
    assert raised.value.code == "bomb"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_truncated_picture_is_refused(samples: Any, small: Any, kind: str, share: float) -> None:
    data = samples.encoded(small, kind)
    with pytest.raises(UnreadableError) as raised:
        read(data[: int(len(data) * share)], "a")
    assert raised.value.code == "damaged"


def test_an_empty_page_is_no_failure(samples: Any) -> None:
    reading = read(samples.encoded(np.full((800, 600), 255, dtype=np.uint8)), "leer.png")
    (page,) = reading.pages
    assert (page.text, page.method, page.problem) == ("", "none", None)
    assert reading.warnings == ()


def test_a_picture_without_text_says_so(samples: Any) -> None:
    y, x = np.mgrid[0:600, 0:800]
    waves = (127 + 60 * np.sin(x / 40) + 60 * np.cos(y / 30)).astype(np.uint8)
    (page,) = read(samples.encoded(waves), "foto.png").pages
    assert len(page.text) < 20
    assert page.confidence < 0.5 or page.method == "none"


def test_bytes_of_a_picture_are_read_the_same_from_a_path(
    samples: Any, small: Any, tmp_path: Any
) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(BytesIO(samples.encoded(small)).getvalue())
    assert read(path, "scan.png").pages[0].text == SHORT
