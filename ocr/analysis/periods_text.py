"""How German letters write periods and the events that start them: „eines Monats“, „14 Tagen“, „nach Zustellung“."""

import re
from dataclasses import dataclass

_WORDS = {
    "ein": 1, "eine": 1, "einer": 1, "eines": 1, "einem": 1, "einen": 1, "zwei": 2, "zweier": 2, "drei": 3, "dreier": 3,
    "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12, "vierzehn": 14,
    "zwanzig": 20, "dreißig": 30, "dreissig": 30, "one": 1, "two": 2, "three": 3, "four": 4,
}  # fmt: skip
NUMBER = "(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r"|\d{1,3})"
UNIT = r"(?:kalendertag|werktag|arbeitstag|bankarbeitstag|tag|woche|monat|jahr|day|week|month)(?:en|es|s|e|n)?"
# Both for folded text.
PERIOD = rf"(?P<number>{NUMBER})(?:[ ]?\([a-zäöü\d]{{1,10}}\))?[\s-]{{1,2}}(?P<unit>{UNIT})"


@dataclass(frozen=True, slots=True)
class Event:
    """What starts a period. ``known`` says which date of the document is its day: the letter's own date,
    the date stamp, or ``None`` where only the reader knows the day.
    """

    word: str
    event: str
    known: str | None


_EVENTS = (
    ("bekanntgabe", Event("Bekanntgabe", "posted", "letter")),
    ("bekannt gegeben", Event("Bekanntgabe", "posted", "letter")),
    ("zustellung", Event("Zustellung", "served", "service")),
    ("rechnungsdatum", Event("Rechnungsdatum", "received", "letter")),
    ("ausstellungsdatum", Event("Ausstellungsdatum", "received", "letter")),
    ("briefdatum", Event("Datum des Schreibens", "received", "letter")),
    ("datum dieses schreibens", Event("Datum des Schreibens", "received", "letter")),
    ("datum des schreibens", Event("Datum des Schreibens", "received", "letter")),
    ("rechnungserhalt", Event("Erhalt der Rechnung", "received", "stamp")),
    ("rechnungsstellung", Event("Rechnungsdatum", "received", "letter")),
    ("zugang", Event("Zugang", "received", "stamp")),
    ("erhalt", Event("Erhalt", "received", "stamp")),
    ("empfang", Event("Empfang", "received", "stamp")),
    ("eingang", Event("Eingang", "received", "stamp")),
    ("receipt", Event("Erhalt", "received", "stamp")),
    ("heute", Event("Datum des Schreibens", "received", "letter")),
    ("veröffentlichung", Event("Veröffentlichung", "received", None)),
    ("kenntnis", Event("Kenntnis", "received", None)),
    ("lieferung", Event("Lieferung", "received", None)),
    ("abschluss", Event("Abschluss", "received", None)),
)


def event_in(words: str) -> Event | None:
    """The event that words after a period name („nach Zustellung dieses Bescheids“)."""
    low = re.sub(r"\s+", " ", words.lower())
    found = [(low.find(key), event) for key, event in _EVENTS if key in low]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def iso_period(number: str, unit: str) -> str | None:
    """ISO 8601 period of a written one, ``None`` for working days, which no calendar rule here counts."""
    count = _WORDS.get(number.lower()) or (int(number) if number.isdigit() else 0)
    low = unit.lower()
    if not count or low.startswith(("werktag", "arbeitstag", "bankarbeitstag")):
        return None
    letter = (
        "D"
        if "tag" in low or "day" in low
        else "W"
        if low[0] == "w"
        else "M"
        if low.startswith("mon")
        else "Y"
    )
    return f"P{count}{letter}"
