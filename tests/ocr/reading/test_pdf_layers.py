"""PDF pages of all makes: turned, mixed, with false text layers, filled forms and embedded files."""

from io import BytesIO
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen import canvas

from ocr.documents import Page
from ocr.limits import Limits
from ocr.pictures import render_page
from ocr.reading import read


def pdf_turned(data: bytes, rotation: int) -> bytes:
    """The same file with /Rotate set."""
    document = pypdfium2.PdfDocument(data)
    for index in range(len(document)):
        document[index].set_rotation(rotation)
    output = BytesIO()
    document.save(output)
    document.close()
    return output.getvalue()


def drawn_sideways(angle: int) -> Any:
    def draw(paper: canvas.Canvas) -> None:
        paper.translate(297, 421)
        paper.rotate(angle)
        paper.setFont("Helvetica", 12)
        for line in range(5):
            paper.drawString(
                -180, 60 - 20 * line, "Der Antrag wird genehmigt, die Gebühr festgesetzt"
            )

    return draw


def ink(picture: bytes) -> tuple[float, float, float, float]:
    """Where a picture is not white, as shares of its size."""
    pixels = np.asarray(Image.open(BytesIO(picture)).convert("L"))
    rows, columns = np.nonzero(pixels < 128)
    height, width = pixels.shape
    return (columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height)


def covered(page: Page) -> tuple[float, float, float, float]:
    """What the words cover, as shares of the page."""
    assert page.width is not None
    assert page.height is not None
    boxes = np.asarray([word.box for word in page.words])
    return (
        boxes[:, 0].min() / page.width, boxes[:, 1].min() / page.height,
        boxes[:, 2].max() / page.width, boxes[:, 3].max() / page.height,
    )  # fmt: skip


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_boxes_lie_on_the_ink_however_the_page_is_turned(
    samples: Any, turned: int, angle: int
) -> None:
    data = pdf_turned(samples.pdf(drawn_sideways(angle)), turned)

    (page,) = read(data, "a.pdf").pages

    # /Rotate turns clockwise, drawing turns counter-clockwise: the page is upright if they cancel out.
    assert page.rotation == (angle - turned) % 360
    picture = render_page(data, "application/pdf", 1, 72, page.rotation)
    assert Image.open(BytesIO(picture)).size == (round(page.width or 0), round(page.height or 0))
    assert covered(page) == pytest.approx(ink(picture), abs=0.012)


@pytest.mark.parametrize("turned", [0, 90, 270])
def test_boxes_of_a_scan_lie_on_the_ink_of_the_upright_page(samples: Any, turned: int) -> None:
    data = pdf_turned(samples.pdf(samples.scanned(rotation=90, skew=2.0)), turned)

    (page,) = read(data, "a.pdf").pages

    assert page.method == "ocr"
    picture = render_page(data, "application/pdf", 1, 110, page.rotation)
    assert covered(page) == pytest.approx(ink(picture), abs=0.02)


def test_cropped_pages_count_from_the_visible_corner(samples: Any) -> None:
    document = pypdfium2.PdfDocument(samples.pdf(samples.printed("Sichtbar", x=200, y=500)))
    document[0].set_cropbox(150, 300, 550, 600)
    output = BytesIO()
    document.save(output)

    (page,) = read(output.getvalue(), "a.pdf").pages

    box = page.words[0].box
    assert (page.width, page.height) == (400, 300)
    assert box is not None
    assert box[0] == pytest.approx(50, abs=2)
    assert 85 < box[1] < 100 < box[3] < 108


def test_a_mixed_file_is_decided_page_by_page(samples: Any) -> None:
    data = samples.pdf(samples.printed(), samples.scanned(size=(1500, 700)), lambda _paper: None)

    reading = read(data, "gemischt.pdf")

    assert [page.method for page in reading.pages] == ["text", "ocr", "none"]
    assert [page.problem for page in reading.pages] == [None] * 3
    assert reading.warnings == ()


def test_a_stamp_on_a_scan_does_not_pass_for_its_text(samples: Any) -> None:
    def draw(paper: canvas.Canvas) -> None:
        samples.scanned(size=(1500, 1100))(paper)
        paper.setFont("Helvetica", 9)
        paper.drawString(200, 6, "Eingang 15.03.2026")

    (page,) = read(samples.pdf(draw), "a.pdf").pages

    assert page.method == "ocr"
    assert "Errichtung einer Garage" in " ".join(page.text.split())


def test_a_rubbish_layer_under_a_scan_is_not_believed(samples: Any) -> None:
    rubbish = "".join(
        chr(ord(c) + 1) if c.isascii() and c.isalpha() else c for c in samples.LETTER * 2
    )

    def draw(paper: canvas.Canvas) -> None:
        samples.scanned()(paper)
        text = paper.beginText(10, 200)
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 5)
        for start in range(0, len(rubbish), 90):
            text.textLine(rubbish[start : start + 90])
        paper.drawText(text)

    (page,) = read(samples.pdf(draw), "a.pdf").pages

    assert page.method == "ocr"
    assert "Sehr geehrte Damen und Herren" in " ".join(page.text.split())


def test_a_good_hidden_layer_under_a_scan_saves_the_recognition(samples: Any) -> None:
    hidden = samples.LETTER + " " + samples.LETTER

    def draw(paper: canvas.Canvas) -> None:
        samples.scanned()(paper)
        text = paper.beginText(10, 200)
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 5)
        for start in range(0, len(hidden), 90):
            text.textLine(hidden[start : start + 90])
        paper.drawText(text)

    assert read(samples.pdf(draw), "a.pdf").pages[0].method == "text"


def test_filled_forms_give_their_fields_and_their_text(samples: Any) -> None:
    def draw(paper: canvas.Canvas) -> None:
        samples.printed("Nachname:")(paper)
        form = paper.acroForm
        form.textfield(name="nachname", value="Größler Meier", x=160, y=700, width=200, height=20)
        form.textfield(name="leer", value="", x=160, y=650, width=200, height=20)
        form.checkbox(name="zustimmung", checked=True, x=60, y=620)
        form.checkbox(name="widerspruch", checked=False, x=60, y=590)
        form.choice(
            name="art", value="Neu", options=["Neu", "Alt"], x=160, y=550, width=90, height=20
        )

    reading = read(samples.pdf(draw), "antrag.pdf")

    assert reading.properties["fields"] == {
        "nachname": "Größler Meier",
        "zustimmung": "Yes",
        "art": "Neu",
    }
    (page,) = reading.pages
    assert page.text == "Nachname:\nGrößler Meier\nNeu"
    assert all(page.text[word.start : word.end] == word.text for word in page.words)
    assert page.words[1].box == pytest.approx((160, 122, 360, 142))


def test_embedded_files_become_attachments(samples: Any) -> None:
    document = pypdfium2.PdfDocument(samples.pdf(samples.printed()))
    for name, content in (
        ("../factur-x.xml", b"<?xml version='1.0'?><a>x</a>"),
        ("leer.bin", b"\x01" * 9),
    ):
        document.new_attachment(name).set_data(content)
    output = BytesIO()
    document.save(output)

    reading = read(output.getvalue(), "rechnung.pdf")

    assert [(a.name, a.type, a.content[:6]) for a in reading.attachments] == [
        ("factur-x.xml", "application/xml", b"<?xml "),
        ("leer.bin", "application/octet-stream", b"\x01" * 6),
    ]


def test_time_spent_leaves_pages_with_a_problem_and_not_a_failed_file(samples: Any) -> None:
    data = samples.pdf(samples.printed(), samples.scanned())

    reading = read(data, "a.pdf", Limits(seconds=0.0))

    first, second = reading.pages
    assert (first.method, first.problem) == ("text", None)
    assert (second.method, second.confidence) == ("none", 0.0)
    assert second.problem is not None
    assert "Zeitgrenze" in second.problem
    assert reading.warnings == ("1 von 2 Seiten ohne lesbaren Text.",)
