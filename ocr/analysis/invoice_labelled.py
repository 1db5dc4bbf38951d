"""The amounts of an invoice with the part each plays, told by the label beside it, above it, or by its column's head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ocr.analysis.invoice_amounts import Amount, amounts
from ocr.analysis.invoice_labels import Role, fold, is_strong, rate, role
from ocr.analysis.invoice_rows import Row

ROUNDING = Decimal("0.02")
"""What the parts of a sum may differ by: each may have been rounded."""
_STACKED = 2.5
"""Text heights between a label and the amount right under it."""
_HEAD_GAP = 0.75
"""Text heights between the heads of two columns."""
_TABLE = 14
"""Rows a table may reach below its header."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An amount with its part. ``row``: index in reading order; ``by``: where the label stands; ``head``: the row of
    heads whose column it stands in.
    """

    amount: Amount
    row: int
    role: Role | None
    by: Literal["row", "above", "head"] = "row"
    head: int | None = None

    @property
    def value(self) -> Decimal:
        return self.amount.value


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands at the head of a column."""

    x0: float
    x1: float
    role: Role | None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The rows with what was found in each: amounts, or else the heads of columns of sums."""

    rows: Sequence[Row]
    amounts: Sequence[tuple[Amount, ...]]
    heads: Sequence[tuple[_Head, ...]]


def labelled(rows: Sequence[Row]) -> list[Labelled]:
    """Every amount of the rows with the part its label gives it."""
    found = [amounts(row) for row in rows]
    heads = [() if own else _heads(row) for row, own in zip(rows, found, strict=True)]
    sheet = _Sheet(rows, found, heads)
    return [entry for index in range(len(rows)) if found[index] for entry in _of_row(sheet, index)]


def _of_row(sheet: _Sheet, index: int) -> Iterator[Labelled]:
    own, row = sheet.amounts[index], sheet.rows[index]
    head = _head_of(sheet, index)
    headed = [_by_head(sheet.heads[head], amount) if head is not None else None for amount in own]
    if len(own) > 1 and sum(part is not None for part in headed) > 1:
        for amount, part in zip(own, headed, strict=True):
            yield Labelled(amount, index, part, "head", head)
        return
    split = _split_by_rate(row, own)
    for place, amount in enumerate(own):
        part = split[place] or _beside(row, own, place)
        if part is not None:
            yield Labelled(amount, index, part)
        elif headed[place] is not None and not any(split):
            yield Labelled(amount, index, headed[place], "head", head)
        else:
            yield Labelled(amount, index, _above(sheet, index, amount), "above")


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


def _split_by_rate(row: Row, own: Sequence[Amount]) -> list[Role | None]:
    """In a row of the tax table („USt. 19 %   198,00   37,62“) the tax is told from its base by the printed rate."""
    parts: list[Role | None] = [None] * len(own)
    printed = rate(row.text)
    percent = Decimal(printed) if printed else Decimal(0)
    if percent and 2 <= len(own) <= 3:
        first, second = own[0].value, own[1].value
        if first and abs(first * percent / 100 - second) <= ROUNDING:
            parts[1] = Role.TAX
        elif second and abs(second * percent / 100 - first) <= ROUNDING:
            parts[:2] = [Role.TAX, Role.NET]
    return parts


def _above(sheet: _Sheet, index: int, amount: Amount) -> Role | None:
    """By a label right above the amount, in a row without amounts."""
    row = sheet.rows[index]
    for above in range(index - 1, max(index - 4, -1), -1):
        upper = sheet.rows[above]
        if upper.page != row.page or row.y0 - upper.y1 > _STACKED * row.height:
            return None
        for cell in upper.cells:
            if not sheet.amounts[above] and cell.x0 < amount.x1 and cell.x1 > amount.x0:
                part = role(cell.text)
                return part if part is not Role.TOTAL else None
    return None


def _head_of(sheet: _Sheet, index: int) -> int | None:
    """The nearest row of heads further up on the page."""
    for above in range(index - 1, max(index - _TABLE, -1), -1):
        if sheet.rows[above].page != sheet.rows[index].page:
            return None
        if sheet.heads[above]:
            return above
    return None


def _by_head(heads: Sequence[_Head], amount: Amount) -> Role | None:
    over = (head for head in heads if head.x0 <= amount.x1 and head.x1 >= amount.x0)
    return next((head.role for head in over), None)


def _heads(row: Row) -> tuple[_Head, ...]:
    """The heads of a table of sums: at least two speak of sums, one of them of a gross total or of tax.

    Narrow columns stand closer than cells elsewhere, so a cell is parted further; a part that says nothing by itself
    („Summe“ above „Skonto sofort“) counts as its whole cell.
    """
    if len(row.cells) < 2:
        return ()
    heads = [
        _Head(part.x0, part.x1, role(part.text) or role(cell.text))
        for part in row.cells_by(_HEAD_GAP)
        for cell in row.cells
        if cell.x0 <= part.x0 and part.x1 <= cell.x1
    ]
    parts = [head.role for head in heads if head.role is not None]
    if len(parts) < 2:
        return ()
    strong = Role.TAX in parts or any(is_strong(fold(cell.text)) for cell in row.cells)
    return tuple(heads) if strong else ()
