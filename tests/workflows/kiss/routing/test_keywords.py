"""Keywords in German text: other forms and compounds count, words that only look alike don't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.routing.keywords import Words


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("Schlagloch", "lauter Schlaglöcher hier"),
        ("Schlagloch", "RIESIGES SCHLAGLOCH"),
        ("Schlaglöcher", "ein Schlagloch"),
        ("Laterne", "die Straßenlaterne ist aus"),
        ("Laterne", "Laternenmast umgefahren"),
        ("Straße", "in der strasse"),
        ("Müll", "wilder Muell im Wald"),
        ("Baum", "die Bäume"),
        ("Hundesteuer", "mein Hundesteuerbescheid"),
        ("gelber Sack", "die gelben Säcke wurden nicht abgeholt"),
        ("Spielplatz", "Kinder-Spielplatz gesperrt"),
        ("Ast", "Ein Ast liegt quer"),
        ("Radweg", "auf den Radwegen"),
        ("Müll", "Sperrmüll am Straßenrand"),
        ("Baum", "die Baumpflege im Park"),
    ],
)
def test_other_forms_and_compounds_are_found(keyword: str, text: str) -> None:
    found = Words(text).find(keyword)
    assert found is not None
    assert text[found.start : found.end].split() == found.word.split()


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("Rat", "der Vorrat ist leer"),
        ("Amt", "der Beamte war da"),
        ("Ast", "die Last des Kastens"),
        ("Baum", "Baumwolle ist teuer im Laden Baumarkt"),
        ("Laterne", "international"),
        ("gelber Sack", "ein gelber Ball und ein Sack"),
        ("Eis", "meine Reise"),
        ("Bus", "der Busch"),
        ("", "irgendwas"),
        ("!", "irgendwas!"),
    ],
)
def test_words_that_only_look_alike_are_not(keyword: str, text: str) -> None:
    assert Words(text).find(keyword) is None


@given(st.text(max_size=200), st.text(max_size=30))
def test_whatever_is_asked_what_is_found_stands_there(text: str, keyword: str) -> None:
    found = Words(text).find(keyword)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=1, max_size=40))
def test_every_word_is_found_as_itself(word: str) -> None:
    found = Words(f"vorher {word} nachher").find(word)
    assert found is None or found.keyword == word
