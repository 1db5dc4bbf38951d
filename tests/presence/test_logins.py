"""Which spellings of a name are the same."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.logins import alike, same_login


@pytest.mark.parametrize(
    "other",
    [
        "ANNA.GROSS",
        "anna.gross",
        "Anna.GroSS ",
        "\uff41\uff4e\uff4e\uff41\uff0e\uff47\uff52\uff4f\uff53\uff53",
        "anna.gro\u017f\u017f",
        "\u00a0anna.groß\u2003",
    ],
)
def test_spellings_that_a_directory_takes_for_one(other: str) -> None:
    assert alike(other) == alike("anna.groß")


@pytest.mark.parametrize("other", ["anna.gros", "an na.groß", "anna\u200b.groß", "anna.groβ", ""])
def test_spellings_that_it_does_not(other: str) -> None:
    assert alike(other) != alike("anna.groß")


def test_blanks_inside_count_once() -> None:
    assert alike("jörg \u00a0 müller") == alike("jo\u0308rg mu\u0308ller")


FORMS: list[Literal["NFC", "NFD", "NFKC", "NFKD"]] = ["NFC", "NFD", "NFKC", "NFKD"]


@given(st.text(), st.sampled_from(FORMS))
def test_every_form_of_a_text_is_alike_and_stays_so(
    text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    assert alike(unicodedata.normalize(form, text)) == alike(text)
    assert alike(alike(text)) == alike(text)
    assert alike(text.casefold()) == alike(text)


@given(st.text())
def test_the_spelling_that_is_kept_is_alike(text: str) -> None:
    assert same_login(same_login(text)) == same_login(text)
