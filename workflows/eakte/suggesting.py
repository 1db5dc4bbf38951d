"""Where a document belongs: Aktenplan entry and office, the three best with probability and evidence. Pure.

Three voices are mixed: keyword profiles of the Aktenplan (always there), the text model (the more examples, the
louder), and hard evidence (a known Aktenzeichen, the office that is addressed, what came from this sender before).
Below ``THRESHOLD`` nothing is proposed; the options are still shown.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from ocr.documents import Evidence
from workflows.eakte.profiles import Entry, Match, Profiles
from workflows.eakte.text_model import TextModel

VERSION = "1"
THRESHOLD = 0.4
SHOWN = 3
SHARPNESS = 0.9
"""How fast a lead in keyword score turns into probability (fitted on generated letters, see bench/suggestions.py)."""
_EVIDENCE = tuple(each.name for each in fields(Evidence))


@dataclass(frozen=True, slots=True)
class Option:
    """A place a document may belong to."""

    value: str
    label: str
    probability: float
    evidence: tuple[Evidence, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Written out by hand: ``asdict`` copies deeply, which every letter would pay for six times."""
        return {
            "value": self.value,
            "label": self.label,
            "probability": self.probability,
            "evidence": [
                {name: getattr(each, name) for name in _EVIDENCE} for each in self.evidence
            ],
        }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The proposed value (``None``: unsure, ask a person) and the options behind it."""

    value: str | None
    options: tuple[Option, ...]
    model: str

    def as_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "model": self.model,
            "options": [each.as_json() for each in self.options],
        }


@dataclass(frozen=True, slots=True)
class OfficeName:
    """An office as letters address it."""

    id: str
    name: str
    short: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What the suggestions look at. ``known_entry`` is the entry of an Akte whose Aktenzeichen the letter quotes,
    ``before`` how often letters of this sender went to which entry.
    """

    pages: Sequence[str]
    subject: str | None = None
    recipient: str | None = None
    kind: str | None = None
    known_entry: str | None = None
    known_reference: str | None = None
    before: Mapping[str, int] = field(default_factory=dict)


class Suggester:
    """Built once per version of the Aktenplan and the models, used for many letters."""

    def __init__(
        self,
        entries: Sequence[Entry],
        offices: Sequence[OfficeName],
        models: Sequence[TextModel] = (),
    ) -> None:
        self._profiles = Profiles(entries)
        self._entries = {entry.id: entry for entry in entries}
        self._offices = {office.id: office for office in offices}
        self._models = tuple(models)
        self.model = VERSION

    def suggest(self, letters: Sequence[Letter]) -> list[dict[str, Suggestion]]:
        """For each letter its suggestions ``plan_entry`` and ``office``."""
        texts = ["\n".join(letter.pages) for letter in letters]
        learned = [model.probabilities(texts) for model in self._models]
        results = []
        for row, (letter, text) in enumerate(zip(letters, texts, strict=True)):
            matches = self._profiles.match(letter.pages, letter.subject)
            voices = [
                (model, dict(zip(model.labels, matrix[row], strict=True)))
                for model, matrix in zip(self._models, learned, strict=True)
            ]
            results.append(self._decide(letter, text, matches, voices))
        return results

    def _decide(
        self,
        letter: Letter,
        text: str,
        matches: Sequence[Match],
        voices: Sequence[tuple[TextModel, dict[str, float]]],
    ) -> dict[str, Suggestion]:
        chances = _softmax({match.entry: match.score for match in matches})
        for model, by_label in voices:
            share = 0.75 * model.examples / (model.examples + 60)
            chances = _mixed(
                chances, {k: v for k, v in by_label.items() if k in self._entries}, share
            )
        addressed = self._addressed(letter.recipient)
        chances = {
            entry: chance * self._fit(entry, letter, addressed) for entry, chance in chances.items()
        }
        chances = _normalised(chances)
        if letter.known_entry in self._entries:
            chances = _mixed(chances, {letter.known_entry: 1.0}, 0.95)
        by_score = {match.entry: match for match in matches}
        best = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
        options = tuple(
            Option(
                entry,
                self._label(entry),
                round(chance, 4),
                self._evidence(entry, letter, text, by_score, voices),
            )
            for entry, chance in best[:SHOWN]
            if chance >= 0.01
        )
        return {
            "plan_entry": _suggestion(options, self.model),
            "office": _suggestion(self._office_options(chances, addressed, options), self.model),
        }

    def _fit(self, entry: str, letter: Letter, addressed: tuple[str, str] | None) -> float:
        """Factors that speak for or against an entry beside the words."""
        known = self._entries[entry]
        factor = 1.0
        if letter.kind and known.kinds:
            factor *= 1.3 if letter.kind in known.kinds else 0.8
        if addressed:
            factor *= 4.0 if known.office == addressed[0] else 0.7
        total = sum(letter.before.values())
        return factor * (1.0 + 3.0 * letter.before.get(entry, 0) / (total + 1))

    def _addressed(self, recipient: str | None) -> tuple[str, str] | None:
        """The office the letter is addressed to, and the words that say so."""
        if not recipient:
            return None
        folded = recipient.casefold()
        hits = [
            (len(name), office.id, name)
            for office in self._offices.values()
            for name in office.names
            if name.casefold() in folded
        ]
        return max(hits)[1:] if hits else None

    def _label(self, entry: str) -> str:
        known = self._entries[entry]
        return f"{known.number} {known.title}"

    def _evidence(
        self,
        entry: str,
        letter: Letter,
        text: str,
        matches: Mapping[str, Match],
        voices: Sequence[tuple[TextModel, dict[str, float]]],
    ) -> tuple[Evidence, ...]:
        found: list[Evidence] = []
        if letter.known_entry == entry and letter.known_reference:
            found.append(located(letter.pages, letter.known_reference, "aktenzeichen", 1.0))
        if letter.before.get(entry):
            found.append(
                Evidence(
                    None,
                    None,
                    None,
                    "Schreiben dieses Absenders kamen schon hierher",
                    "absender",
                    0.3,
                )
            )
        if entry in matches:
            found.extend(matches[entry].reasons())
        seen = {each.text.casefold() for each in found}
        for model, by_label in voices:
            if by_label.get(entry, 0.0) >= 0.1:
                found.extend(
                    located(letter.pages, word, "gelernt", round(weight, 3))
                    for word, weight in model.words(text, entry, 3)
                    if word.casefold() not in seen
                )
        return tuple(found[:6])

    def _office_options(
        self,
        chances: Mapping[str, float],
        addressed: tuple[str, str] | None,
        entries: Sequence[Option],
    ) -> tuple[Option, ...]:
        sums: defaultdict[str, float] = defaultdict(float)
        for entry, chance in chances.items():
            office = self._entries[entry].office
            if office is not None:
                sums[office] += chance
        by_office: dict[str, tuple[Evidence, ...]] = {}
        for option in entries:
            office = self._entries[option.value].office
            if office is not None:
                by_office.setdefault(office, option.evidence)
        if addressed:
            sums = defaultdict(float, _mixed(_normalised(sums), {addressed[0]: 1.0}, 0.6))
            said = Evidence(None, None, None, addressed[1], "anschrift", 0.6)
            by_office[addressed[0]] = (said, *by_office.get(addressed[0], ()))
        best = sorted(_normalised(sums).items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            Option(office, self._offices[office].name, round(chance, 4), by_office.get(office, ()))
            for office, chance in best[:SHOWN]
            if office in self._offices and chance >= 0.01
        )


def located(pages: Sequence[str], word: str, rule: str, weight: float) -> Evidence:
    """Evidence at the word's first place in the text (compared without case)."""
    for number, page in enumerate(pages, start=1):
        at = (
            page.casefold().find(word.casefold())
            if page.isascii()
            else page.lower().find(word.lower())
        )
        if at >= 0:
            return Evidence(number, at, at + len(word), page[at : at + len(word)], rule, weight)
    return Evidence(None, None, None, word, rule, weight)


def _suggestion(options: tuple[Option, ...], model: str) -> Suggestion:
    sure = bool(options) and options[0].probability >= THRESHOLD
    return Suggestion(options[0].value if sure else None, options, model)


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    top = max(scores.values())
    return _normalised({key: math.exp(SHARPNESS * (score - top)) for key, score in scores.items()})


def _normalised(chances: Mapping[str, float]) -> dict[str, float]:
    total = sum(chances.values())
    return {key: value / total for key, value in chances.items()} if total > 0 else {}


def _mixed(mine: Mapping[str, float], other: Mapping[str, float], share: float) -> dict[str, float]:
    """A weighted mean of two distributions; where one is silent the other speaks alone."""
    if not other or not mine:
        return dict(mine or other)
    keys = mine.keys() | other.keys()
    return {key: (1 - share) * mine.get(key, 0.0) + share * other.get(key, 0.0) for key in keys}
