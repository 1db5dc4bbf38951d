"""What a message says about its way: the office it is addressed to, parts of the city, Aktenzeichen. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from config.seeds import load_city, load_offices
from ocr.analysis.unopened import fold
from workflows.kiss.routing.rules import Message

_HEAD = 600
"""Characters in which a letter names whom it is for."""
_TO = re.compile(r"\b(?:an|z ?hd|zu haenden)(?: (?:das|die|den|der|dem|des))? $")


@dataclass(frozen=True)
class Gazetteer:
    """Names a message may mention. ``offices``: names by key; ``places``: districts by the name of a district, a street or
    a place; ``file_numbers``: pattern of the own Aktenzeichen.
    """

    offices: Mapping[str, Sequence[str]]
    places: Mapping[str, str]
    file_numbers: str = ""

    @cached_property
    def _beginnings(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """Names as words, by their first one, the longest first."""
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, district in self.places.items():
            words = tuple(_words(name))
            if words:
                found.setdefault(words[0], []).append((words, district))
        for names in found.values():
            names.sort(key=lambda each: -len(each[0]))
        return found

    def districts(self, text: str) -> tuple[str, ...]:
        """Parts of the city the text speaks of, in the order they are named first."""
        words = _words(text)
        return tuple(dict.fromkeys(self._named(words)))

    def _named(self, words: Sequence[str]) -> Iterator[str]:
        at = 0
        while at < len(words):
            for name, district in self._beginnings.get(words[at], ()):
                if tuple(words[at : at + len(name)]) == name:
                    yield district
                    at += len(name) - 1
                    break
            at += 1

    def addressed(
        self, text: str, recipients: Sequence[str], office: str | None = None
    ) -> str | None:
        """The office a message is for: whose mailbox it came by, else by an address, else because the text begins with „An
        das …“.
        """
        if office in self.offices:
            return office
        for recipient in recipients:
            box = recipient.rpartition("@")[0].casefold()
            for key in self.offices:
                if key in re.split(r"[.+_-]", box):
                    return key
        head = fold(text[:_HEAD])
        hits = [
            (at, -len(name), key)
            for key, names in self.offices.items()
            for name in map(fold, names)
            if name and (at := f"{head} ".find(f"{name} ")) >= 0 and _TO.search(head[:at])
        ]
        return min(hits)[2] if hits else None


def _words(text: str) -> list[str]:
    """Folded words; „Hafenstr.“ is „Hafenstraße“."""
    return [re.sub(r"str$", "strasse", word) for word in fold(text).split()]


@lru_cache(maxsize=1)
def seeded() -> Gazetteer:
    """What config/seed knows of the demo city."""
    city = load_city()
    places = {district.name: district.name for district in city.districts}
    places |= {place.name: place.district for place in city.places}
    places |= {street: district for district, streets in city.streets.items() for street in streets}
    offices = {
        office.key: (office.name, f"{office.short}amt", office.short) for office in load_offices()
    }
    return Gazetteer(offices, places, city.aktenzeichen.pattern)


def recipients_of(stated: Mapping[str, Any]) -> list[str]:
    """The addresses a mail was written to, by its headers (names in lower case); copies are for somebody else."""
    names = ("to", "delivered-to", "x-original-to")
    return list(dict.fromkeys(each for name in names for each in stated.get(name, ())))


def understood(
    text: str,
    subject: str = "",
    recipients: Sequence[str] = (),
    gazetteer: Gazetteer | None = None,
    office: str | None = None,
) -> Message:
    """A message as rules look at it. ``office``: key of the one whose mailbox it was written to."""
    known = gazetteer or seeded()
    whole = f"{subject}\n{text}"
    numbers = re.findall(known.file_numbers, whole) if known.file_numbers else []
    return Message(
        text=text,
        subject=subject,
        addressed=known.addressed(whole, recipients, office),
        districts=known.districts(whole),
        file_numbers=tuple(dict.fromkeys(numbers)),
    )
