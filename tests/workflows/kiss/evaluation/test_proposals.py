"""Patterns that go wrong again and again, and proposals that would have helped and hurt nobody."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.kiss.evaluation.invented import way
from workflows.kiss.evaluation.follow_up import follow_up
from workflows.kiss.evaluation.follow_up import told as compared
from workflows.kiss.evaluation.patterns import Kind, find_patterns
from workflows.kiss.evaluation.proposals import findings, propose, proposed, told
from workflows.kiss.evaluation.replay import Effect, RuleChange, reckon_moves, replay
from workflows.kiss.evaluation.vocabulary import Vocabulary
from workflows.kiss.evaluation.ways import Way, path
from workflows.kiss.routing.keywords import tokens
from workflows.kiss.routing.rules import Conditions, Message, RuleView, matching

NAMES = {"A": "Bürgerbüro", "B": "Tiefbau", "C": "Stadtwerke", "licht": "Straßenbeleuchtung"}


def test_ping_pong_is_found_by_topic_and_groups() -> None:
    (pattern,) = find_patterns(
        [way("ABA") for _ in range(5)] + [way("ABA", "müll") for _ in range(4)]
    )
    assert (pattern.kind, pattern.topic, pattern.path) == (Kind.PING_PONG, "licht", ("A", "B", "A"))
    assert (len(pattern.cases), pattern.hand_overs, pattern.days) == (5, 10, 10.0)


def test_long_chains_are_found_by_their_ends() -> None:
    (pattern,) = find_patterns([way("ABCD") for _ in range(4)] + [way("AECD")])
    assert (pattern.kind, pattern.path) == (Kind.CHAIN, ("A", "B", "C", "D"))


def test_a_first_group_that_always_hands_on_is_found() -> None:
    (pattern,) = find_patterns([way("AB") for _ in range(8)] + [way("A")])
    assert (pattern.kind, pattern.path, len(pattern.cases)) == (Kind.FIRST_CHANGED, ("A", "B"), 8)
    assert find_patterns([way("AB") for _ in range(8)] + [way("A") for _ in range(8)]) == []


def test_two_groups_that_answer_the_same_are_found() -> None:
    (pattern,) = find_patterns([way("A", answered_by="B") for _ in range(5)])
    assert (pattern.kind, pattern.path) == (Kind.ANSWERED_TWICE, ("A", "B"))


@pytest.mark.parametrize(
    ("case", "effect"),
    [
        (way("AB"), Effect(1, 1, 1, 1.0)),
        (way("AACB"), Effect(1, 1, 2, 3.0)),
        (way("B"), Effect(1)),
        (way("BA"), Effect(1)),
        (way("A"), Effect(1, 0, -1, 0.0, 0, 1)),
        (way("AC", answered_by="B"), Effect(1, 1, 1, 0.0, 1)),
        (way("AB", "müll"), Effect()),
    ],
)
def test_a_replay_counts_cautiously(case: Way, effect: Effect) -> None:
    assert replay([case], RuleChange("B", "licht")) == effect


def test_what_todays_rules_spare_anyway_is_no_merit_of_a_change() -> None:
    ways = [way("ACB") for _ in range(10)]
    moves = {each.case: ("C", "B") for each in ways}  # today's rules already know it is not A's
    assert reckon_moves(ways, moves) == Effect(10, 10, 10, 10.0)
    assert reckon_moves(ways, {}) == Effect()


def test_a_proposal_promises_what_the_rule_book_will_do() -> None:
    ways = [way("AB") for _ in range(10)]
    assert [each.proposal for each in findings(ways, moving=lambda _: {})] == [None]
    moves = {each.case: ("A", "B") for each in ways[::2] + ways[1:4:2]}
    (found,) = findings(ways, moving=lambda _: moves)
    assert found.proposal is not None
    assert found.proposal.effect == Effect(7, 7, 7, 7.0)
    assert "Mit allen heutigen Regeln nachgespielt, hätte das" in proposed(found.proposal, NAMES)


def test_what_the_rule_book_would_send_astray_is_not_proposed() -> None:
    ways = [way("AB") for _ in range(10)] + [way("A", "müll")]
    (found,) = findings(ways, moving=lambda _: {each.case: ("A", "B") for each in ways})
    assert found.proposal is None


def test_a_rule_is_proposed_that_saves_the_first_hand_over() -> None:
    (found,) = findings([way("AB") for _ in range(10)])
    assert found.proposal is not None
    assert found.proposal.change == RuleChange("B", "licht")
    assert found.proposal.effect == Effect(10, 10, 10, 10.0)
    assert told(found.pattern, NAMES) == (
        "Beim Thema „Straßenbeleuchtung“ kamen 10 Anliegen zuerst zu „Bürgerbüro“ und mussten weiter, meist zu „Tiefbau“."
    )
    assert proposed(found.proposal, NAMES) == (
        "Vorschlag: Anliegen zum Thema „Straßenbeleuchtung“ gehen gleich an „Tiefbau“. Das hätte im betrachteten Zeitraum "
        "10 Weitergaben gespart, bei 10 von 10 Anliegen. Zusammen wären sie 10,0 Tage früher dort gewesen. "
        "Keines hätte einen längeren Weg genommen."
    )


def test_a_word_narrows_the_rule_where_the_topic_would_hurt_others() -> None:
    ways = [way("ACDB", words="ampel kreuzung") for _ in range(12)]
    ways += [way("A", words="laterne kreuzung") for _ in range(12)]
    (found,) = findings(ways)
    assert found.proposal is not None
    assert found.proposal.change == RuleChange("B", word="ampel")
    assert "mit dem Wort „ampel“" in proposed(found.proposal, NAMES)


def test_a_word_is_tried_on_all_topics_and_in_all_its_forms() -> None:
    ways = [way("ACDB", words="Ampel") for _ in range(12)]
    ways += [way("A", words="laterne") for _ in range(12)]
    ways += [way("A", "müll", words="Fußgängerampeln")]  # a rule made of the word would catch it
    assert all(found.proposal is None for found in findings(ways))


@given(
    st.lists(
        st.lists(
            st.sampled_from(["Ampel", "Ampeln", "ampelmast", "Straßen-Ampel", "Laterne", "und"]),
            max_size=4,
        ),
        max_size=12,
    ),
    st.sampled_from(["Ampel", "Laternen", "Straße", "ampeln"]),
)
def test_what_is_tried_is_what_the_rule_will_answer(written: list[list[str]], keyword: str) -> None:
    texts = [" ".join(each) for each in written]
    ways = [replace(way("AB"), case=text, words=tokens(text)) for text in texts]
    rule = RuleView("r", "Regel", "", date.min, None, 100, Conditions(words=(keyword,)), "B")
    answered = [text for text in texts if matching(Message(text), [rule], date(2026, 3, 2))[0]]
    change = RuleChange("B", word=keyword)
    assert [each.case for each in Vocabulary(ways).fitting(change)] == answered
    assert [each.case for each in ways if change.fits(each)] == answered


def test_one_group_is_proposed_where_two_answer_the_same() -> None:
    ways = [way(own, answered_by=other) for _ in range(6) for own, other in ("AB", "BA")]
    (found,) = findings(ways)
    assert found.proposal is not None
    assert found.proposal.effect == Effect(12, 6, 0, 0.0, 6)
    assert "haben „Bürgerbüro“ und „Tiefbau“ bei 12 Anliegen dieselbe Frage beantwortet" in told(
        found.pattern, NAMES
    )
    assert "6 doppelte Antworten gespart, bei 6 von 12 Anliegen" in proposed(found.proposal, NAMES)


def test_no_rule_is_proposed_where_the_first_group_answers_in_the_end() -> None:
    (found,) = findings([way("ABA") for _ in range(10)])
    assert found.proposal is None


def test_what_fits_one_half_of_the_period_only_is_not_proposed() -> None:
    ways = [way("AB", day=1) for _ in range(10)] + [way("B", day=60) for _ in range(11)]
    assert all(propose(ways, pattern) is None for pattern in find_patterns(ways))


@given(
    st.lists(
        st.tuples(
            st.text(alphabet="ABC", min_size=1, max_size=5),
            st.sampled_from(["licht", "müll", None]),
            st.sampled_from(["", "ampel", "ampel laterne"]),
        ),
        max_size=60,
    )
)
def test_no_proposal_ever_lengthens_a_way(rows: list[tuple[str, str | None, str]]) -> None:
    ways = [way(groups, topic, words=words) for groups, topic, words in rows]
    for found in findings(ways):
        if found.proposal is None:
            continue
        change = found.proposal.change
        fitting = [each for each in ways if change.fits(each)]
        assert all(change.group in path(each) for each in fitting)
        assert found.proposal.effect == replay(ways, change)
        assert found.proposal.effect.hand_overs_saved > 0


def test_a_change_is_followed_up() -> None:
    change = RuleChange("B", "licht")
    result = follow_up([way("AB") for _ in range(5)], [way("B") for _ in range(5)], change)
    assert result.hand_overs_per_case == (1.0, 0.0)
    assert "vorher 100 und nachher 0 Weitergaben (weniger)" in compared(result)
    assert "mindestens 5" in compared(follow_up([], [way("B")], change))
