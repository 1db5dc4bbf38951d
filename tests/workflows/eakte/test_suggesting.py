"""Where a letter belongs: evidence for each option, abstention when unsure, learning from examples. No database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.eakte.profiles import Entry, Profiles
from workflows.eakte.suggesting import Letter, OfficeName, Suggester
from workflows.eakte.text_model import TextModel, train

ENTRIES = (
    Entry(
        "hund", "A1", "Hundesteuer", ("Hundesteuer", "Hund", "Hundemarke"), ("Antrag",), "steuer"
    ),
    Entry("baum", "B1", "Baumschutz", ("Baum", "Fällung", "Birke"), ("Antrag",), "bau"),
    Entry(
        "weg", "B2", "Gehwege", ("Gehweg", "Schlagloch", "Fahrbahn"), ("Anzeige/Meldung",), "bau"
    ),
)
OFFICES = (
    OfficeName("steuer", "Steueramt", "Steuer", ("Steueramt",)),
    OfficeName("bau", "Bauamt", "Bau", ("Bauamt",)),
)


def _top(letter: Letter, *models: TextModel) -> tuple[str | None, list[str]]:
    suggestion = Suggester(ENTRIES, OFFICES, models).suggest([letter])[0]["plan_entry"]
    return suggestion.value, [option.value for option in suggestion.options]


def test_words_of_the_profile_decide_and_are_shown_where_they_stand() -> None:
    text = "Die Birke im Garten soll weg. Ich bitte um Genehmigung der Fällung."
    suggestion = Suggester(ENTRIES, OFFICES).suggest([Letter([text])])[0]["plan_entry"]
    assert suggestion.value == "baum"
    for each in suggestion.options[0].evidence:
        assert each.start is not None
        assert text[each.start : each.end] == each.text


def test_compounds_count_for_the_word_inside_them() -> None:
    assert _top(Letter(["Mein Hundesteuerbescheid ist falsch."]))[0] == "hund"


def test_without_any_hint_nothing_is_proposed() -> None:
    assert _top(Letter(["Guten Tag, ich möchte etwas fragen."])) == (None, [])


def test_between_two_equal_entries_nothing_is_proposed_but_both_are_shown() -> None:
    value, options = _top(Letter(["Birke Gehweg Hundemarke"]))
    assert value is None
    assert set(options) == {"hund", "baum", "weg"}


def test_a_known_aktenzeichen_outweighs_the_words() -> None:
    letter = Letter(
        ["Zum Zeichen A1/2026-1: der Baum, die Birke."],
        known_entry="hund",
        known_reference="A1/2026-1",
    )
    suggestion = Suggester(ENTRIES, OFFICES).suggest([letter])[0]["plan_entry"]
    assert suggestion.value == "hund"
    assert suggestion.options[0].evidence[0].rule == "aktenzeichen"


def test_the_addressed_office_is_proposed_with_its_reason() -> None:
    letter = Letter(["Es geht um die Birke und den Hund."], recipient="Stadt Ahlenfurt, Steueramt")
    office = Suggester(ENTRIES, OFFICES).suggest([letter])[0]["office"]
    assert office.value == "steuer"
    assert office.options[0].evidence[0].rule == "anschrift"


def test_examples_teach_words_no_profile_knows() -> None:
    texts = [f"Der Wauwau Nummer {n} bellt nachts laut" for n in range(15)] + [
        f"Stolperstelle {n} am Bordstein" for n in range(15)
    ]
    model = train(texts, ["hund"] * 15 + ["weg"] * 15)
    assert model is not None
    letter = Letter(["Der Wauwau bellt schon wieder nachts"])
    assert _top(letter)[0] is None
    suggestion = Suggester(ENTRIES, OFFICES, [model]).suggest([letter])[0]["plan_entry"]
    assert suggestion.options[0].value == "hund"
    assert {each.text.lower() for each in suggestion.options[0].evidence} == {
        "wauwau",
        "bellt",
        "nachts",
    }


def test_a_model_survives_storing() -> None:
    model = train(
        [f"rot {n}" for n in range(15)] + [f"blau {n}" for n in range(15)], ["r"] * 15 + ["b"] * 15
    )
    assert model is not None
    again = TextModel.from_bytes(model.to_bytes())
    assert again.labels == model.labels
    assert again.probabilities(["rot"])[0] == pytest.approx(
        model.probabilities(["rot"])[0], abs=0.01
    )


def test_too_few_examples_make_no_model() -> None:
    assert train(["a b c"] * 5, ["x"] * 5) is None
    assert train(["a b c"] * 50, ["x"] * 50) is None


@settings(max_examples=60)
@given(
    st.lists(st.text(max_size=200), min_size=1, max_size=3),
    st.text(max_size=40),
    st.text(max_size=40),
)
def test_any_text_gives_probabilities_and_true_evidence(
    pages: list[str], subject: str, recipient: str
) -> None:
    letter = Letter(pages, subject=subject, recipient=recipient)
    for suggestion in Suggester(ENTRIES, OFFICES).suggest([letter])[0].values():
        assert sum(option.probability for option in suggestion.options) <= 1.001
        for option in suggestion.options:
            for each in option.evidence:
                if each.page is not None:
                    assert pages[each.page - 1][each.start : each.end] == each.text


@given(st.text(alphabet=st.characters(categories=["L"]), max_size=30))
def test_parts_are_found_in_every_word_without_fault(word: str) -> None:
    matches = Profiles(ENTRIES).match([word])
    assert all(match.score > 0 for match in matches)
