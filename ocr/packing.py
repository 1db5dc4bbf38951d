"""The stored form of a reading and of an analysis: compact, self-contained, safe to load (no pickles).

A page's words are kept as arrays of offsets, boxes and confidences; their text is cut from the page's text.
"""

import json
import struct
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from ocr.documents import (
    Analysis,
    Attachment,
    Box,
    Evidence,
    Field,
    Finding,
    Invoice,
    InvoiceLine,
    Page,
    Reading,
    Word,
)

FORMAT = 1
_FINDING = tuple(field.name for field in fields(Finding))
_NO_BOX = (-1.0, -1.0, -1.0, -1.0)


def pack_reading(reading: Reading) -> bytes:
    """Everything but the attachments' contents, which are documents of their own."""
    arrays: list[bytes] = []
    pages = []
    for page in reading.pages:
        parts = (
            array("I", (word.start for word in page.words)),
            array("I", (word.end for word in page.words)),
            array("f", (edge for word in page.words for edge in word.box or _NO_BOX)),
            array("B", (round(word.confidence * 255) for word in page.words)),
        )
        arrays.extend(part.tobytes() for part in parts)
        pages.append(
            [
                page.number,
                page.text,
                page.method,
                page.confidence,
                page.rotation,
                page.width,
                page.height,
                page.problem,
                len(page.words),
            ]
        )
    head = json.dumps(
        {
            "format": FORMAT,
            "type": reading.type,
            "pages": pages,
            "properties": {k: v for k, v in reading.properties.items() if k != "xml"},
            "warnings": reading.warnings,
            "attachments": [[each.name, each.type, each.size] for each in reading.attachments],
        },
        ensure_ascii=False,
        separators=(",", ":"),
        default=str,
    ).encode("utf-8", "surrogatepass")
    return zlib.compress(b"".join((struct.pack("<I", len(head)), head, *arrays)), 1)


def unpack_reading(content: bytes, *, words: bool = True) -> Reading:
    """The reading as it was; ``words=False`` spares their reconstruction where only text is needed."""
    raw = zlib.decompress(content)
    (length,) = struct.unpack_from("<I", raw)
    head = json.loads(raw[4 : 4 + length].decode("utf-8", "surrogatepass"))
    offset, pages = 4 + length, []
    for number, text, method, confidence, rotation, width, height, problem, count in head["pages"]:
        found: tuple[Word, ...] = ()
        size = count * 25
        if words and count:
            found = _words(text, raw[offset : offset + size], count)
        offset += size
        pages.append(
            Page(number, text, method, confidence, rotation, width, height, found, problem)
        )
    return Reading(
        type=head["type"],
        pages=tuple(pages),
        properties=head["properties"],
        warnings=tuple(head["warnings"]),
        attachments=tuple(
            Attachment(name, kind, size, b"") for name, kind, size in head["attachments"]
        ),
    )


def _words(text: str, raw: bytes, count: int) -> tuple[Word, ...]:
    starts, ends, edges, confidences = array("I"), array("I"), array("f"), array("B")
    starts.frombytes(raw[: 4 * count])
    ends.frombytes(raw[4 * count : 8 * count])
    edges.frombytes(raw[8 * count : 24 * count])
    confidences.frombytes(raw[24 * count :])
    return tuple(
        Word(
            text[starts[i] : ends[i]], starts[i], ends[i], _box(edges, 4 * i), confidences[i] / 255
        )
        for i in range(count)
    )


def _box(edges: Sequence[float], at: int) -> Box | None:
    box = (edges[at], edges[at + 1], edges[at + 2], edges[at + 3])
    return None if box == _NO_BOX else box


def pack_analysis(analysis: Analysis) -> bytes:
    """The analysis as compressed JSON, its values as plain lists (``asdict`` alone would take a third of the time)."""
    invoice = analysis.invoice
    body = {
        "version": analysis.version,
        "findings": [[getattr(each, name) for name in _FINDING] for each in analysis.findings],
        "fields": {
            name: [each.value, each.confidence, _listed(each.evidence), each.alternatives]
            for name, each in analysis.fields.items()
        },
        "invoice": None if invoice is None else asdict(invoice),
        "summary": _listed(analysis.summary),
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def _listed(evidence: Iterable[Evidence]) -> list[list[Any]]:
    return [[e.page, e.start, e.end, e.text, e.rule, e.weight] for e in evidence]


def unpack_analysis(content: bytes) -> Analysis:
    """The analysis as it was."""
    raw: dict[str, Any] = json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass"))
    invoice = raw["invoice"]
    return Analysis(
        version=raw["version"],
        findings=tuple(
            _as_finding(dict(zip(_FINDING, each, strict=True))) for each in raw["findings"]
        ),
        fields={name: _as_field(*value) for name, value in raw["fields"].items()},
        invoice=None if invoice is None else _as_invoice(invoice),
        summary=_as_evidence(raw["summary"]),
    )


def _as_finding(values: dict[str, Any]) -> Finding:
    return Finding(**{**values, "box": _as_box(values["box"])})


def _as_box(value: Sequence[float] | None) -> Box | None:
    return None if value is None else (value[0], value[1], value[2], value[3])


def _as_evidence(values: Iterable[Sequence[Any]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(*each) for each in values)


def _as_field(
    value: str | None,
    confidence: float,
    evidence: Sequence[Sequence[Any]],
    alternatives: Sequence[Sequence[Any]],
) -> Field:
    return Field(
        value,
        confidence,
        _as_evidence(evidence),
        tuple((name, weight) for name, weight in alternatives),
    )


def _as_invoice(value: dict[str, Any]) -> Invoice:
    return Invoice(**{**value, "lines": tuple(InvoiceLine(**line) for line in value["lines"])})
