"""A page at which the reader itself dies or hangs costs that page, not the document."""

import os
import signal
import threading
import zlib
from pathlib import Path

import pytest

from ocr.documents import Page, UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from tests.ocr.reading.handmade import assembled, stream

FONT, HOG = 90, 100


def document(*pages: bytes) -> bytes:
    """A PDF of pages with these content streams (objects, not bare operators)."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[%b]/Count %d>>"
        % (b" ".join(b"%d 0 R" % (10 + n) for n in range(len(pages))), len(pages)),
        FONT: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    for number, content in enumerate(pages):
        objects[10 + number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources"
            b"<</Font<</F %d 0 R>>/XObject<</X %d 0 R>>>>>>" % (50 + number, FONT, HOG)
        )
        objects[50 + number] = content
    # Each form shows the next one thirty times: 30^9 drawings out of four kilobytes.
    for level in range(9):
        objects[HOG + level] = stream(
            b"/X Do " * 30,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>"
            % (HOG + level + 1),
        )
    objects[HOG + 9] = stream(b"0 0 1 1 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return assembled(objects)


def printed(number: int) -> bytes:
    return stream(b"BT /F 12 Tf 60 700 Td (Seite %d steht hier) Tj ET" % number)


ENDLESS = stream(b"/X Do")


@pytest.fixture(scope="module")
def greedy() -> bytes:
    """A content stream of half a gigabyte, packed."""
    packer = zlib.compressobj(1)
    piece = b"0 0 1 1 re f\n" * 100_000
    packed = b"".join(packer.compress(piece) for _ in range(400)) + packer.flush()
    return stream(packed, b"/Filter/FlateDecode")


def check(pages: tuple[Page, ...], bad: int, reason: str) -> None:
    for page in pages:
        if page.number == bad:
            assert (page.method, page.text, page.confidence) == ("none", "", 0.0)
            assert page.problem is not None
            assert reason in page.problem
        else:
            assert (page.text, page.problem) == (f"Seite {page.number} steht hier", None)


def test_a_page_that_never_ends_is_left_out() -> None:
    pdf = document(printed(1), ENDLESS, printed(3))
    with ReaderPool(1, Limits(patience=3.0)) as readers:
        reading = readers.run("ocr.reading:read", pdf, "brief.pdf")
    assert len(reading.pages) == 3
    check(reading.pages, 2, "dauert zu lange")
    assert reading.warnings == ("1 von 3 Seiten ohne lesbaren Text.",)


def test_a_page_that_eats_all_memory_is_left_out(greedy: bytes) -> None:
    pdf = document(printed(1), printed(2), greedy)
    with ReaderPool(1, Limits(memory=700 << 20, patience=60.0)) as readers:
        reading = readers.run("ocr.reading:read", pdf, "brief.pdf")
    assert len(reading.pages) == 3
    check(reading.pages, 3, "zu viel Speicher")


def test_a_page_at_which_the_reader_crashes_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(document(ENDLESS, printed(2)))
    with ReaderPool(1, Limits()) as readers:
        readers.run("ocr.names:safe_name", "warm")
        (victim,) = readers.processes()
        future = readers.submit("ocr.reading:read", path, "brief.pdf")
        threading.Timer(1.0, os.kill, (victim, signal.SIGSEGV)).start()
        check(future.result(timeout=120).pages, 1, "abstürzt")


def test_a_reader_killed_from_outside_blames_no_page(tmp_path: Path) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(document(ENDLESS, printed(2)))
    with ReaderPool(1, Limits()) as readers:
        readers.run("ocr.names:safe_name", "warm")
        (victim,) = readers.processes()
        future = readers.submit("ocr.reading:read", path, "brief.pdf")
        threading.Timer(0.5, os.kill, (victim, signal.SIGKILL)).start()
        with pytest.raises(UnreadableError) as raised:
            future.result(timeout=120)
        assert not raised.value.permanent


@pytest.mark.long
def test_a_file_of_nothing_but_bad_pages_is_given_up() -> None:
    with ReaderPool(1, Limits(patience=0.5)) as readers:
        with pytest.raises(UnreadableError, match="dauert zu lange"):
            readers.run("ocr.reading:read", document(*[ENDLESS] * 8), "boese.pdf")
        assert readers.run("ocr.names:safe_name", "lebt.pdf") == "lebt.pdf"
