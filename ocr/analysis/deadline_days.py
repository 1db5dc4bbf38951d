"""From what a letter says of a period to its last day: which law, which anchor, which steps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

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
) -> dict[str, Any]:
    """The deadline as the finding holds it (contracts: due, duration, anchor, steps); where a period was read, also
    ``law``, ``event`` and ``word``, by which ``count_from`` counts from another day, and ``missing``: which day of the
    document is not known (letter, stamp, service, or event for one that only the reader knows).
    """
    if period is None:
        return open_deadline(
            None,
            "Werktage oder Arbeitstage rechnet das Programm nicht selbst; bitte den letzten Tag eintragen.",
        )
    countable: dict[str, Any] = {"law": law, "event": "received", "word": "", "missing": "event"}
    if event is None and named is None:
        nameless = (
            "Der Text nennt kein Ereignis, ab dem die Frist läuft; bitte den ersten Tag eintragen."
        )
        return open_deadline(period, nameless) | countable
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
    countable |= {
        "event": kind,
        "word": word,
        "missing": (known or "event") if day is None else None,
    }
    if day is None:
        return open_deadline(period, *steps, anchor=word) | countable
    return _from(countable, period, day, steps)


def count_from(deadline: Mapping[str, Any], day: date, because: str) -> dict[str, Any]:
    """The deadline counted anew from ``day``; ``because`` says where the day comes from („im Haus eingetragen“).

    Only for deadlines that name a law and an event, as ``count`` gives them.
    """
    countable = {name: deadline[name] for name in ("law", "event", "word")} | {"missing": None}
    said = f"{first_day_of(deadline)}: {german(day)}, {because}."
    return _from(countable, deadline["duration"], day, [said])


def first_day_of(deadline: Mapping[str, Any]) -> str:
    """What the first day of a period is called: „Aufgabe zur Post“, „Zustellung“, „Zugang“."""
    if deadline["event"] == "posted":
        return "Aufgabe zur Post"
    return deadline["word"] or "Erster Tag"


def open_deadline(period: str | None, *steps: str, anchor: str | None = None) -> dict[str, Any]:
    """A deadline whose last day is not known; the steps say what is missing."""
    return {"due": None, "duration": period, "anchor": anchor, "steps": list(steps)}


def _from(
    countable: Mapping[str, Any], period: str, day: date, steps: Sequence[str]
) -> dict[str, Any]:
    due = _computed(countable["law"], countable["event"], day, period)
    word = countable["word"]
    if due is None:
        off = "Der letzte Tag liegt außerhalb des Kalenders."
        return {**open_deadline(period, *steps, off, anchor=word), **countable}
    anchor = f"{word} {day.isoformat()}".strip()
    found = {"due": due[0], "duration": period, "anchor": anchor, "steps": [*steps, *due[1]]}
    return {**found, **countable}


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
