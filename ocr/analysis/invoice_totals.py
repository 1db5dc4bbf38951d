"""Which printed amount is the grand total: by the labels beside and above the amounts, and by arithmetic.

Net plus tax equals gross is the strongest evidence there is: it holds across layouts and languages, and it tells
which of two „Gesamtbeträge“ is net.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from ocr.analysis.invoice_amounts import Amount, amounts, currencies
from ocr.analysis.invoice_labels import Role, fold, is_strong, rate, role
from ocr.analysis.invoice_rows import Row

CENT = Decimal("0.01")
_ROUNDING = Decimal("0.02")
_STACKED = 2.5
"""Text heights between a label and the amount right under it."""
_TABLE = 14
"""Rows a table may reach below its header."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An amount with its part. ``row``: index in reading order; ``by``: where the label stands."""

    amount: Amount
    row: int
    role: Role | None
    by: str = "row"

    @property
    def value(self) -> Decimal:
        return self.amount.value


@dataclass(frozen=True, slots=True)
class Totals:
    """What the page says about the sums; ``proven`` if net plus tax equals the total."""

    total: Decimal
    tax: Decimal | None
    due: Decimal | None
    currency: str | None
    strong: bool
    proven: bool


@dataclass(frozen=True, slots=True)
class _Sum:
    net: Decimal
    taxes: tuple[Decimal, ...]

    @property
    def gross(self) -> Decimal:
        return self.net + sum(self.taxes)


def totals(rows: Sequence[Row]) -> Totals | None:
    """The grand total and its companions; None if no amount carries a label of a total."""
    found = labelled(rows)
    sums = _sums(found)
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


# --- labels


def labelled(rows: Sequence[Row]) -> list[Labelled]:
    """Every amount of the rows with the part its label gives it."""
    by_row = [amounts(row) for row in rows]
    found: list[Labelled] = []
    for index, row in enumerate(rows):
        if by_row[index]:
            found += _of_row(rows, by_row, index, row)
    return _last_of_columns(found)


def _of_row(
    rows: Sequence[Row], by_row: Sequence[tuple[Amount, ...]], index: int, row: Row
) -> Iterator[Labelled]:
    own = by_row[index]
    headed = [_header(rows, by_row, index, amount) for amount in own]
    if len(own) > 1 and sum(part is not None for part in headed) > 1:
        for amount, part in zip(own, headed, strict=True):
            yield Labelled(amount, index, part, "header")
        return
    split = _split_by_rate(row, own)
    if split:
        for amount, part in zip(own, split, strict=True):
            yield Labelled(amount, index, part)
        return
    for place, amount in enumerate(own):
        part = _beside(row, own, place)
        if part is not None:
            yield Labelled(amount, index, part)
        elif headed[place] is not None:
            yield Labelled(amount, index, headed[place], "header")
        else:
            yield Labelled(amount, index, _above(rows, by_row, index, amount), "above")


def _beside(row: Row, own: Sequence[Amount], place: int) -> Role | None:
    """By the nearest cell to the left that says something. Of several amounts behind one label the last one is
    meant („19 % von 198,00: 37,62“).
    """
    start = own[place - 1].end if place else 0
    amount = own[place]
    if place + 1 < len(own) and not _says_something(row.text[amount.end : own[place + 1].start]):
        return None
    pieces = [row.text[max(cell.start, start) : min(cell.end, amount.start)] for cell in row.cells]
    pieces = [piece for piece in pieces if piece.strip()]
    if place and not any(_says_something(piece) for piece in pieces):
        return _beside_first(row, own)
    part = None
    for count in range(1, len(pieces) + 1):
        part = role(" ".join(pieces[-count:]))
        if part is not None:
            break
    if part is Role.TOTAL or part is None:
        # A word further left may say more: „Summe   brutto:“ in two cells.
        whole = role(" ".join(pieces[-2:]))
        part = whole if whole is not None else part
    behind = row.text[amount.end : own[place + 1].start if place + 1 < len(own) else None]
    return _with_what_follows(part, behind)


def _beside_first(row: Row, own: Sequence[Amount]) -> Role | None:
    return role(row.text[: own[0].start])


def _with_what_follows(part: Role | None, behind: str) -> Role | None:
    """„Summe 119,00 EUR inkl. MwSt“: what stands behind the amount decides between net and gross."""
    if part is not Role.TOTAL:
        return part
    after = role(f"Summe {behind}") if _says_something(behind) else None
    return after if after in {Role.GROSS, Role.NET} else part


def _says_something(text: str) -> bool:
    return sum(c.isalpha() for c in text) > 1 and fold(text) not in {
        "eur",
        "euro",
        "chf",
        "von",
        "auf",
    }


def _split_by_rate(row: Row, own: Sequence[Amount]) -> list[Role | None] | None:
    """A row of the tax table: „USt. 19 %   198,00   37,62“ (base and tax), perhaps with the gross behind."""
    printed = rate(row.text)
    if printed is None or not 2 <= len(own) <= 3:
        return None
    percent = Decimal(printed)
    base, tax = own[0].value, own[1].value
    if not percent or not base or abs(base * percent / 100 - tax) > _ROUNDING:
        if abs(tax * percent / 100 - base) > _ROUNDING or not base:
            return None
        return [Role.TAX, Role.NET, *[None for _ in own[2:]]]
    return [None, Role.TAX, *[None for _ in own[2:]]]


def _above(
    rows: Sequence[Row], by_row: Sequence[tuple[Amount, ...]], index: int, amount: Amount
) -> Role | None:
    """By a label right above the amount, in a row without amounts."""
    row = rows[index]
    for above in range(index - 1, max(index - 4, -1), -1):
        upper = rows[above]
        if upper.page != row.page or row.y0 - upper.y1 > _STACKED * row.height:
            return None
        for cell in upper.cells:
            if not by_row[above] and cell.x0 < amount.x1 and cell.x1 > amount.x0:
                part = role(cell.text)
                return part if part is not Role.TOTAL else None
    return None


def _header(
    rows: Sequence[Row], by_row: Sequence[tuple[Amount, ...]], index: int, amount: Amount
) -> Role | None:
    """By the column's head in a row of heads further up."""
    row = rows[index]
    for above in range(index - 1, max(index - _TABLE, -1), -1):
        upper = rows[above]
        if upper.page != row.page:
            return None
        if by_row[above] or not _is_header(upper):
            continue
        for cell in upper.cells:
            if cell.x0 <= amount.x1 and cell.x1 >= amount.x0:
                return role(cell.text)
        return None
    return None


def _is_header(row: Row) -> bool:
    """At least two heads that speak of sums, one of them of a gross total or of tax."""
    parts = [role(cell.text) for cell in row.cells]
    return sum(part is not None for part in parts) > 1 and (
        Role.TAX in parts or any(is_strong(fold(cell.text)) for cell in row.cells)
    )


def _last_of_columns(found: Sequence[Labelled]) -> list[Labelled]:
    """Under a head only the last row is the sum; the rows above are its parts."""
    last = max((entry.row for entry in found if entry.by == "header"), default=-1)
    return [
        replace(entry, role=None) if entry.by == "header" and entry.row != last else entry
        for entry in found
    ]


# --- arithmetic


def _sums(found: Sequence[Labelled]) -> list[_Sum]:
    """All pairs of a net amount and taxes, whether or not their sum is printed."""
    nets = {e.value for e in found if e.role in {Role.NET, Role.GROSS, Role.TOTAL}}
    taxes = [e.value for e in found if e.role is Role.TAX and e.value][:6]
    sets = {
        tuple(chosen) for size in range(1, len(taxes) + 1) for chosen in combinations(taxes, size)
    }
    return [
        _Sum(net, chosen)
        for net in nets
        for chosen in sorted(sets, key=len)
        if net and Decimal(0) < sum(chosen) / net <= Decimal("0.35")
    ]


def _proof(value: Decimal, sums: Sequence[_Sum]) -> _Sum | None:
    fitting = [s for s in sums if abs(s.gross - value) <= _ROUNDING]
    return min(fitting, key=lambda s: (abs(s.gross - value), len(s.taxes)), default=None)


_LABEL_POINTS = {Role.GROSS: 4.0, Role.DUE: 2.5, Role.TOTAL: 2.0}


def _choose(found: Sequence[Labelled], sums: Sequence[_Sum]) -> tuple[Labelled, _Sum | None] | None:
    best: tuple[float, int, Labelled, _Sum | None] | None = None
    candidates = [e for e in found if e.role in _LABEL_POINTS or e.role is None]
    nets = {
        s.net for e in candidates if e.role for s in sums if abs(s.gross - e.value) <= _ROUNDING
    }
    for entry in candidates:
        proof = _proof(entry.value, sums)
        if entry.role is None and proof is None:
            continue
        points = _LABEL_POINTS[entry.role] if entry.role else 0.5
        points -= 0.5 if entry.by != "row" else 0.0
        points += 3.0 if proof else 0.0
        points -= 3.0 if entry.value in nets and not proof else 0.0
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
    if len(taxes) > 2 and abs(sum(taxes[:-1]) - taxes[-1]) <= _ROUNDING:
        return taxes[-1]
    distinct = list(dict.fromkeys(taxes))
    return sum(distinct, Decimal(0))


def _due(found: Sequence[Labelled], total: Decimal) -> Decimal:
    """The amount still to pay: printed, or the total less what was prepaid."""
    printed = [entry.value for entry in found if entry.role is Role.DUE]
    if printed:
        return printed[-1]
    prepaid = [abs(entry.value) for entry in found if entry.role is Role.PREPAID]
    rest = total - sum(prepaid)
    return rest if prepaid and Decimal(0) <= rest <= total else total


def _currency(rows: Sequence[Row], index: int) -> str | None:
    """The currency named in the total's row, else the one the pages name most."""
    here = currencies(rows[index].text)
    if here:
        return here[-1]
    everywhere = [code for row in rows for code in currencies(row.text)]
    return max(everywhere, key=everywhere.count, default=None)
