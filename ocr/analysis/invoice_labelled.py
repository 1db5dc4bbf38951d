"""The amounts of an invoice with the part each plays, told by the label beside it, above it, or by its column's head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ocr.analysis.invoice_amounts import Amount, amounts
from ocr.analysis.invoice_labels import Role, fold, is_strong, rate, role
from ocr.analysis.invoice_rows import Row

ROUNDING = Decimal("0.02")
"""What the parts of a sum may differ by: each may have been rounded."""
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
        return role(row.text[: own[0].start])
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


def _with_what_follows(part: Role | None, behind: str) -> Role | None:
    """„Summe 119,00 EUR inkl. MwSt“: what stands behind the amount decides between net and gross."""
    if part is not Role.TOTAL:
        return part
    after = role(f"Summe {behind}") if _says_something(behind) else None
    return after if after in {Role.GROSS, Role.NET} else part


_SILENT = frozenset({"eur", "euro", "chf", "usd", "gbp", "von", "auf", "of"})


def _says_something(text: str) -> bool:
    return sum(c.isalpha() for c in text) > 1 and fold(text) not in _SILENT


def _split_by_rate(row: Row, own: Sequence[Amount]) -> list[Role | None] | None:
    """A row of the tax table: „USt. 19 %   198,00   37,62“ (base and tax), perhaps with the gross behind."""
    printed = rate(row.text)
    if printed is None or not 2 <= len(own) <= 3:
        return None
    percent = Decimal(printed)
    base, tax = own[0].value, own[1].value
    if not percent or not base or abs(base * percent / 100 - tax) > ROUNDING:
        if abs(tax * percent / 100 - base) > ROUNDING or not base:
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
