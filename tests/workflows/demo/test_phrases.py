"""Patterns become sentences."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.demo.phrases import PatternError, compile_pattern, render


def drawn(*numbers: float):  # noqa: ANN201  # a draw function
    return itertools.cycle(numbers).__next__


def test_choices_are_free_but_coupled_ones_agree() -> None:
    pattern = "Der Termin <findet am Montag|ist am Montag> <statt|frei> (heute|morgen)."
    texts = {render(pattern, drawn(a, b), str) for a in (0.1, 0.9) for b in (0.1, 0.9)}
    assert texts == {
        "Der Termin findet am Montag statt heute.",
        "Der Termin findet am Montag statt morgen.",
        "Der Termin ist am Montag frei heute.",
        "Der Termin ist am Montag frei morgen.",
    }


def test_the_voice_follows_the_number_of_senders() -> None:
    pattern = "Hiermit [beantrage ich|beantragen wir] {was}."
    assert render(pattern, drawn(0.0), lambda _: "Urlaub") == "Hiermit beantrage ich Urlaub."
    plural = render(pattern, drawn(0.0), lambda _: "Urlaub", plural=True)
    assert plural == "Hiermit beantragen wir Urlaub."


def test_brackets_without_choice_stay_and_empty_choices_leave_no_gap() -> None:
    assert render("UG (haftungsbeschränkt) (|wohl) hier (|, dort).", drawn(0.0), str) == (
        "UG (haftungsbeschränkt) hier."
    )


@pytest.mark.parametrize("pattern", ["(a|b", "Am {datum", "<a|b", "a (b|[c|d) e"])
def test_unclosed_brackets_are_reported(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@given(st.lists(st.text("abcäöüß., ", min_size=1), min_size=2, max_size=5), st.floats(0, 0.999))
def test_one_of_the_options_is_chosen(options: list[str], number: float) -> None:
    text = render(f"x({'|'.join(options)})y", lambda: number, str)
    chosen = " ".join(f"x{options[int(number * len(options))]}y".split())
    assert text.replace(" ", "") == chosen.replace(" ", "")
