"""Compounds are found by their parts."""

import pytest

from storage.fulltext.compounds import split
from storage.fulltext.words import fold


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Bauantrag", {"Bau", "Antrag"}),
        ("Bauantragsformulare", {"Bau", "Antrag", "Bauantrag", "Formular"}),
        ("Verwaltungsgebührenbescheid", {"Verwaltung", "Gebühr", "Bescheid", "Verwaltungsgebühr"}),
        ("Personalausweisverlängerung", {"Personalausweis", "Ausweis", "Verlängerung"}),
        ("Häuserreihe", {"Haus", "Reihe"}),
        ("Schulkinder", {"Schule", "Kind"}),
        ("Grundsteuerbescheide", {"Grundsteuer", "Steuer", "Bescheid"}),
        ("Kindertagesstättenplätze", {"Kindertagesstätte", "Platz"}),
        ("Straßenverkehrsbehörde", {"Straße", "Verkehr", "Behörde"}),
    ],
)
def test_parts(word: str, parts: set[str]) -> None:
    assert {fold(part) for part in parts} <= set(split(fold(word)))


@pytest.mark.parametrize(
    "word",
    ["Antrag", "Anträge", "Notiz", "Beratungen", "Minister", "Planeten", "vorlegen", "xyz", ""],
)
def test_simple_words_stay_whole(word: str) -> None:
    assert split(fold(word)) == ()


def test_splitting_is_quick_for_any_word() -> None:
    assert split("antrag" * 8) != ()
    assert split("q" * 10_000) == ()
