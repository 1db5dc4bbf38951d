"""Who is responsible for a message: a rule, else the text model, else the coordination; always with reasons. Pure.

Nothing goes to a closed group. What it would have taken to decide otherwise is found out by trying it: the message without
the word that counted, with the condition that was missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from workflows.kiss.routing import wording
from workflows.kiss.routing.book import GroupView, Guess, RoutingBook, TopicView
from workflows.kiss.routing.rules import Match, Message, matching

Kind = Literal["rule", "model", "coordinator", "unopened"]
SHOWN = 3
LEAST = 0.01
"""Less likely groups are no suggestions."""
_WORDS = 3
"""So many words are tried without."""
_REMARKS = 4
"""How many sentences on what would have changed the decision are worth reading."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A group the text model thinks of. ``evidence``: words of the message."""

    group: str
    office: str
    topic: str | None
    probability: float
    evidence: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "group": self.group,
            "office": self.office,
            "topic": self.topic,
            "probability": round(self.probability, 4),
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """``group``: id, ``office``: key, ``topic``: id where it is clear; ``rule``: id of the rule that decided;
    ``probability`` of the text model, ``None`` where a rule decided.
    """

    decision: Kind
    group: str | None
    office: str | None
    topic: str | None
    probability: float | None
    suggestions: tuple[Suggestion, ...] = ()
    because: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    rule: str | None = None

    def as_json(self, topics: Mapping[str, TopicView]) -> dict[str, Any]:
        """As the contract writes it: topics by key. Unopened post is what a rule decided."""

        def key(topic: str | None) -> str | None:
            return topics[topic].key if topic is not None and topic in topics else None

        return {
            "decision": "rule" if self.decision == "unopened" else self.decision,
            "office": self.office,
            "topic": key(self.topic),
            "probability": None if self.probability is None else round(self.probability, 4),
            "suggestions": [
                {**each.as_json(), "topic": key(each.topic)} for each in self.suggestions
            ],
            "because": list(self.because),
            "otherwise": list(self.otherwise),
            "group": self.group,
            "unopened": self.decision == "unopened",
        }


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the text model said: suggestions, the chances of each open group, and what was left out."""

    suggestions: tuple[Suggestion, ...] = ()
    groups: tuple[tuple[GroupView, float], ...] = ()
    topics: Mapping[str, tuple[TopicView, float]] | None = None
    remarks: tuple[str, ...] = ()

    @property
    def best(self) -> tuple[GroupView, float] | None:
        return self.groups[0] if self.groups else None


def decide(message: Message, book: RoutingBook, day: date, *, explain: bool = True) -> Decision:
    """The decision for a message on a day. The order of rules in the book does not matter.

    ``explain``: also say what would have changed it; replays of thousands do without.
    """
    matches, misses = matching(message, book.rules, day)
    (heard,) = _hear([message.written], book, day, evidence=explain)
    decision, used = _decided(matches, heard, book, day)
    if not explain:
        return decision
    if used is not None and heard.best and heard.best[1] >= _least(book):
        agrees = heard.best[0].id == decision.group
        remark = wording.compared(*heard.best, agrees=agrees)
        decision = replace(decision, because=(*decision.because, remark))
    otherwise = _otherwise(message, book, day, decision, used)
    for miss in misses:
        group = book.open_group(miss.rule.group, day)
        if group and group.id != decision.group and _earlier(miss.rule.rank, used):
            otherwise.append(wording.near_miss(miss, group, book))
    return replace(decision, otherwise=tuple(dict.fromkeys(otherwise))[:_REMARKS])


def _earlier(rank: tuple[int, int, str], used: Match | None) -> bool:
    return used is None or rank < used.rule.rank


def _decided(
    matches: Sequence[Match], heard: _Heard, book: RoutingBook, day: date
) -> tuple[Decision, Match | None]:
    """The first rule whose group is open decides; ``None`` where no rule did."""
    because: list[str] = []
    for at, match in enumerate(matches):
        group = book.open_group(match.rule.group, day)
        if group is None:
            because.append(wording.closed(match.rule, book.groups.get(match.rule.group), day))
            continue
        because += wording.by_rule(match, group, book)
        because += wording.conflicts(match, matches[at + 1 :], book.groups)
        topic = match.rule.topic if _holds(book, match.rule.topic, day) else None
        return Decision(
            "rule", group.id, group.office, topic, None, heard.suggestions, tuple(because),
            rule=match.rule.id,
        ), match  # fmt: skip
    return _by_model(heard, book, day, because), None


def _holds(book: RoutingBook, topic: str | None, day: date) -> bool:
    found = book.topics.get(topic) if topic is not None else None
    return found is not None and found.holds_on(day)


def _by_model(heard: _Heard, book: RoutingBook, day: date, because: Sequence[str]) -> Decision:
    least = _least(book)
    reasons = [*because, *heard.remarks]
    if not because and book.rules:
        reasons.append("Keine Regel trifft zu.")
    if heard.best and heard.best[1] >= least:
        group, chance = heard.best
        topic, share = (heard.topics or {}).get(group.id, (None, 0.0))
        clear = topic is not None and share >= book.thresholds.topic * chance
        evidence = next((s.evidence for s in heard.suggestions if s.group == group.id), ())
        reasons += wording.by_model(group, chance, least, evidence, topic, clear=clear)
        return Decision(
            "model", group.id, group.office, topic.id if topic and clear else None, chance,
            heard.suggestions, tuple(reasons),
        )  # fmt: skip
    reasons.append(wording.silent(heard.best, least, has_voice=book.voice is not None))
    coordination = book.open_group(book.coordination, day)
    return Decision(
        "coordinator",
        coordination.id if coordination else None,
        coordination.office if coordination else None,
        None,
        heard.best[1] if heard.best else None,
        heard.suggestions,
        tuple(reasons),
    )


def _least(book: RoutingBook) -> float:
    return max(book.thresholds.least, book.voice.threshold if book.voice else 0.0)


def _hear(
    texts: Sequence[str], book: RoutingBook, day: date, *, evidence: bool = False
) -> list[_Heard]:
    """What the text model says of each text; nothing where there is no model, or no word."""
    if book.voice is None or not texts:
        return [_Heard() for _ in texts]
    return [
        _sorted(guesses, book, day) if any(map(str.isalpha, text)) else _Heard()
        for text, guesses in zip(texts, book.voice.guesses(texts, evidence=evidence), strict=True)
    ]


def _sorted(guesses: Sequence[Guess], book: RoutingBook, day: date) -> _Heard:
    """Chances by group, since several topics may be one group's; closed groups are left out and said so."""
    suggestions: list[Suggestion] = []
    chances: dict[str, float] = {}
    topics: dict[str, tuple[TopicView, float]] = {}
    remarks: list[str] = []
    for guess in guesses:
        target = book.target(guess.label, day)
        group = book.open_group(target[0], day) if target else None
        if group is None or target is None:
            if guess.probability >= _least(book):
                remarks.append(wording.gone(guess, target, book))
            continue
        topic = target[1]
        chances[group.id] = chances.get(group.id, 0.0) + guess.probability
        if topic is not None and guess.probability > topics.get(group.id, (topic, 0.0))[1]:
            topics[group.id] = (topic, guess.probability)
        if len(suggestions) < SHOWN and guess.probability >= LEAST:
            suggestions.append(
                Suggestion(
                    group.id, group.office, topic.id if topic else None, guess.probability,
                    guess.evidence,
                )
            )  # fmt: skip
    ranked = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
    groups = tuple((book.groups[group], min(chance, 1.0)) for group, chance in ranked)
    return _Heard(tuple(suggestions), groups, topics, tuple(remarks))


def _otherwise(
    message: Message, book: RoutingBook, day: date, decision: Decision, used: Match | None
) -> list[str]:
    """What the message would have come to without the words that counted, or the rule."""
    if decision.decision == "coordinator":
        best = decision.suggestions[:1]
        return [wording.surer(each, _least(book), book) for each in best]
    said = [
        wording.instead_of(words, instead, book)
        for words, instead in _without(message, book, day, _counted(decision, used))
        if instead.group != decision.group
    ]
    if used is not None and not said:
        others = replace(book, rules=[each for each in book.rules if each.id != used.rule.id])
        instead = decide(message, others, day, explain=False)
        if instead.group != decision.group:
            said.append(wording.without_rule(used.rule, instead, book))
    return said


def _counted(decision: Decision, used: Match | None) -> list[str]:
    """The words of the message that made the decision."""
    if used is not None:
        found = [each.value for each in used.reasons if each.kind in {"words", "all_words"}]
    else:
        of_group = (each.evidence for each in decision.suggestions if each.group == decision.group)
        found = list(next(of_group, ()))
    return list(dict.fromkeys(found))[:_WORDS]


def _without(
    message: Message, book: RoutingBook, day: date, words: Sequence[str]
) -> list[tuple[tuple[str, ...], Decision]]:
    """The decisions without each of the words, and without all of them."""
    left_out = [(word,) for word in words] + ([tuple(words)] if len(words) > 1 else [])
    changed = [wording.without(message, each) for each in left_out]
    heard = _hear([each.written for each in changed], book, day)
    return [
        (each, _decided(matching(text, book.rules, day)[0], voice, book, day)[0])
        for each, text, voice in zip(left_out, changed, heard, strict=True)
    ]
