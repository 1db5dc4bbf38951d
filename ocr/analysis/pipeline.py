"""The whole text analysis of a reading: pure, versioned, every suggestion with its evidence."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from ocr.analysis import fields, kinds, senders
from ocr.analysis.deadlines import find_deadlines
from ocr.analysis.findings import find_all
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.language import find_language
from ocr.analysis.layout import Letter
from ocr.analysis.profiles import Zone
from ocr.analysis.sheet import Sheet
from ocr.analysis.summary import summarise
from ocr.documents import Analysis, Field, Finding, Invoice, Page, Reading

VERSION = "4"
"""Changes whenever the same reading may be understood differently; documents of older versions are analysed again."""


_NEVER_INVOICES = frozenset(
    [
        "Antrag", "Anfrage", "Anhörung", "Stellungnahme", "Widerspruch", "Einspruch", "Beschwerde", "Dienstaufsichtsbeschwerde",
        "Kündigung", "Einladung", "Protokoll", "Vermerk", "Vollmacht", "Bewerbung", "Urteil", "Beschluss", "Ladung", "Zustellungsurkunde",
    ]
)  # fmt: skip
_SURE = 0.9
# Words of which every printed bill has one, also where the scan has lost a letter or its title is spaced out.
_BILL = re.compile(
    r"rechn|echnung|r e c h n|invoice|gutschr|beleg|quittung|faktur|mwst|ust\b|ust\.|umsatzst|steuer|vat\b|brutto|netto|betrag|beitrag|summe|total|€|\beur\b"
)


def analyse(
    reading: Reading, gazetteers: Gazetteers | None = None, *, structured: Invoice | None = None
) -> Analysis:
    """Findings, fields, invoice and summary of a reading. ``gazetteers``: config's seed data by default; ``structured``: what
    the file's structured data said when it was read, for a stored reading, which has lost them.
    """
    known = gazetteers if gazetteers is not None else Gazetteers.default()
    sheets = [Sheet(page) for page in reading.pages if page.text.strip()]
    findings = [finding for sheet in sheets for finding in find_all(sheet, known)]
    # An empty page stands in where nothing was read, so that mail headers still count.
    letter = Letter(sheets[0] if sheets else Sheet(Page(1, "", "none", 0.0)))
    stated = reading.properties.get("subject")
    zones = kinds.zones_of(letter, sheets, stated if isinstance(stated, str) else None)
    kind = kinds.find_kind(zones)
    invoice = structured or _invoice(reading, sheets, findings, kind)
    suggested = _fields(letter, zones, kind, findings, reading.properties, known, invoice)
    suggested["language"] = find_language(sheet.folded for sheet in sheets[:3])
    day = suggested["date"].value
    findings += find_deadlines(sheets, findings, date.fromisoformat(day) if day else None)
    findings.sort(key=lambda f: (f.page, f.start, f.end, f.kind))
    return Analysis(
        version=VERSION,
        findings=tuple(findings),
        fields=suggested,
        invoice=invoice,
        summary=summarise(letter, sheets),
    )


def _invoice(
    reading: Reading, sheets: Sequence[Sheet], findings: Sequence[Finding], kind: Field
) -> Invoice | None:
    """The invoice in the reading; the pages of what is surely something else are not searched for one."""
    from ocr.analysis.invoice import read_invoice

    structured = bool(reading.attachments) or "xml" in reading.properties
    if not structured:
        if kind.value in _NEVER_INVOICES and kind.confidence >= _SURE:
            return None
        if not any(_BILL.search(sheet.folded) for sheet in sheets):
            return None
    return read_invoice(reading, tuple(findings))


def _fields(
    letter: Letter,
    zones: Sequence[Zone],
    kind: Field,
    findings: Sequence[Finding],
    properties: dict[str, Any],
    known: Gazetteers,
    invoice: Invoice | None,
) -> dict[str, Field]:
    subject = fields.find_subject(letter, properties)
    parties = senders.find_parties(letter, findings, properties, known)
    found = {
        "kind": kind,
        "sender": parties.sender,
        "recipient": parties.recipient,
        "date": fields.find_date(letter, findings, properties),
    } | fields.stated_by_invoice(invoice)
    subject = fields.subject_of_bill(subject, found["kind"].value, invoice)
    final = found["kind"].value
    return found | {
        "sender_kind": senders.find_sender_kind(parties, zones, findings, known, final),
        "subject": subject,
        "title": fields.make_title(final, subject.value, found["sender"].value),
    }
