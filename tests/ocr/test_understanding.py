"""What a reader process hands back of a file: its parts, its problems, and the same again from what is stored."""

import io
from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from ocr.documents import Page, Reading
from ocr.packing import pack_reading
from ocr.understanding import understand, understand_again
from tests.ocr.invoices.test_structured import cii


def with_inside(**files: bytes) -> bytes:
    """A PDF with files embedded in it."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.drawString(70, 700, "Anbei die Unterlagen, siehe eingebettete Dateien.")
    canvas.save()
    document = pypdfium2.PdfDocument(out.getvalue())
    for name, content in files.items():
        document.new_attachment(name.replace("_", ".")).set_data(content)
    packed = io.BytesIO()
    document.save(packed)
    document.close()
    return packed.getvalue()


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    path = tmp_path / "rechnung.pdf"
    path.write_bytes(with_inside(rechnung_xml=cii().encode(), stunden_txt=b"Montag acht Stunden"))
    return path


def test_files_inside_a_pdf_become_documents_but_not_the_bill_once_more(bill: Path) -> None:
    understood = understand(str(bill), bill.name)
    assert understood.details["invoice"]["number"] == "2026/77"
    assert [each.name for each in understood.parts] == ["stunden.txt"]


def test_a_new_analysis_keeps_what_only_the_file_itself_said(bill: Path) -> None:
    first = understand(str(bill), bill.name)
    again = understand_again(first.reading, first.analysis)
    assert again.details["invoice"] == first.details["invoice"]


def test_pages_that_could_not_be_read_are_counted() -> None:
    pages = (
        Page(1, "Guten Tag", "text", 1.0),
        Page(2, "", "none", 0.0, problem="Diese Seite wurde ausgelassen."),
    )
    understood = understand_again(pack_reading(Reading("application/pdf", pages)))
    assert understood.problems == ("Diese Seite wurde ausgelassen.",)
    assert understood.details["problems"] == 1
