"""Where the details of a kind stand in the text: the number of a bill, its total, its IBAN. Pure.

They are known by value only (from structured data, from the print, or as a person wrote them), so their places are
looked for: among the findings, which know dates and amounts however they are written, else in the text itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from intranet.views.marks import Span
from ocr.documents import Finding, Page
from workflows.eakte.metadata import Detail, shown

PLACES = 3
"""How many places of one value are shown at most."""
_OF_TYPE = {"date": {"date", "deadline"}, "amount": {"amount"}}


def detail_spans(
    kind: str | None,
    stored: Mapping[str, Any],
    findings: Sequence[Finding],
    pages: Sequence[Page],
) -> dict[str, list[Span]]:
    """By the names of the fields (``angabe-total``): the places where the value of each is printed."""
    found = {
        f"angabe-{detail.key}": _places(detail, value, findings, pages)
        for detail, value in shown(kind, stored)
        if value
    }
    return {name: spans for name, spans in found.items() if spans}


def _places(
    detail: Detail, value: str, findings: Iterable[Finding], pages: Iterable[Page]
) -> list[Span]:
    spans = [
        Span(each.page, each.start, each.end) for each in findings if _is_it(detail, value, each)
    ]
    if not spans and detail.type in {"text", "number"}:
        spans = list(_in_text(value, pages))
    return spans[:PLACES]


def _is_it(detail: Detail, value: str, finding: Finding) -> bool:
    kinds = _OF_TYPE.get(detail.type)
    if kinds is not None and finding.kind not in kinds:
        return False
    known = finding.normalized
    if isinstance(known, Mapping):
        known = known.get("due") if finding.kind == "deadline" else known.get("value")
    if detail.type == "amount":
        return _amount(known) is not None and _amount(known) == _amount(value)
    return known is not None and str(known) == value


def _amount(value: Any) -> Decimal | None:
    """Without its sign: a credit note prints what it takes off."""
    try:
        return abs(Decimal(str(value)))
    except InvalidOperation:
        return None


def _in_text(value: str, pages: Iterable[Page]) -> Iterable[Span]:
    """Whole words only, however the line is broken."""
    words = r"\s+".join(map(re.escape, value.split()))
    wanted = re.compile(rf"(?<!\w){words}(?!\w)")
    for page in pages:
        for hit in wanted.finditer(page.text):
            yield Span(page.number, *hit.span())
