"""Tables of sums: heads „Netto MwSt Brutto“ above one row per tax rate, with or without a last row that adds them up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from ocr.analysis.invoice_labelled import ROUNDING, Labelled
from ocr.analysis.invoice_labels import Role


@dataclass(frozen=True, slots=True)
class Sum:
    """A net amount and the taxes on it, which together should be printed as gross. ``contained``: the net isn't
    printed but follows from the gross and the tax at its rate.
    """

    net: Decimal
    taxes: tuple[Decimal, ...]
    contained: bool = False

    @property
    def gross(self) -> Decimal:
        return self.net + sum(self.taxes)


_TOTALS = frozenset({Role.GROSS, Role.TOTAL, Role.DUE})


def settle(found: Sequence[Labelled]) -> tuple[list[Labelled], list[Sum]]:
    """The amounts with only sums left in columns, and the sums of tables that don't add up their rows themselves."""
    settled = [entry for entry in found if entry.by != "head"]
    elsewhere = any(entry.role in _TOTALS for entry in settled)
    sums = []
    columns = sorted((e for e in found if e.by == "head"), key=lambda e: (e.head or 0, e.row))
    for _, group in groupby(columns, key=lambda entry: entry.head):
        table = list(group)
        rows = sorted({entry.row for entry in table})
        # In a bad scan nothing adds up; without a total elsewhere the last row still is the likeliest one.
        if len(rows) == 1 or _adds_up(table, rows) or not elsewhere:
            settled += [e if e.row == rows[-1] else replace(e, role=None) for e in table]
        else:
            settled += [replace(e, role=Role.TAX if e.role is Role.TAX else None) for e in table]
            sums.append(_total(table))
    return sorted(settled, key=lambda e: (e.row, e.amount.start)), [s for s in sums if s.net]


def _adds_up(table: Sequence[Labelled], rows: Sequence[int]) -> bool:
    """Whether in some column the last row is the sum of those above, or repeats the only one."""
    for role in (Role.GROSS, Role.TAX, Role.NET, Role.TOTAL, Role.DUE):
        column = [e for e in table if e.role is role]
        last = [e.value for e in column if e.row == rows[-1]]
        above = [e.value for e in column if e.row != rows[-1]]
        if last and above and abs(sum(above) - last[0]) <= ROUNDING * len(above):
            return True
    return False


def _total(table: Sequence[Labelled]) -> Sum:
    net = sum((e.value for e in table if e.role is Role.NET), Decimal(0))
    return Sum(net, tuple(e.value for e in table if e.role is Role.TAX))
