"""Invented people, companies, numbers and dates. All of them are made up; numbers with a checksum pass it."""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

import yaml

from config.seeds import german_iban, load_aktenplan, load_city, load_people, login_of

SenderKind = Literal["citizen", "company", "authority", "court", "council", "internal"]
MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
          "Oktober", "November", "Dezember")  # fmt: skip
_FEMININE = ("Ahlebrücke", "Stadthalle", "Grundschule", "Mathilde", "Kindertagesstätte")
_VENUES = ("Rathaus", "Gerberhaus", "Jugendhaus", "Dorfgemeinschaftshaus", "Waldstadion", "Freibad")
LAST_DAY = dt.date(2026, 10, 30)
"""No letter is younger: corpora are equal on every day they are made."""


@dataclass(frozen=True, slots=True)
class Party:
    """Sender or recipient of a letter. ``lines`` are the lines below the name; ``plural`` says „wir“."""

    name: str
    kind: SenderKind
    lines: tuple[str, ...]
    phone: str = ""
    email: str = ""
    plural: bool = False
    signer: str = ""


@lru_cache(maxsize=1)
def names() -> Mapping[str, Any]:
    """The building blocks of names.yaml."""
    return yaml.safe_load(  # type: ignore[no-any-return]
        (resources.files("workflows.demo") / "names.yaml").read_text("utf-8")
    )


@dataclass(frozen=True, slots=True)
class _Grounds:
    """The city as lists to draw from. ``lanes`` are streets that are feminine: patterns say „in der“."""

    streets: tuple[tuple[str, str], ...]
    lanes: tuple[str, ...]
    districts: tuple[str, ...]
    places: tuple[str, ...]
    venues: tuple[str, ...]
    entries: tuple[str, ...]


@lru_cache(maxsize=1)
def _grounds() -> _Grounds:
    city = load_city()
    streets = city.street_postcodes
    places = tuple(place.name for place in city.places)
    return _Grounds(
        streets=streets,
        lanes=tuple(
            name
            for name, _ in streets
            if name.endswith(("straße", "gasse", "steige", "allee"))
            and not name.startswith(("Obere ", "Untere "))
        ),
        districts=tuple(district.name for district in city.districts),
        places=places,
        venues=tuple(place for place in places if place.startswith(_VENUES)),
        entries=tuple(entry.number for entry in load_aktenplan().entries),
    )


def vat_id(digits: str) -> str:
    """A German VAT id for eight digits, check digit by ISO 7064 mod 11,10."""
    product = 10
    for digit in digits:
        product = (((int(digit) + product) % 10 or 10) * 2) % 11
    return f"DE{digits}{(11 - product) % 10}"


def grouped(iban: str) -> str:
    """An IBAN as it is printed, in groups of four."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def german_date(day: dt.date, *, spelled: bool = False) -> str:
    if spelled:
        return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02d}.{day.month:02d}.{day.year}"


def euros(cents: int, mark: str = "€") -> str:
    """``1.234,50 €`` for 123450."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d} {mark}"


class Inventions:
    """Fills the slots of the patterns for one letter: what names the matter (address, parcel, child, ...) stays
    the same throughout the letter, figures and dates change. ``day`` is the date of the letter.
    """

    _KEPT = frozenset(
        ("adresse", "strasse", "kind", "nachname", "flurstueck", "kennzeichen", "firma", "tier",
         "ort", "platz", "az", "iban", "bank", "termin", "stunde")
    )  # fmt: skip

    def __init__(self, rng: random.Random, day: dt.date) -> None:
        self.rng = rng
        self.day = day
        self.kept: dict[str, str] = {}
        self._spelled = rng.random() < 0.2
        self._mark = self._pick(("€", "€", "€", "EUR", "Euro"))

    def fill(self, slot: str) -> str:
        """The text for a slot. Raises AttributeError for a slot that does not exist."""
        if slot in self.kept:
            return self.kept[slot]
        make: Callable[[], str] = getattr(self, f"_{slot}")
        text = make()
        if slot in self._KEPT:
            self.kept[slot] = text
        return text

    def _pick(self, options: Any) -> Any:
        return options[int(self.rng.random() * len(options))]

    def _number(self, low: int, high: int) -> int:
        return low + int(self.rng.random() * (high - low + 1))

    def _date(self, low: int, high: int) -> str:
        day = self.day + dt.timedelta(days=self._number(low, high))
        return german_date(day, spelled=self._spelled)

    def _datum(self) -> str:
        return self._date(-120, -2)

    def _spaeter(self) -> str:
        return self._date(7, 120)

    def _termin(self) -> str:
        day = self.day + dt.timedelta(days=self._number(10, 60))
        while day.weekday() > 4:
            day += dt.timedelta(days=1)
        return german_date(day, spelled=self._spelled)

    def _stunde(self) -> str:
        return f"{self._number(8, 18)}:{self._pick(('00', '15', '30'))} Uhr"

    def _geburt(self) -> str:
        return self._date(-26000, -7000)

    def _jahr(self) -> str:
        return str(self.day.year - self._number(0, 3))

    def _monat(self) -> str:
        return str(self._pick(MONTHS))

    def _uhr(self) -> str:
        return f"{self._number(7, 20)}:{self._pick(('00', '15', '30', '45'))} Uhr"

    def _zahl(self) -> str:
        return str(self._number(2, 29))

    def _betrag(self) -> str:
        cents = int(10 ** (1.2 + self.rng.random() * 3.2)) * 100
        if self.rng.random() < 0.6:
            cents += self._number(1, 99)
        return euros(cents, self._mark)

    def _flaeche(self) -> str:
        return f"{self._number(18, 980)} m²"

    def _flurstueck(self) -> str:
        return f"{self._number(11, 4900)}/{self._number(1, 19)}"

    def _kennzeichen(self) -> str:
        letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
        district = self._pick(("AHL", "AHL", "BRL", "FK"))
        return f"{district}-{self._pick(letters)}{self._pick(letters)} {self._number(10, 9899)}"

    def _nummer(self) -> str:
        digits = self._number(10000, 99999999)
        return self._pick((str(digits), f"{self._letters()}-{digits}", f"{self.day.year}-{digits}"))  # type: ignore[no-any-return]

    def _letters(self) -> str:
        return "".join(self._pick("ABEFGHKLMNRSTVW") for _ in range(2))

    def _az(self) -> str:
        entry = self._pick(_grounds().entries)
        return load_city().aktenzeichen_of(entry, int(self._jahr()), self._number(1, 2400))

    def _strasse(self) -> str:
        """A street that is feminine: patterns say „in der {strasse}“."""
        return str(self._pick(_grounds().lanes))

    def _adresse(self) -> str:
        return f"{self._pick(_grounds().streets)[0]} {self._house()}"

    def _house(self) -> str:
        return f"{self._number(1, 98)}{self._pick(('', '', '', '', 'a', 'b'))}"

    def _ort(self) -> str:
        return str(self._pick(_grounds().districts))

    def _platz(self) -> str:
        return str(self._pick(_grounds().places))

    def _platzdativ(self) -> str:
        """The place of the letter after a preposition with dative."""
        place = self.fill("platz")
        return f"{'der' if place.startswith(_FEMININE) else 'dem'} {place}"

    def _haus(self) -> str:
        """A place one can be „im“."""
        return str(self._pick(_grounds().venues))

    def _telefon(self) -> str:
        return f"07089 {self._number(30, 98)}{self._number(100, 9999)}"

    def _kind(self) -> str:
        return str(self._pick(names()["children"]))

    def _tier(self) -> str:
        return str(self._pick(names()["animals"]))

    def _nachname(self) -> str:
        return str(self._pick(names()["surnames"]))

    def _person(self) -> str:
        return " ".join(self.human())

    def _herrn(self) -> str:
        """A person in the dative or accusative."""
        salutation, name = self.human()
        return f"{'Herrn' if salutation == 'Herr' else salutation} {name}"

    def human(self) -> tuple[str, str]:
        """``("Frau", "Lena Asbeck")``."""
        women = self.rng.random() < 0.5
        first = self._pick(names()["women" if women else "men"])
        return ("Frau" if women else "Herr"), f"{first} {self._nachname()}"

    def _firma(self) -> str:
        parts = names()
        name = self._pick(parts["inventions"]) if self.rng.random() < 0.5 else self._nachname()
        return f"{name} {self._pick(parts['trades'])} {self._pick(parts['forms'])}"

    def _bank(self) -> str:
        return str(self._pick(names()["banks"])["name"])

    def _iban(self) -> str:
        return grouped(self.iban())

    def iban(self) -> str:
        """A valid IBAN without blanks at one of the invented banks, kept for the letter."""
        if "iban" not in self.kept:
            bank = self._pick(names()["banks"])
            self.kept["bank"] = bank["name"]
            number = german_iban(bank["code"], str(self._number(10**6, 10**10 - 1)))
            self.kept["iban"] = grouped(number)
        return self.kept["iban"].replace(" ", "")

    def party(self, kind: SenderKind) -> Party:
        """A sender of a kind other than internal."""
        if kind == "citizen":
            return self._citizen()
        if kind == "council":
            street, postcode = self._pick(_grounds().streets)
            lines = (f"{street} {self._house()}", f"{postcode} {load_city().name}")
            name = self._pick(names()["councils"])
            return Party(
                name, kind, lines, self._telefon(), "", plural=True, signer=self.human()[1]
            )
        lines = self._town_lines()
        phone = f"0{self._number(7071, 7099)} {self._number(1000, 99999)}"
        signer = self.human()[1]
        if kind == "company":
            name = self._firma()
            email = f"info@{login_of(f'{name.split()[0]} {self._letters()}')}.example"
            return Party(name, kind, lines, phone, email, plural=True, signer=signer)
        name = self._pick(names()["courts" if kind == "court" else "authorities"])
        return Party(
            name, kind, lines, phone, "poststelle@behoerde.example", plural=True, signer=signer
        )

    def _citizen(self) -> Party:
        street, postcode = self._pick(_grounds().streets)
        salutation, name = self.human()
        couple = self.rng.random() < 0.12
        if couple:
            other = self._pick(names()["men" if salutation == "Frau" else "women"])
            name = f"{name.split()[0]} und {other} {name.split()[-1]}"
        email = f"{login_of(name)}@{self._pick(names()['mail_domains'])}"
        lines = (f"{street} {self._house()}", f"{postcode} {load_city().name}")
        self.kept["adresse"] = lines[0] if self.rng.random() < 0.6 else self._adresse()
        return Party(name, "citizen", lines, self._telefon(), email, plural=couple, signer=name)

    def _town_lines(self) -> tuple[str, str]:
        if self.rng.random() < 0.4:
            street, postcode = self._pick(_grounds().streets)
            return f"{street} {self._house()}", f"{postcode} {load_city().name}"
        town = self._pick(names()["towns"])
        street = self._pick(names()["town_streets"])
        return f"{street} {self._house()}", f"{town['postcode']} {town['name']}"

    def colleague(self, office: str) -> tuple[str, str]:
        """Salutation and name of someone who works in the office."""
        people = [person for person in load_people() if person.office == office]
        person = self._pick(people)
        return person.salutation, person.name
