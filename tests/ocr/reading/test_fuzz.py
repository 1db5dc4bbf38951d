"""Whatever the bytes: a reading or an UnreadableError with one German line, never anything else."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr.documents import Reading, UnreadableError
from ocr.isolation import ReaderPool
from ocr.limits import Limits
from ocr.reading import read

CODES = {"empty", "encrypted", "damaged", "unsupported", "too_large", "bomb", "timeout", "memory"}
# Without Tesseract: recognition itself is not what is fuzzed, and costs a second a page.
FAST = Limits(seconds=0.0, pages=5, pixels=4_000_000, unpacked=20_000_000)
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def outcome(data: bytes, name: str) -> Reading | UnreadableError:
    try:
        return read(data, name, FAST)
    except UnreadableError as error:
        return error


def check(data: bytes, name: str) -> None:
    result = outcome(data, name)
    if isinstance(result, UnreadableError):
        assert result.code in CODES
        assert result.message
        assert "\n" not in result.message
        return
    assert result.pages
    for page in result.pages:
        assert 0 <= page.confidence <= 1
        assert all(page.text[word.start : word.end] == word.text for word in page.words)


def mail() -> bytes:
    return (
        b"From: =?utf-8?Q?J=C3=BCrgen?= <a@example.org>\r\nTo: b@example.org\r\nSubject: x\r\nDate: Sun, 15 Mar 2026 10:30:00"
        b" +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; "
        b"charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Gr=FC=DFe</p>\r\n--b\r\nContent-Type: "
        b"message/rfc822\r\n\r\nSubject: innen\r\n\r\nText\r\n--b\r\nContent-Disposition: attachment; filename*=utf-8''a%C3%A4.pdf"
        b"\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQ=\r\n--b--\r\n"
    )


@pytest.fixture(scope="module")
def originals(samples: Any) -> dict[str, bytes]:
    """A small valid file of each kind."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("a/b.txt", "Guten Tag " * 9)
        archive.writestr("c.xml", "<a>b</a>")
    office = BytesIO()
    with ZipFile(office, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{w}"><w:p><w:r><w:t>Text</w:t></w:r></w:p></w:document>',
        )
    picture = samples.page_picture("Kurz", size=(300, 100))
    return {
        "a.pdf": samples.pdf(samples.printed()),
        "scan.pdf": samples.pdf(samples.scanned(text="Kurz", size=(300, 100))),
        "a.png": samples.encoded(picture),
        "a.jpg": samples.encoded(picture, "JPEG"),
        "a.tif": samples.encoded(picture, "TIFF", compression="tiff_lzw"),
        "a.zip": packed.getvalue(),
        "a.docx": office.getvalue(),
        "a.eml": mail(),
        "a.rtf": rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Sch\'f6n\par{\*\x}\u8364?}",
        "a.html": b"<html><head><title>T</title></head><body><table><tr><td>a</td></tr></table></body></html>",
        "a.xml": b"<?xml version='1.0' encoding='utf-8'?><a xmlns='x'><b c='d'>e</b></a>",
        "a.txt": "Größe in Straßen\x0c\r\nZeile".encode("cp1252"),
    }


KINDS = [
    "a.pdf", "scan.pdf", "a.png", "a.jpg", "a.tif", "a.zip", "a.docx", "a.eml", "a.rtf", "a.html", "a.xml", "a.txt",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_originals_are_readable(originals: dict[str, bytes], kind: str) -> None:
    assert read(originals[kind], kind, FAST).pages


@pytest.mark.parametrize("kind", KINDS)
@FUZZ
@given(data=st.data())
def test_changed_and_cut_files_never_surprise(
    originals: dict[str, bytes], kind: str, data: st.DataObject
) -> None:
    content = bytearray(originals[kind])
    for _ in range(data.draw(st.integers(0, 6))):
        position = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(min_size=0, max_size=12))
        content[position : position + data.draw(st.sampled_from([0, 1, len(piece)]))] = piece
        if not content:
            break
    cut = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    check(bytes(content[:cut]), kind)


@FUZZ
@given(data=st.binary(max_size=2_000), name=st.text(max_size=20))
def test_any_bytes_under_any_name(data: bytes, name: str) -> None:
    check(data, name)


@FUZZ
@given(
    start=st.sampled_from(
        [
            b"%PDF-1.4\n",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"II*\x00",
            b"PK\x03\x04",
            b"{\\rtf1",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1__properties_version1.0",
            b"GIF89a",
            b"<?xml ",
            b"<html>",
            b"From: a@b\nTo: c@d\nSubject: e\n",
        ]
    ),
    rest=st.binary(max_size=3_000),
)
def test_any_bytes_after_a_signature(start: bytes, rest: bytes) -> None:  # fmt: skip
    check(start + rest, "datei")


def test_in_the_pool_rubbish_neither_hangs_nor_kills(
    originals: dict[str, bytes], pool: ReaderPool
) -> None:
    codes = set()
    for kind in KINDS:
        content = originals[kind]
        for share in (0.3, 0.8):
            torn = content[: int(len(content) * share)] + b"\x00\xff" * 20
            try:
                pool.run("ocr.reading:read", torn, kind, FAST)
            except UnreadableError as error:
                codes.add(error.code)
    assert codes <= CODES - {"timeout", "memory"}
    assert pool.run("ocr.names:safe_name", "lebt.pdf") == "lebt.pdf"
