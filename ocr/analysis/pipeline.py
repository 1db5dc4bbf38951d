"""The whole text analysis of a reading: pure, versioned, every suggestion with its evidence."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ocr.analysis import fields, kinds, senders
from ocr.analysis.deadlines import find_deadlines
from ocr.analysis.findings import find_all
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.language import find_language
from ocr.analysis.layout import Letter
from ocr.analysis.sheet import Sheet
from ocr.analysis.summary import summarise
from ocr.documents import Analysis, Evidence, Field, Finding, Invoice, Page, Reading

VERSION = "1"
"""Changes whenever the same reading may be understood differently; documents of older versions are analysed again."""


def analyse(reading: Reading, gazetteers: Gazetteers | None = None) -> Analysis:
    """Findings, fields, invoice and summary of a reading. ``gazetteers``: config's seed data by default."""
    from ocr.analysis.invoice import read_invoice

    known = gazetteers if gazetteers is not None else Gazetteers.default()
    sheets = [Sheet(page) for page in reading.pages if page.text.strip()]
    findings = [finding for sheet in sheets for finding in find_all(sheet, known)]
    # An empty page stands in where nothing was read, so that mail headers still count.
    letter = Letter(sheets[0] if sheets else Sheet(Page(1, "", "none", 0.0)))
    invoice = read_invoice(reading, tuple(findings))
    suggested = _fields(letter, sheets, findings, reading.properties, known, invoice)
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


def _fields(
    letter: Letter,
    sheets: Sequence[Sheet],
    findings: Sequence[Finding],
    properties: dict[str, Any],
    known: Gazetteers,
    invoice: Invoice | None,
) -> dict[str, Field]:
    subject = fields.find_subject(letter, properties)
    stated = properties.get("subject")
    zones = kinds.zones_of(letter, sheets, stated if isinstance(stated, str) else None)
    parties = senders.find_parties(letter, findings, properties, known)
    found = {
        "kind": kinds.find_kind(zones),
        "sender": parties.sender,
        "recipient": parties.recipient,
        "date": fields.find_date(letter, findings, properties),
    } | fields.stated_by_invoice(invoice)
    if subject.value is None and invoice is not None and invoice.number:
        named = f"{found['kind'].value or 'Rechnung'} {invoice.number}"
        subject = Field(
            named, 0.9, (Evidence(None, None, None, invoice.number, "invoice.number", 0.9),)
        )
    kind = found["kind"].value
    return found | {
        "sender_kind": senders.find_sender_kind(parties, zones, findings, known, kind),
        "subject": subject,
        "title": fields.make_title(kind, subject.value, found["sender"].value),
        "language": find_language(sheet.folded for sheet in sheets[:3]),
    }
