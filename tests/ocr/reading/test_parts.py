"""The parts that readers share: names, lines of text, plausibility, posture, page pictures."""

from io import BytesIO
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocr.documents import UnreadableError
from ocr.layout import Piece, assemble, turn_box
from ocr.names import safe_name
from ocr.pictures import render_page
from ocr.plausibility import is_plausible
from ocr.straighten import posture, straighten
from ocr.tables import tables
from ocr.tesseract import parse_table


@given(st.text())
def test_safe_names_have_no_folders_and_nothing_hidden(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 150
    assert safe not in {".", ".."}
    assert not set(safe) & set('/\\:*?"<>|\0\n\r\t\u202e')
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\Brief.docx", "Brief.docx"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
        ("Größe – Übersicht.pdf", "Größe – Übersicht.pdf"),
        ("...", "Anhang"),
        (None, "Anhang"),
        ("a" * 300 + ".pdf", "a" * 146 + ".pdf"),
    ],
)
def test_names(name: str | None, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.lists(st.lists(st.text("aB-1ß", min_size=1, max_size=5), max_size=4), max_size=6))
def test_words_point_into_the_text_whatever_the_lines(lines: list[list[str]]) -> None:
    text, words = assemble([[Piece(piece) for piece in line] for line in lines])
    assert all(text[word.start : word.end] == word.text for word in words)
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert "".join(text.split()).replace("-", "") == "".join(map("".join, lines)).replace("-", "")


@given(
    st.tuples(*[st.floats(0, 100)] * 4),
    st.sampled_from([0, 90, 180, 270]),
    st.sampled_from([0, 90, 180, 270]),
)
def test_turning_boxes_adds_up(box: Any, first: int, second: int) -> None:
    width, height = 100.0, 140.0
    turned = (height, width) if first in {90, 270} else (width, height)
    twice = turn_box(turn_box(box, width, height, first), *turned, second)
    assert twice == pytest.approx(turn_box(box, width, height, (first + second) % 360), abs=1e-9)


def test_large_gaps_part_paragraphs() -> None:
    lines = [
        [Piece("eins", (0, 0, 9, 10))],
        [Piece("zwei", (0, 14, 9, 24))],
        [Piece("drei", (0, 50, 9, 60))],
    ]
    assert assemble(lines)[0] == "eins\nzwei\n\ndrei"


@pytest.mark.parametrize(
    "text",
    [
        "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden.",
        "The committee decided to postpone the hearing until further notice was given to all parties.",
        "Nous vous prions de bien vouloir nous faire parvenir les documents demandés avant la fin du mois.",
        "Belediyemize hoş geldiniz, lütfen başvurunuzu ay sonuna kadar yapınız, teşekkür ederiz sayın vatandaş.",
        "Уважаемые дамы и господа, просим вас предоставить документы до конца месяца.",
        "Pos. Menge Preis 1 2,00 12,50 EUR 2 1,00 3,00 EUR Summe 28,00 EUR 19 % USt. 4,47",
    ],
)
def test_language_is_plausible_and_the_shifted_alphabet_is_not(text: str) -> None:
    assert is_plausible(text)
    latin = [c for c in text if c.isascii() and c.isalpha()]
    if len(latin) > 40:
        shifted = "".join(
            chr((ord(c) - 97 + 11) % 26 + 97) if c.isascii() and c.isalpha() else c
            for c in text.lower()
        )
        assert not is_plausible(shifted)


def test_characters_of_broken_fonts_are_not_plausible() -> None:
    assert not is_plausible("\ue001\ue002\ue003 \ue010\ufffd\ufffd")
    assert not is_plausible("   ")


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [-4.6, -1.3, 0.0, 0.35, 3.1])
def test_posture_is_found(samples: Any, rotation: int, skew: float) -> None:
    picture = samples.page_picture(rotation=rotation, skew=skew, noise=18.0)
    found = posture(picture)
    assert found.rotation == rotation
    assert found.skew == pytest.approx(skew, abs=0.12)


def test_straightening_undoes_the_posture(samples: Any) -> None:
    upright = samples.page_picture(noise=0.0)
    askew = samples.page_picture(rotation=270, skew=2.0, noise=0.0)
    found = posture(askew)
    level = straighten(askew, found.rotation, found.skew)
    assert level.shape == upright.shape
    assert float(np.mean(np.abs(level.astype(int) - upright))) < 6


def test_tesseracts_table() -> None:
    table = (
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
        "4\t1\t1\t1\t1\t0\t10\t20\t90\t12\t-1\t\n"
        "5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t96.5\tGröße\n"
        "5\t1\t1\t1\t1\t2\t55\t20\t45\t12\t50\tﬁx\n"
        "5\t1\t1\t1\t2\t1\t10\t40\t40\t12\t95\t \n"
        "kaputt\n"
    )
    result = parse_table(table)
    assert result.text == "Größe fix"
    assert result.lines[0][0].box == (10, 20, 50, 32)
    assert result.confidence == pytest.approx((0.965 * 5 + 0.5 * 3) / 8)


def test_page_pictures_are_webp_turned_upright(samples: Any) -> None:
    data = samples.pdf(samples.printed())
    upright = Image.open(BytesIO(render_page(data, "application/pdf", 1)))
    turned = Image.open(BytesIO(render_page(data, "application/pdf", 1, rotation=90)))
    assert upright.format == "WEBP"
    assert upright.size == (910, 1287)
    assert turned.size == (1287, 910)
    scan = samples.encoded(samples.page_picture(size=(3000, 2000)))
    shown = Image.open(BytesIO(render_page(scan, "image/png", 1, rotation=180)))
    assert shown.size == (1100, 733)


def test_pages_that_are_not_there_and_formats_without_pictures(samples: Any) -> None:
    data = samples.pdf(samples.printed())
    for number in (0, 2):
        with pytest.raises(UnreadableError):
            render_page(data, "application/pdf", number)
    with pytest.raises(UnreadableError) as raised:
        render_page(b"x", "text/plain", 1)
    assert raised.value.code == "unsupported"


def test_a_page_of_35000_points_gets_a_picture_of_bearable_size(samples: Any) -> None:
    data = samples.pdf(lambda paper: paper.rect(0, 0, 900, 900, fill=1), size=(14_000, 14_000))
    picture = Image.open(BytesIO(render_page(data, "application/pdf", 1)))
    assert max(picture.size) <= 4_000


def test_tables_are_found_where_asked_for(samples: Any, tmp_path: Any) -> None:
    def draw(paper: Any) -> None:
        for row, cells in enumerate((("Gebühr", "12,50"), ("Auslagen", "3,00"))):
            for column, cell in enumerate(cells):
                paper.rect(100 + 90 * column, 600 - 20 * row, 90, 20)
                paper.drawString(105 + 90 * column, 606 - 20 * row, cell)

    path = tmp_path / "tabelle.pdf"
    path.write_bytes(samples.pdf(samples.printed(), draw))
    assert tables(path, 2) == [[["Gebühr", "12,50"], ["Auslagen", "3,00"]]]
    assert tables(path, 1) == []
    path.write_bytes(b"%PDF-1.4 kaputt")
    with pytest.raises(UnreadableError):
        tables(path, 1)
