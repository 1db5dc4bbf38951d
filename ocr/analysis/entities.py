"""spaCy as tokenizer and host: gazetteers by PhraseMatcher, and the entities of an installed model."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.sheet import Hit, Sheet

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc

_log = logging.getLogger(__name__)
_NOT_NEEDED = ["lemmatizer", "tagger", "morphologizer", "parser"]
_LABELS = {"PER": "person", "ORG": "organisation"}
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[ ]\d{1,4}(?:[ ]?[a-zA-Z](?!\w))?(?!\d)")
_MIN_LENGTH = 4
"""Shorter abbreviations (OB, IT) stand for too much else."""


@dataclass(frozen=True)
class Host:
    """A spaCy pipeline with the gazetteers' phrases; ``names`` gives a phrase its normal form, ``telling`` the
    phrases by their longest word: a page with none of them needs no tokens.
    """

    nlp: "Language"
    matcher: "PhraseMatcher"
    names: dict[str, str]
    telling: dict[str, tuple[str, ...]]
    with_model: bool


@lru_cache(maxsize=4)
def host(gazetteers: Gazetteers) -> Host:
    """The pipeline for these gazetteers, built once. A model that is named but not installed is logged and left out."""
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp, with_model = spacy.blank("de"), False
    if gazetteers.model:
        try:
            nlp, with_model = spacy.load(gazetteers.model, exclude=_NOT_NEEDED), True
        except OSError:
            _log.warning("spaCy-Modell „%s“ ist nicht installiert, Regeln allein", gazetteers.model)
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    names: dict[str, str] = {}

    def add(label: str, phrases: dict[str, str]) -> None:
        kept = {
            phrase: name
            for phrase, name in phrases.items()
            if len(phrase) >= _MIN_LENGTH and _WORD.search(phrase)
        }
        names.update({phrase.lower(): name for phrase, name in kept.items()})
        if kept:
            matcher.add(label, [nlp.make_doc(phrase) for phrase in kept])

    add(
        "person",
        {name: _untitled(name) for name in gazetteers.staff}
        | {_untitled(n): _untitled(n) for n in gazetteers.staff},
    )
    add(
        "organisation",
        {office.name: office.name for office in gazetteers.offices}
        | {name: name for name in gazetteers.organisations},
    )
    add("street", {street: street for street in gazetteers.streets})
    telling: dict[str, tuple[str, ...]] = {}
    for phrase in names:
        word = max(_WORD.findall(phrase), key=len)
        telling[word] = (*telling.get(word, ()), phrase)
    return Host(nlp, matcher, names, telling, with_model)


def _untitled(name: str) -> str:
    return " ".join(part for part in name.split() if not part.endswith("."))


def find_entities(sheet: Sheet, gazetteers: Gazetteers) -> Iterator[Hit]:
    """Known staff, offices and streets with a house number; with a model also its persons and organisations."""
    using = host(gazetteers)
    if using.with_model:
        doc = using.nlp(sheet.text)
        yield from _phrases(using, doc, sheet.text, 0)
        yield from _named(doc)
        return
    words = using.telling.keys() & set(_WORD.findall(sheet.folded))
    phrases = [p for word in words for p in using.telling[word] if p in sheet.folded]
    if not phrases:
        return
    holding = {sheet.line_at(at) for phrase in phrases for at in _places(phrase, sheet.folded)}
    for line in sorted(holding, key=lambda line: line.start):  # only these need tokens
        doc = using.nlp.make_doc(line.text)
        yield from _phrases(using, doc, sheet.text, line.start)


def _places(phrase: str, text: str) -> Iterator[int]:
    at = text.find(phrase)
    while at >= 0:
        yield at
        at = text.find(phrase, at + 1)


def _phrases(using: Host, doc: "Doc", text: str, offset: int) -> Iterator[Hit]:
    for span in using.matcher(doc, as_spans=True):
        start, end = offset + span.start_char, offset + span.end_char
        name = using.names.get(text[start:end].lower())
        if name is None or not text[start].isupper():
            continue
        if span.label_ == "street":
            number = _house_number(text, end)
            if number > end:
                normal = " ".join(text[start:number].split())
                yield Hit("address", start, number, normal, "address.gazetteer", 0.8)
        else:
            yield Hit(span.label_, start, end, name, f"{span.label_}.gazetteer", 0.95)


def _named(doc: "Doc") -> Iterator[Hit]:
    for entity in doc.ents:
        kind = _LABELS.get(entity.label_)
        if kind and entity.text.strip():
            normal = " ".join(entity.text.split())
            yield Hit(kind, entity.start_char, entity.end_char, normal, f"{kind}.model", 0.65)


def _house_number(text: str, at: int) -> int:
    """The end of a house number right behind a street, ``at`` where there is none."""
    found = _NUMBER.match(text, at)
    return found.end() if found else at
