"""PDF files: which pages are read how, and whether words stand where they say."""

from typing import Any

import pytest
from rapidfuzz.distance import Levenshtein

from ocr.documents import Page, UnreadableError
from ocr.limits import Limits
from ocr.reading import read


def error_rate(page: Page, truth: str) -> float:
    """Share of wrong characters, line breaks aside."""
    return Levenshtein.distance(" ".join(page.text.split()), truth) / len(truth)


def words_point_into_the_text(page: Page) -> bool:
    return all(page.text[word.start : word.end] == word.text for word in page.words)


def test_a_text_layer_is_read_without_recognition(samples: Any) -> None:
    reading = read(samples.pdf(samples.printed(), samples.printed("Zweite Seite")), "brief.pdf")

    first, second = reading.pages
    assert reading.type == "application/pdf"
    assert (first.method, first.confidence, first.rotation) == ("text", 1.0, 0)
    assert " ".join(first.text.split()) == samples.LETTER
    assert words_point_into_the_text(first)
    assert second.text == "Zweite Seite"


def test_words_have_boxes_in_points_from_the_top_left(samples: Any) -> None:
    (page,) = read(samples.pdf(samples.printed("Betrag 12,50", x=100, y=742)), "a.pdf").pages

    word = page.words[1]
    assert word.text == "12,50"
    assert word.box is not None
    x0, y0, x1, y1 = word.box
    assert 135 < x0 < 142
    assert x1 - x0 == pytest.approx(28, abs=3)
    assert y0 < 842 - 742 < y1 + 1
    assert (page.width, page.height) == (595, 842)


def test_hyphens_at_line_ends(samples: Any) -> None:
    text = "Die Bauge-\nnehmigung für Baden-\nWürttemberg, Haupt-\nund Nebenstraße, 2024-\n2025"
    (page,) = read(samples.pdf(samples.printed(text)), "a.pdf").pages

    assert "Baugenehmigung" in page.text
    assert "Baden-Württemberg" in page.text
    assert "Haupt-\nund" in page.text
    assert "2024-\n2025" in page.text
    assert words_point_into_the_text(page)
    parts = [word for word in page.words if word.text in {"Bauge", "nehmigung"}]
    assert parts[0].end == parts[1].start
    assert parts[0].box is not None
    assert parts[1].box is not None
    assert parts[0].box[1] < parts[1].box[1]


@pytest.mark.parametrize(("rotation", "skew"), [(0, 0.0), (90, -2.5), (180, 1.2), (270, 3.0)])
def test_scans_are_read_in_every_posture(samples: Any, rotation: int, skew: float) -> None:
    data = samples.pdf(samples.scanned(rotation=rotation, skew=skew))

    (page,) = read(data, "scan.pdf").pages

    assert page.method == "ocr"
    assert page.rotation == rotation
    assert error_rate(page, samples.LETTER) <= 0.01
    assert words_point_into_the_text(page)
    assert page.confidence > 0.8
    assert (page.width, page.height) == (360, 264)
    first = page.words[0].box
    assert first is not None
    assert first[0] == pytest.approx(26, abs=8)
    assert first[1] == pytest.approx(24, abs=12)


def test_an_encrypted_file_says_what_to_do(samples: Any) -> None:
    from io import BytesIO

    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen import canvas

    output = BytesIO()
    paper = canvas.Canvas(output, encrypt=StandardEncryption("geheim", canPrint=0))
    paper.drawString(100, 700, "x")
    paper.save()

    with pytest.raises(UnreadableError, match="Kennwort") as raised:
        read(output.getvalue(), "a.pdf")
    assert raised.value.code == "encrypted"


def test_more_pages_than_allowed_are_left_out_with_a_warning(samples: Any) -> None:
    data = samples.pdf(*[samples.printed(f"Seite {number}") for number in range(8)])

    reading = read(data, "lang.pdf", Limits(pages=5))

    assert len(reading.pages) == 5
    assert reading.warnings == ("Die Datei hat 8 Seiten; gelesen wurden nur die ersten 5.",)
