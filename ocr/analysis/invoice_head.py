"""Issue date, due date and number of a printed invoice, by their labels and places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ocr.analysis.invoice_labels import fold
from ocr.analysis.invoice_rows import Row

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "mai": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "okt": 10,
    "oct": 10, "nov": 11, "dez": 12, "dec": 12,
}  # fmt: skip
_NAME = (
    r"(?:jan(?:uar|uary)?|feb(?:ruar|ruary)?|m[aä]r(?:z|ch)?|apr(?:il)?|ma[iy]|jun[ie]?|jul[iy]?|aug(?:ust)?"
    r"|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|de[zc](?:ember)?)"
)
_YEAR = r"(?:19|20) ?\d ?\d"
_NUMERIC = (
    re.compile(rf"(?P<d>\d{{1,2}}) ?[.] ?(?P<m>\d{{1,2}}) ?[.] ?(?P<y>{_YEAR}|\d\d)(?!\d|[.,]\d)"),
    re.compile(r"(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)"),
    re.compile(r"(?P<d>\d{1,2})[/-](?P<m>\d{1,2})[/-](?P<y>(?:19|20)\d\d)(?!\d)"),
)
_IN_WORDS = (
    re.compile(
        rf"(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)? ?(?P<n>{_NAME})\.?,? (?P<y>{_YEAR})(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<n>{_NAME})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>{_YEAR})(?!\d)", re.IGNORECASE
    ),
)
# What each form needs at least.
_DIGITS = re.compile(r"\d.{0,5}\d.{0,5}\d", re.DOTALL)
_WITH_CENTURY = re.compile(r"(?:19|20) ?\d")
_NAMED_MONTH = re.compile(_NAME, re.IGNORECASE)
_PAYMENT = re.compile(
    r"zahl|fallig|skonto|\bbis\b|\bdue\b|payable|\bpay\b|valuta|abbuch|eingezogen|lastschrift"
)
_DUE_LABEL = re.compile(
    r"fallig|zahlbar|zahlungsziel|zu zahlen|\bdue\b|payable|zahlbar bis|zahlungstermin"
)
_NET_TERM = re.compile(
    r"netto|ohne abzug|fallig|zahlungsziel|zahlungstermin|zu zahlen|\bdue\b|payable|zahlbar"
)
_ISSUED = re.compile(
    r"(?:rechnungs?datum|rechnungs?tag|belegdatum|ausstellungsdatum|ausstellungstag|erstellungsdatum|gutschrifts?datum"
    r"|dokument(?:en)?datum|rechnung vom|invoice date|date of (?:issue|invoice)|issue date|credit note date"
    r"|issued(?: on)?|datum der rechnung|rechnungsdat)(?: (?:am|vom|der|den|ist|date|datum))?$"
)
_OTHER = re.compile(
    r"(?:liefer|leistung|bestell|auftrag|vertrag|versand|geburt|eingang|mandat|angebot|druck|buchung|lieferschein)\w*"
    r"(?: ?datum| ?tag| vom| am| nr.*vom)?$|delivery|shipping|\border\b|zeitraum|\bperiod|\bstand\b|\bvom$|\bvon$|\bab$"
    r"|\bam$|\bseit$|gultig|\bservice date|\bkw$|supply"
)
_PLAIN = re.compile(r"\bdatum(?: (?:uhrzeit|zeit|date))?$|\bdate(?: time)?$|\bden$|^tag$")
_TITLE = re.compile(r"rechnung|gutschrift|invoice|credit note|faktura|beleg|storno")
_TITLE_FROM = re.compile(
    r"(?:rechnung|gutschrift|invoice|faktura|korrektur)\b.*\b(?:vom|dated|of)$"
)
_REFERENCE = re.compile(
    r"bestell|auftrag|ihre[rm]? |\bzu(?:r| der| unserer)? |ursprung|original|\bbezug|storno "
)
_NUMBER = re.compile(
    r"(?<![^\W\d_])(?:(?:rechnungs?|beleg|invoice|inv|gutschrifts?|korrektur|faktura|fakturen|dokument(?:en)?|re|rg|rng)"
    r"[ .:-]{0,3}(?:nummer|nr|no|number|num|n°|#)|credit note (?:number|no)|rechnung #)(?![^\W\d_])\.?",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[A-Z0-9][A-Z0-9/_.\-]*", re.IGNORECASE)

_NEAR = 60
"""Characters around a date that can say what it is."""


@dataclass(frozen=True, slots=True)
class PrintedDay:
    """A calendar day in a row, and where it stands in the row's text."""

    day: date
    start: int
    end: int


@lru_cache(maxsize=2048)
def days(text: str) -> tuple[PrintedDay, ...]:
    """All calendar days printed in the text. „03.06.201 3“ (a blank inside the year) is read too."""
    return tuple(_days(text)) if _DIGITS.search(text) else ()


def _days(text: str) -> Iterator[PrintedDay]:
    named = _WITH_CENTURY.search(text) and _NAMED_MONTH.search(text)
    for pattern in (*_NUMERIC, *_IN_WORDS) if named else _NUMERIC:
        for match in pattern.finditer(text):
            if match.start() and re.match(r"[\w.,/-]", text[match.start() - 1]):
                continue
            found = _day(match)
            if found:
                yield PrintedDay(found, match.start(), match.end())


def _day(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    year = int(parts["y"].replace(" ", ""))
    year += 2000 if year < 100 else 0
    month = _MONTHS[fold(parts["n"])[:3]] if parts.get("n") else int(parts["m"])
    try:
        return date(year, month, int(parts["d"]))
    except ValueError:
        return None


def issue_date(rows: Sequence[Row]) -> date | None:
    """The best date by label; without any label the one that stands alone near the top."""
    best: tuple[float, float, date] | None = None
    for index, row in enumerate(rows):
        for printed in days(row.text):
            points = _issue_points(rows, index, printed)
            if points > 0 and (best is None or (points, -index) > best[:2]):
                best = (points, -index, printed.day)
    return best[2] if best else None


def _issue_points(rows: Sequence[Row], index: int, printed: PrintedDay) -> float:
    row = rows[index]
    label, alone = label_of(rows, index, printed.start)
    early = 1.0 if row.page == rows[0].page and row.top < 0.5 else 0.0
    before = row.text[max(0, printed.start - _NEAR) : printed.start]
    points = 0.0
    if _is_range(row.text, printed):
        points = 0.0
    elif _ISSUED.search(label) and not _PAYMENT.search(label):
        points = 8.0
    elif _TITLE_FROM.search(label) and not _REFERENCE.search(label):
        points = 5.0 + early
    elif _PAYMENT.search(label) or (label and _OTHER.search(label)):
        points = 0.0
    elif _PLAIN.search(label):
        points = 4.0 + early
    elif early and re.search(r"[^\W\d_], (?:den )?$", before):
        points = 4.0  # „Musterstadt, den 24. Januar“
    elif alone and early:
        points = 2.0 if _TITLE.search(fold(row.text)) else 1.0
    return points


def _is_range(text: str, printed: PrintedDay) -> bool:
    """„01.09. – 30.09.2013“: a period, not a day."""
    before = re.search(
        r"\d\.? ?(?:-|–|—|bis|to)(?: zum)? ?$", text[max(0, printed.start - _NEAR) : printed.start]
    )
    after = re.match(
        r" ?(?:-|–|—|bis|to)(?: zum)? ?(?:\d|$)", text[printed.end : printed.end + _NEAR]
    )
    return bool(before or after)


def label_of(rows: Sequence[Row], index: int, start: int) -> tuple[str, bool]:
    """The folded words that announce what begins at ``start``, and whether it stands in a cell of its own.

    They stand before it in its cell, else in the cell to the left if that is a label, else right above.
    """
    row = rows[index]
    place = row.cell_at(start)
    cell = row.cells[place]
    before = row.text[max(cell.start, start - 3 * _NEAR) : start].strip(" :.-")
    if before:
        return fold(before), False
    if place:
        left = fold(row.cells[place - 1].text)
        if left and len(left.split()) <= 6:
            return left, True
        if not left and place > 1:
            return fold(row.cells[place - 2].text), True
    x0, x1 = row.extent(start, start + 1)[0], cell.x1
    return _head_above(rows, index, x0, x1), True


def _head_above(rows: Sequence[Row], index: int, x0: float, x1: float) -> str:
    row = rows[index]
    for above in range(index - 1, max(index - 3, -1), -1):
        upper = rows[above]
        if upper.page != row.page or row.y0 - upper.y1 > 2.0 * row.height:
            return ""
        for cell in upper.cells:
            if cell.x0 < x1 and cell.x1 > x0:
                return fold(cell.text) if len(cell.text.split()) <= 4 else ""
    return ""


def due_date(rows: Sequence[Row]) -> date | None:
    """The last day to pay in full: of several terms the one without discount."""
    best: tuple[int, date] | None = None
    for index, row in enumerate(rows):
        for printed in days(row.text):
            label, _ = label_of(rows, index, printed.start)
            clause = label.rsplit("skonto", 1)
            if not _DUE_LABEL.search(label) or (
                len(clause) > 1 and not _NET_TERM.search(clause[1])
            ):
                continue
            points = 2 if _NET_TERM.search(label) and "skonto" not in label else 1
            if best is None or points > best[0]:
                best = (points, printed.day)
    return best[1] if best else None


def number(rows: Sequence[Row]) -> str | None:
    """What stands behind or under „Rechnungsnummer“ and its like; the number of another invoice that this one
    cancels or corrects („zu Rechnung Nr. 88“) only if there is no other.
    """
    referred = None
    for index, row in enumerate(rows):
        for match in _NUMBER.finditer(row.text):
            found = _number_behind(row, match.end()) or _number_below(rows, index, match)
            before = fold(row.text[max(0, match.start() - _NEAR) : match.start()])
            if found and not _REFERENCE.search(f"{before} "):
                return found
            referred = referred or found
    return _number_in_title(rows) or referred


def _number_behind(row: Row, end: int) -> str | None:
    rest = row.text[end:].lstrip(" :.#")
    value = _VALUE.match(rest)
    return _as_number(value[0]) if value else None


def _number_below(rows: Sequence[Row], index: int, match: re.Match[str]) -> str | None:
    x0, x1 = rows[index].extent(match.start(), match.end())
    for below in rows[index + 1 : index + 3]:
        if below.page != rows[index].page or below.y0 - rows[index].y1 > 2.0 * below.height:
            return None
        for cell in below.cells:
            if cell.x0 < x1 and cell.x1 > x0 and (value := _VALUE.match(cell.text)):
                return _as_number(value[0])
    return None


def _number_in_title(rows: Sequence[Row]) -> str | None:
    """„Rechnung Nr. 2026-17“ or „Rechnung 2026-17“."""
    pattern = re.compile(
        r"^(?:rechnung|gutschrift|invoice|credit note)(?: (?:nr|no|number|#)\.?:?)? ?([\w/.-]*\d[\w/.-]*)",
        re.IGNORECASE,
    )
    for row in rows:
        for cell in row.cells:
            if row.top < 0.6 and (match := pattern.match(cell.text)) and _as_number(match[1]):
                return _as_number(match[1])
    return None


def _as_number(value: str) -> str | None:
    value = value.strip(".-/")
    if not any(c.isdigit() for c in value) or days(value):
        return None
    return value
