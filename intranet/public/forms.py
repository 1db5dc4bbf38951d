"""Forms as data: fields with their labels, from what was typed to values, with German messages beside the fields.

Nothing typed is lost: what can't be read stays in its field. Messages are German originals for ``translations``.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from storage.mail import MailRefusedError, sendable

Kind = Literal["text", "email", "tel", "date", "time", "number", "choice", "long", "tick", "file"]
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?(?: ?Uhr)?", re.ASCII)
YEARS = range(1900, 2200)
"""Years people mean; what lies beyond is a slip of the pen, and some of it no calendar can count from."""
_KEPT_JOINERS = frozenset("\u200c\u200d")
"""They join letters of some languages, and the parts of an emoji."""
_STEERING = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of what ends a line or steers a terminal."""
NO_DAY = "Bitte geben Sie ein Datum an, zum Beispiel 24.12.2026."
_PHONE = re.compile(r"\+?[\d ()/.-]{5,30}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """``kind`` decides how it is drawn and read; ``longest`` counts characters, ``most`` is a number's upper bound.

    ``options`` are what a choice offers, or a text suggests. Of a ``file`` only the messages are read here.

    ``autocomplete`` names the purpose where it is about the person (WCAG 1.3.5). ``missing`` is said where it is empty.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = True
    hint: str = ""
    autocomplete: str = ""
    longest: int = 120
    most: int = 9999
    options: Sequence[tuple[str, str]] = ()
    when: str = "freiwillig"
    """What stands beside a field that is not always needed."""
    missing: str = "Bitte füllen Sie dieses Feld aus."


@dataclass(slots=True)
class Filled:
    """A form as somebody filled it in: ``typed`` as it came, ``values`` as read, ``errors`` by field."""

    typed: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def refuse(self, name: str, message: str) -> None:
        """The first message of a field stays."""
        self.errors.setdefault(name, message)


class _WrongError(Exception):
    pass


def read(fields: Sequence[Field], data: Mapping[str, str]) -> Filled:
    """Read every field of the form. A field left empty is ``None``, a tick ``False``."""
    filled = Filled()
    for each in fields:
        text = data.get(each.name, "")
        filled.typed[each.name] = text
        try:
            value = _value(each, text)
        except _WrongError as wrong:
            filled.refuse(each.name, str(wrong))
            continue
        if each.required and (value is None or value is False):
            filled.refuse(each.name, each.missing)
        filled.values[each.name] = value
    return filled


def _value(each: Field, text: str) -> Any:
    if each.kind == "tick":
        return bool(text)
    if each.kind == "file":
        return None
    text = _seen(text)
    if each.kind != "long":
        text = text.replace("\t", " ")
    if not text:
        return None
    allowed = {"\n", "\t"} if each.kind == "long" else set()
    if any(unicodedata.category(sign) in _STEERING and sign not in allowed for sign in text):
        raise _WrongError("Bitte verwenden Sie nur Buchstaben, Ziffern und Satzzeichen.")
    if len(text) > each.longest:
        raise _WrongError(f"Bitte höchstens {each.longest} Zeichen.")
    return _READERS[each.kind](each, text)


def _seen(text: str) -> str:
    """What people see of a text, with umlauts as one sign (NFC, UAX #15).

    Signs that nobody sees come along with what is copied from telephones and web pages, and some of them turn round how
    a name reads (U+202E): they go. Tags behind a flag (U+E0020 to U+E007F) and joiners stay.
    """
    found = "".join(
        sign
        for sign in unicodedata.normalize("NFC", text)
        if unicodedata.category(sign) != "Cf" or sign in _KEPT_JOINERS or sign >= "\U000e0020"
    )
    found = found.replace("\r\n", "\n").replace("\r", "\n").strip()
    visible = any(unicodedata.category(sign) not in {"Cf", "Mn", "Me"} for sign in found)
    return found if visible else ""


def _plain(_field: Field, text: str) -> str:
    return text


def _mail(_field: Field, text: str) -> str:
    try:
        return sendable(text)
    except MailRefusedError:
        raise _WrongError(
            "Bitte geben Sie eine gültige E-Mail-Adresse an, zum Beispiel name@beispiel.de."
        ) from None


def _phone(_field: Field, text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise _WrongError("Bitte geben Sie die Telefonnummer mit Ziffern an.")
    return text


def _day(_field: Field, text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        parts = [int(part) for part in found.groups() if part] if found else []
        day = date(*(parts if found and found[4] else parts[::-1]))
    except (TypeError, ValueError):
        raise _WrongError(NO_DAY) from None
    if day.year not in YEARS:
        raise _WrongError(NO_DAY)
    return day


def _minute(_field: Field, text: str) -> int:
    """Minutes since midnight."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise _WrongError("Bitte geben Sie eine Uhrzeit an, zum Beispiel 18:30.")
    return int(found[1]) * 60 + int(found[2] or 0)


def _number(each: Field, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _WrongError("Bitte geben Sie eine ganze Zahl an.")
    if not 1 <= int(text) <= each.most:
        raise _WrongError(f"Bitte geben Sie eine Zahl von 1 bis {each.most} an.")
    return int(text)


def _choice(each: Field, text: str) -> str:
    if text not in {value for value, _ in each.options}:
        raise _WrongError("Bitte wählen Sie eine der Möglichkeiten.")
    return text


_READERS = {
    "text": _plain,
    "long": _plain,
    "email": _mail,
    "tel": _phone,
    "date": _day,
    "time": _minute,
    "number": _number,
    "choice": _choice,
}
