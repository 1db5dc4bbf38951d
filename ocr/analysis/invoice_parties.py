"""Who sends and who receives a printed invoice, and the account to pay into."""

import re
from collections.abc import Sequence

from ocr.analysis.bank import find_ibans
from ocr.analysis.invoice_labels import fold
from ocr.analysis.invoice_rows import Cell, Row
from ocr.analysis.sheet import Sheet
from ocr.documents import Finding, Page

_SELLER = re.compile(
    r"^(?:rechnungs?(?:er)?steller|rechnungsaussteller|lieferant|verkaufer|absender|leistungserbringer|auftragnehmer"
    r"|seller|supplier|vendor|from|von)$"
)
_BUYER = re.compile(
    r"^(?:rechnungsempfanger|rechnungsadresse|rechnungsanschrift|rechnung an|kaufer|kunde|auftraggeber|empfanger"
    r"|leistungsempfanger|buyer|bill(?:ed)? to|invoice to|customer|sold to|an)$"
)
_LABELS = frozenset(
    {"gln", "ust", "id", "ustid", "ustidnr", "lief", "liefnr", "kunden", "kundennr", "kundennummer", "nr", "nummer", "steuer",
     "steuernr", "tel", "telefon", "fax", "mail", "email", "e"}
)  # fmt: skip
_SALUTATION = re.compile(r"^(?:herrn?|frau|firma|an|an die|an den|an das)$")
_FORM = re.compile(
    r"\b(?:GmbH|gGmbH|mbH|AG|SE|KG|KGaA|OHG|GbR|UG|e\. ?K\.|eK|e\. ?V\.|e\. ?G\.|eG|a\. ?G\.|AöR|KdöR|Ltd\.?|Limited|Inc\.?|LLC|B\.V\."
    r"|S\.A\.|Stadtwerke|Versicherung\w*|Sparkasse|Ingenieurbüro|Architekten|Kanzlei)(?!\w)",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"^(?:[A-Z]{1,2}[- ])?\d{4,5} [A-ZÄÖÜ]")
_STREET = re.compile(
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|postfach)\b.*\d|\d+ \w+ (?:street|road|st\.|ave)",
    re.IGNORECASE,
)
_DEBIT = re.compile(
    r"von ihrem konto|lastschrift|eingezogen|einzug|abgebucht|abbuch|direct debit", re.IGNORECASE
)

_IBAN_LABEL = re.compile(r"IBAN[^:]{0,12}: ?$", re.IGNORECASE)
_LONGEST = 120
"""Characters of a line of an address that are looked at."""
_CONTEXT = 90
"""Characters before an account number that may say whose it is."""


def seller(rows: Sequence[Row], buyer_name: str | None) -> str | None:
    """By label, else by the sender's line above the address, else the first company that isn't the buyer."""
    labelled = _under_label(rows, _SELLER)
    if labelled:
        return labelled
    first = [row for row in rows if row.page == rows[0].page]
    for row in first:
        for cell in row.cells:
            sender = _sender_line(cell.text)
            if sender and row.top < 0.35:
                return sender
    ends = [row for row in first if row.top < 0.3] + [row for row in first if row.top > 0.8]
    for row in ends:
        for cell in row.cells:
            named = _FORM.search(cell.text) and len(cell.text.split()) <= 8 and ":" not in cell.text
            if named and cell.text != buyer_name and not _BUYER.match(fold(cell.text)):
                return cell.text.strip(" ,;")
    return None


def _sender_line(text: str) -> str | None:
    """The name in „Blau GmbH · Werkstraße 4 · 54321 Neuhafen“, the small line above the addressee."""
    parts = re.split(r" ?[·•|,*] ?| [-–—] ", text[: 2 * _LONGEST])
    return parts[0].strip() or None if len(parts) > 2 and _POSTCODE.match(parts[-1]) else None


def buyer(rows: Sequence[Row]) -> str | None:
    """By label, else the first line of the address block in the window of the letter."""
    labelled = _under_label(rows, _BUYER)
    if labelled:
        return labelled
    first = [row for row in rows if row.page == rows[0].page and 0.08 < row.top < 0.4]
    for index, row in enumerate(first):
        cell = row.cells[0]
        if _POSTCODE.match(cell.text) and len(cell.text.split()) <= 6:
            return _top_of_block(first, index, cell)
    return None


def _top_of_block(rows: Sequence[Row], index: int, postcode: Cell) -> str | None:
    """Up from the line with the postcode to the block's first line, past the street.

    The block ends above a salutation, or where the distance between lines grows.
    """
    names: list[str] = []
    lower = rows[index]
    pitch: float | None = None
    for row in reversed(rows[max(index - 6, 0) : index]):
        cell = next((c for c in row.cells if abs(c.x0 - postcode.x0) <= 2.0 * row.height), None)
        distance = lower.y1 - row.y1
        if cell is None or distance > (1.4 * pitch if pitch else 3.5 * row.height):
            break
        pitch = pitch or distance
        lower = row
        if _SALUTATION.match(fold(cell.text)) or _sender_line(cell.text):
            break
        if (
            not _STREET.search(cell.text[:_LONGEST])
            and _is_name(cell.text)
            and "·" not in cell.text
        ):
            names.append(cell.text)
    return names[-1] if names else None


def _under_label(rows: Sequence[Row], label: re.Pattern[str]) -> str | None:
    for index, row in enumerate(rows):
        for place, cell in enumerate(row.cells):
            head, colon, behind = cell.text.partition(":")
            if not label.match(fold(head)):
                continue
            if colon and _is_name(behind):
                return behind.strip()
            if colon and place + 1 < len(row.cells) and _is_name(row.cells[place + 1].text):
                return row.cells[place + 1].text.strip()
            if not behind.strip() and (below := _below(rows, index, cell)):
                return below
    return None


def _below(rows: Sequence[Row], index: int, head: Cell) -> str | None:
    for row in rows[index + 1 : index + 6]:
        if row.page != rows[index].page:
            return None
        for cell in row.cells:
            if cell.x0 < head.x1 + row.height and cell.x1 > head.x0 and _is_name(cell.text):
                return cell.text.strip()
    return None


def _is_name(text: str) -> bool:
    """Something with letters that is neither a salutation nor mere labels and numbers („GLN 4333…“)."""
    folded = fold(text[:_LONGEST])
    said = [
        word for word in folded.split() if word not in _LABELS and not any(map(str.isdigit, word))
    ]
    return sum(map(len, said)) > 2 and not _SALUTATION.match(folded)


def iban(pages: Sequence[Page], findings: Sequence[Finding]) -> str | None:
    """The first valid printed IBAN that is to be paid into: not the payer's own in a note of direct debit."""
    known = [(f.page, f.start, str(f.normalized)) for f in findings if f.kind == "iban" and f.valid]
    if not known:
        hits = ((page.number, hit) for page in pages for hit in find_ibans(Sheet(page)))
        known = [(number, hit.start, str(hit.normalized)) for number, hit in hits if hit.valid]
    texts = {page.number: page.text for page in pages}
    for number, start, value in known:
        before = texts.get(number, "")[max(0, start - _CONTEXT) : start]
        line = before.rpartition("\n")[2]
        # „IBAN: …“ is a label of its own; without one the sentence may have begun a line above.
        said = line if _IBAN_LABEL.search(line) else before
        if not _DEBIT.search(" ".join(said.split())):
            return value
    return None
