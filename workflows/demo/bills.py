"""The figures of invoices, credit notes, offers and delivery notes (amounts in cents, EN 16931 terms)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.demo.inventions import Inventions, vat_id

BillKind = Literal["Rechnung", "Gutschrift", "Angebot", "Lieferschein"]
_UNITS = (
    (("stunde", "tagessatz", "tag"), "Std.", "HUR"),
    (("quadratmeter",), "m²", "MTK"),
    (("je meter",), "m", "MTR"),
    (("pauschale", "gebühr", "anfahrt", "versand", "einrichtung"), "pauschal", "LS"),
)


@dataclass(frozen=True, slots=True)
class BillLine:
    """``quantity`` in whole units, ``price`` in cents per unit; ``unit`` as printed, ``code`` by UN/ECE Rec. 20."""

    name: str
    quantity: int
    unit: str
    code: str
    price: int

    @property
    def total(self) -> int:
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Bill:
    """``rate`` is the VAT rate in percent; amounts of a credit note are positive (its kind says the sign)."""

    kind: BillKind
    number: str
    day: dt.date
    due: dt.date
    lines: tuple[BillLine, ...]
    rate: int
    iban: str
    vat_id: str
    order: str
    leitweg_id: str

    @property
    def net(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def tax(self) -> int:
        """VAT in cents, rounded half up."""
        return (self.net * self.rate + 50) // 100

    @property
    def total(self) -> int:
        return self.net + self.tax

    @property
    def signed_total(self) -> int:
        """Grand total in cents, negative for a credit note."""
        return -self.total if self.kind == "Gutschrift" else self.total


def unit_of(name: str) -> tuple[str, str]:
    """The unit an item is sold by: as printed, and by UN/ECE Recommendation 20."""
    for words, unit, code in _UNITS:
        if any(word in name.lower() for word in words):
            return unit, code
    return "Stück", "H87"


def invent_bill(
    kind: BillKind, number: str, items: Sequence[str], ideas: Inventions, leitweg_id: str
) -> Bill:
    """A bill over some of the items, dated on the day of the letter."""
    rng = ideas.rng
    lines = []
    for name in rng.sample(list(items), k=min(len(items), rng.randint(1, 5))):
        unit, code = unit_of(name)
        quantity = 1 if code == "LS" else rng.randint(1, 40)
        price = int(10 ** (0.8 + rng.random() * 2)) * 100 + rng.choice((0, 0, 50, 90, 95))
        lines.append(BillLine(name, quantity, unit, code, price))
    return Bill(
        kind=kind,
        number=number,
        day=ideas.day,
        due=ideas.day + dt.timedelta(days=rng.choice((10, 14, 21, 30))),
        lines=tuple(lines),
        rate=19 if rng.random() < 0.8 else 7,
        iban=ideas.iban(),
        vat_id=vat_id(f"{rng.randint(10_000_000, 99_999_999)}"),
        order=f"4500{rng.randint(10000, 99999)}",
        leitweg_id=leitweg_id,
    )
