"""Retention: how long an Akte is kept after it was closed, and why. The longest document rules. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

import yaml

FOR_GOOD = "dauernd"


@dataclass(frozen=True, slots=True)
class Claim:
    """Something asks to be kept for so many ``years`` (``None``: for good); ``reason`` is for people, in German."""

    years: int | None
    reason: str

    @property
    def length(self) -> str:
        if self.years is None:
            return FOR_GOOD
        return "1 Jahr" if self.years == 1 else f"{self.years} Jahre"


@dataclass(frozen=True, slots=True)
class KindRule:
    """How long documents of a kind are kept at least, by which law, from when on."""

    kind: str
    years: int
    valid_from: date
    source: str


def retain_until(closed: date, years: int | None) -> date | None:
    """The last day of the period, which starts at the end of the year of closing; ``None`` keeps it for good.

    Usual practice of German records management (KGSt, and municipal rules); years come from the Aktenplan.
    """
    return None if years is None else date(closed.year + years, 12, 31)


def ruling(plan: Claim, others: Iterable[Claim]) -> Claim:
    """The longest of all; where none is longer than the Aktenplan's, that one."""
    longest = plan
    for claim in others:
        if longest.years is not None and (claim.years is None or claim.years > longest.years):
            longest = claim
    return longest


def claim_of_plan(number: str, years: int | None) -> Claim:
    return Claim(years, f"Aktenplan {number}")


def claims_of_document(
    kind: str | None, stated: str | None, title: str, day: date
) -> Iterable[Claim]:
    """What a document asks for on the day of closing: by the law of its kind, and as a person stated it."""
    rule = rule_of(kind, day)
    if rule is not None:
        yield Claim(rule.years, f"{rule.kind} „{title}“ ({rule.source})")
    if stated:
        yield Claim(None if stated == FOR_GOOD else int(stated), f"Angabe am Dokument „{title}“")


def rule_of(kind: str | None, day: date) -> KindRule | None:
    """The rule for a kind as it stands that day."""
    known = [rule for rule in kind_rules() if rule.kind == kind and rule.valid_from <= day]
    return max(known, key=lambda rule: rule.valid_from, default=None)


@lru_cache(maxsize=1)
def kind_rules() -> tuple[KindRule, ...]:
    """The dated rules of ``config/seed/retention.yaml``."""
    file = resources.files("config") / "seed" / "retention.yaml"
    return tuple(KindRule(**row) for row in yaml.safe_load(file.read_text("utf-8"))["kinds"])
