"""The dated rules for legal periods. The seed lies in ``config/seed/legal_periods.yaml``; the rules in use
may come from elsewhere (a table that the legal office keeps), in the same shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any


class PeriodError(ValueError):
    """A deadline can't be computed; the message is one German line that says why."""


@dataclass(frozen=True, slots=True)
class Version:
    """How a law counts from ``valid_from`` on (compared with the day of the event)."""

    valid_from: date
    fiction_days: int | None
    fiction_moves: bool
    last_day_moves: bool
    unconfirmed: frozenset[str]


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """What a duration usually is under a law, e.g. P1M: „Einspruchsfrist“, AO § 355 Abs. 1."""

    text: str
    source: str
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Law:
    """A field of law: where its numbers stand, and its versions from old to new."""

    key: str
    name: str
    counting_reference: str | None
    fiction_source: str
    fiction_moves_source: str | None
    last_day_source: str
    periods: Mapping[str, NamedPeriod]
    versions: tuple[Version, ...]

    def on(self, day: date) -> Version:
        """The version in force on ``day``; PeriodError before the first one."""
        for version in reversed(self.versions):
            if version.valid_from <= day:
                return version
        raise PeriodError(f"Für {day:%d.%m.%Y} ist keine Regel zu „{self.name}“ hinterlegt.")


@dataclass(frozen=True, slots=True)
class Counting:
    """Where it is written how days, months and month ends are counted."""

    start: str
    days: str
    months: str
    month_end: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All laws by key and the sources of the counting itself."""

    counting: Counting
    laws: Mapping[str, Law]

    def law(self, key: str) -> Law:
        """PeriodError for an unknown key."""
        try:
            return self.laws[key]
        except KeyError:
            known = ", ".join(sorted(self.laws))
            raise PeriodError(
                f"Das Recht „{key}“ ist nicht hinterlegt. Möglich: {known}."
            ) from None


def from_data(data: Mapping[str, Any]) -> Rules:
    """The rules from plain data as the YAML holds it. KeyError or TypeError if a value is missing."""
    return Rules(
        counting=Counting(**data["counting"]),
        laws={key: _law(key, entry) for key, entry in data["laws"].items()},
    )


def _law(key: str, entry: Mapping[str, Any]) -> Law:
    versions = (
        Version(
            valid_from=version["valid_from"],
            fiction_days=version["fiction_days"],
            fiction_moves=version["fiction_moves"],
            last_day_moves=version["last_day_moves"],
            unconfirmed=frozenset(version["unconfirmed"]),
        )
        for version in entry["versions"]
    )
    return Law(
        key=key,
        name=entry["name"],
        counting_reference=entry["counting_reference"],
        fiction_source=entry["sources"]["fiction"],
        fiction_moves_source=entry["sources"]["fiction_moves"],
        last_day_source=entry["sources"]["last_day"],
        periods={duration: NamedPeriod(**named) for duration, named in entry["periods"].items()},
        versions=tuple(sorted(versions, key=lambda version: version.valid_from)),
    )


@cache
def seed() -> Rules:
    """The rules the product ships with."""
    import yaml

    text = files("config").joinpath("seed", "legal_periods.yaml").read_text(encoding="utf-8")
    return from_data(yaml.safe_load(text))
