"""A mark finds its Anliegen through everything programs do to it, and nobody makes one without the key."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.mail.marks import (
    Marks,
    find_marks,
    is_our_message_id,
    message_id_of,
    plus_address,
)

MARKS = Marks(b"k" * 32)
numbers = st.integers(1, 999_999_999)
years = st.integers(2000, 9999)


@given(st.uuids(), years, numbers, st.booleans())
def test_a_mark_lives_through_subject_address_and_message_id(
    anliegen: UUID, year: int, number: int, capitals: bool
) -> None:
    mark = MARKS.of(anliegen, year, number)
    for place in (
        f"AW: Re: Ihr Anliegen: Loch [{mark}]",
        plus_address("feedback@stadt.example", mark),
        message_id_of(mark, "key", "stadt.example"),
    ):
        [found] = find_marks([place.upper() if capitals else place])
        assert found == mark
        assert MARKS.is_genuine(found, anliegen)


@given(st.uuids(), st.uuids(), years, numbers)
def test_a_mark_is_worth_nothing_for_another_or_with_another_key(
    mine: UUID, other: UUID, year: int, number: int
) -> None:
    mark = MARKS.of(mine, year, number)
    assert not Marks(b"x" * 32).is_genuine(mark, mine)
    assert mine == other or not MARKS.is_genuine(mark, other)


@given(st.text(max_size=300))
def test_looking_for_marks_never_fails(text: str) -> None:
    assert find_marks([text]) == find_marks([text, text])


@pytest.mark.parametrize(
    "text",
    ["2026-00042", "[2026-00042]", "2026-00042-abc", "2026-00042-abcdefghijk1", "x2026-00042-abcdefghijkl",
     "2026-00042-abcdefghijklm", "٢٠٢٦-00042-abcdefghijkl"],
)  # fmt: skip
def test_a_number_alone_is_no_mark(text: str) -> None:
    assert find_marks([text]) == []


def test_a_flood_of_marks_is_cut_off() -> None:
    assert len(find_marks([f"2026-{n:05d}-abcdefghijkl" for n in range(5000)])) == 50


def test_our_own_mails_are_known_by_their_message_id() -> None:
    mark = MARKS.of(UUID(int=1), 2026, 42)
    assert is_our_message_id(message_id_of(mark, "k", "stadt.example"), "stadt.example")
    assert is_our_message_id(f"<{'a' * 40}@Stadt.example>", "stadt.example")
    assert not is_our_message_id(f"<{'a' * 40}@other.example>", "stadt.example")
    assert not is_our_message_id("<erika.1@stadt.example>", "stadt.example")
