"""From answers to what a screen shows: names where only staff come, words and numbers for the public. Pure.

The public learns whether somebody is there for it, never who. Numbers are given for five people and more only, as the
Dienstvereinbarung says: of fewer, a number would tell about somebody. Of fewer than three nothing is told that depends
on them, because "zurzeit nicht besetzt" before an office of one says where that one is not: only how to ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from presence.availability.facts import Availability
from presence.availability.levels import LOOKS, Level
from presence.availability.queries import BoardLine
from storage.clock import LOCAL

SMALLEST = 5
"""People of whom there must be for a number to be told."""
FEWEST = 3
"""People of whom something must be known for anything to be told about them."""
_NUMBERS = [
    "null",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
]
_SHORT_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the board: a person or an office, the level with its word, until when, and what else may be told."""

    title: str
    level: Level
    word: str
    until: str = ""
    detail: str = ""


def person_row(line: BoardLine, now: datetime) -> Row:
    """Somebody, for colleagues. What somebody wrote into their status stays in the intranet."""
    answer = line.availability
    details = [
        f"Vertretung: {line.substitute}" if line.substitute else "",
        answer.place or "",
    ]
    return Row(
        line.name,
        answer.level,
        LOOKS[answer.level].word,
        until_words(answer.until, now),
        " · ".join(each for each in details if each),
    )


def office_row(
    title: str, answers: Sequence[Availability], now: datetime, phone: str | None = None
) -> Row:
    """An office or counter, for the public. ``phone`` is the office's, never a person's."""
    known = [each for each in answers if each.source != "unknown"]
    if len(known) < FEWEST:
        ask = f"Bitte fragen Sie nach: {phone}" if phone else "Bitte fragen Sie nach."
        return Row(title, Level.LIMITED, "keine Angabe", detail=ask)
    there = sum(each.level >= Level.LIMITED for each in known)
    many = len(known) >= SMALLEST
    if there:
        full = there * 2 >= len(known)
        words = number if len(known) < len(_NUMBERS) else str
        told = f"{_capital(words(there))} von {words(len(known))} sind für Sie da."
        if there == 1:
            told = f"Eine Person von {number(len(known))} ist für Sie da."
        return Row(
            title,
            Level.FULL if full else Level.LIMITED,
            "für Sie da" if full else "schwach besetzt",
            detail=told if many else "Es ist jemand für Sie da.",
        )
    if any(each.level is Level.URGENT for each in known):
        return Row(title, Level.URGENT, "nur in dringenden Fällen", detail="Bitte fragen Sie nach.")
    back = [each.until for each in known if each.until]
    again = f"voraussichtlich wieder ab {_moment(min(back), now)}" if many and back else ""
    return Row(title, Level.UNREACHABLE, "zurzeit nicht besetzt", detail=again)


def until_words(until: datetime | None, now: datetime) -> str:
    """As in "bis 14:30" today, "bis Fr 8:00" within a week, "bis einschl. Fr 12.12." for whole days."""
    if until is None:
        return ""
    there = until.astimezone(LOCAL)
    if there.hour or there.minute:
        return f"bis {_moment(until, now)}"
    last = (there - timedelta(days=1)).date()
    if last == now.astimezone(LOCAL).date():
        return "heute"
    return f"bis einschl. {_SHORT_DAYS[last.weekday()]} {last.day}.{last.month}."


def number(count: int) -> str:
    """In words up to twelve."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _moment(moment: datetime, now: datetime) -> str:
    there, here = moment.astimezone(LOCAL), now.astimezone(LOCAL)
    clock = f"{there.hour}:{there.minute:02d}"
    days = there.toordinal() - here.toordinal()
    if days == 0:
        return clock
    if 0 < days < 7:
        return f"{_SHORT_DAYS[there.weekday()]} {clock}"
    return f"{there.day}.{there.month}. {clock}"
