"""For the worst patterns, the rule that would have avoided them: tried on the cases of the period before it is proposed.

A rule is proposed only if no case would have taken a longer way, if it helps five cases at least, and if the
earlier and the later half of the cases bear it out: a word that fitted by chance in March helps nobody in April.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage.fulltext.words import fold
from workflows.kiss.evaluation.patterns import Kind, Pattern, find_patterns, named
from workflows.kiss.evaluation.replay import Effect, Moving, RuleChange, reckon, reckon_moves
from workflows.kiss.evaluation.shielding import LEAST
from workflows.kiss.evaluation.vocabulary import Vocabulary
from workflows.kiss.evaluation.ways import Way, path
from workflows.kiss.evaluation.wording import number

_GROUPS_TRIED = 3
_WORDS_TRIED = 40
_REPLAYED = 8
"""So many of the likeliest changes for a pattern are replayed through the whole rule book."""
SHORTEST_WORD = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule change and what it would have saved on the cases it was tried on; ``by_book``: by the whole rule book."""

    change: RuleChange
    effect: Effect
    by_book: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A pattern, and the change that helps; ``proposal`` is ``None`` where no rule helps without harm."""

    pattern: Pattern
    proposal: Proposal | None


def findings(
    ways: Sequence[Way],
    most: int = 10,
    small: Collection[str] = (),
    moving: Moving | None = None,
) -> list[Finding]:
    """The worst patterns of these cases with proposals; the same change is proposed once.

    ``small``: groups of fewer than five people; what is said about them would be said about persons, so it is not.
    ``moving``: what the rule book would do; a log of another system has none.
    """
    found, given, words = [], set(), Vocabulary(ways)
    for pattern in find_patterns(ways, most):
        if not set(small).isdisjoint(pattern.path):
            continue
        proposal = propose(ways, pattern, small, words, moving)
        if proposal and proposal.change in given:
            continue
        if proposal:
            given.add(proposal.change)
        found.append(Finding(pattern, proposal))
    return found


def propose(
    ways: Sequence[Way],
    pattern: Pattern,
    small: Collection[str] = (),
    words: Vocabulary | None = None,
    moving: Moving | None = None,
) -> Proposal | None:
    """The change that saves most, of equal ones the simplest; ``None`` if none helps without harm.

    A word is tried on the cases of all topics, because that is what a rule made of it will answer.
    """
    likely = _likely(ways, pattern, small, words or Vocabulary(ways))
    if moving is not None:
        return _replayed(ways, likely[:_REPLAYED], moving)
    for change, effect, fitting in likely:
        if all(_gain(reckon(part, change)) for part in _halves(fitting)):
            return Proposal(change, effect)
    return None


_Likely = tuple[RuleChange, Effect, list[Way]]


def _likely(
    ways: Sequence[Way], pattern: Pattern, small: Collection[str], words: Vocabulary
) -> list[_Likely]:
    """Changes that help without harm as far as ways tell, with the cases they fit; those that save most first."""
    found: list[_Likely] = []
    for change in _changes(ways, pattern):
        if change.group in small:
            continue
        fitting = words.fitting(change)
        effect = reckon(fitting, change)
        if _helps(effect):
            found.append((change, effect, fitting))
    return sorted(found, key=lambda each: -_gain(each[1]))


def _replayed(ways: Sequence[Way], likely: Sequence[_Likely], moving: Moving) -> Proposal | None:
    """The one that saves most by the rule book."""
    best: Proposal | None = None
    cases = {way.case: way for way in ways}
    for change, estimate, _ in likely:
        if best is not None and _gain(estimate) <= _gain(best.effect):
            break
        moves = moving(change)
        moved = [cases[case] for case in moves if case in cases]
        effect = reckon_moves(moved, moves)
        if not _helps(effect) or (best is not None and _gain(effect) <= _gain(best.effect)):
            continue
        if all(_gain(reckon_moves(part, moves)) for part in _halves(moved)):
            best = Proposal(change, effect, by_book=True)
    return best


def _helps(effect: Effect) -> bool:
    return not effect.made_worse and effect.helped >= LEAST and _gain(effect) > 0


def _halves(ways: Sequence[Way]) -> tuple[list[Way], list[Way]]:
    """The earlier and the later ones."""
    ordered = sorted(ways, key=lambda way: way.begins)
    half = len(ordered) // 2
    return ordered[:half], ordered[half:]


def _gain(effect: Effect) -> int:
    return max(0, effect.hand_overs_saved + effect.answers_saved)


def _changes(ways: Sequence[Way], pattern: Pattern) -> Iterator[RuleChange]:
    """What may be tried: the groups that had these cases last, for the topic, and for each frequent word of it."""
    members = frozenset(pattern.cases)
    own = [way for way in ways if way.topic == pattern.topic and way.case in members]
    last = Counter(path(way)[-1] for way in own)
    if pattern.kind is Kind.ANSWERED_TWICE:
        last.update(group for way in own for group in way.answered_by)
    frequent = _frequent(own)
    for group, _ in last.most_common(_GROUPS_TRIED):
        if pattern.topic is not None:
            yield RuleChange(group, pattern.topic)
        for word in frequent:
            yield RuleChange(group, word=word)


def _frequent(ways: Sequence[Way]) -> list[str]:
    """Words a rule could ask for, the commonest first, each as it is mostly written."""
    written: dict[str, Counter[str]] = {}
    for way in ways:
        for word in way.words:
            if len(word) >= SHORTEST_WORD and word.isalpha():
                written.setdefault(fold(word), Counter())[word] += 1
    counts = {folded: forms.total() for folded, forms in written.items()}
    ordered = sorted(counts, key=lambda folded: (-counts[folded], folded))[:_WORDS_TRIED]
    return [
        min(written[folded], key=lambda form: (-written[folded][form], form))
        for folded in ordered
        if counts[folded] >= LEAST
    ]


def told(pattern: Pattern, names: Mapping[str, str]) -> str:
    """The pattern in a sentence. ``names``: groups and topics as people call them."""
    where = (
        f"Beim Thema „{names.get(pattern.topic, pattern.topic)}“" if pattern.topic else "Ohne Thema"
    )
    count, groups = number(len(pattern.cases)), named(pattern.path, names)
    match pattern.kind:
        case Kind.PING_PONG:
            what = (
                f"gingen {count} Anliegen von {groups[0]} zu {groups[1]} und gleich wieder zurück"
            )
        case Kind.CHAIN:
            what = f"wurden {count} Anliegen dreimal oder öfter weitergegeben, meist {' → '.join(groups)}"
        case Kind.FIRST_CHANGED:
            what = f"kamen {count} Anliegen zuerst zu {groups[0]} und mussten weiter, meist zu {groups[1]}"
        case Kind.ANSWERED_TWICE:
            what = f"haben {' und '.join(groups)} bei {count} Anliegen dieselbe Frage beantwortet"
    return f"{where} {what}."


def proposed(proposal: Proposal, names: Mapping[str, str]) -> str:
    """The proposal and its effect in two or three sentences."""
    change, effect = proposal.change, proposal.effect
    group = names.get(change.group, change.group)
    topic = f"zum Thema „{names.get(change.topic, change.topic)}“" if change.topic else ""
    word = (
        f"mit dem Wort „{change.word}“ (auch gebeugt oder zusammengesetzt)" if change.word else ""
    )
    which = " ".join(part for part in ("Anliegen", topic, word) if part)
    saved = (
        [f"{number(effect.hand_overs_saved)} Weitergaben"] if effect.hand_overs_saved > 0 else []
    )
    saved += (
        [f"{number(effect.answers_saved)} doppelte Antworten"] if effect.answers_saved > 0 else []
    )
    sooner = (
        f" Zusammen wären sie {number(effect.days)} Tage früher dort gewesen."
        if effect.days
        else ""
    )
    would = "Mit allen heutigen Regeln nachgespielt, hätte das" if proposal.by_book else "Das hätte"
    moved = ", die damit anders gegangen wären" if proposal.by_book else ""
    return (
        f"Vorschlag: {which} gehen gleich an „{group}“. {would} im betrachteten Zeitraum {' und '.join(saved)} gespart, "
        f"bei {number(effect.helped)} von {number(effect.cases)} Anliegen{moved}.{sooner} "
        "Keines hätte einen längeren Weg genommen."
    )


WITHOUT_PROPOSAL = "Eine Regel hilft hier nicht, ohne andere Anliegen schlechterzustellen. Bitte klären Sie die Zuständigkeit miteinander."
