"""Parts for cross-validation: groups stay together, classes are spread, nothing depends on chance but the seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.routing.folds import folds

ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 12)), min_size=2, max_size=60)


@given(ROWS, st.integers(2, 6), st.integers(0, 5))
def test_rows_of_a_group_stay_together_and_no_part_is_empty(
    rows: list[tuple[str, int]], count: int, seed: int
) -> None:
    labels, groups = [label for label, _ in rows], [group for _, group in rows]
    if len(set(groups)) < count:
        with pytest.raises(ValueError, match=f"mindestens {count} Gruppen"):
            folds(labels, groups, count, seed)
        return
    parts = folds(labels, groups, count, seed)
    assert set(parts) == set(range(count))
    for group in set(groups):
        assert len({part for part, of in zip(parts, groups, strict=True) if of == group}) == 1
    assert (parts == folds(labels, groups, count, seed)).all()


@given(st.lists(st.sampled_from("abc"), min_size=10, max_size=80), st.integers(0, 5))
def test_without_groups_each_part_holds_its_share_of_each_class(
    labels: list[str], seed: int
) -> None:
    parts = folds(labels, None, 5, seed)
    for label in set(labels):
        held = [sum(np.array(labels)[parts == part] == label) for part in range(5)]
        assert max(held) - min(held) <= 1


def test_another_seed_parts_otherwise() -> None:
    labels = ["a", "b"] * 40
    assert (folds(labels, None, 5, 0) != folds(labels, None, 5, 1)).any()


def test_too_few_rows_are_told_in_german() -> None:
    with pytest.raises(ValueError, match="mindestens 5 Zeilen, hier sind es nur 3"):
        folds(["a", "b", "a"], None, 5, 0)
