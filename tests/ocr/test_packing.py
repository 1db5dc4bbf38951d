"""What is stored of a reading and an analysis comes back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from ocr.analysis.pipeline import analyse
from ocr.documents import Page, Reading, Word
from ocr.packing import pack_analysis, pack_reading, unpack_analysis, unpack_reading

LETTER = """Hedwig Lindner
Lindenallee 12, 78902 Ahlenfurt

Stadt Ahlenfurt, Stadtkasse
                                  Ahlenfurt, den 12. Oktober 2026
Rechnung Nr. 4711

Sehr geehrte Damen und Herren,
bitte überweisen Sie 1.234,50 EUR innerhalb von 14 Tagen auf DE89 3704 0044 0532 0130 00.
Gesamtbetrag 1.234,50 EUR
Mit freundlichen Grüßen
"""


def _page(text: str) -> Page:
    words = tuple(
        Word(
            part,
            start,
            start + len(part),
            (start * 1.0, 2.5, start + 4.25, 12.0) if start % 3 else None,
            1.0,
        )
        for start, part in _parts(text)
    )
    return Page(1, text, "text", 0.5, 90, 595.0, 842.0, words, None)


def _parts(text: str) -> list[tuple[int, str]]:
    at, found = 0, []
    for part in text.split():
        at = text.index(part, at)
        found.append((at, part))
        at += len(part)
    return found


@given(
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120), max_size=4)
)
def test_a_reading_survives_packing(texts: list[str]) -> None:
    reading = Reading(
        "application/pdf",
        tuple(_page(text) for text in texts),
        properties={"subject": "Ä"},
        warnings=("w",),
    )
    assert unpack_reading(pack_reading(reading)) == reading
    assert unpack_reading(pack_reading(reading), words=False).text == reading.text


def test_an_analysis_survives_packing() -> None:
    analysis = analyse(Reading("text/plain", (_page(LETTER),)))
    assert analysis.findings
    assert analysis.invoice is not None
    assert unpack_analysis(pack_analysis(analysis)) == analysis


def test_lone_surrogates_from_broken_files_do_not_stop_storing() -> None:
    reading = Reading("text/plain", (Page(1, "kaputt \ud800", "text", 1.0),))
    assert unpack_reading(pack_reading(reading)).text == "kaputt \ud800"
