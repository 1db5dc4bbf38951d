"""Nobody is shown who is too few, nor found by taking the others away."""

from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.evaluation.shielding import LEAST, REST, joined_groups, shielded


def parts_of(**sizes: int) -> dict[str, list[int]]:
    return {name: list(range(size)) for name, size in sizes.items()}


def people_of(**sizes: int) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(f"{name}{number}" for number in range(size)) for name, size in sizes.items()
    }


def test_large_enough_parts_stand_alone_and_small_ones_together() -> None:
    shown = shielded(parts_of(a=9, b=7, c=3, d=2))
    assert {name: len(cases) for name, cases in shown.items()} == {"a": 9, "b": 7, REST: 5}


def test_a_rest_that_is_too_small_is_joined_by_the_next() -> None:
    assert {name: len(cases) for name, cases in shielded(parts_of(a=9, b=7, c=1)).items()} == {
        "a": 9,
        REST: 8,
    }


def test_a_small_team_hides_however_many_cases_it_has() -> None:
    shown = shielded(parts_of(a=90, b=70, c=60), people_of(a=12, b=2, c=3))
    assert set(shown) == {"a", REST}


def test_who_is_in_two_groups_counts_once() -> None:
    three = frozenset("xyz")
    shown = shielded(parts_of(a=90, b=70, c=60), {**people_of(a=12), "b": three, "c": three})
    assert set(shown) == {REST}  # six seats, three people: alone they would be known
    assert set(joined_groups({**people_of(a=12, d=9), "b": three, "c": three}).values()) == {
        "a",
        REST,
    }


def test_too_little_of_all_is_not_shown() -> None:
    assert shielded(parts_of(a=2, b=2)) == {}
    assert shielded({}) == {}


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12)), st.integers(0, 9))
def test_whatever_is_shown_or_left_over_is_at_least_five_or_none(
    sizes: dict[str, int], people: int
) -> None:
    parts = parts_of(**sizes)
    for heads in (None, people_of(**dict.fromkeys(parts, people))):
        shown = shielded(parts, heads)
        assert all(len(cases) >= LEAST for cases in shown.values())
        hidden = sum(sizes.values()) - sum(map(len, shown.values()))
        assert hidden == 0 or not shown


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 12)))
def test_no_small_group_has_a_name_of_its_own_in_a_picture(groups: dict[str, int]) -> None:
    named = joined_groups(people_of(**groups))
    assert all(groups[name] >= LEAST for name, shown in named.items() if shown != REST)
    rest = [name for name, shown in named.items() if shown == REST]
    assert len(rest) != 1 or len(groups) == 1
