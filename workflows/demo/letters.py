"""Writes letters: who writes what to whom about a subject of the Aktenplan, as plain values without layout."""

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from config.seeds import Entry, load_aktenplan, load_city, load_offices
from workflows.demo.bills import Bill, BillKind, invent_bill
from workflows.demo.inventions import LAST_DAY, Inventions, Party, SenderKind
from workflows.demo.phrases import render
from workflows.demo.topics import load_topics
from workflows.demo.wording import (
    VAGUE_KINDS,
    bill_paragraphs,
    capital,
    load_frames,
    matters,
    misspelt,
    one,
    paragraphs,
    title_of,
)

_BILLS: Mapping[str, BillKind] = {
    "Rechnung": "Rechnung", "Gutschrift": "Gutschrift", "Angebot": "Angebot",
    "Lieferschein": "Lieferschein",
}  # fmt: skip
_CURT = frozenset(
    ("Vermerk", "Protokoll", "Urteil", "Beschluss", "Zustellungsurkunde", "Lieferschein", "Vertrag")
)
"""Kinds without greeting and closing formula."""


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
    frames, general = load_frames()
    ideas = Inventions(rng, LAST_DAY - dt.timedelta(days=int(rng.random() * 640)))
    sender_kind = _weighted(rng, frames[kind].senders)
    if sender_kind == "internal":
        sender = city_party(entry.office, internal=True)
        recipient = sender if kind in {"Vermerk", "Protokoll"} else ideas.party("citizen")
    else:
        sender = ideas.party(sender_kind)
        recipient = city_party(entry.office if rng.random() < 0.55 else "")

    def say(pattern: str) -> str:
        return render(pattern, rng.random, ideas.fill, plural=sender.plural)

    if kind == "Vertrag":
        ideas.kept["firma"] = sender.name if sender_kind != "internal" else recipient.name
    matter = say(one(rng, matters(entry.number, kind)))
    ideas.kept["betreff"] = matter
    ideas.kept["thema"] = entry.title if rng.random() < 0.2 else matter
    bill, vague = None, kind in VAGUE_KINDS and rng.random() < 0.2
    items = load_topics()[entry.number].items
    if kind in _BILLS and items:
        ideas.kept["nummer"] = ideas.fill("nummer")
        bill = invent_bill(_BILLS[kind], ideas.fill("nummer"), items, ideas, load_city().leitweg_id)
        text = bill_paragraphs(rng, kind, entry.number, say)
    else:
        text = paragraphs(rng, kind, entry.number, say, vague=vague)
    if sender_kind == "citizen" and rng.random() < 0.15:
        text = tuple(misspelt(rng, part, 0.04) for part in text)
    subject = capital(say(title_of(rng, kind, matter, vague=vague)))
    return Letter(
        kind=kind,
        entry=entry,
        sender=sender,
        recipient=recipient,
        subject=subject,
        date=ideas.day,
        salutation=_salutation(rng, ideas, entry, sender_kind, kind, recipient),
        paragraphs=text,
        closing="" if kind in _CURT else say(one(rng, general.closing)),
        signature=_signature(ideas, sender, sender_kind, entry),
        references=_references(rng, ideas, entry, sender_kind),
        bill=bill,
    )


def _salutation(
    rng: random.Random,
    ideas: Inventions,
    entry: Entry,
    sender: SenderKind,
    kind: str,
    recipient: Party,
) -> str:
    if kind in _CURT or kind in {"Vollmacht", "Newsletter/Werbung"}:
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
    elif rng.random() < 0.12:
        rows.append(("Ihr Zeichen", own))
    if sender in {"company", "authority", "court"}:
        rows.append(
            ("Aktenzeichen" if sender == "court" else "Unser Zeichen", ideas.fill("nummer"))
        )
    return tuple(rows)


def _weighted(rng: random.Random, weights: tuple[tuple[SenderKind, int], ...]) -> SenderKind:
    at = rng.random() * sum(weight for _, weight in weights)
    for kind, weight in weights:
        at -= weight
        if at < 0:
            return kind
    return weights[-1][0]


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
