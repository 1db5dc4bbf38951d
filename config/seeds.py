"""The demo city as typed values: the city, its offices, people and Aktenplan, read from ``config/seed``.

Every loader checks its file (names, numbers, references) and raises :class:`SeedError` with a German line
that names the file and the entry. Results are cached: they are frozen and safe to share.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from config.settings import get_settings

Role = Literal[
    "staff", "registry", "head", "feedback", "lotse", "strategy", "personnel",
    "trainer", "archivist", "cash", "privacy", "council", "admin",
]  # fmt: skip
ROLES: tuple[Role, ...] = Role.__args__  # type: ignore[attr-defined]  # typing hides the values of a Literal
Fate = Literal["vernichten", "anbieten"]
Protection = Literal["open", "internal", "personnel", "social", "tax", "youth"]

DOCUMENT_KINDS: tuple[str, ...] = (
    "Antrag",
    "Anzeige/Meldung",
    "Anfrage",
    "Bescheid",
    "Bescheinigung",
    "Anhörung",
    "Stellungnahme",
    "Widerspruch",
    "Einspruch",
    "Beschwerde",
    "Dienstaufsichtsbeschwerde",
    "Kündigung",
    "Vertrag",
    "Angebot",
    "Lieferschein",
    "Rechnung",
    "Gutschrift",
    "Mahnung",
    "Einladung",
    "Protokoll",
    "Vermerk",
    "Vollmacht",
    "Bewerbung",
    "Urteil",
    "Beschluss",
    "Ladung",
    "Zustellungsurkunde",
    "Newsletter/Werbung",
    "Sonstiges",
)

_LATIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ğ": "g", "ı": "i", "ć": "c", "ş": "s"}
)
_T = TypeVar("_T")


class SeedError(ValueError):
    """A seed file is missing or wrong; the message is one German line that names file and entry."""


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    number: str
    postcode: str
    town: str

    @property
    def lines(self) -> tuple[str, str]:
        return f"{self.street} {self.number}", f"{self.postcode} {self.town}"


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank account of the city; the bank code is invented."""

    name: str
    bank_code: str
    account: str
    bic: str

    @property
    def iban(self) -> str:
        """IBAN without blanks, check digits by ISO 7064 mod 97-10 (ISO 13616)."""
        return german_iban(self.bank_code, self.account)


@dataclass(frozen=True, slots=True)
class NumberRule:
    """How an Aktenzeichen is formed (``template`` with entry, year, serial) and recognised (``pattern``)."""

    template: str
    pattern: str
    example: str


@dataclass(frozen=True, slots=True)
class District:
    name: str
    postcode: str
    kind: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place people name without a house number: a square, a school, a sports ground."""

    name: str
    district: str


@dataclass(frozen=True, slots=True)
class City:
    """The invented city. ``streets`` maps a district's name to the names of its streets."""

    name: str
    title: str
    adjective: str
    state: str
    river: str
    county: str
    population: int
    mayor: str
    address: Address
    phone: str
    fax: str
    email: str
    website: str
    opening_hours: str
    tax_number: str
    vat_id: str
    leitweg_id: str
    bank: Bank
    supervisory_authority: str
    aktenzeichen: NumberRule
    districts: tuple[District, ...]
    places: tuple[Place, ...]
    streets: Mapping[str, tuple[str, ...]]

    def aktenzeichen_of(self, entry: str, year: int, serial: int) -> str:
        return self.aktenzeichen.template.format(entry=entry, year=year, serial=serial)

    @property
    def street_postcodes(self) -> tuple[tuple[str, str], ...]:
        """Each street with its postcode."""
        postcode = {district.name: district.postcode for district in self.districts}
        return tuple((s, postcode[d]) for d, streets in self.streets.items() for s in streets)


@dataclass(frozen=True, slots=True)
class Office:
    """An office (Amt). ``parent`` is the key of the office it belongs to, else its department (Dezernat) leads it."""

    key: str
    number: str
    name: str
    short: str
    department: str
    extension: str
    tasks: tuple[str, ...]
    parent: str | None = None

    @property
    def email(self) -> str:
        return f"{self.key}@ahlenfurt.example"

    @property
    def phone(self) -> str:
        return f"07089 204-{self.extension}"


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. ``roles`` always has ``staff``; ``entrusted``: the rules of unopened post (unopened.yaml) for
    which they are named.
    """

    login: str
    name: str
    salutation: Literal["Frau", "Herr"]
    office: str
    roles: tuple[Role, ...]
    job: str
    room: str
    phone: str
    email: str
    entrusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A main group (``parent`` None) or group of the Aktenplan: it holds entries, no files."""

    number: str
    title: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A subject (Betreff) of the Aktenplan: files are kept here. ``years`` of retention count from the end of
    the year of closing; ``office`` is a key, ``kinds`` (of :data:`DOCUMENT_KINDS`) are typical here.
    """

    number: str
    title: str
    parent: str
    office: str
    years: int
    fate: Fate
    protection: Protection
    kinds: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aktenplan:
    headings: tuple[Heading, ...]
    entries: tuple[Entry, ...]

    def entry(self, number: str) -> Entry:
        """Raises KeyError for a number that is not in the plan."""
        for entry in self.entries:
            if entry.number == number:
                return entry
        raise KeyError(number)


def german_iban(bank_code: str, account: str) -> str:
    """A German IBAN without blanks for an 8-digit bank code and an account of up to 10 digits (ISO 13616)."""
    bban = f"{bank_code}{account:0>10}"
    return f"DE{98 - int(bban + '131400') % 97:02d}{bban}"  # D = 13, E = 14, then 00


def login_of(name: str) -> str:
    """``vorname.nachname`` in ASCII, without titles: 'Dr. Rosalie Windmöller' -> 'rosalie.windmoeller'."""
    words = [word for word in name.lower().translate(_LATIN).split() if not word.endswith(".")]
    return re.sub(r"[^a-z0-9.-]", "", f"{words[0]}.{words[-1]}")


def city_file() -> str:
    """Where the city is described, for messages."""
    own = get_settings().city_file
    return str(own) if own else "city.yaml"


def city_data() -> Any:
    """The city's description as it is written. Raises SeedError."""
    own = get_settings().city_file
    if own is None:
        return _read("city.yaml")
    try:
        return yaml.safe_load(own.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SeedError(f"Die Datei {own} (RATHAUS_CITY_FILE) ist nicht lesbar: {error}") from error


@lru_cache(maxsize=1)
def load_city() -> City:
    """The own city where the setting ``city_file`` names it, else the demo city. Raises SeedError."""
    file = city_file()
    city = _typed(City, city_data(), file)
    districts = {district.name for district in city.districts}
    for name in (*city.streets, *(place.district for place in city.places)):
        _demand(name in districts, file, f"Den Stadtteil „{name}“ gibt es nicht.")
    _unique(file, "Straße", (street for street, _ in city.street_postcodes))
    _demand(
        re.fullmatch(city.aktenzeichen.pattern, city.aktenzeichen.example) is not None,
        file,
        "Das Muster der Aktenzeichen passt nicht zu seinem Beispiel.",
    )
    return city


@lru_cache(maxsize=1)
def load_offices() -> tuple[Office, ...]:
    """Raises SeedError."""
    file = "offices.yaml"
    offices = _typed(tuple[Office, ...], _read(file), file)
    _unique(file, "Schlüssel", (office.key for office in offices))
    _unique(file, "Amtsnummer", (office.number for office in offices))
    keys = {office.key for office in offices}
    for office in offices:
        known = office.parent is None or office.parent in keys
        _demand(known, file, f"{office.key}: Das Amt „{office.parent}“ gibt es nicht.")
    return offices


@lru_cache(maxsize=1)
def load_people() -> tuple[Person, ...]:
    """Login, e-mail address and phone follow from name and office. Raises SeedError."""
    file = "people.yaml"
    extensions = {office.key: int(office.extension) for office in load_offices()}
    count = dict.fromkeys(extensions, 0)
    people = []
    for row in _read(file):
        office, name = row.get("office"), row.get("name", "")
        _demand(office in extensions, file, f"{name}: Das Amt „{office}“ gibt es nicht.")
        count[office] += 1
        login = login_of(name)
        people.append(
            {
                **row,
                "login": login,
                "email": f"{login}@ahlenfurt.example",
                "phone": f"07089 204-{extensions[office] + count[office]}",
                "roles": ["staff", *row.get("roles", ())],
            }
        )
    result = _typed(tuple[Person, ...], people, file)
    _unique(file, "Anmeldename", (person.login for person in result))
    return result


@lru_cache(maxsize=1)
def load_aktenplan() -> Aktenplan:
    """Main groups, groups and entries in the order of the file. Raises SeedError."""
    file = "aktenplan.yaml"
    headings, rows = [], []
    for main in _read(file):
        headings.append({"number": main["number"], "title": main["title"], "parent": None})
        for group in main["groups"]:
            up = {"number": group["number"], "title": group["title"], "parent": main["number"]}
            headings.append(up)
            rows += [{**subject, "parent": group["number"]} for subject in group["subjects"]]
    plan = _typed(Aktenplan, {"headings": headings, "entries": rows}, file)
    _unique(file, "Nummer", [h.number for h in plan.headings] + [e.number for e in plan.entries])
    offices = {office.key for office in load_offices()}
    for entry in plan.entries:
        _demand(entry.office in offices, file, f"{entry.number}: Amt „{entry.office}“ fehlt.")
        _demand(
            entry.number.startswith(f"{entry.parent}."),
            file,
            f"{entry.number}: Die Nummer gehört nicht in die Gruppe {entry.parent}.",
        )
        for kind in entry.kinds:
            known = kind in DOCUMENT_KINDS
            _demand(known, file, f"{entry.number}: Die Dokumentart „{kind}“ gibt es nicht.")
    return plan


def _read(file: str) -> Any:
    try:
        return yaml.safe_load((resources.files("config") / "seed" / file).read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SeedError(f"config/seed/{file} ist nicht lesbar: {error}") from error


def _typed(kind: type[_T], data: Any, file: str) -> _T:
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SeedError(f"config/seed/{file}, {where}: {first['msg']}") from error


def _unique(file: str, what: str, values: Iterable[str]) -> None:
    for value in _repeated(values):
        raise SeedError(f"config/seed/{file}: {what} „{value}“ kommt mehrfach vor.")


def _repeated(values: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield value
        seen.add(value)


def _demand(true: bool, file: str, message: str) -> None:
    if not true:
        raise SeedError(f"config/seed/{file}: {message}")
