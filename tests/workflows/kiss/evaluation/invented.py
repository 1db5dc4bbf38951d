"""Ways written as letters: one letter a group, a day between steps and between cases, answered by the last one."""

from datetime import UTC, datetime, timedelta
from itertools import count

from workflows.kiss.evaluation.ways import Step, Way

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_numbers = count()


def way(
    groups: str,
    topic: str | None = "licht",
    *,
    words: str = "",
    answered_by: str = "",
    states: str = "",
    day: int | None = None,
    duplicates: int | None = None,
    ratings: str = "",
) -> Way:
    """``states``: a letter each: w in work, c waits for the citizen, a answered, r reopened; else in work, then answered; ``ratings``: a digit each."""
    number = next(_numbers)
    names = {"w": "in_work", "c": "waits_citizen", "a": "answered", "r": "reopened", "n": "new"}
    given = [names[letter] for letter in states or "w" * (len(groups) - 1) + "a"]
    begins = START + timedelta(days=number if day is None else day)
    steps = [
        Step(begins + timedelta(days=place), group, state)
        for place, (group, state) in enumerate(zip(groups, given, strict=True))
    ]
    return Way(
        f"{number}", tuple(steps), topic, frozenset(words.split()), frozenset(answered_by), duplicates,
        tuple(map(int, ratings)),
    )  # fmt: skip
