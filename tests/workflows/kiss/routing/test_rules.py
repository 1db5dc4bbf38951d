"""Rules as dated data: which conditions hold, when a rule counts, who comes first."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.routing.rules import Circle, Conditions, Message, RuleView, matching

DAY = date(2026, 11, 23)


def rule(
    key: str = "r", position: int = 10, valid_to: date | None = None, **asked: object
) -> RuleView:
    conditions = Conditions(**asked)  # type: ignore[arg-type]
    return RuleView(key, key, "tiefbau", date(2026, 1, 1), valid_to, position, conditions, "g")


def _answers(message: Message, *rules: RuleView, day: date = DAY) -> list[str]:
    return [match.rule.id for match in matching(message, rules, day)[0]]


HOLE = Message("Ein Schlagloch in der Hafenstraße", districts=("Neuhafen",), addressed="tiefbau",
               topic="strasse", file_numbers=("J1.01/2026-00042",), latitude=48.0, longitude=9.0)  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {"addressed": ("umwelt", "tiefbau")},
        {"topic": ("strasse",)},
        {"place": ("neuhafen",)},
        {"circle": Circle(48.0, 9.001, 100)},
        {"file_number": ("J1.01",)},
        {"file_number": ("j 1.01/2026",)},
        {"file_number": ("J",)},
        {"words": ("Laterne", "Schlaglöcher")},
        {"all_words": ("Schlagloch", "Hafenstraße")},
        {"words": ("Schlagloch",), "place": ("Neuhafen",), "topic": ("strasse",)},
    ],
)
def test_a_rule_answers_if_all_it_asks_for_holds(asked: dict[str, object]) -> None:
    assert _answers(HOLE, rule(**asked)) == ["r"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"addressed": ("umwelt",)},
        {"topic": ("licht",)},
        {"place": ("Altstadt",)},
        {"circle": Circle(48.0, 9.01, 100)},
        {"file_number": ("J1.0",)},
        {"file_number": ("J1.01/2026-0004",)},
        {"words": ("Laterne",)},
        {"all_words": ("Schlagloch", "Laterne")},
        {"words": ("Schlagloch",), "place": ("Altstadt",)},
    ],
)
def test_one_condition_that_does_not_hold_is_enough_against_it(asked: dict[str, object]) -> None:
    assert _answers(HOLE, rule(**asked)) == []


def test_a_rule_counts_from_its_first_day_until_the_day_before_its_end() -> None:
    dated = rule(words=("Schlagloch",), valid_to=date(2026, 6, 1))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [bool(_answers(HOLE, dated, day=day)) for day in days] == [False, True, True, False]


def test_position_comes_first_then_what_asks_for_more() -> None:
    rules = [
        rule("weit", 20, words=("Schlagloch",)),
        rule("genau", 20, words=("Schlagloch",), place=("Neuhafen",)),
        rule("oben", 10, topic=("strasse",)),
    ]
    assert _answers(HOLE, *rules) == ["oben", "genau", "weit"]


def test_a_rule_that_misses_by_one_condition_is_told_with_it() -> None:
    near = rule("nah", words=("Schlagloch",), place=("Altstadt",))
    far = rule("fern", words=("Laterne",), place=("Altstadt",))
    single = rule("einzeln", place=("Altstadt",))
    misses = matching(HOLE, [near, far, single], DAY)[1]
    assert [(miss.rule.id, miss.missing) for miss in misses] == [("nah", "place")]


CONDITIONS = st.builds(
    Conditions,
    addressed=st.lists(st.sampled_from(["tiefbau", "umwelt"]), max_size=2).map(tuple),
    topic=st.lists(st.sampled_from(["strasse", "licht"]), max_size=2).map(tuple),
    place=st.lists(st.sampled_from(["Neuhafen", "Altstadt"]), max_size=2).map(tuple),
    circle=st.none()
    | st.builds(Circle, st.just(48.0), st.sampled_from([9.0, 9.1]), st.just(500.0)),
    file_number=st.lists(st.sampled_from(["J1", "A"]), max_size=2).map(tuple),
    words=st.lists(st.sampled_from(["Schlagloch", "Laterne"]), max_size=2).map(tuple),
    all_words=st.lists(st.sampled_from(["Hafenstraße", "Laterne"]), max_size=2).map(tuple),
)


@given(CONDITIONS)
def test_conditions_survive_storing(conditions: Conditions) -> None:
    assert Conditions.from_json(conditions.as_json()) == conditions


def test_a_condition_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="Unbekannte Bedingung: wetter"):
        Conditions.from_json({"wetter": "Regen"})


def test_a_single_text_counts_as_a_list_of_one() -> None:
    assert Conditions.from_json({"place": "Neuhafen", "words": [" ", "Loch "]}) == Conditions(
        place=("Neuhafen",), words=("Loch",)
    )
