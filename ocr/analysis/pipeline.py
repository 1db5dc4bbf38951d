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
from ocr.documents import Analysis, Field, Finding, Page, Reading

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
    suggested = _fields(letter, sheets, findings, reading.properties, known)
    day = suggested["date"].value
    findings += find_deadlines(sheets, findings, date.fromisoformat(day) if day else None)
    findings.sort(key=lambda f: (f.page, f.start, f.end, f.kind))
    return Analysis(
        version=VERSION,
        findings=tuple(findings),
        fields=suggested,
        invoice=read_invoice(reading, tuple(findings)),
        summary=summarise(letter, sheets),
    )


def _fields(
    letter: Letter,
    sheets: Sequence[Sheet],
    findings: Sequence[Finding],
    properties: dict[str, Any],
    known: Gazetteers,
) -> dict[str, Field]:
    subject = fields.find_subject(letter, properties)
    stated = properties.get("subject")
    zones = kinds.zones_of(letter, sheets, stated if isinstance(stated, str) else None)
    kind = kinds.find_kind(zones)
    parties = senders.find_parties(letter, findings, properties, known)
    return {
        "kind": kind,
        "sender_kind": senders.find_sender_kind(parties, zones, findings, known, kind.value),
        "sender": parties.sender,
        "recipient": parties.recipient,
        "subject": subject,
        "date": fields.find_date(letter, findings, properties),
        "title": fields.make_title(kind.value, subject.value, parties.sender.value),
        "language": find_language(sheet.folded for sheet in sheets[:3]),
    }
