"""From what a letter says of a period to its last day: which law, which anchor, which steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from ocr.analysis.periods_text import Event
from ocr.documents import Finding

if TYPE_CHECKING:
    from ocr.legal.periods import Step


@dataclass(frozen=True, slots=True)
class Anchors:
    """Days of the document a period may run from: its own date, its date stamp, the day it was served."""

    letter: date | None = None
    stamp: date | None = None
    service: date | None = None


_TAX = (
    "abgabenordnung", "gewerbesteuer", "grundsteuer", "hundesteuer", "zweitwohnungsteuer", "zweitwohnungssteuer",
    "vergnügungssteuer", "steuerbescheid", "finanzamt", " ao ",
)  # fmt: skip
_SOCIAL = (
    "sozialgesetzbuch", "sgb ", "jobcenter", "sozialgericht", "bürgergeld", "grundsicherung", "unterhaltsvorschuss",
)  # fmt: skip
_AUTHORITY = ("bekanntgabe", "bescheid", "anhörung", "verwaltungsakt", "rechtsbehelf")
_REMEDY = ("widerspruch", "klage", "vwgo", "verwaltungsgericht")


def _any(words: Iterable[str], text: str) -> bool:
    return any(word in text for word in words)


@lru_cache(maxsize=4)
def _fields_of(text: str) -> frozenset[str]:
    """Which fields of law a whole document speaks of."""
    found = {"sgbx": _SOCIAL, "ao": _TAX, "vwvfg": _AUTHORITY, "fine": ("bußgeld",)}
    return frozenset(field for field, words in found.items() if _any(words, text))


def law_of(text: str, around: str) -> str:
    """The field of law a period belongs to, by the words around it and by the whole document.
    ``text`` and ``around`` are folded. Returns a key of ``ocr.legal.periods``.
    """
    fields = _fields_of(text)
    if "fine" in fields and "einspruch" in around:
        return "bgb"  # OWiG and StPO §§ 42, 43 count like BGB §§ 187 to 193
    if "sgbx" in fields:
        return "sgbx"
    if "ao" in fields and _any(("einspruch", "widerspruch", "bekanntgabe"), around):
        return "ao"
    if _any(_REMEDY, around):
        return "vwgo"
    if "vwvfg" in fields and "mahnung" not in around:
        return "vwvfg"
    return "bgb"


def count(
    law: str, period: str | None, event: Event | None, named: Finding | None, anchors: Anchors
) -> tuple[str | None, str | None, str | None, list[str]]:
    """Due day, period, anchor in words and the steps that led there."""
    if period is None:
        return (
            None,
            None,
            None,
            [
                "Werktage oder Arbeitstage rechnet das Programm nicht selbst; bitte den letzten Tag eintragen."
            ],
        )
    if event is None and named is None:
        return (
            None,
            period,
            None,
            [
                "Der Text nennt kein Ereignis, ab dem die Frist läuft; bitte den ersten Tag eintragen."
            ],
        )
    word = event.word if event else "genannter Tag"
    kind = event.event if event else "received"
    known = event.known if event else None
    if named is not None:
        day: date | None = date.fromisoformat(named.normalized)
        steps = [f"Die Frist läuft ab dem im Text genannten {german(day)}." if day else ""]
        if kind == "posted":
            kind = "received"  # the text itself names the day, so nothing is to be presumed
    else:
        day = {"letter": anchors.letter, "stamp": anchors.stamp, "service": anchors.service}.get(
            known or ""
        )
        steps = [_because(word, known, day)]
    if day is None:
        return None, period, word, steps
    due = _computed(law, kind, day, period)
    if due is None:
        return None, period, word, [*steps, "Der letzte Tag liegt außerhalb des Kalenders."]
    return due[0], period, f"{word} {day.isoformat()}", [*steps, *due[1]]


@lru_cache(maxsize=1024)
def _computed(law: str, event: str, day: date, period: str) -> tuple[str, list[str]] | None:
    from ocr.legal.periods import compute
    from ocr.legal.rules import PeriodError

    try:
        due = compute(law, event, day, period)
    except PeriodError:
        return None
    # what was received when, the caller has said in the words of the letter
    steps = due.steps[1:] if event == "received" else due.steps
    return due.due.isoformat(), _in_words(steps)


def _in_words(steps: Iterable["Step"]) -> list[str]:
    return [f"{step.text} ({step.source})" if step.source else step.text for step in steps]


@lru_cache(maxsize=1024)
def day_steps(law: str, day: str) -> list[str]:
    """The steps of a deadline set as a date: what the law makes of a weekend or holiday is said, not done."""
    from ocr.legal.periods import fixed
    from ocr.legal.rules import PeriodError

    steps = ["Der Text nennt den letzten Tag selbst."]
    try:
        due = fixed(law, date.fromisoformat(day))
    except PeriodError:
        return steps
    if due.due.isoformat() == day:
        return steps
    return [
        *steps,
        "Fällt der Tag auf ein Wochenende oder einen Feiertag, kann gelten:",
        *_in_words(due.steps[1:]),
    ]


def _because(word: str, known: str | None, day: date | None) -> str:
    if day is None:
        missing = {
            "letter": "Das Datum des Schreibens wurde nicht gefunden",
            "stamp": "Der Tag des Eingangs steht nicht im Text (Eingangsstempel)",
            "service": "Der Tag der Zustellung steht nicht im Text (Zustellungsurkunde)",
        }.get(known or "", f"Der Tag steht nicht im Text ({word})")
        return f"{missing}; bitte eintragen."
    if word == "Bekanntgabe":
        return f"Als Tag der Aufgabe zur Post gilt das Datum des Schreibens, {german(day)}; ein Abgangsvermerk geht vor."
    source = {"stamp": "laut Eingangsvermerk", "service": "laut Zustellungsvermerk"}.get(
        known or "", "laut Schreiben"
    )
    return f"{word}: {german(day)} {source}."


def german(day: date) -> str:
    return f"{day.day:02d}.{day.month:02d}.{day.year}"
