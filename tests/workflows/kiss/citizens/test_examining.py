"""Documents of strangers: told by content, and never with a program inside."""

import contextlib
import io
from zipfile import ZipFile

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

from ocr.detection import DOCX, ODT, PDF, TEXT
from ocr.documents import UnreadableError
from workflows.kiss.citizens.examining import (
    ARCHIVE,
    DAMAGED,
    LOCKED,
    OTHER,
    PROGRAM,
    examine,
    looked_into,
)

ALL = frozenset({PDF, DOCX, ODT, TEXT})


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    return packed(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **more})


def odt(**more: bytes) -> bytes:
    return packed(mimetype=ODT.encode(), **{"content.xml": b"<office/>", **more})


def pdf(*, password: str = "", attached: bytes = b"") -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, encrypt=StandardEncryption(password) if password else None)
    page.drawString(100, 700, "Bescheid")
    page.save()
    if not attached:
        return out.getvalue()
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        document.new_attachment("anlage").set_data(attached)
        again = io.BytesIO()
        document.save(again)
    return again.getvalue()


def with_script(where: str) -> bytes:
    """A script that runs when the document is opened."""
    action = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    entry = (
        f"/OpenAction {action}"
        if where == "open"
        else f"/Names << /JavaScript << /Names [(a) {action}] >> >>"
    )
    return (
        f"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R {entry} >> endobj\n"
        "2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"
        "3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF"
    ).encode()


INVOICE = b"<?xml version='1.0'?><rsm:CrossIndustryInvoice xmlns:rsm='x'/>"
ELSEWHERE = b'<Relationship Type="x/attachedTemplate" Target="http://boese.example/a.dotm" TargetMode="External"/>'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf(), PDF),
        (pdf(attached=INVOICE), PDF),
        (docx(), DOCX),
        (odt(), ODT),
        ("Grüße aus der Straße.".encode(), TEXT),
        ("Grüße".encode("cp1252"), TEXT),
    ],
)
def test_what_is_taken_is_told_by_its_content(content: bytes, kind: str) -> None:
    assert looked_into(content, "irgendwas.exe") == kind


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (with_script("open"), PROGRAM),
        (with_script("names"), PROGRAM),
        (pdf(attached=b"MZ\x90\x00"), PROGRAM),
        (pdf(password="geheim"), LOCKED),
        (b"%PDF-1.7 kaputt", DAMAGED),
        (docx(**{"word/vbaProject.bin": b"x"}), PROGRAM),
        (docx(**{"word/embeddings/oleObject1.bin": b"x"}), PROGRAM),
        (docx(**{"word/_rels/settings.xml.rels": ELSEWHERE}), PROGRAM),
        (odt(**{"Basic/Standard/Module1.xml": b"x"}), PROGRAM),
        (packed(**{"a.txt": b"x"}), ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), ARCHIVE),
        (b"Rar!\x1a\x07\x00" + bytes(40), ARCHIVE),
        (b"MZ\x90\x00" + bytes(100), OTHER),
        (packed(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), OTHER),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), OTHER),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(content: bytes, told: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        looked_into(content, "bescheid.pdf")
    assert refused.value.message == told


def test_it_is_looked_into_in_a_process_of_its_own() -> None:
    assert examine(pdf(), "bescheid.txt", ALL) == PDF
    with pytest.raises(UnreadableError, match="Archive wie ZIP"):
        examine(packed(a=b"x"), "bescheid.pdf", ALL)
    with pytest.raises(UnreadableError, match="Dieses Format"):
        examine(b"Nur Text", "a.txt", frozenset({PDF}))
    with pytest.raises(UnreadableError, match="Dieses Format"):
        examine(b"<html><body>Hallo</body></html>", "a.txt", ALL)


@given(st.binary(max_size=200), st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"{\\rtf"]))
def test_no_bytes_break_it(content: bytes, begin: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        assert "/" in looked_into(begin + content, "datei")
