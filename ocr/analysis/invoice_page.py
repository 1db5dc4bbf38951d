"""An invoice read from its printed pages, where no structured data came with it."""

import re
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from ocr.analysis import invoice_head as head
from ocr.analysis import invoice_parties as parties
from ocr.analysis.invoice_labels import fold, fold_rows
from ocr.analysis.invoice_rows import Row, rows_of
from ocr.analysis.invoice_totals import totals
from ocr.documents import Finding, Invoice, Page

MOST_PAGES = 40
"""Pages of one invoice that are looked at, from the front and from the back."""
_CUES = (
    "rechnung", "r e c h n u n g", "gutschrift", "invoice", "credit note", "faktura", "beleg-nr", "belegnummer",
    "rechnungs-", "storno", "kostennote", "honorarnote",
)  # fmt: skip
"""Without one of these words nothing is looked at: most post is no invoice, and this is read for every page."""
_MONEY = re.compile(r"\d[.,] ?\d\d(?!\d)|€ ?\d|\d[.,]?-* ?(?:€|EUR)")
_TITLE = re.compile(
    r"^(?:\d{1,2} )?(?!\w*(?:be|um|an|ver|hoch)rechnung|(?:jahres|haushalts|ergebnis|finanz|vermogens)rechnung)"
    r"(?:\w*rechnung|rechnungs ?korrektur|\w*gutschrift|\w*invoice|credit note|faktura|kostennote|honorarnote"
    r"|storno\w*)\b"
)
_OTHER_TITLE = re.compile(
    r"^(?:(?:zahlungs)?erinnerung|(?:\w{1,8} )?mahnung|\w*angebot|lieferschein|auftragsbestatigung|bestellung"
    r"|kostenvoranschlag|\w*bescheid|kontoauszug|quotation|delivery note|order confirmation|reminder|quote)\b"
)
_CREDIT = re.compile(r"^(?:\w*gutschrift|credit note|storno(?:rechnung|beleg)?|rechnungsstorno)\b")
_NUMBERED = re.compile(r"^(?:rechnung|gutschrift|invoice)(?: nr| no)? \S*\d", re.MULTILINE)
_SPACED = re.compile(r"\b(?:[a-z] ){3,}[a-z]\b")
_SENTENCE_END = re.compile(r"[a-zäöüß]{3}\.$")
_HEAD_LABEL = re.compile(
    r"rechnungs ?(?:nummer|nr|datum)|\binvoice (?:no|number|date)|beleg ?(?:nr|nummer|datum)|gutschrifts? ?(?:nr|nummer)"
)
_STRONG_SUM = re.compile(
    r"rechnungs(?:end)?betrag|rechnungsbeitrag|rechnungssumme|invoice total|gutschriftsbetrag"
)
_PAYMENT = re.compile(
    r"\biban\b|bankverbindung|uberweis|lastschrift|zahlbar|\bpayable\b|bank account|bic\b"
)
_ENOUGH = 5
_MOST_BY_SUMS = 3
"""Points for a proven (2) and strongly labelled (1) total, which is the dear part to find."""


def read_pages(pages: Sequence[Page], findings: Sequence[Finding]) -> Invoice | None:
    """The invoice printed on the pages, None if they don't look like one or show no total."""
    if not any(cue in text for text in (page.text.lower() for page in pages) for cue in _CUES):
        return None
    if not any(_MONEY.search(page.text) for page in pages):
        return None
    if len(pages) > MOST_PAGES:
        pages = [*pages[: MOST_PAGES // 2], *pages[-MOST_PAGES // 2 :]]
    rows = rows_of(pages)
    said = _points(rows) if rows else 0
    if said + _MOST_BY_SUMS < _ENOUGH:
        return None
    sums = totals(rows)
    if sums is None or said + 2 * sums.proven + sums.strong < _ENOUGH:
        return None
    sign = -1 if sums.total > 0 and _is_credit(rows) else 1
    receiver = parties.buyer(rows)
    issued = head.issue_date(rows)
    due_day = head.due_date(rows)
    return Invoice(
        number=head.number(rows),
        date=issued.isoformat() if issued else None,
        currency=sums.currency,
        total=_money(sums.total, sign),
        tax=_money(sums.tax, sign),
        due=_money(sums.due, sign),
        seller=parties.seller(rows, receiver),
        buyer=receiver,
        iban=parties.iban(pages, findings),
        leitweg_id=_leitweg(findings),
        due_date=due_day.isoformat() if due_day else None,
        source="page",
    )


def _points(rows: Sequence[Row]) -> int:
    """How much the words say of an invoice: title, labels of its head, of its total and of the payment."""
    points = _title_points(rows)
    text = fold_rows(row.text for row in rows)
    points += 1 if _NUMBERED.search(text) else 0
    points += 2 if _HEAD_LABEL.search(text) else 0
    points += 2 if _STRONG_SUM.search(text) else 0
    points += 1 if _PAYMENT.search(text) else 0
    return points


def _title_points(rows: Sequence[Row]) -> int:
    """By the title in the largest type, of equally large ones the first: 3 for an invoice, -5 for anything else."""
    usual = median(row.height for row in rows)
    best: tuple[int, bool] | None = None
    for row in rows:
        if row.top >= 0.6 or row.page != rows[0].page:
            continue
        size = round(3 * row.height / usual)
        for title in _short(row):
            invoice = _TITLE.search(title) is not None and len(title.split()) <= 12
            if (invoice or _OTHER_TITLE.search(title)) and (best is None or size > best[0]):
                best = (size, invoice)
    if best is None:
        return 0
    return 3 if best[1] else -5


def _short(row: Row) -> list[str]:
    """The cells of the row as titles: folded, letters spaced out („R E C H N U N G“) drawn together."""
    return [
        _SPACED.sub(lambda match: match[0].replace(" ", ""), fold(cell.text))
        for cell in row.cells
        if len(cell.text) <= 90 and not _SENTENCE_END.search(cell.text, max(0, len(cell.text) - 5))
    ]


def _is_credit(rows: Sequence[Row]) -> bool:
    """Titles of credit notes; „Rechnungskorrektur“ isn't among them: it may replace an invoice in full."""
    first = (row for row in rows if row.page == rows[0].page and row.top < 0.6)
    return any(_CREDIT.search(title) and len(title) <= 60 for row in first for title in _short(row))


def _money(amount: Decimal | None, sign: int) -> str | None:
    return None if amount is None else format(sign * amount + Decimal("0.00"), "f")


def _leitweg(findings: Sequence[Finding]) -> str | None:
    return next((str(f.normalized) for f in findings if f.kind == "leitweg_id" and f.valid), None)
