"""What is highlighted is what was found."""

import html
import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from storage.fulltext.marks import marks, spans

TEXT = "Die Häuser <b> der Stadtverwaltung; Müllers Bauantrag vom 1.2.2026, Az. 632.20-2026/0042."


def marked(query: str, *, typing: bool = False) -> list[str]:
    return [TEXT[start:end] for start, end in spans(TEXT, query, typing=typing)]


def test_stems_parts_prefixes_and_numbers() -> None:
    assert marked("haus") == ["Häuser"]
    assert marked("Verwaltung mueller") == ["Stadtverwaltung", "Müllers"]
    assert marked("baua", typing=True) == ["Bauantrag"]
    assert marked("baua*") == ["Bauantrag"]
    assert marked("baua") == []
    assert marked("632.20") == ["632", "20"]
    assert marked("Haus -Bauantrag") == ["Häuser"]


def test_phrases_mark_only_where_they_stand() -> None:
    assert marked('"der Stadtverwaltung"') == ["der", "Stadtverwaltung"]
    assert marked('"Stadtverwaltung der"') == []


def test_snippets_are_safe_html() -> None:
    snippet = marks(TEXT, "haus antrag")
    assert "<mark>Häuser</mark> &lt;b&gt; der" in snippet
    assert "<mark>Bauantrag</mark>" in snippet


def test_snippets_show_the_best_stretch() -> None:
    text = (
        "Ein Antrag. "
        + "Füllwort " * 100
        + "Die Gebühr für den Antrag ist fällig. "
        + "Ende " * 100
    )
    snippet = marks(text, "Antrag Gebühr")
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert "<mark>Gebühr</mark> für den <mark>Antrag</mark>" in snippet
    assert len(snippet) < 300


def test_snippets_from_the_end_of_a_long_text() -> None:
    text = "Füllwort und noch eines. " * 10_000 + "Die Gebühr ist fällig."
    assert "Die <mark>Gebühr</mark> ist fällig." in marks(text, "Gebühr")
    assert marks(text, "Abwasser").startswith("Füllwort")


@given(st.text(max_size=300), st.text(max_size=30), st.booleans())
def test_any_text_gives_sound_marks(text: str, query: str, typing: bool) -> None:
    found = spans(text, query, typing=typing)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))
    snippet = marks(text, query, typing=typing)
    plain = re.sub("</?mark>", "", snippet)
    assert "<" not in plain
    if not found and len(text) < 200:
        assert html.unescape(plain).split() == text.split()
