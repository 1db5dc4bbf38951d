"""Finding people by whatever one remembers of them: name as heard, task, number, room, skill, office. Pure.

Every word typed has to fit somewhere; how well and where decides the rank, and each hit says why it is one. A word
fits exactly, as a beginning, as part of a compound, mistyped (one letter in four at most), or, for names, by sound.
"""

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

from presence.people import phones
from presence.people.phonetics import cologne
from storage.fulltext.words import WORD, analyse, fold

MOST_WORDS = 8
LEAST_SIMILAR = 0.74
SIMILAR_WORDS = 24
_IDLE = frozenset({"frau", "herr", "herrn", "dr", "prof", "der", "die", "das", "und", "fur", "wer"})


class Field(Enum):
    """Where a word was found: what it is called, and how much it counts."""

    NAME = ("Name", 1.0)
    PHONE = ("Telefon", 1.0)
    ROOM = ("Raum", 0.95)
    TASK = ("Aufgabe", 0.92)
    JOB = ("Tätigkeit", 0.86)
    SKILL = ("Fähigkeit", 0.8)
    GROUP = ("Arbeitsgruppe", 0.76)
    OFFICE = ("Amt", 0.72)
    LANGUAGE = ("Sprache", 0.7)

    def __init__(self, title: str, weight: float) -> None:
        self.title, self.weight = title, weight


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a person for finding them."""

    person: UUID
    name: str
    offices: frozenset[UUID] = frozenset()
    groups: frozenset[UUID] = frozenset()
    texts: tuple[tuple[Field, str], ...] = ()
    """Beside the name: number, room, tasks …, as they are shown."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody found. ``because`` are German phrases as in "Aufgabe „Wohngeld“"; empty where nothing was typed."""

    person: UUID
    name: str
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """A word of the index that fits a typed one."""

    token: str
    quality: float
    how: str


class PeopleIndex:
    """Built once from all entries, asked often. Immutable, so threads may share it."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: Sequence[Entry] = sorted(
            entries, key=lambda each: (each.name.casefold(), each.person)
        )
        self._texts: list[tuple[Field, str]] = []
        self._rows: list[list[int]] = []
        self._tokens: dict[str, list[int]] = defaultdict(list)
        self._by_sound: dict[str, set[str]] = defaultdict(set)
        self._numbers: list[tuple[str, int]] = []
        self._extensions: dict[str, list[int]] = defaultdict(list)
        self._fill()
        self._sorted = sorted(self._tokens)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for token in self._sorted:
            if not token.isdigit():
                self._by_length[len(token)].append(token)
        self._numbers.sort()

    def search(
        self,
        typed: str,
        *,
        offices: Collection[UUID] = (),
        groups: Collection[UUID] = (),
        limit: int = 20,
    ) -> list[Hit]:
        """The best ``limit`` people, of these offices and groups where some are named. Nothing typed: all, by name."""
        wanted = self._wanted(typed)
        if not wanted:
            if typed.strip():
                return []
            allowed = (row for row in range(len(self.entries)) if self._fits(row, offices, groups))
            return [
                Hit(self.entries[row].person, self.entries[row].name, 0.0, ())
                for row, _ in zip(allowed, range(limit), strict=False)
            ]
        found = [self._rows_for(word) for word in wanted]
        needed = len(found) if set.intersection(*(set(each) for each in found)) else len(found) - 1
        if needed < 1:
            return []
        ranked = self._ranked(found, needed, offices, groups)
        return [self._hit(row, -score, found) for score, row in heapq.nsmallest(limit, ranked)]

    def _fill(self) -> None:
        known: dict[tuple[Field, str], int] = {}
        for row, entry in enumerate(self.entries):
            for text in ((Field.NAME, entry.name), *entry.texts):
                place = known.get(text)
                if place is None:
                    place = known[text] = len(self._texts)
                    self._texts.append(text)
                    self._rows.append([])
                    self._enter(place, *text)
                self._rows[place].append(row)

    def _enter(self, place: int, field: Field, text: str) -> None:
        if field is Field.PHONE:
            self._numbers.append((phones.digits(text)[::-1], place))
            if short := phones.extension(text):
                self._extensions[short].append(place)
            return
        for token in set(_tokens(field, text)):
            self._tokens[token].append(place)
            if field is Field.NAME and len(token) > 2:
                self._by_sound[cologne(token)].add(token)

    def _wanted(self, typed: str) -> list[str]:
        """The words to look for; "B 204" is one, and so is a telephone number with blanks."""
        if phones.is_number(typed):
            return [phones.digits(typed)]
        words = [fold(each) for each in WORD.findall(typed)][: 2 * MOST_WORDS]
        joined: list[str] = []
        for word in words:
            last = joined[-1] if joined else ""
            room = last + word
            if last and word[:1].isdigit() and last.isalpha() and self._begins(room):
                joined[-1] = room
            else:
                joined.append(word)
        told = [each for each in joined if each and each not in _IDLE]
        return (told or [each for each in joined if each])[:MOST_WORDS]

    def _begins(self, word: str) -> bool:
        place = bisect_left(self._sorted, word)
        return place < len(self._sorted) and self._sorted[place].startswith(word)

    def _rows_for(self, word: str) -> dict[int, tuple[float, int, str]]:
        """Each row where the word fits: how well, by which text, and how."""
        best: dict[int, tuple[float, int, str]] = {}
        for place, quality, how in self._places(word):
            score = quality * self._texts[place][0].weight
            for row in self._rows[place]:
                if row not in best or best[row][0] < score:
                    best[row] = (score, place, how)
        return best

    def _places(self, word: str) -> Iterator[tuple[int, float, str]]:
        if word.isdigit():
            yield from self._called(word)
        for match in self._matches(word):
            for place in self._tokens[match.token]:
                field = self._texts[place][0]
                if match.how == "klingt wie" and field is not Field.NAME:
                    continue
                yield place, match.quality, match.how

    def _called(self, number: str) -> Iterator[tuple[int, float, str]]:
        for place in self._extensions.get(number, ()):
            yield place, 1.0, ""
        if len(number) >= phones.SHORTEST:
            turned = number[::-1]
            start = bisect_left(self._numbers, (turned, -1))
            for reverse, place in self._numbers[start:]:
                if not reverse.startswith(turned):
                    break
                yield place, 0.8 + 0.2 * len(number) / len(reverse), ""
            for short, places in self._extensions.items():
                if short.startswith(number):
                    for place in places:
                        yield place, 0.75, ""

    def _matches(self, word: str) -> Iterator[_Match]:
        if word in self._tokens:
            yield _Match(word, 1.0, "")
        if len(word) < 2:
            return
        start = bisect_left(self._sorted, word)
        for place in range(start, len(self._sorted)):
            token = self._sorted[place]
            if not token.startswith(word):
                break
            yield _Match(token, 0.82 + 0.15 * len(word) / len(token), "")
        if word.isdigit() or len(word) < 3:
            return
        for token in self._by_sound.get(cologne(word), ()):
            alike = OSA.normalized_similarity(word, token)
            yield _Match(token, 0.55 + 0.25 * alike, "klingt wie")
        if len(word) > 3:
            near = [
                token
                for length in range(len(word) - 2, len(word) + 3)
                for token in self._by_length.get(length, ())
            ]
            for token, alike, _ in process.extract(
                word,
                near,
                scorer=OSA.normalized_similarity,
                score_cutoff=LEAST_SIMILAR,
                limit=SIMILAR_WORDS,
            ):
                yield _Match(token, 0.72 * alike, "ähnlich")

    def _fits(self, row: int, offices: Collection[UUID], groups: Collection[UUID]) -> bool:
        entry = self.entries[row]
        return (not offices or not entry.offices.isdisjoint(offices)) and (
            not groups or not entry.groups.isdisjoint(groups)
        )

    def _ranked(
        self,
        found: Sequence[Mapping[int, tuple[float, int, str]]],
        needed: int,
        offices: Collection[UUID],
        groups: Collection[UUID],
    ) -> Iterator[tuple[float, int]]:
        """Negative score and row: rows stand in the order of names, which so decides between equals."""
        if needed == len(found):
            rows: Collection[int] = min((each.keys() for each in found), key=len)
        else:
            rows = {row for each in found for row in each}
        for row in rows:
            scores = [each[row][0] for each in found if row in each]
            if len(scores) >= needed and self._fits(row, offices, groups):
                yield -sum(scores), row

    def _hit(
        self, row: int, score: float, found: Sequence[Mapping[int, tuple[float, int, str]]]
    ) -> Hit:
        because: dict[str, None] = {}
        for each in found:
            if row in each:
                _, place, how = each[row]
                field, text = self._texts[place]
                because[_phrase(field, text, how)] = None
        entry = self.entries[row]
        return Hit(entry.person, entry.name, score, tuple(because))


def _phrase(field: Field, text: str, how: str) -> str:
    if field is Field.NAME:
        return f"{how} „{text}“" if how else "Name"
    plain = field in {Field.PHONE, Field.ROOM}
    said = f"{field.title} {text}" if plain else f"{field.title} „{text}“"
    return f"{said} ({how})" if how else said


def _tokens(field: Field, text: str) -> Iterator[str]:
    """What a text is found by: its words, parts of its compounds, a room in one piece and by its number alone."""
    whole = [fold(word) for word in WORD.findall(text)]
    yield from (word for word in whole if word and (len(word) > 1 or field is not Field.ROOM))
    if field is Field.ROOM:
        yield "".join(whole)
        yield from (
            "".join(whole[place:])
            for place in range(1, len(whole))
            if whole[place][:1].isdigit() or len(whole[place]) == 1
        )
    elif field is Field.NAME:
        for part in text.split():  # "Karl-Heinz" and "D'Angelo" are typed in one word, too
            yield "".join(fold(word) for word in WORD.findall(part))
    else:
        for word in WORD.findall(text):
            for _, terms in analyse(word):
                yield from terms
