"""The invoice in a reading: its structured data if there is some, else what is printed."""

from collections.abc import Iterator, Sequence

from ocr.analysis.invoice_page import read_pages
from ocr.analysis.invoice_xml import read_xml
from ocr.documents import Finding, Invoice, Reading

_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
"""What Factur-X, ZUGFeRD and XRechnung call the file inside the PDF; others are tried after them."""
MOST_ATTACHMENTS = 20
_NEVER_PRINTED = frozenset(
    {
        "application/xml",
        "text/xml",
        "message/rfc822",
        "application/vnd.ms-outlook",
        "application/zip",
    }
)


def read_invoice(reading: Reading, findings: Sequence[Finding]) -> Invoice | None:
    """The invoice that ``reading`` is, or None.

    Structured data wins over the printed page: CII, UBL or ZUGFeRD 1.0 attached to a PDF or as the file itself
    (``reading.properties["xml"]``). ``findings`` sharpen the printed path (IBAN, Leitweg-ID) and may be empty.
    A mail is no invoice: it announces one, and its attachments are documents of their own.
    """
    for data in _structured(reading):
        invoice = read_xml(data)
        if invoice is not None:
            return invoice
    if reading.type in _NEVER_PRINTED:
        return None
    return read_pages(reading.pages, findings)


def _structured(reading: Reading) -> Iterator[bytes | str]:
    own = reading.properties.get("xml")
    if isinstance(own, (bytes, str)):
        yield own
    if reading.type != "application/pdf":
        return
    attached = [
        attachment
        for attachment in reading.attachments
        if "xml" in attachment.type or attachment.name.lower().endswith(".xml")
    ]
    attached.sort(key=lambda attachment: attachment.name.lower() not in _NAMES)
    for attachment in attached[:MOST_ATTACHMENTS]:
        yield attachment.content
