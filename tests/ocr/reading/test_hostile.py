"""Files made to break the reader: too many pages, too many pixels, bombs in what a page shows."""

import contextlib
import struct
import zlib
from typing import Any

import psutil
import pytest

from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from tests.ocr.reading.handmade import assembled, stream


def rows(width: int, height: int, *, filtered: bool) -> bytes:
    """A packed black and white picture of nothing but black."""
    row = b"\0" * ((width + 7) // 8 + filtered)
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(row) for _ in range(height)) + packer.flush()


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    content = chunk(b"IHDR", head) + chunk(b"IDAT", rows(width, height, filtered=True))
    return b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b"")


def pdf_of_picture(width: int, height: int) -> bytes:
    entries = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray"
        b"/Filter/FlateDecode" % (width, height)
    )
    return assembled(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</XObject<</I 5 0 R>>>>>>",
            4: stream(b"q 595 0 0 842 0 0 cm /I Do Q"),
            5: stream(rows(width, height, filtered=False), entries),
        }
    )


def pdf_of_pages(count: int) -> bytes:
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R"
        b"/Resources<</Font<</F 4 0 R>>>>>>"
    )
    kids = b" ".join(b"%d 0 R" % (10 + n) for n in range(count))
    return assembled(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count),
            3: stream(b"BT /F 12 Tf 60 700 Td (Seite) Tj ET"),
            4: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            **{10 + n: page for n in range(count)},
        }
    )


def test_a_picture_of_35000_by_35000_pixels_is_refused(pool: ReaderPool) -> None:
    with pytest.raises(UnreadableError, match="35000 × 35000") as raised:
        pool.run("ocr.reading:read", png(35_000, 35_000), "karte.png")
    assert raised.value.code == "bomb"


@pytest.mark.long
def test_a_pdf_that_shows_35000_by_35000_pixels_does_not_exhaust_the_reader(
    pool: ReaderPool,
) -> None:
    reading = pool.run("ocr.reading:read", pdf_of_picture(35_000, 35_000), "karte.pdf")
    assert [(page.number, page.text) for page in reading.pages] == [(1, "")]
    assert pool.run("ocr.names:safe_name", "lebt.pdf") == "lebt.pdf"


@pytest.mark.long
def test_of_ten_thousand_pages_the_first_are_read_and_the_rest_is_said(pool: ReaderPool) -> None:
    limits = Limits()
    reading = pool.run("ocr.reading:read", pdf_of_pages(10_000), "buch.pdf", limits)
    assert len(reading.pages) == limits.pages
    assert {page.text for page in reading.pages} == {"Seite"}
    assert reading.warnings == ("Die Datei hat 10000 Seiten; gelesen wurden nur die ersten 3000.",)


@pytest.mark.parametrize("name", ["a\x1b[31m.pdf", "../../x\n.pdf", "\u202efdp.exe", "\0"])
def test_names_full_of_control_characters_harm_nobody(name: str, samples: Any, pool: Any) -> None:
    reading = pool.run("ocr.reading:read", samples.pdf(samples.printed("Guten Tag")), name)
    assert reading.pages[0].text == "Guten Tag"


@pytest.mark.parametrize(
    ("start", "name"),
    [(b"<a>", "a.xml"), (b"<html><div>", "a.html"), (b"{\\rtf1", "a.rtf"), (b"%PDF-1.7\n[", "a.pdf")],
)  # fmt: skip
def test_nesting_without_end_ends(start: bytes, name: str, pool: ReaderPool) -> None:
    piece = {"a.xml": b"<a>", "a.html": b"<div>", "a.rtf": b"{\\b ", "a.pdf": b"[<<"}[name]
    pool.run("ocr.names:safe_name", "warm")
    readers = [psutil.Process(each) for each in pool.processes()]
    before = [sum(each.cpu_times()[:2]) for each in readers]
    outcome = pool.submit("ocr.reading:read", start + piece * 100_000 + b"x", name)
    error = outcome.exception(timeout=300)
    for reader, spent in zip(readers, before, strict=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it died of it
            assert sum(reader.cpu_times()[:2]) - spent < 20
    if error is None:
        assert len(outcome.result().pages) == 1
    else:
        assert isinstance(error, UnreadableError)
        assert error.code == "damaged"
