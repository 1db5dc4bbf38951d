"""Which printed amount is the grand total: by the labels beside and above the amounts, and by arithmetic.

Net plus tax equals gross is the strongest evidence there is: it holds across layouts and languages, and it tells
which of two „Gesamtbeträge“ is net.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from ocr.analysis.invoice_amounts import currencies
from ocr.analysis.invoice_columns import Sum, settle
from ocr.analysis.invoice_labelled import ROUNDING, Labelled, labelled
from ocr.analysis.invoice_labels import Role, rate
from ocr.analysis.invoice_rows import Row


@dataclass(frozen=True, slots=True)
class Totals:
    """What the page says about the sums; ``proven`` if net plus tax equals the total."""

    total: Decimal
    tax: Decimal | None
    due: Decimal | None
    currency: str | None
    strong: bool
    proven: bool


def totals(rows: Sequence[Row]) -> Totals | None:
    """The grand total and its companions; None if no amount carries a label of a total."""
    found, sums = settle(labelled(rows))
    sums += _sums(found) + _contained(rows, found)
    chosen = _choose(found, sums)
    if chosen is None:
        return None
    total, proof = chosen
    tax = sum(proof.taxes, Decimal(0)) if proof else _tax(found)
    return Totals(
        total=total.value,
        tax=tax,
        due=_due(found, total.value),
        currency=total.amount.currency or _currency(rows, total.row),
        strong=total.role in {Role.GROSS, Role.DUE},
        proven=proof is not None,
    )


def _sums(found: Sequence[Labelled]) -> list[Sum]:
    """All pairs of a net amount and taxes, whether or not their sum is printed."""
    nets = {e.value for e in found if e.role in {Role.NET, Role.GROSS, Role.TOTAL}}
    taxes = [e.value for e in found if e.role is Role.TAX and e.value][-6:]
    sets = {
        tuple(chosen) for size in range(1, len(taxes) + 1) for chosen in combinations(taxes, size)
    }
    return [
        Sum(net, chosen)
        for net in nets
        for chosen in sorted(sets, key=len)
        if net and Decimal(0) < sum(chosen) / net <= Decimal("0.35")
    ]


def _contained(rows: Sequence[Row], found: Sequence[Labelled]) -> list[Sum]:
    """Gross amounts whose tax at the printed rate is printed too („darin enthalten 19 % MwSt.“)."""
    grosses = {e.value for e in found if e.role in {Role.GROSS, Role.TOTAL, Role.DUE}}
    taxes = [(e.value, rate(rows[e.row].text)) for e in found if e.role is Role.TAX]
    return [
        Sum(gross - tax, (tax,), contained=True)
        for tax, printed in taxes
        for gross in grosses
        if printed and abs(gross * Decimal(printed) / (100 + Decimal(printed)) - tax) <= ROUNDING
    ]


def _proof(value: Decimal, sums: Sequence[Sum]) -> Sum | None:
    fitting = [s for s in sums if abs(s.gross - value) <= ROUNDING]
    return min(
        fitting, key=lambda s: (s.contained, abs(s.gross - value), len(s.taxes)), default=None
    )


_LABEL_POINTS = {Role.GROSS: 4.0, Role.DUE: 2.5, Role.TOTAL: 2.0}


def _choose(found: Sequence[Labelled], sums: Sequence[Sum]) -> tuple[Labelled, Sum | None] | None:
    best: tuple[float, int, Labelled, Sum | None] | None = None
    candidates = [e for e in found if e.role in _LABEL_POINTS or e.role is None]
    added = [s for s in sums if not s.contained]
    nets = {
        s.net for e in candidates if e.role for s in added if abs(s.gross - e.value) <= ROUNDING
    }
    for entry in candidates:
        proof = _proof(entry.value, sums)
        if entry.role is None and proof is None:
            continue
        points = _LABEL_POINTS[entry.role] if entry.role else 0.5
        points -= 0.5 if entry.by != "row" else 0.0
        points += 3.0 if proof else 0.0
        points -= 3.0 if entry.value in nets and (proof is None or proof.contained) else 0.0
        points -= 6.0 if not entry.value and entry.role is not Role.GROSS else 0.0
        if best is None or (points, entry.row) >= (best[0], best[1]):
            best = (points, entry.row, entry, proof)
    if best is None:
        return None
    return best[2], best[3]


def _tax(found: Sequence[Labelled]) -> Decimal | None:
    """Without a proof: the one tax amount, or their sum, or the row that already sums them."""
    taxes = [entry.value for entry in found if entry.role is Role.TAX]
    if not taxes:
        return None
    if len(taxes) > 2 and abs(sum(taxes[:-1]) - taxes[-1]) <= ROUNDING:
        return taxes[-1]
    distinct = list(dict.fromkeys(taxes))
    return sum(distinct, Decimal(0))


def _due(found: Sequence[Labelled], total: Decimal) -> Decimal:
    """The amount still to pay: printed, or the total less what was prepaid."""
    printed = [entry.value for entry in found if entry.role is Role.DUE]
    prepaid = [abs(entry.value) for entry in found if entry.role is Role.PREPAID]
    rest = total - sum(prepaid)
    if printed:
        # „Guthaben 65,44“ after too much was prepaid: the amount flows back.
        return -printed[-1] if prepaid and abs(rest + printed[-1]) <= ROUNDING else printed[-1]
    return rest if prepaid and Decimal(0) <= rest <= total else total


def _currency(rows: Sequence[Row], index: int) -> str | None:
    """The currency named in the total's row, else the one the pages name most."""
    here = currencies(rows[index].text)
    if here:
        return here[-1]
    everywhere = [code for row in rows for code in currencies(row.text)]
    return max(everywhere, key=everywhere.count, default=None)
