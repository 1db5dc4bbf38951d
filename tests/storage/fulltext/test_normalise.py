"""One spelling for many, stems, number blocks, and queries as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.fulltext.normalise import normalise, parse_query
from storage.fulltext.words import fold, root


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"), ("Müller", "MULLER"), ("Straße", "Strasse"), ("STRAẞE", "straße"), ("Café", "cafe"),
        ("Goethe", "Göthe"), ("Ålesund", "alesund"), ("Łódź", "lodz"), ("Mu\u0308ller", "Müller"), ("ﬁnden", "finden"),
        ("Behörde", "Behoerde"), ("Bräuer", "Braeuer"), ("Schul\u00adhof", "Schulhof"), ("Ｂａｕ", "Bau"),
    ],
)  # fmt: skip
def test_spellings_of_one_word(one: str, other: str) -> None:
    assert normalise(one) == normalise(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Haus", "Häuser"), ("Haus", "Häusern"), ("Antrag", "Anträge"), ("Kind", "Kindern"), ("Rathaus", "Rathäuser"),
        ("städtische", "städtischer"), ("Bürger", "Bürgern"), ("Genehmigung", "Genehmigungen"), ("Buch", "Bücher"),
    ],
)  # fmt: skip
def test_inflections_share_their_root(one: str, other: str) -> None:
    assert root(fold(one)) == root(fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müll", "Müller"), ("Burg", "Bürger"), ("Bau", "Bauer"), ("neu", "neun"), ("Steuer", "Stur")],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert not set(normalise(one)) & set(normalise(other))


def test_a_word_hyphenated_at_the_end_of_a_line_is_one() -> None:
    assert "genehmigung" in normalise("Die Geneh-\nmigung liegt bei.")
    assert "bauund" not in normalise("das Bau-\nund Planungsamt")


def test_joined_spellings() -> None:
    assert set(normalise("eAkte")) <= set(normalise("E-Akte"))


def test_queries() -> None:
    asked = parse_query('Bauantrag „Frau Müller“ -Carport "offen')
    assert [atom.folded for atom in asked.wanted] == [
        ("bauantrag",),
        ("frau", "muller"),
        ("offen",),
    ]
    assert [atom.exact for atom in asked.wanted] == [False, True, True]
    assert [atom.folded for atom in asked.excluded] == [("carport",)]
    assert parse_query("Bauant*").wanted[0].prefix
    assert parse_query("der Bauant", typing=True).wanted[1].prefix
    assert not parse_query("der Bauant ", typing=True).wanted[1].prefix
    assert parse_query("632.20-2026/0042").wanted[0].folded == ("632", "20", "2026", "0042")
    assert parse_query("E-Mail").excluded == ()


@given(st.text(max_size=80), st.booleans())
def test_no_input_breaks_the_parser(query: str, typing: bool) -> None:
    asked = parse_query(query, typing=typing)
    for atom in (*asked.wanted, *asked.excluded):
        assert len(atom.folded) == len(atom.terms) > 0
        for text in (*atom.folded, *atom.terms):
            assert text.isascii()
            assert text.isalnum()


def test_endless_queries_are_cut() -> None:
    asked = parse_query("wort1 wort2 " * 10_000 + '"' * 10_000)
    assert len(asked.wanted) == 2


@given(st.text(max_size=200))
def test_normalising_keeps_what_a_word_is_found_by(text: str) -> None:
    terms = set(normalise(text))
    for atom in parse_query(text.replace("-", " ")[:100]).wanted:
        if not atom.exact:
            assert set(atom.terms[:-1]) <= terms
    assert {fold(term) for term in terms if len(term) < 40} or not terms


@given(st.from_regex(r"[a-zäöüß]{1,20}", fullmatch=True))
def test_folding_twice_changes_nothing_more_than_typed_out_umlauts(word: str) -> None:
    folded = fold(word)
    assert fold(folded.replace("e", "")) == folded.replace("e", "")
    assert fold(word.upper()) == folded
