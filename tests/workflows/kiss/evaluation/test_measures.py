"""The figures beyond hand-overs: what they say of cases whose way is known."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.kiss.evaluation.invented import way
from workflows.kiss.evaluation.handing_over import hand_overs
from workflows.kiss.evaluation.measures import (
    Figures,
    States,
    by_class,
    by_office,
    by_topic,
    measure,
    time_in_state,
    unclear,
)
from workflows.kiss.evaluation.ways import log_of, ways_of
from workflows.kiss.evaluation.wording import MEASURES


def test_waiting_and_working_are_told_apart() -> None:
    found = measure([way("AAAA", states="ncwa")])
    assert (found.waiting_days, found.working_days, found.first_answer_days) == (2.0, 1.0, 3.0)


def test_right_at_once_is_one_group_and_no_return() -> None:
    ways = [way("AA"), way("AB"), way("AAA", states="wra"), way("AA", states="ww")]
    found = measure(ways)
    assert found.first_time_right == pytest.approx(1 / 3)
    assert found.reopened == pytest.approx(1 / 3)


def test_rework_is_a_return_to_a_group_or_by_the_citizen() -> None:
    assert measure([way("ABCA"), way("AAA", states="wra"), way("AB"), way("A")]).rework == 0.5


def test_time_in_a_state_is_the_median_over_cases_that_left_it() -> None:
    assert time_in_state([way("AAAA", states="wcca"), way("AA", states="wa")]) == {
        "in_work": 1.0,
        "waits_citizen": 2.0,
    }


def test_duplicates_are_counted_beside_the_cases_they_belong_to() -> None:
    found = measure([way("A", duplicates=2), way("A", duplicates=0), way("AB", duplicates=0)])
    assert (found.cases, found.duplicates) == (3, 2)
    assert found.duplicate_share == pytest.approx(2 / 5)


def test_nobody_can_tell_the_duplicates_of_a_foreign_log() -> None:
    found = measure(ways_of(log_of([way("AB")])), States())
    assert (found.duplicates, found.duplicate_share, found.satisfaction) == (None, None, None)


def test_satisfaction_is_the_mean_of_at_least_five_ratings() -> None:
    assert measure([way("A", ratings="5") for _ in range(4)]).satisfaction is None
    ways = [way("A", ratings="5") for _ in range(3)] + [way("A", ratings="24"), way("A")]
    assert measure(ways).satisfaction == 4.2


def test_nothing_is_measured_of_nothing() -> None:
    found = measure([])
    assert found.cases == found.hand_overs == 0
    assert all(getattr(found, each.name) is None for each in fields(Figures)[2:])


def test_a_foreign_log_has_no_waiting_where_nobody_said_what_waits() -> None:
    found = measure(ways_of(log_of([way("AB")])), States())
    assert (found.waiting_days, found.reopened, found.with_hand_over) == (None, None, 1.0)


@pytest.mark.parametrize(
    ("paths", "index"),
    [(["A", "A"], 0), (["A", "B"], 25), (["AB", "AC"], 50), (["AB", "BA"], 75), (["AX", "BX", "CX", "DX"], 87.5)],
)  # fmt: skip
def test_responsibility_is_unclear_where_beginnings_scatter_and_do_not_last(
    paths: list[str], index: float
) -> None:
    assert unclear(paths) == pytest.approx(index)


def test_cases_are_parted_by_topic_office_and_class() -> None:
    ways = [way("A"), way("AB", "müll"), way("ABA", None)]
    assert {topic: len(cases) for topic, cases in by_topic(ways).items()} == {"licht": 1, "müll": 1}
    offices = by_office(ways, {"A": "Tiefbau", "B": "Ordnung"})
    assert {office: len(cases) for office, cases in offices.items()} == {"Tiefbau": 2, "Ordnung": 1}
    assert [len(cases) for cases in by_class(ways).values()] == [1, 1, 1]


def test_every_figure_has_its_definition() -> None:
    assert set(MEASURES) == {each.name for each in fields(Figures)}
    assert all(word.definition.endswith(".") for word in MEASURES.values())


@given(st.lists(st.text(alphabet="ABC", min_size=1, max_size=8), max_size=12))
def test_ways_and_logs_agree(paths: list[str]) -> None:
    ways = [way(each) for each in paths]
    found, counted = measure(ways), hand_overs(log_of(ways))
    assert (found.cases, found.hand_overs) == (counted.cases, counted.handovers)
    assert round((found.ping_pong or 0) * len(ways)) == counted.ping_pong_cases
    assert round((found.revisits or 0) * len(ways)) == counted.revisit_cases
    assert [each.steps for each in ways_of(log_of(ways))] == [each.steps for each in ways]
    assert 0 <= (found.unclear or 0) <= 100
