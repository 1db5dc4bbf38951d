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

Kind = Literal["text", "email", "tel", "date", "time", "number", "choice", "long", "tick"]
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?(?: ?Uhr)?", re.ASCII)
_STEERING = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of what ends a line or steers a terminal."""
_PHONE = re.compile(r"\+?[\d ()/.-]{5,30}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """``kind`` decides how it is drawn and read; ``longest`` counts characters, ``most`` is a number's upper bound.

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
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return None
    allowed = {"\n", "\t"} if each.kind == "long" else set()
    if any(unicodedata.category(sign) in _STEERING and sign not in allowed for sign in text):
        raise _WrongError("Bitte verwenden Sie nur Buchstaben, Ziffern und Satzzeichen.")
    if len(text) > each.longest:
        raise _WrongError(f"Bitte höchstens {each.longest} Zeichen.")
    return _READERS[each.kind](each, text)


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
        return date(*(parts if found and found[4] else parts[::-1]))
    except (TypeError, ValueError):
        raise _WrongError("Bitte geben Sie ein Datum an, zum Beispiel 24.12.2026.") from None


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
