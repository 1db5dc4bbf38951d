"""What a letter says: subject and paragraphs, from the frame of its kind and the facts of its topic.

People do not write like forms. Some are vague, wander, repeat themselves or misspell words, and their letters
are the ones that a suggestion has to stand.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, TypeVar

import yaml

from config.seeds import DOCUMENT_KINDS
from workflows.demo.inventions import SenderKind
from workflows.demo.topics import load_topics

Say = Callable[[str], str]
"""Renders a pattern in the voice of the sender."""
_T = TypeVar("_T")

VAGUE_KINDS = frozenset(
    (
        "Antrag",
        "Anzeige/Meldung",
        "Anfrage",
        "Beschwerde",
        "Widerspruch",
        "Stellungnahme",
        "Sonstiges",
    )
)
"""Kinds whose writers may leave open what they want until the last sentence."""
_NAMED_KIND = {
    kind: re.compile(rf"\b{kind.split('/', maxsplit=1)[0]}|{kind.lower()}(?:s|es)?\b")
    for kind in DOCUMENT_KINDS
}
_NEXT_CLAUSE = re.compile(r", (?=(?:der|die|das|ein|eine) )")


@dataclass(frozen=True, slots=True)
class Frame:
    """How letters of a kind begin and end, who sends them (with weights), what their subject looks like."""

    senders: tuple[tuple[SenderKind, int], ...]
    titles: tuple[str, ...]
    open: tuple[str, ...]
    wish: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class General:
    """Sentences for letters of any kind."""

    subjects: tuple[str, ...]
    open: tuple[str, ...]
    filler: tuple[str, ...]
    closing: tuple[str, ...]


@lru_cache(maxsize=1)
def load_frames() -> tuple[Mapping[str, Frame], General]:
    """The frame of each document kind, and what is general."""
    data: dict[str, Any] = yaml.safe_load(
        (resources.files("workflows.demo") / "frames.yaml").read_text("utf-8")
    )
    general = General(**{key: tuple(rows) for key, rows in data.pop("general").items()})
    frames = {
        kind: Frame(
            senders=tuple(row["senders"].items()),
            titles=tuple(row["titles"]),
            open=tuple(row["open"]),
            wish=tuple(row["wish"]),
        )
        for kind, row in data.items()
    }
    return frames, general


def one(rng: random.Random, options: tuple[_T, ...]) -> _T:
    return options[int(rng.random() * len(options))]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def matters(number: str, kind: str) -> tuple[str, ...]:
    """Subjects of the topic that do not sound like another kind of document (all of them if every one does)."""
    subjects = load_topics()[number].subjects
    others = [pattern for name, pattern in _NAMED_KIND.items() if name != kind]
    fitting = [text for text in subjects if not any(other.search(text) for other in others)]
    return tuple(fitting) or subjects


def title_of(rng: random.Random, kind: str, matter: str, *, vague: bool) -> str:
    """A pattern for the subject line that does not name the kind twice."""
    frames, general = load_frames()
    if vague:
        return one(rng, general.subjects)
    numbered = kind in {"Rechnung", "Gutschrift", "Angebot", "Lieferschein"}
    if not numbered and _NAMED_KIND[kind].search(matter):
        return "{betreff}"
    return one(rng, frames[kind].titles)


def bill_paragraphs(rng: random.Random, kind: str, number: str, say: Say) -> tuple[str, ...]:
    """Few words around a table, and no other amounts or accounts than those of the bill."""
    frame = load_frames()[0][kind]
    plain = [f for f in load_topics()[number].facts if "{betrag}" not in f and "{iban}" not in f]
    facts = rng.sample(plain, k=rng.randint(0, min(2, len(plain))))
    patterns = (one(rng, frame.open), *facts, one(rng, frame.wish))
    return tuple(capital(say(pattern)) for pattern in patterns)


def paragraphs(
    rng: random.Random, kind: str, number: str, say: Say, *, vague: bool
) -> tuple[str, ...]:
    """Opening, facts of the topic in any order, remarks on this and that, the wish."""
    frames, general = load_frames()
    frame, facts = frames[kind], list(load_topics()[number].facts)
    rng.shuffle(facts)
    count = rng.randint(1, 2 if vague else len(facts))
    if not vague and rng.random() < 0.08:  # some people write at length
        facts = facts * 2 + list(general.filler) + facts
        count = len(facts)
    middle = list(dict.fromkeys(capital(_clauses(rng, say(fact))) for fact in facts[:count]))
    for _ in range(int(rng.random() * 4)):
        middle.insert(int(rng.random() * (len(middle) + 1)), capital(say(one(rng, general.filler))))
    if rng.random() < 0.25:  # letters wander: a sentence from another subject
        stray = one(rng, tuple(load_topics().values()))
        remark = capital(_clauses(rng, say(one(rng, stray.facts))))
        middle.insert(int(rng.random() * (len(middle) + 1)), remark)
    parts = [capital(say(one(rng, general.open if vague else frame.open)))]
    while middle:
        size = rng.randint(1, 3)
        parts.append(" ".join(middle[:size]))
        middle = middle[size:]
    return _numbered(kind, (*parts, say(one(rng, frame.wish))))


def _numbered(kind: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Contracts have sections up to the last, minutes have agenda items between opening and end."""
    opening, *middle, end = parts
    if kind == "Vertrag":
        return (opening, *(f"§ {at} {text}" for at, text in enumerate((*middle, end), 1)))
    if kind == "Protokoll":
        return (opening, *(f"TOP {at}: {text}" for at, text in enumerate(middle, 1)), end)
    return parts


def _clauses(rng: random.Random, sentence: str) -> str:
    """One or two of the main clauses of a sentence that strings several together."""
    clauses = _NEXT_CLAUSE.split(sentence.rstrip("."))
    if len(clauses) < 3:
        return sentence
    start = int(rng.random() * len(clauses))
    return ", ".join(clauses[start : start + rng.randint(1, 2)]) + "."


def misspelt(rng: random.Random, text: str, share: float) -> str:
    """The text with a share of its longer words mistyped: letters swapped, dropped or doubled, no umlauts."""
    words = text.split(" ")
    for index, word in enumerate(words):
        if len(word) > 5 and word.isalpha() and rng.random() < share:
            at = rng.randint(1, len(word) - 3)
            wrong = (
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss"),
            )
            words[index] = one(rng, wrong)
    return " ".join(words)
