"""The sentences of a decision, in plain German: what it was made for, and what would have changed it. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from workflows.kiss.routing.book import GroupView, Guess, RoutingBook, TopicView
from workflows.kiss.routing.rules import Match, Message, NearMiss, Reason, RuleView

if TYPE_CHECKING:
    from workflows.kiss.routing.deciding import Decision, Suggestion


UNHEARD = 0.05
"""Below this the text model has said nothing."""


def percent(share: float) -> str:
    """Whole per cent; never 0 or 100 for what is neither."""
    return f"{min(99, max(1, round(100 * share)))}\u00a0%"


def quoted(words: Sequence[str]) -> str:
    """„a“, „b“ und „c“"""
    marked = [f"„{word}“" for word in words]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} und {marked[-1]}"


def named(group: GroupView) -> str:
    """The group with its office, where its name does not say it."""
    if group.general or group.office_name.casefold() in group.name.casefold():
        return f"„{group.office_name if group.general else group.name}“"
    return f"„{group.name}“ ({group.office_name})"


def by_rule(match: Match, group: GroupView, book: RoutingBook) -> list[str]:
    """Why a rule decided."""
    reasons = [
        _held(kind, match.reasons, book) for kind in dict.fromkeys(r.kind for r in match.reasons)
    ]
    return [f"Regel „{match.rule.title}“ gibt es an {named(group)}.", *reasons]


def _held(kind: str, reasons: Sequence[Reason], book: RoutingBook) -> str:
    values = [reason.value for reason in reasons if reason.kind == kind]
    first = values[0]
    if kind in {"words", "all_words"}:
        if len(values) == 1:
            return f"Im Text steht das Wort „{first}“."
        return f"Im Text stehen die Wörter {quoted(values)}."
    titles = {topic.key: topic.title for topic in book.topics.values()}
    return {
        "addressed": f"Die Nachricht ist an „{book.offices.get(first, first)}“ gerichtet.",
        "topic": f"Als Thema wurde „{titles.get(first, first)}“ gewählt.",
        "place": f"Es geht um einen Ort in {quoted(values)}.",
        "circle": "Der Ort liegt im Umkreis, den die Regel nennt.",
        "file_number": f"Die Nachricht nennt das Aktenzeichen {quoted(values)}.",
    }[kind]


def conflicts(match: Match, others: Sequence[Match], groups: Mapping[str, GroupView]) -> list[str]:
    """Rules that would have sent it elsewhere, and why they did not come first."""
    said = []
    for other in others:
        if other.rule.group == match.rule.group:
            continue
        group = groups.get(other.rule.group)
        why = "steht weiter oben"
        if other.rule.position == match.rule.position:
            why = "ist genauer"
            if other.rule.conditions.specificity == match.rule.conditions.specificity:
                why = "steht ihr gleich und wurde zuerst angelegt"
        where = f" und gäbe es an {named(group)}" if group else ""
        said.append(
            f"Auch die Regel „{other.rule.title}“ trifft zu{where}; „{match.rule.title}“ {why}."
        )
    return said


def closed(rule: RuleView, group: GroupView | None, day: date) -> str:
    """Why a rule that answers was passed over."""
    if group is None:
        return f"Die Regel „{rule.title}“ trifft zu, nennt aber eine Gruppe, die es nicht gibt; sie wurde übergangen."
    when = (
        f"seit {group.valid_to:%d.%m.%Y} nicht mehr"
        if group.valid_to and group.valid_to <= day
        else "noch nicht"
    )
    return f"Die Regel „{rule.title}“ trifft zu, aber die Gruppe „{group.name}“ gibt es {when}; sie wurde übergangen."


def by_model(
    group: GroupView,
    chance: float,
    least: float,
    evidence: Sequence[str],
    topic: TopicView | None,
    *,
    clear: bool,
) -> list[str]:
    """Why the text model decided."""
    said = [
        f"Das Textmodell hält {named(group)} mit {percent(chance)} für zuständig (nötig: {percent(least)})."
    ]
    if evidence:
        verb = "spricht das Wort" if len(evidence) == 1 else "sprechen die Wörter"
        said.append(f"Dafür {verb} {quoted(evidence)}.")
    if topic is not None and not clear:
        said.append("Beim Thema ist es sich nicht sicher; bitte wählen Sie es aus.")
    return said


def silent(best: tuple[GroupView, float] | None, least: float, *, has_voice: bool) -> str:
    """Why the coordination gets it."""
    if not has_voice:
        return "Es gibt noch kein Textmodell, deshalb entscheidet die Koordination."
    if best is None or best[1] < UNHEARD:
        return "Das Textmodell erkennt nichts, deshalb entscheidet die Koordination."
    return (
        f"Das Textmodell ist sich nicht sicher genug: {named(best[0])} mit {percent(best[1])}, nötig wären "
        f"{percent(least)}. Deshalb entscheidet die Koordination."
    )


def gone(guess: Guess, target: tuple[str, TopicView | None] | None, book: RoutingBook) -> str:
    """The text model's choice can't be followed any more."""
    group = book.groups.get(target[0]) if target else None
    what = f"die Gruppe „{group.name}“" if group else "ein Thema oder eine Gruppe"
    return f"Das Textmodell denkt mit {percent(guess.probability)} an {what}; das gibt es heute nicht, es wurde übergangen."


def compared(group: GroupView, chance: float, *, agrees: bool) -> str:
    """Whether the text model would have gone along with a rule."""
    if agrees:
        return f"Das Textmodell hätte ebenso entschieden ({percent(chance)})."
    return f"Das Textmodell hätte mit {percent(chance)} {named(group)} vorgeschlagen; Regeln gehen vor."


def without(message: Message, words: Sequence[str]) -> Message:
    """The message without some words, wherever they stand."""
    either = "|".join(map(re.escape, words))
    pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    return replace(
        message, text=pattern.sub(" ", message.text), subject=pattern.sub(" ", message.subject)
    )


def _outcome(decision: "Decision", book: RoutingBook) -> str:
    group = book.groups.get(decision.group) if decision.group else None
    if decision.decision == "model" and group and decision.probability is not None:
        return (
            f"hätte das Textmodell mit {percent(decision.probability)} {named(group)} vorgeschlagen"
        )
    if decision.decision == "rule" and group:
        rule = next(rule for rule in book.rules if rule.id == decision.rule)
        return f"wäre es nach der Regel „{rule.title}“ an {named(group)} gegangen"
    return "hätte die Koordination entscheiden müssen"


def instead_of(words: Sequence[str], instead: "Decision", book: RoutingBook) -> str:
    noun = "das Wort" if len(words) == 1 else "die Wörter"
    return f"Ohne {noun} {quoted(words)} {_outcome(instead, book)}."


def without_rule(rule: RuleView, instead: "Decision", book: RoutingBook) -> str:
    return f"Ohne die Regel „{rule.title}“ {_outcome(instead, book)}."


def surer(suggestion: "Suggestion", least: float, book: RoutingBook) -> str:
    group = book.groups[suggestion.group]
    return f"Mit mindestens {percent(least)} wäre es an {named(group)} gegangen."


def near_miss(miss: NearMiss, group: GroupView, book: RoutingBook) -> str:
    """What one more condition would have changed."""
    asked, offices = miss.rule.conditions, book.offices
    titles = {topic.key: topic.title for topic in book.topics.values()}
    given = {
        "addressed": f"An {_any([offices.get(key, key) for key in asked.addressed])} gerichtet",
        "topic": f"Mit dem Thema {_any([titles.get(key, key) for key in asked.topic])}",
        "place": f"Mit der Angabe eines Orts in {_any(asked.place)}",
        "circle": "Mit einem Ort in dem Umkreis, den die Regel nennt,",
        "file_number": f"Mit einem Aktenzeichen, das mit {_any(asked.file_number)} beginnt,",
        "words": f"Mit dem Wort {_any(asked.words)} im Text",
        "all_words": f"Mit allen Wörtern {', '.join(f'„{word}“' for word in asked.all_words)} im Text",
    }[miss.missing]
    return f"{given} wäre es nach der Regel „{miss.rule.title}“ an {named(group)} gegangen."


def _any(values: Sequence[str]) -> str:
    shown = [f"„{value}“" for value in values[:3]]
    return " oder ".join(shown)
