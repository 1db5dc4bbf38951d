"""Days on which a space is out of order: repairs, painting, water in the cellar. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from storage.conflicts import ConflictError
from storage.one_line import one_line

LONGEST_REASON = 200
MOST = 50


@dataclass(frozen=True, slots=True, order=True)
class Closure:
    """From ``first`` to ``last``, both included. ``reason`` is shown to everybody, so it names nobody."""

    first: date
    last: date
    reason: str


def loaded(rows: Iterable[Sequence[Any]]) -> tuple[Closure, ...]:
    """Closures as they stand in the table."""
    return tuple(
        sorted(
            Closure(date.fromisoformat(first), date.fromisoformat(last), reason)
            for first, last, reason in rows
        )
    )


def as_rows(closures: Iterable[Closure]) -> list[list[str]]:
    """As they go into the table."""
    return [
        [each.first.isoformat(), each.last.isoformat(), each.reason] for each in sorted(closures)
    ]


def added(held: Sequence[Closure], wanted: Closure, today: date) -> tuple[Closure, ...]:
    """With one more; what is over is left out. Raises ``ConflictError`` for one that can't be."""
    reason = one_line(wanted.reason)
    if wanted.last < wanted.first:
        raise ConflictError("Der letzte Tag liegt vor dem ersten. Bitte prüfen Sie die Tage.")
    if wanted.last < today:
        raise ConflictError("Diese Tage sind schon vorbei.")
    if not reason or len(reason) > LONGEST_REASON:
        raise ConflictError(
            f"Bitte nennen Sie den Grund (höchstens {LONGEST_REASON} Zeichen); alle sehen ihn."
        )
    coming = {each for each in held if each.last >= today}
    coming.add(Closure(wanted.first, wanted.last, reason))
    if len(coming) > MOST:
        raise ConflictError(f"Mehr als {MOST} Sperrungen sind nicht vorgesehen.")
    return tuple(sorted(coming))


def closed_between(closures: Iterable[Closure], first: date, last: date) -> Closure | None:
    """The closure that touches these days, if there is one."""
    return next((each for each in closures if each.first <= last and first <= each.last), None)
