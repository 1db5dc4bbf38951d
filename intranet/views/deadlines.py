"""A document's deadlines as its page shows them: the last day, how it was reckoned, and what is missing for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ocr.analysis.deadline_days import first_day_of
from ocr.documents import Finding
from ocr.understanding import place_of
from storage.clock import local_date
from workflows.eakte.deadlines import first_days, reckoned
from workflows.eakte.tables import Document


@dataclass(frozen=True, slots=True)
class DeadlineShown:
    """``name`` ties it to its boxes on the page pictures. ``asks``: what its first day is called, ``None`` where it is not
    counted from one; ``first_day`` as entered by a person. ``state``: empty, „vorbei“, „erledigt“ or „gilt nicht“.
    """

    name: str
    at: str
    quoted: str
    due: date | None
    steps: Sequence[str]
    asks: str | None
    first_day: date | None
    state: str


def deadlines_shown(
    document: Document, findings: Sequence[tuple[str, Finding]], today: date
) -> list[DeadlineShown]:
    """Those found in the text (with the names of their boxes): the next one not past first, then those that still lack a day,
    then what is past. Each day once.
    """
    details, received = document.details or {}, local_date(document.received_at)
    entered = first_days(details)
    shown = []
    for name, finding in findings:
        at = place_of(finding)
        # Stored findings of earlier releases can't be counted from another day.
        known: dict[str, Any] = dict(finding.normalized)
        now = reckoned(known, entered.get(at), received)
        due = date.fromisoformat(now["due"]) if now.get("due") else None
        shown.append(
            DeadlineShown(
                name, at, " ".join(finding.value.split()), due, now.get("steps", ()),
                first_day_of(known) if known.get("law") else None,
                entered.get(at), _state(details, due, today),
            )
        )  # fmt: skip
    return _once(sorted(shown, key=lambda each: _rank(each, today)))


def _state(details: dict[str, Any], due: date | None, today: date) -> str:
    if due is None:
        return ""
    if due.isoformat() in details.get("done_deadlines", ()):
        return "erledigt"
    if "deadlines" in details and due.isoformat() not in details["deadlines"]:
        return "gilt nicht"
    return "vorbei" if due < today else ""


def _rank(each: DeadlineShown, today: date) -> tuple[int, date]:
    if each.due is None:
        return 1, today
    return (0, each.due) if each.due >= today and not each.state else (2, each.due)


def _once(shown: Iterable[DeadlineShown]) -> list[DeadlineShown]:
    """A letter may name the same deadline several times."""
    seen: set[tuple[date | None, str]] = set()
    kept = []
    for each in shown:
        mark = each.due, each.quoted if each.due is None else ""
        if mark not in seen:
            seen.add(mark)
            kept.append(each)
    return kept
