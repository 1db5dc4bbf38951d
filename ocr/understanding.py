"""What a reader process does with one file: read it, analyse it, pack both for storing.

Runs in a child process with limits (``ocr.isolation``), so it imports neither database nor Prefect. Everything that
needs only the file happens here, on the core that has its text in the cache already.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ocr.analysis.pipeline import VERSION, analyse
from ocr.documents import Analysis, Attachment, Field, Finding, Invoice, Page, Reading
from ocr.packing import pack_analysis, pack_reading, unpack_analysis, unpack_reading
from ocr.reading import read

PDF = "application/pdf"
CONTAINERS = frozenset({"application/zip", "message/rfc822", "application/vnd.ms-outlook", PDF})
"""Types whose attachments become documents of their own."""
ENVELOPE = ("from", "to", "cc", "subject", "delivered-to", "x-original-to", "sensitivity")
"""What the rules for post that stays unopened look at."""
MOST_DEADLINES = 20
"""Deadlines of one document that lists and tasks know of."""


@dataclass(frozen=True, slots=True)
class Understood:
    """Everything the house stores of a file. ``parts`` are the files found inside it."""

    media_type: str
    pages: int
    text: str
    text_hash: str
    reading: bytes
    analysis: bytes
    version: str
    fields: dict[str, Field]
    details: dict[str, Any]
    references: tuple[str, ...]
    headers: dict[str, Any]
    parts: tuple[Attachment, ...]
    problems: tuple[str, ...]


def warm_up() -> None:
    """Load what the first file would wait for (rules, gazetteers, tokenizer)."""
    analyse(
        Reading(
            "text/plain", (Page(1, "Betreff: Rechnung über 1,00 EUR vom 1.1.2026", "text", 1.0),)
        )
    )


def understand(path: str, name: str) -> Understood:
    """Read and analyse a file. Raises ``UnreadableError``."""
    return _understood(read(Path(path), name))


def understand_again(packed: bytes, earlier: bytes | None = None) -> Understood:
    """Analyse a stored reading anew, as after a change of the rules. ``earlier``: its analysis as it is stored, for
    what only the file itself says (structured invoices).
    """
    invoice = unpack_analysis(earlier).invoice if earlier else None
    stated = invoice if invoice is not None and invoice.source == "xml" else None
    return _understood(unpack_reading(packed), packed, stated)


def _understood(
    reading: Reading, packed: bytes | None = None, stated: Invoice | None = None
) -> Understood:
    analysis = analyse(reading, structured=stated)
    problems = (*reading.warnings, *(page.problem for page in reading.pages if page.problem))
    text = reading.text
    folded = " ".join(text.split()).casefold()
    return Understood(
        media_type=reading.type,
        pages=len(reading.pages),
        text=text,
        text_hash=sha256(folded.encode("utf-8", "replace")).hexdigest() if folded else "",
        reading=packed or pack_reading(reading),
        analysis=pack_analysis(analysis),
        version=VERSION,
        fields=analysis.fields,
        details=_details(analysis) | ({"problems": len(problems)} if problems else {}),
        references=tuple(
            each.normalized for each in analysis.findings if each.kind == "aktenzeichen"
        ),
        headers={key: reading.properties[key] for key in ENVELOPE if key in reading.properties},
        parts=_parts(reading, analysis) if reading.type in CONTAINERS else (),
        problems=problems,
    )


def _parts(reading: Reading, analysis: Analysis) -> tuple[Attachment, ...]:
    """The files inside, but for the data that make a PDF an e-invoice: they are the same bill once more."""
    structured = analysis.invoice is not None and analysis.invoice.source == "xml"
    if reading.type != PDF or not structured:
        return reading.attachments
    return tuple(each for each in reading.attachments if "xml" not in each.type)


def _details(analysis: Analysis) -> dict[str, Any]:
    """The metadata of the kind that lists and tasks show: invoice figures, and every deadline with what it is counted by."""
    details: dict[str, Any] = {}
    if (invoice := analysis.invoice) is not None:
        details["invoice"] = {
            name: getattr(invoice, name)
            for name in (
                "number",
                "date",
                "currency",
                "total",
                "tax",
                "due",
                "seller",
                "iban",
                "leitweg_id",
                "due_date",
            )
        }
    if deadlines := [_kept(each) for each in analysis.findings if _is_deadline(each)]:
        details["found_deadlines"] = deadlines[:MOST_DEADLINES]
    return details


def _is_deadline(finding: Finding) -> bool:
    known = finding.normalized
    return finding.kind == "deadline" and finding.valid and bool(known["due"] or known.get("law"))


def _kept(finding: Finding) -> dict[str, Any]:
    """What tells the deadline apart, and what it needs to be counted from another first day."""
    kept = ("due", "duration", "law", "event", "word", "missing")
    return {"at": place_of(finding)} | {
        name: finding.normalized[name] for name in kept if finding.normalized.get(name) is not None
    }


def place_of(finding: Finding) -> str:
    """Where a finding stands: the same for every analysis of the same text."""
    return f"{finding.page}-{finding.start}"
