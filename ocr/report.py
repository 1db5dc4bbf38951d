"""The JSON of ``rathaus ocr read``, as docs and contracts state it."""

from dataclasses import asdict
from typing import Any

from ocr.documents import Analysis, Field, Finding, Invoice, Page, Reading

_DOCUMENT_KEYS = ("kind", "date", "subject", "sender", "recipient", "language")
_INVOICE_KEYS = (
    "number",
    "date",
    "currency",
    "total",
    "tax",
    "due",
    "seller",
    "buyer",
    "iban",
    "leitweg_id",
)


def _page(page: Page) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "number": page.number,
        "method": page.method,
        "confidence": page.confidence,
        "rotation": page.rotation,
        "text": page.text,
        "width": page.width,
        "height": page.height,
    }
    if page.problem is not None:
        shown["problem"] = page.problem
    return shown


def _finding(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"box": None if finding.box is None else list(finding.box)}


def _value(field: Field | None) -> str | None:
    return None if field is None else field.value


def _invoice(invoice: Invoice | None) -> dict[str, Any] | None:
    if invoice is None:
        return None
    shown: dict[str, Any] = {key: getattr(invoice, key) for key in _INVOICE_KEYS}
    shown["lines"] = [asdict(line) for line in invoice.lines]
    return shown | {"due_date": invoice.due_date, "source": invoice.source}


def as_json(reading: Reading, analysis: Analysis) -> dict[str, Any]:
    """Reading and analysis in the contract's shape, ready for ``json.dumps``."""
    return {
        "type": reading.type,
        "pages": [_page(page) for page in reading.pages],
        "findings": [_finding(finding) for finding in analysis.findings],
        "document": {key: _value(analysis.fields.get(key)) for key in _DOCUMENT_KEYS},
        "invoice": _invoice(analysis.invoice),
        "attachments": [
            {"name": attachment.name, "type": attachment.type, "size": attachment.size}
            for attachment in reading.attachments
        ],
        "warnings": list(reading.warnings),
    }
