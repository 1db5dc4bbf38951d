"""Messages from the templates of this folder: greetings, places, asides, dialect, slips of the keyboard."""

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from config.seeds import load_city
from workflows.demo.phrases import render
from workflows.demo.wording import misspelt

SETS = ("reports", "letters", "internal")
_HELLO = (
    "",
    "",
    "",
    "Hallo,",
    "Guten Tag,",
    "Sehr geehrte Damen und Herren,",
    "Grüß Gott,",
    "Moin,",
    "Liebe Stadt,",
)
_ASIDE = (
    "", "", "", "Das geht schon seit {zeit} so.", "Ich habe das bereits {zeit} gemeldet, passiert ist nichts.",
    "Meine Nachbarn sehen das genauso.", "Vielleicht könnte sich das mal jemand ansehen.", "So kann es nicht weitergehen!",
    "Ich wohne gleich neben dem {andere}.", "Gegenüber vom {andere}, falls das hilft.", "Es eilt.", "Foto kann ich schicken.",
    "Ich zahle schließlich meine Abgaben.", "Telefonisch war niemand zu erreichen.", "Die Polizei sagt, die Stadt sei zuständig.",
    "Ich war am {datum} dort.", "Wir haben {nummer} Minuten gewartet.", "Letztes Jahr war das besser.",
)  # fmt: skip
_BYE = (
    "",
    "",
    "",
    "Danke!",
    "Mit freundlichen Grüßen",
    "MfG",
    "Bitte um Rückmeldung.",
    "Viele Grüße",
    "Vielen Dank im Voraus.",
)
_ABOUT = (
    "{thema}:",
    "{thema} {wo}.",
    "Betreff: {thema}.",
    "Es geht um: {thema}.",
    "{thema}!",
    "Problem mit: {thema}.",
)
_LANDMARKS = (
    "Spielplatz", "Friedhof", "Parkplatz", "Schulhof", "Brunnen", "Rathaus", "Glascontainer", "alten Baum",
    "Kindergarten", "Bauhof", "Finanzamt", "Standesamt", "Kanal", "Supermarkt", "Sportplatz",
)  # fmt: skip
_DIALECT = (
    (" nicht ", " net "), (" ist ", " isch "), (" ein ", " an "), (" auch ", " au "), (" das ", " des "),
    (" habe ", " hab "), (" haben ", " hend "), (" wir ", " mir "), (" ich ", " i "), (" kein ", " koi "),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A message, what it is about, and the template it came from."""

    text: str
    label: str
    template: str


@dataclass(frozen=True, slots=True)
class Theme:
    """What people call a matter in few words, and what they write about it."""

    subjects: tuple[str, ...]
    templates: tuple[str, ...]


@cache
def themes(name: str) -> dict[str, Theme]:
    """The matters of a set by label."""
    loaded: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / f"{name}.yaml").read_text("utf-8")
    )
    return {
        label: Theme(tuple(theme["subjects"]), tuple(theme["templates"]))
        for label, theme in loaded.items()
    }


def messages(name: str, seed: int, each: int) -> list[Written]:
    """``each`` messages per template of the set, in a drawn order."""
    rng = random.Random(f"{name} {seed}")
    written = [
        Written(_message(rng, pattern, theme), label, f"{label} {number}")
        for label, theme in themes(name).items()
        for number, pattern in enumerate(theme.templates)
        for _ in range(each)
    ]
    rng.shuffle(written)
    return written


def _message(rng: random.Random, pattern: str, theme: Theme) -> str:
    about = rng.choice(_ABOUT) if rng.random() < 0.7 else ""
    subject = rng.choice(theme.subjects)
    parts = [about, rng.choice(_HELLO), pattern, rng.choice(_ASIDE), rng.choice(_BYE)]
    if rng.random() < 0.3:
        parts.insert(rng.choice((2, 4)), rng.choice(_ASIDE))

    def fill(slot: str) -> str:
        return subject if slot == "thema" else _fill(rng, slot)

    text = " ".join(render(part, rng.random, fill) for part in parts if part)
    if rng.random() < 0.2:
        for plain, spoken in _DIALECT:
            text = text.replace(plain, spoken)
    if rng.random() < 0.4:
        text = misspelt(rng, text, rng.choice((0.05, 0.1, 0.2)))
    if rng.random() < 0.15:
        text = text.lower()
    if rng.random() < 0.1:
        text = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    if rng.random() < 0.05:
        text = text.upper()
    return text


def _fill(rng: random.Random, slot: str) -> str:
    city = load_city()
    street, _ = rng.choice(city.street_postcodes)
    place = rng.choice(city.places).name
    district = rng.choice(city.districts).name
    day = f"{rng.randint(1, 28)}.{rng.randint(1, 12)}."
    found = {
        "strasse": street,
        "platz": place,
        "ort": district,
        "wo": rng.choice(
            (f"in der {street}", f"{street} {rng.randint(1, 90)}", f"bei {place}", f"in {district}", "bei uns", "hier")
        ),
        "nummer": str(rng.randint(2, 120)),
        "zeit": rng.choice(("Tagen", "drei Wochen", "Monaten", "einer Ewigkeit", "letztem Jahr", "Ostern")),
        "datum": day,
        "jahr": str(rng.randint(2022, 2026)),
        "betrag": f"{rng.randint(12, 900)},{rng.randint(10, 99)} Euro",
        "adresse": f"{street} {rng.randint(1, 90)}",
        "stock": rng.choice(("Erdgeschoss", "ersten Stock", "zweiten OG", "Nebengebäude")),
        "zimmer": f"{rng.choice('ABDE')} {rng.randint(101, 320)}",
        "stadt": rng.choice(("Stuttgart", "Berlin", "Kassel", "Freiburg")),
        "andere": rng.choice(_LANDMARKS),
    }  # fmt: skip
    return found[slot]
