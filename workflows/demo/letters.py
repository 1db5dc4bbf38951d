"""Writes letters: who writes what to whom about a subject of the Aktenplan, as plain values without layout."""

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from config.seeds import Entry, load_aktenplan, load_city, load_offices
from workflows.demo.bills import Bill, BillKind, invent_bill
from workflows.demo.inventions import LAST_DAY, Inventions, Party, SenderKind
from workflows.demo.phrases import render
from workflows.demo.topics import Topic, load_topics

_BILLS: Mapping[str, BillKind] = {
    "Rechnung": "Rechnung", "Gutschrift": "Gutschrift", "Angebot": "Angebot",
    "Lieferschein": "Lieferschein",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter before it gets a form. ``references`` are labelled numbers above the subject."""

    kind: str
    entry: Entry
    sender: Party
    recipient: Party
    subject: str
    date: dt.date
    salutation: str
    paragraphs: tuple[str, ...]
    closing: str
    signature: str
    references: tuple[tuple[str, str], ...] = ()
    bill: Bill | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    senders: tuple[tuple[SenderKind, int], ...]
    titles: tuple[str, ...]
    open: tuple[str, ...]
    wish: tuple[str, ...]


@lru_cache(maxsize=1)
def _frames() -> tuple[Mapping[str, _Frame], tuple[str, ...], tuple[str, ...]]:
    """The frame of each document kind, fillers and closings."""
    data: dict[str, Any] = yaml.safe_load(
        (resources.files("workflows.demo") / "frames.yaml").read_text("utf-8")
    )
    general = data.pop("general")
    frames = {
        kind: _Frame(
            tuple(row["senders"].items()),
            tuple(row["titles"]),
            tuple(row["open"]),
            tuple(row["wish"]),
        )
        for kind, row in data.items()
    }
    return frames, tuple(general["filler"]), tuple(general["closing"])


@lru_cache(maxsize=1)
def _offices() -> Mapping[str, str]:
    return {office.key: office.name for office in load_offices()}


def city_party(office: str, *, internal: bool = False) -> Party:
    """The city as a sender or recipient, with the name of an office where one is given."""
    city = load_city()
    lines = (_offices()[office],) if office else ()
    kind: SenderKind = "internal" if internal else "authority"
    return Party(
        city.title, kind, (*lines, *city.address.lines), city.phone, city.email, plural=True
    )


def write(rng: random.Random, entry: Entry, kind: str) -> Letter:
    """A letter of the kind about the entry. Raises KeyError for a kind without a frame."""
    frames, fillers, closings = _frames()
    frame, topic = frames[kind], load_topics()[entry.number]
    ideas = Inventions(rng, LAST_DAY - dt.timedelta(days=int(rng.random() * 640)))
    sender_kind = _weighted(rng, frame.senders)
    if sender_kind == "internal":
        sender = city_party(entry.office, internal=True)
        recipient = ideas.party("citizen")
    else:
        sender = ideas.party(sender_kind)
        recipient = city_party(entry.office if rng.random() < 0.55 else "")
    if kind in {"Vermerk", "Protokoll"} and sender_kind == "internal":
        recipient = city_party(entry.office)

    def say(pattern: str) -> str:
        return render(pattern, rng.random, ideas.fill, plural=sender.plural)

    matter = say(_one(rng, topic.subjects))
    ideas.kept["betreff"] = matter
    ideas.kept["thema"] = entry.title if rng.random() < 0.7 else matter
    number = ideas.fill("nummer")
    if kind in _BILLS:
        ideas.kept["nummer"] = number
    bill = None
    if kind in _BILLS and topic.items:
        bill = invent_bill(_BILLS[kind], number, topic.items, ideas, load_city().leitweg_id)
    paragraphs = _paragraphs(rng, frame, topic, fillers, say, short=bill is not None)
    return Letter(
        kind=kind,
        entry=entry,
        sender=sender,
        recipient=recipient,
        subject=_capital(say(_title(rng, frame, kind, matter))),
        date=ideas.day,
        salutation=_salutation(rng, ideas, entry, sender_kind, kind, recipient),
        paragraphs=paragraphs,
        closing=say(_one(rng, closings)),
        signature=_signature(ideas, sender, sender_kind, entry),
        references=_references(rng, ideas, entry, sender_kind),
        bill=bill,
    )


def _paragraphs(
    rng: random.Random,
    frame: _Frame,
    topic: Topic,
    fillers: tuple[str, ...],
    say: Any,
    *,
    short: bool,
) -> tuple[str, ...]:
    """Opening, facts of the topic in any order, at times a remark on something else, the wish.
    ``short``: the table says it all; no other amounts than those of the bill.
    """
    facts = [
        fact for fact in topic.facts if not (short and ("{betrag}" in fact or "{iban}" in fact))
    ]
    rng.shuffle(facts)
    count = rng.randint(0, min(2, len(facts))) if short else rng.randint(1, len(facts))
    if not short and rng.random() < 0.08:  # some people write at length
        facts = facts * 2 + list(fillers) + facts
        count = len(facts)
    middle = list(dict.fromkeys(_capital(say(fact)) for fact in facts[:count]))
    for _ in range(0 if short else int(rng.random() * 4)):
        middle.insert(int(rng.random() * (len(middle) + 1)), _capital(say(_one(rng, fillers))))
    if not short and rng.random() < 0.12:  # letters wander: a sentence from another subject
        stray = _one(rng, tuple(load_topics().values()))
        middle.append(_capital(say(_one(rng, stray.facts))))
    parts = [_capital(say(_one(rng, frame.open)))]
    while middle:
        size = rng.randint(1, 3)
        parts.append(" ".join(middle[:size]))
        middle = middle[size:]
    return (*parts, _capital(say(_one(rng, frame.wish))))


def _title(rng: random.Random, frame: _Frame, kind: str, matter: str) -> str:
    """A pattern for the subject that does not name the kind twice."""
    named = kind.split("/", maxsplit=1)[0].lower() in matter.lower()
    return "{betreff}" if named and kind not in _BILLS else str(_one(rng, frame.titles))


def _salutation(
    rng: random.Random,
    ideas: Inventions,
    entry: Entry,
    sender: SenderKind,
    kind: str,
    recipient: Party,
) -> str:
    if kind in {
        "Vermerk",
        "Protokoll",
        "Vollmacht",
        "Urteil",
        "Zustellungsurkunde",
        "Lieferschein",
    }:
        return ""
    if sender == "internal":
        return f"Guten Tag {recipient.name},"
    if rng.random() < 0.25:
        salutation, name = ideas.colleague(entry.office)
        ending = "r" if salutation == "Herr" else ""
        return f"Sehr geehrte{ending} {salutation} {name.split()[-1]},"
    return "Sehr geehrte Damen und Herren,"


def _signature(ideas: Inventions, sender: Party, kind: SenderKind, entry: Entry) -> str:
    if kind == "internal":
        return ideas.colleague(entry.office)[1]
    return sender.signer


def _references(
    rng: random.Random, ideas: Inventions, entry: Entry, sender: SenderKind
) -> tuple[tuple[str, str], ...]:
    rows = []
    own = load_city().aktenzeichen_of(
        entry.number, ideas.day.year - rng.randint(0, 2), rng.randint(1, 2400)
    )
    if sender == "internal":
        rows.append(("Unser Zeichen", own))
    elif rng.random() < 0.3:
        rows.append(("Ihr Zeichen", own))
    if sender in {"company", "authority", "court"}:
        rows.append(
            ("Aktenzeichen" if sender == "court" else "Unser Zeichen", ideas.fill("nummer"))
        )
    return tuple(rows)


def _one(rng: random.Random, options: tuple[Any, ...]) -> Any:
    return options[int(rng.random() * len(options))]


def _weighted(rng: random.Random, weights: tuple[tuple[SenderKind, int], ...]) -> SenderKind:
    at = rng.random() * sum(weight for _, weight in weights)
    for kind, weight in weights:
        at -= weight
        if at < 0:
            return kind
    return weights[-1][0]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def letters(seed: int, count: int) -> Iterator[Letter]:
    """Letters over the whole Aktenplan: each kind once, then every other kind of every entry in a drawn order,
    and again.
    """
    rng = random.Random(seed)  # noqa: S311  # invents letters, guards nothing
    pairs = [(entry, kind) for entry in load_aktenplan().entries for kind in entry.kinds]
    order: list[tuple[Entry, str]] = []
    for _ in range(count):
        if not order:
            rng.shuffle(pairs)
            first = list({kind: (entry, kind) for entry, kind in pairs}.values())
            order = [pair for pair in pairs if pair not in first] + first
        entry, kind = order.pop()
        yield write(rng, entry, kind)
