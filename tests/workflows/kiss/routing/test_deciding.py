"""Who is responsible: rules, then the text model, then the coordination; never a closed group, always with reasons."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.kiss.routing.book import GroupView, Guess, RoutingBook, TopicView
from workflows.kiss.routing.deciding import Decision, decide
from workflows.kiss.routing.keywords import Words
from workflows.kiss.routing.rules import Conditions, Message, RuleView

DAY = date(2026, 11, 23)
START = date(2026, 1, 1)
GROUPS = {
    group.id: group
    for group in (
        GroupView("strasse", "Straßenunterhalt", "tiefbau", "Tiefbauamt"),
        GroupView("licht", "Beleuchtung", "tiefbau", "Tiefbauamt"),
        GroupView("gruen", "Umwelt", "umwelt", "Umweltamt", general=True),
        GroupView("alt", "Alte Gruppe", "umwelt", "Umweltamt", valid_to=date(2026, 3, 1)),
        GroupView("koordination", "Feedback LE", "strategie", "Stabsstelle"),
    )
}
TOPICS = {
    topic.id: topic
    for topic in (
        TopicView("t1", "schlagloch", "Schlagloch", "strasse"),
        TopicView("t2", "gehweg", "Gehweg", "strasse"),
        TopicView("t3", "laterne", "Laterne", "licht"),
        TopicView("t4", "baum", "Baum", "gruen"),
        TopicView("t5", "fundtier", "Fundtier", "alt"),
    )
}


class Says:
    """A text model that goes by single words: each found word adds to a label's chance."""

    threshold = 0.5

    def __init__(self, **words: tuple[str, float]) -> None:
        self._words = words

    def guesses(self, texts: Sequence[str], *, evidence: bool) -> list[list[Guess]]:
        return [self._of(Words(text), evidence) for text in texts]

    def _of(self, words: Words, evidence: bool) -> list[Guess]:
        found = [
            (label, chance, word)
            for word, (label, chance) in self._words.items()
            if words.find(word)
        ]
        guesses = [
            Guess(label, chance, (word,) if evidence else ()) for label, chance, word in found
        ]
        return sorted(guesses, key=lambda each: (-each.probability, each.label))


def rule(
    key: str, group: str, position: int = 10, topic: str | None = None, **asked: object
) -> RuleView:
    conditions = Conditions(**asked)  # type: ignore[arg-type]
    return RuleView(key, f"Regel {key}", "tiefbau", START, None, position, conditions, group, topic)


def book(*rules: RuleView, voice: Says | None = None) -> RoutingBook:
    return RoutingBook(GROUPS, rules, TOPICS, voice, "koordination")


def test_a_rule_decides_with_its_reasons_and_its_topic() -> None:
    asked = rule("Loch", "strasse", topic="t1", words=("Schlagloch",), place=("Neuhafen",))
    decision = decide(Message("Schlaglöcher hier", districts=("Neuhafen",)), book(asked), DAY)
    assert (decision.decision, decision.group, decision.office) == ("rule", "strasse", "tiefbau")
    assert (decision.topic, decision.rule, decision.probability) == ("t1", "Loch", None)
    assert decision.because == (
        "Regel „Regel Loch“ gibt es an „Straßenunterhalt“ (Tiefbauamt).",
        "Es geht um einen Ort in „Neuhafen“.",
        "Im Text steht das Wort „Schlaglöcher“.",
    )


def test_without_the_word_the_text_model_would_have_decided() -> None:
    asked = rule("Loch", "strasse", words=("Schlagloch",))
    voice = Says(Laterne=("t3", 0.62))
    decision = decide(Message("Schlagloch unter der Laterne"), book(asked, voice=voice), DAY)
    assert decision.otherwise == (
        "Ohne das Wort „Schlagloch“ hätte das Textmodell mit 62\u00a0% „Beleuchtung“ (Tiefbauamt) vorgeschlagen.",
    )


def test_words_that_stand_in_for_each_other_are_left_out_together() -> None:
    asked = rule("Loch", "strasse", words=("Schlagloch", "Fahrbahn"))
    decision = decide(Message("Ein Schlagloch in der Fahrbahn"), book(asked), DAY)
    assert decision.otherwise == (
        "Ohne die Wörter „Schlagloch“ und „Fahrbahn“ hätte die Koordination entscheiden müssen.",
    )


def test_whether_the_text_model_goes_along_with_the_rule_is_told() -> None:
    asked = rule("Loch", "strasse", words=("Schlagloch",))
    agrees, differs = Says(Schlagloch=("t1", 0.9)), Says(Baum=("t4", 0.7))
    message = Message("Schlagloch am Baum")
    assert (
        decide(message, book(asked, voice=agrees), DAY).because[-1]
        == "Das Textmodell hätte ebenso entschieden (90\u00a0%)."
    )
    assert (
        decide(message, book(asked, voice=differs), DAY).because[-1]
        == "Das Textmodell hätte mit 70\u00a0% „Umweltamt“ vorgeschlagen; Regeln gehen vor."
    )


def test_a_place_in_another_district_would_have_changed_it() -> None:
    rules = (
        rule("Loch", "strasse", words=("Schlagloch",)),
        rule("Nord", "gruen", 5, words=("Schlagloch",), place=("Krähenberg",)),
    )
    decision = decide(Message("Schlagloch"), book(*rules), DAY)
    assert decision.group == "strasse"
    assert (
        "Mit der Angabe eines Orts in „Krähenberg“ wäre es nach der Regel „Regel Nord“ an „Umweltamt“ gegangen."
        in decision.otherwise
    )


def test_a_conflict_is_settled_by_position_and_told() -> None:
    rules = (
        rule("hinten", "gruen", 20, words=("Baum",)),
        rule("vorn", "strasse", 10, words=("Gehweg",)),
    )
    decision = decide(Message("Der Baum hebt den Gehweg an"), book(*rules), DAY)
    assert decision.group == "strasse"
    assert decision.because[-1] == (
        "Auch die Regel „Regel hinten“ trifft zu und gäbe es an „Umweltamt“; „Regel vorn“ steht weiter oben."
    )


def test_a_conflict_of_equals_goes_to_the_one_that_asks_for_more() -> None:
    rules = (
        rule("eins", "gruen", words=("Baum",)),
        rule("zwei", "strasse", words=("Baum",), addressed=("tiefbau",)),
    )
    decision = decide(Message("Der Baum", addressed="tiefbau"), book(*rules), DAY)
    assert decision.group == "strasse"
    assert decision.because[-1].endswith("„Regel zwei“ ist genauer.")


def test_a_rule_to_a_closed_group_is_passed_over_and_that_is_said() -> None:
    rules = (rule("alt", "alt", 5, words=("Baum",)), rule("neu", "gruen", 10, words=("Baum",)))
    decision = decide(Message("Ein Baum"), book(*rules), DAY)
    assert decision.group == "gruen"
    assert decision.because[0] == (
        "Die Regel „Regel alt“ trifft zu, aber die Gruppe „Alte Gruppe“ gibt es seit 01.03.2026 nicht mehr; sie wurde übergangen."
    )
    assert decide(Message("Ein Baum"), book(*rules), date(2026, 2, 1)).group == "alt"


def test_the_text_model_decides_with_its_evidence() -> None:
    voice = Says(Laterne=("t3", 0.8), Baum=("t4", 0.1))
    decision = decide(Message("Laterne am Baum"), book(voice=voice), DAY)
    assert (decision.decision, decision.group, decision.topic) == ("model", "licht", "t3")
    assert decision.probability == pytest.approx(0.8)
    assert [(each.group, each.evidence) for each in decision.suggestions] == [
        ("licht", ("Laterne",)),
        ("gruen", ("Baum",)),
    ]
    assert "Dafür spricht das Wort „Laterne“." in decision.because
    assert decision.otherwise == (
        "Ohne das Wort „Laterne“ hätte die Koordination entscheiden müssen.",
    )


def test_two_topics_of_one_group_speak_for_the_group_but_name_no_topic() -> None:
    voice = Says(Loch=("t1", 0.3), Gehweg=("t2", 0.3), Baum=("t4", 0.35))
    decision = decide(Message("Loch im Gehweg beim Baum"), book(voice=voice), DAY)
    assert (decision.decision, decision.group) == ("model", "strasse")
    assert decision.probability == pytest.approx(0.6)
    assert decision.topic == "t1"  # half of what speaks for the group
    unsure = Says(Loch=("t1", 0.25), Gehweg=("t2", 0.28), Rinne=("strasse", 0.1))
    told = decide(Message("Loch im Gehweg an der Rinne"), book(voice=unsure), DAY)
    assert (told.group, told.topic) == ("strasse", None)
    assert "Beim Thema ist es sich nicht sicher; bitte wählen Sie es aus." in told.because


def test_an_unsure_model_leaves_it_to_the_coordination() -> None:
    decision = decide(Message("Laterne"), book(voice=Says(Laterne=("t3", 0.4))), DAY)
    assert (decision.decision, decision.group) == ("coordinator", "koordination")
    assert decision.probability == pytest.approx(0.4)
    assert decision.otherwise == (
        "Mit mindestens 50\u00a0% wäre es an „Beleuchtung“ (Tiefbauamt) gegangen.",
    )


def test_the_model_s_choice_of_a_closed_group_is_passed_over() -> None:
    decision = decide(Message("Hund"), book(voice=Says(Hund=("t5", 0.9))), DAY)
    assert decision.decision == "coordinator"
    assert decision.because[0].startswith(
        "Das Textmodell denkt mit 90\u00a0% an die Gruppe „Alte Gruppe“"
    )


def test_without_anything_the_coordination_decides_and_says_why() -> None:
    decision = decide(Message(""), book(), DAY)
    assert decision.because == (
        "Es gibt noch kein Textmodell, deshalb entscheidet die Koordination.",
    )
    assert decide(Message(""), RoutingBook({}), DAY).group is None


def test_json_is_what_the_contract_says() -> None:
    voice = Says(Laterne=("t3", 0.8))
    shown = decide(Message("Laterne"), book(voice=voice), DAY).as_json(TOPICS)
    assert shown["decision"] == "model"
    assert (shown["office"], shown["topic"], shown["probability"]) == ("tiefbau", "laterne", 0.8)
    (suggestion,) = shown["suggestions"]
    assert {"office", "topic", "probability", "evidence"} <= suggestion.keys()
    assert suggestion["topic"] == "laterne"


WORDS = ("Schlagloch", "Laterne", "Baum", "Gehweg", "Hund")
ANY_RULE = st.builds(
    RuleView,
    id=st.uuids().map(str),
    title=st.sampled_from(["A", "B", "C"]),
    owner=st.just("tiefbau"),
    valid_from=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    valid_to=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    position=st.integers(1, 3),
    conditions=st.builds(
        Conditions,
        words=st.lists(st.sampled_from(WORDS), max_size=2).map(tuple),
        all_words=st.lists(st.sampled_from(WORDS), max_size=2).map(tuple),
        place=st.lists(st.sampled_from(["Nord", "Süd"]), max_size=1).map(tuple),
        addressed=st.lists(st.sampled_from(["tiefbau", "umwelt"]), max_size=1).map(tuple),
    ),
    group=st.sampled_from([*GROUPS, "niemand"]),
    topic=st.none() | st.sampled_from([*TOPICS, "weg"]),
)
RULES = st.lists(ANY_RULE, max_size=6, unique_by=lambda each: each.id)
ANY_MESSAGE = st.builds(
    Message,
    text=st.lists(st.sampled_from([*WORDS, "und", "hier"]), max_size=6).map(" ".join),
    districts=st.lists(st.sampled_from(["Nord", "Süd"]), max_size=2).map(tuple),
    addressed=st.none() | st.sampled_from(["tiefbau", "umwelt"]),
)
VOICES = st.none() | st.dictionaries(
    st.sampled_from(WORDS),
    st.tuples(st.sampled_from([*TOPICS, *GROUPS, "verschwunden"]), st.floats(0.01, 0.5)),
    max_size=3,
).map(lambda words: Says(**words))
DAYS = st.dates(date(2025, 6, 1), date(2027, 6, 1))


def _any_book(rules: Sequence[RuleView], voice: Says | None) -> RoutingBook:
    return RoutingBook(GROUPS, rules, TOPICS, voice, "koordination")


@settings(max_examples=150, deadline=None)
@given(ANY_MESSAGE, RULES, VOICES, DAYS, st.randoms())
def test_the_order_of_rules_does_not_matter_and_nothing_goes_to_a_closed_group(
    message: Message, rules: list[RuleView], voice: Says | None, day: date, random: object
) -> None:
    decision = decide(message, _any_book(rules, voice), day)
    shuffled = list(rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(message, _any_book(shuffled, voice), day) == decision
    for group in (decision.group, *(each.group for each in decision.suggestions)):
        assert group is not None
        assert GROUPS[group].is_open(day)
    assert decision.because


@settings(max_examples=150, deadline=None)
@given(ANY_MESSAGE, RULES, VOICES, DAYS)
def test_rules_out_of_date_never_count(
    message: Message, rules: list[RuleView], voice: Says | None, day: date
) -> None:
    valid = [each for each in rules if each.holds_on(day)]
    decision = decide(message, _any_book(rules, voice), day)
    assert _but_for_no_rules(decision) == _but_for_no_rules(
        decide(message, _any_book(valid, voice), day)
    )
    if decision.rule is not None:
        assert decision.rule in {each.id for each in valid}


def _but_for_no_rules(decision: Decision) -> Decision:
    """The sentence that no rule holds is said only where there are rules."""
    return replace(
        decision,
        because=tuple(each for each in decision.because if each != "Keine Regel trifft zu."),
    )


@settings(max_examples=100, deadline=None)
@given(ANY_MESSAGE, RULES, VOICES, DAYS)
def test_a_replay_without_explanations_decides_the_same(
    message: Message, rules: list[RuleView], voice: Says | None, day: date
) -> None:
    explained = decide(message, _any_book(rules, voice), day)
    brief = decide(message, _any_book(rules, voice), day, explain=False)
    assert (brief.decision, brief.group, brief.topic, brief.rule, brief.probability) == (
        explained.decision,
        explained.group,
        explained.topic,
        explained.rule,
        explained.probability,
    )
    assert brief.otherwise == ()
