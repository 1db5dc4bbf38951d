"""Texts as sketches: what is stored must be found again, in other processes and years too."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.duplicates.candidates import Index, pairs_within
from workflows.kiss.duplicates.grams import gram_hashes, normalised
from workflows.kiss.duplicates.sketches import BANDS, PERMUTATIONS, likeness, signatures, sketches

WORDS = [
    f"{a}{b}{c}"
    for a in ("lat", "sch", "müll", "baum")
    for b in "aeiou"
    for c in ("ne", "ter", "loch", "weg", "12")
]


def text_of(random: Random, count: int = 40) -> str:
    return normalised(" ".join(random.choices(WORDS, k=count)))


def naive_grams(text: str) -> set[str]:
    """Windows of four letters that don't run across a blank inside."""
    return {text[k : k + 4] for k in range(len(text) - 3) if " " not in text[k + 1 : k + 3]}


def test_a_stored_sketch_means_the_same_in_every_release() -> None:
    (sketch,) = sketches([normalised("Die Laterne in der Gartenstraße 12 ist aus.")])
    assert sketch.signature[:8].hex() == "fb5e2218318c3a17"
    assert sketch.bands[0] == 2056868938046572109


def test_a_sketch_fits_into_a_database() -> None:
    (sketch,) = sketches([text_of(Random(1))])
    assert (len(sketch.signature), len(sketch.bands)) == (256, BANDS)
    assert all(-(2**63) <= band < 2**63 for band in sketch.bands)
    assert len(set(sketch.bands)) == BANDS


def test_a_text_without_letters_is_like_nothing() -> None:
    empty, other = sketches([normalised("?!"), normalised("")])
    assert empty.bands == other.bands == ()
    assert len(pairs_within(signatures(["", ""]))[0]) == 0
    assert len(pairs_within(signatures([]))[0]) == 0


def test_the_signature_estimates_the_overlap() -> None:
    random = Random(2)
    for share in (0.2, 0.5, 0.8):
        errors = []
        for _ in range(20):
            first = random.sample(WORDS, 30)
            second = first[: round(30 * share)] + random.sample(WORDS, 30 - round(30 * share))
            one, other = normalised(" ".join(first)), normalised(" ".join(second))
            a, b = naive_grams(one), naive_grams(other)
            made = sketches([one, other])
            errors.append(
                likeness(made[0].signature, [made[1].signature])[0] - len(a & b) / len(a | b)
            )
        assert abs(float(np.mean(errors))) < 0.05


@given(st.lists(st.text(alphabet="ab c1ä-", max_size=12), max_size=6))
def test_grams_are_those_of_each_text_alone(texts: list[str]) -> None:
    texts = [normalised(text) for text in texts]
    hashes, counts = gram_hashes(texts)
    parts = np.split(hashes, np.cumsum(counts)[:-1]) if texts else []
    for text, part in zip(texts, parts, strict=True):
        alone, _ = gram_hashes([text])
        assert part.tolist() == alone.tolist()
        assert len(set(part.tolist())) == len(naive_grams(text))


def test_sketches_do_not_depend_on_their_company() -> None:
    random = Random(3)
    texts = [text_of(random, random.randint(0, 60)) for _ in range(600)]
    assert sketches(texts) == [sketches([text])[0] for text in texts]


def test_the_index_finds_what_pairs_within_finds() -> None:
    random = Random(4)
    texts = [text_of(random) for _ in range(60)]
    texts += [" ".join(text.split()[:30]).join("  ") for text in texts[:20]]
    made = sketches(texts)
    index = Index(enumerate(made))
    one_by_one = {
        (min(row, other), max(row, other))
        for row, sketch in enumerate(made)
        for other, _ in index.candidates(sketch, limit=100)
        if other != row
    }
    at_once, shared = pairs_within(signatures(texts))
    assert one_by_one == set(map(tuple, at_once.tolist()))
    assert {(k, k + 60) for k in range(20)} <= one_by_one
    assert max(shared) <= PERMUTATIONS


def test_what_is_removed_or_replaced_is_found_no_more() -> None:
    random = Random(5)
    one, other = sketches([text_of(random), text_of(random)])
    index = Index([("a", one)])
    index.add("a", other)
    assert index.candidates(one) == []
    assert index.candidates(other)[0] == ("a", 1.0)
    index.remove("a")
    index.remove("a")
    assert len(index) == 0
    assert index.candidates(other) == []
