"""The text model: it knows compounds and slips of the keyboard, is honest, keeps silent, and can be stored."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.kiss.routing.text_model import TextModel, train
from workflows.kiss.routing.voices import ModelVoice

SENTENCES = {
    "licht": (
        "Die Straßenlaterne vor dem Haus ist aus",
        "Laterne defekt in der Gasse",
        "Die Beleuchtung am Weg flackert",
        "Nachts brennt keine Straßenlampe mehr",
        "Lampe kaputt an der Ecke",
        "Straßenbeleuchtung ausgefallen seit Tagen",
    ),
    "abfall": (
        "Sperrmüll liegt am Container",
        "Wilder Müll im Park",
        "Der Mülleimer quillt über",
        "Jemand hat Abfall in das Gebüsch geworfen",
        "Müllsäcke stehen auf dem Weg herum",
        "Die Müllabfuhr war nicht da",
    ),
    "baum": (
        "Ein Ast ist vom Baum gefallen",
        "Die Hecke wächst über den Weg",
        "Bitte den Baum fällen, er ist morsch",
        "Äste hängen auf die Straße",
        "Die Bäume müssen geschnitten werden",
        "Heckenschnitt nötig an der Ecke",
    ),
}


def _examples(times: int = 3) -> tuple[list[str], list[str]]:
    rows = [
        (f"{text}, Haus {number}", label)
        for number in range(times)
        for label, texts in SENTENCES.items()
        for text in texts
    ]
    return [text for text, _ in rows], [label for _, label in rows]


@pytest.fixture(scope="module")
def model() -> TextModel:
    found = train(*_examples())
    assert found is not None
    return found


def _best(model: TextModel, text: str) -> tuple[str, float]:
    row = model.probabilities([text])[0]
    return model.labels[int(row.argmax())], float(row.max())


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Laternenmast umgefahren", "licht"),
        ("Hier wurde Müll hingeworfen: Müllablagerung", "abfall"),
        ("Baumfällung beantragt", "baum"),
        ("die strassenlatrene brennt nich", "licht"),
    ],
)
def test_it_knows_compounds_and_slips_of_the_keyboard(
    model: TextModel, text: str, label: str
) -> None:
    assert _best(model, text)[0] == label


@pytest.mark.parametrize("text", ["Guten Tag, ich hätte eine Frage", "", "12345", "…", "日本語"])
def test_a_text_that_says_nothing_is_given_to_nobody(model: TextModel, text: str) -> None:
    assert _best(model, text)[1] < model.threshold


def test_the_words_that_speak_for_it_are_those_that_mean_it(model: TextModel) -> None:
    (guesses,) = ModelVoice(model).guesses(
        ["Seit gestern ist die Straßenlaterne aus"], evidence=True
    )
    assert guesses[0].label == "licht"
    assert guesses[0].evidence[0] == "Straßenlaterne"


def test_training_twice_gives_the_same_model() -> None:
    one, other = train(*_examples(), seed=3), train(*_examples(), seed=3)
    assert one is not None
    assert other is not None
    assert one.to_bytes() == other.to_bytes()


def test_a_stored_model_says_the_same_and_holds_no_word(model: TextModel) -> None:
    content = model.to_bytes()
    again = TextModel.from_bytes(content)
    texts = ["Laterne aus", "Müll im Park", "Guten Tag"]
    assert again.labels == model.labels
    assert again.threshold == model.threshold
    assert again.probabilities(texts) == pytest.approx(model.probabilities(texts), abs=0.01)
    assert not any(
        word.encode() in content for word in ("laterne", "Laterne", "sperrmuell", "Hecke")
    )


def test_too_few_examples_make_no_model() -> None:
    texts, labels = _examples(1)
    assert train(texts[:19], labels[:19]) is None
    assert train(texts * 3, ["immer dasselbe"] * 54) is None
    assert train(["a", "b"], ["x", "y"], minimum=2) is not None


@pytest.mark.parametrize(
    "groups",
    [
        lambda labels: labels,  # each class is one group: never held out with another of its kind
        lambda labels: ["eine"] * len(labels),
        lambda labels: list(range(len(labels))),
    ],
)
def test_any_groups_will_do(groups: Any) -> None:
    texts, labels = _examples(1)
    model = train(texts, labels, groups(labels), minimum=2)
    assert model is not None
    assert np.isfinite(model.probabilities(texts)).all()


def test_texts_that_are_all_alike_are_told_apart_nonetheless() -> None:
    """Nothing can be held out: all that is known of a class is one story."""
    texts = [f"Laterne {n}" for n in range(15)] + [f"Müll {n}" for n in range(15)]
    model = train(texts, ["licht"] * 15 + ["abfall"] * 15)
    assert model is not None
    assert _best(model, "Laterne 99")[0] == "licht"
    assert _best(model, "Müll 99")[0] == "abfall"


def test_a_class_with_one_row_is_known_as_well() -> None:
    texts, labels = _examples(2)
    model = train([*texts, "Das Grab meiner Eltern auf dem Friedhof"], [*labels, "friedhof"])
    assert model is not None
    assert _best(model, "Grabstein auf dem Friedhof")[0] == "friedhof"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=120), max_size=4))
def test_any_text_gives_probabilities(model: TextModel, texts: list[str]) -> None:
    chances = model.probabilities(texts)
    assert chances.shape == (len(texts), 3)
    assert (chances >= 0).all()
    assert (chances.sum(axis=1) <= 1 + 1e-9).all()
    for text in texts:
        for word, share in model.words(text, "licht"):
            assert word in text
            assert 0 < share <= 1 + 1e-9
