"""How many people the resolver answers for in a second: a mixed town hall on an ordinary morning."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

from bench.figures import Figure
from presence.availability import week
from presence.availability.facts import AbsenceSpan, Facts, Manual, SourceEntry
from presence.availability.levels import Level
from presence.availability.resolver import resolve
from storage.clock import new_id

PEOPLE = 5_000
LIMIT = 50_000
ROUNDS = 10
NOW = datetime(2026, 10, 14, 9, 20, tzinfo=UTC)


def _people() -> list[Facts]:
    """A tenth is away, a fifth has set a status, half have a calendar with six appointments, a third a desk booked."""
    random = Random(1)
    weeks = [
        tuple(week.Hours(day, 60 * begins, 60 * ends) for day in range(days))
        for days in (3, 4, 5)
        for begins, ends in ((7, 15), (8, 16), (8, 12), (9, 18))
    ]
    found = []
    for _ in range(PEOPLE):
        person, other = new_id(), new_id()
        entries = []
        if random.random() < 0.5:
            for _ in range(6):
                starts = NOW + timedelta(minutes=15 * random.randint(-12, 30))
                length = timedelta(minutes=15 * random.randint(1, 8))
                kind = random.choice(("busy", "busy", "tentative", "away"))
                entries.append(SourceEntry(person, "calendar", kind, starts, starts + length))  # type: ignore[arg-type]
        if random.random() < 0.33:
            starts = NOW - timedelta(hours=2)
            entries.append(
                SourceEntry(person, "booking", "place", starts, NOW + timedelta(hours=6), "3.12")
            )
        away = random.random() < 0.1
        manual = Manual(Level.LIMITED, NOW + timedelta(hours=1), NOW - timedelta(hours=1))
        found.append(
            Facts(
                absences=(AbsenceSpan(NOW, NOW + timedelta(days=9), other),) if away else (),
                manual=manual if random.random() < 0.2 else None,
                entries=tuple(entries),
                work=week.spans(random.choice(weeks), date(2026, 10, 14)),
                substitute=other,
                place="Zimmer 12",
            )
        )
    return found


def measure() -> Iterator[Figure]:
    """CPU time of this process, the best of several rounds: the machine is shared."""
    people = _people()
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        for facts in people:
            resolve(facts, NOW)
        best = max(best, PEOPLE / (time.process_time() - began))
    yield Figure(
        "Erreichbarkeit je Person ausrechnen",
        best,
        "Personen/s",
        None,
        "",
        f"mindestens {LIMIT}/s",
        best >= LIMIT,
    )
