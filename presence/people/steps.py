"""What a step of a Laufzettel is, and when it is due. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

from presence.availability.week import free_day
from storage.actors import Role
from storage.conflicts import ConflictError

Kind = Literal["join", "leave"]
KINDS: dict[str, str] = {"join": "Eintritt", "leave": "Austritt"}
ACTIONS: dict[str, str] = {
    "account": "Konto wird angelegt",
    "roles": "Rollen und Schutzklassen enden mit dem letzten Tag",
    "handover": "offene Aufgaben gehen an die Nachfolge",
}
OWN = "own"
FARTHEST = 366
_DAYS = re.compile(r"[+-]?[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Step:
    """``role`` or ``office`` says who does it (both: that role in that office); ``days`` counts from the day."""

    key: str
    title: str
    days: int
    role: str | None = None
    office: str | None = None
    action: str | None = None


def due_on(day: date, days: int) -> date:
    """So many calendar days off, moved to a working day: back, lest it comes too late, after the day forward.

    A house rule, no legal period.
    """
    found = day + timedelta(days=days)
    step = timedelta(days=1 if days > 0 else -1)
    while found.weekday() >= 5 or free_day(found):
        found += step
    return found


def read(rows: Iterable[Mapping[str, Any]]) -> list[Step]:
    """Steps from a seed or a table. Raises ``ConflictError`` in German for what can't be one."""
    steps = [_read(dict(row)) for row in rows]
    keys = [step.key for step in steps]
    if not steps or len(set(keys)) < len(keys):
        raise ConflictError("Ein Laufzettel braucht Schritte mit verschiedenen Kürzeln.")
    return steps


def stored(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """As it stands in the table."""
    return [asdict(step) for step in steps]


def lines_of(steps: Iterable[Step]) -> str:
    """The steps as people edit them: one per line, "Kürzel | Tage | Wer | Titel | Aktion"."""
    return "\n".join(
        " | ".join(
            [step.key, str(step.days), _who(step), step.title]
            + [step.action or ""] * bool(step.action)
        )
        for step in steps
    )


def from_lines(text: str) -> list[Step]:
    """The same back. Raises ``ConflictError`` in German, naming the line."""
    rows = []
    for line in filter(str.strip, text.splitlines()):
        parts = [each.strip() for each in line.split("|")]
        if not 4 <= len(parts) <= 5 or not _DAYS.fullmatch(parts[1]):
            raise ConflictError(
                f"Diese Zeile ist nicht lesbar: „{line.strip()[:80]}“. Erwartet wird: Kürzel | Tage | Wer | Titel | Aktion."
            )
        office = parts[2].removeprefix("amt:") if parts[2].startswith("amt:") else None
        role = None if office else parts[2]
        action = parts[4] or None if len(parts) == 5 else None
        rows.append(asdict(Step(parts[0], parts[3], int(parts[1]), role, office, action)))
    return read(rows)


def _who(step: Step) -> str:
    return f"amt:{step.office}" if step.office else step.role or ""


def _read(row: dict[str, Any]) -> Step:
    try:
        step = Step(**row)
        known = step.role is None or Role(step.role)
    except (TypeError, ValueError):
        raise ConflictError(f"Der Schritt „{row.get('title', '')}“ ist unvollständig.") from None
    if not known or not (step.role or step.office):
        raise ConflictError(f"Beim Schritt „{step.title}“ fehlt, wer ihn erledigt.")
    if step.action is not None and step.action not in ACTIONS:
        raise ConflictError(f"Beim Schritt „{step.title}“ ist die Aktion unbekannt.")
    if not step.key or not step.title.strip() or abs(step.days) > FARTHEST:
        raise ConflictError(f"Der Schritt „{step.title}“ ist unvollständig.")
    return step
