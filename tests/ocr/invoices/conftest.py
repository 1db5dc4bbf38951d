"""Invoices made by the project: what is printed, drawn as PDF, and today's structured formats."""

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from ocr.documents import Attachment, Page, Reading, Word
from ocr.reading import read

SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples" / "invoices"
Placed = tuple[float, float, str]
Draw = Callable[..., bytes]


@pytest.fixture(scope="session")
def samples() -> list[Path]:
    found = sorted(SAMPLES.glob("*.pdf")) if SAMPLES.is_dir() else []
    if not found:
        pytest.skip("die Beispielrechnungen liegen nicht vor")
    return found


@pytest.fixture(scope="session")
def draw() -> Draw:
    """Draws pages of ``(x, y, text)``, millimetres from the top left; x < 0 aligns right at -x."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    def drawn(*pages: Iterable[Placed], font: str = "Helvetica", size: float = 10) -> bytes:
        target = io.BytesIO()
        canvas = Canvas(target, pagesize=A4, invariant=True)
        for page in pages:
            canvas.setFont(font, size)
            for x, y, text in page:
                if x < 0:
                    canvas.drawRightString(-x * mm, A4[1] - y * mm, text)
                else:
                    canvas.drawString(x * mm, A4[1] - y * mm, text)
            canvas.showPage()
        canvas.save()
        return target.getvalue()

    return drawn


@pytest.fixture(scope="session")
def printed(draw: Draw) -> Callable[..., Reading]:
    """The reading of a PDF drawn from ``(x, y, text)`` pages."""

    def reading(*pages: Iterable[Placed], font: str = "Helvetica", size: float = 10) -> Reading:
        return read(draw(*pages, font=font, size=size), "rechnung.pdf")

    return reading


@pytest.fixture(scope="session")
def scanned() -> Callable[[bytes], Reading]:
    """The reading of a PDF's first page as a picture at 300 dpi, so that nothing but the print is left."""
    import pypdfium2

    def reading(pdf: bytes) -> Reading:
        document = pypdfium2.PdfDocument(pdf)
        picture = document[0].render(scale=300 / 72).to_pil().convert("L")
        target = io.BytesIO()
        picture.save(target, "PNG", dpi=(300, 300))
        document.close()
        return read(target.getvalue(), "scan.png")

    return reading


@pytest.fixture(scope="session")
def typed() -> Callable[[str], Reading]:
    """A reading without layout, as plain text or DOCX yield it."""

    def reading(text: str) -> Reading:
        return Reading("text/plain", (Page(1, text, "text", 1.0),))

    return reading


@pytest.fixture(scope="session")
def placed() -> Callable[[Sequence[Sequence[tuple[float, str]]]], Reading]:
    """A page of rows of ``(x, text)``, twelve points apart, boxes as of ten-point type."""

    def reading(rows: Sequence[Sequence[tuple[float, str]]]) -> Reading:
        text = ""
        words = []
        for number, row in enumerate(rows):
            for x, cell in row:
                left = x
                for word in cell.split():
                    box = (left, 40 + 14 * number, left + 5 * len(word), 47 + 14 * number)
                    words.append(Word(word, len(text), len(text) + len(word), box))
                    text += word + " "
                    left = box[2] + 2.8
            text += "\n"
        page = Page(1, text, "text", 1.0, width=595, height=842, words=tuple(words))
        return Reading("application/pdf", (page,))

    return reading


@pytest.fixture(scope="session")
def hybrid() -> Callable[[Reading, str, bytes], Reading]:
    """A PDF reading with an XML file attached."""

    def reading(pages: Reading, name: str, content: bytes) -> Reading:
        attachment = Attachment(name, "text/xml", len(content), content)
        return Reading("application/pdf", pages.pages, (attachment,))

    return reading
