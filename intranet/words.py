"""Moments and numbers in German words."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from storage.clock import WEEKDAYS, local, local_date

_JOBS = {
    "document.process": "Dokumente lesen und auswerten",
    "akte.index": "Umbenannte Akten neu in den Suchindex aufnehmen",
    "model.train": "Aus Bestätigungen lernen",
    "mail": "E-Mail versenden",
    "office.names": "Ämter umbenennen",
    "room_request.tell": "Auf Raumanfragen antworten",
}


def job(kind: str) -> str:
    """What a kind of job does; a schedule's title and unknown kinds stay as they are."""
    return _JOBS.get(kind, kind)


_OUTCOMES = {
    "done": "erledigt",
    "failed": "aufgegeben",
    "retry": "später noch einmal",
    "given_back": "zurückgegeben",
}


def outcome(counts: Mapping[str, object]) -> str:
    """What a run has done, as in "erledigt 47, aufgegeben 1"; noughts are left out."""
    told = [f"{_OUTCOMES.get(name, name)} {count}" for name, count in counts.items() if count]
    return ", ".join(told) or ("nichts zu tun" if counts else "")


def log_line(text: str) -> str:
    """A line of a run's log, with the kind of job in words."""
    kind, blank, rest = text.partition(" ")
    return job(kind) + blank + rest


_MARKUP = frozenset("\\`*_{}[]()#+-.!|<>~:$&")
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
"""Any but those no line is to be broken at."""
_ICON = re.compile(r":(?=[\w+/-]+:)")
_JOINER = "\u2060"  # WORD JOINER: not seen, but no address begins or goes on there


def plain(text: str) -> str:
    """Text from outside for places where Streamlit reads Markdown: no link, picture or formula comes of it.

    Signs of Markdown are escaped; addresses and names of icons (``:material/home:``, ``:smile:``), which count even
    so, are parted by an invisible joiner.
    """
    parted = text.replace("@", f"@{_JOINER}").replace("://", f":{_JOINER}//")
    parted = _ICON.sub(f":{_JOINER}", parted)
    parted = re.sub(r"(?i)\bwww(?=\.)", f"www{_JOINER}", parted)
    return "".join(
        f"\\{sign}" if sign in _MARKUP else sign for sign in " ".join(_BLANKS.split(parted)).strip()
    )


def day(value: date) -> str:
    """24.12.2026"""
    return value.strftime("%d.%m.%Y")


def moment(value: datetime) -> str:
    """24.12.2026 17:05"""
    return local(value).strftime("%d.%m.%Y %H:%M")


def clock(iso: str) -> str:
    """The time of day in Germany of a moment in ISO format; what is none stays as it is."""
    try:
        return local(datetime.fromisoformat(iso)).strftime("%H:%M:%S")
    except ValueError:
        return iso


def when(value: datetime, now: datetime) -> str:
    """As in "heute 17:05", "morgen 8:00", "Freitag 12:30" within a week, else the date."""
    there, here = local(value), local(now)
    days = (there.date() - here.date()).days
    clock = f"{there.hour}:{there.minute:02d}"
    near = {-1: "gestern", 0: "heute", 1: "morgen"}
    if days in near:
        return f"{near[days]} {clock}"
    if 1 < days < 7:
        return f"{WEEKDAYS[there.weekday()]} {clock}"
    return moment(value)


def due(value: datetime, now: datetime) -> str:
    """How far off a deadline is, in days of the calendar."""
    days = (local_date(value) - local_date(now)).days
    if days < -1:
        return f"seit {-days} Tagen überfällig"
    words = {-1: "seit gestern überfällig", 0: "heute fällig", 1: "morgen fällig"}
    return words.get(days, f"in {days} Tagen ({day(local_date(value))})")


def duration(value: timedelta) -> str:
    """As in "3 Sekunden", "2 Minuten", "5 Stunden", "4 Tage": rounded down, never a lie of precision."""
    seconds = int(value.total_seconds())
    for size, one, many in (
        (86400, "1 Tag", "Tage"),
        (3600, "1 Stunde", "Stunden"),
        (60, "1 Minute", "Minuten"),
    ):
        if seconds >= size:
            number = seconds // size
            return one if number == 1 else f"{number} {many}"
    return "1 Sekunde" if seconds == 1 else f"{seconds} Sekunden"


def size(count: int) -> str:
    """As in "812 Byte", "34 KB", "2,1 MB" (1 KB = 1000 Byte)."""
    if count < 1000:
        return f"{count} Byte"
    if count < 1_000_000:
        return f"{count // 1000} KB"
    return f"{count / 1_000_000:.1f} MB".replace(".", ",")


def percent(share: float) -> str:
    """As in "87 %", with a space that no line breaks at; never 100 % for what is not certain."""
    return f"{min(int(share * 100 + 0.5), 99 if share < 1 else 100)}\u00a0%"


def counted(count: int, one: str, many: str) -> str:
    """As in "1 Termin" and "3 Termine"."""
    return f"{count} {one if count == 1 else many}"


def number(value: int) -> str:
    """1234567 as 1.234.567"""
    return f"{value:,}".replace(",", ".")
