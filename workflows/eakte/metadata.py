"""Metadata by kind of document: which details a bill, a contract or an objection has, and how they are written. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from workflows.eakte.retention import FOR_GOOD


class MetadataError(ValueError):
    """A value does not fit its field. The message says in German how to write it."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One field of a kind. ``type`` is text, date, amount or years; ``source`` a path into what was understood."""

    key: str
    title: str
    type: str
    source: str | None


@lru_cache(maxsize=1)
def _schema() -> tuple[tuple[Detail, ...], Mapping[str, tuple[Detail, ...]]]:
    raw = yaml.safe_load((resources.files("config") / "seed" / "metadata.yaml").read_text("utf-8"))

    def details(rows: list[dict[str, Any]]) -> tuple[Detail, ...]:
        return tuple(Detail(row["key"], row["title"], row["type"], row["from"]) for row in rows)

    return details(raw["all"]), {kind: details(rows) for kind, rows in raw["kinds"].items()}


def details_of(kind: str | None) -> tuple[Detail, ...]:
    """The fields a document of this kind has, those of the kind first."""
    everywhere, by_kind = _schema()
    return (*by_kind.get(kind or "", ()), *everywhere)


def shown(kind: str | None, stored: Mapping[str, Any]) -> list[tuple[Detail, str | None]]:
    """Each field of the kind with its value: as confirmed, else as understood."""
    return [(detail, _value(detail, stored)) for detail in details_of(kind)]


def _value(detail: Detail, stored: Mapping[str, Any]) -> str | None:
    confirmed = stored.get("confirmed", {})
    if detail.key in confirmed:
        return None if confirmed[detail.key] is None else str(confirmed[detail.key])
    found: Any = stored
    for step in (detail.source or "-").split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return None if found is None else str(found)


def checked(kind: str | None, values: Mapping[str, str | None]) -> dict[str, str | None]:
    """The values in normal form. Raises ``MetadataError`` for a field the kind has not, or a value that can't be."""
    fields = {detail.key: detail for detail in details_of(kind)}
    unknown = values.keys() - fields.keys()
    if unknown:
        raise MetadataError(
            f"Diese Angabe gibt es bei „{kind or 'ohne Art'}“ nicht: {', '.join(sorted(unknown))}."
        )
    return {key: _normal(fields[key], value) for key, value in values.items()}


_GERMAN_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")


def _normal(detail: Detail, value: str | None) -> str | None:
    text = " ".join((value or "").split())
    if not text:
        return None
    if detail.type == "date":
        german = _GERMAN_DATE.fullmatch(text)
        try:
            day = (
                date(int(german[3]), int(german[2]), int(german[1]))
                if german
                else date.fromisoformat(text)
            )
        except ValueError:
            raise MetadataError(
                f"{detail.title}: „{text}“ ist kein Datum. Bitte so schreiben: 24.12.2026."
            ) from None
        return day.isoformat()
    if detail.type == "amount":
        plain = text.replace("€", "").replace("EUR", "").replace(" ", "")
        if "," in plain:
            plain = plain.replace(".", "").replace(",", ".")
        try:
            amount = Decimal(plain)
        except InvalidOperation:
            raise MetadataError(
                f"{detail.title}: „{text}“ ist kein Betrag. Bitte so schreiben: 1.234,56."
            ) from None
        if not amount.is_finite() or abs(amount) >= Decimal(10) ** 13:
            raise MetadataError(f"{detail.title}: Dieser Betrag ist zu groß.")
        return str(amount.quantize(Decimal("0.01")))
    if detail.type == "years":
        return _years(detail, text)
    return text[:500]


def _years(detail: Detail, text: str) -> str:
    if text.casefold() == FOR_GOOD:
        return FOR_GOOD
    number = text.casefold().removesuffix("jahre").removesuffix("jahr").strip()
    if not re.fullmatch(r"[1-9][0-9]{0,2}", number):
        raise MetadataError(
            f"{detail.title}: Bitte eine Zahl von 1 bis 999 oder „{FOR_GOOD}“ eingeben."
        )
    return number
