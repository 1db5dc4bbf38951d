"""Where the details of a kind stand in the text."""

from typing import Any

import pytest

from intranet.views.details import PLACES, detail_spans
from intranet.views.marks import Span
from ocr.documents import Finding, Page

TEXT = """Rechnung RE 2026/117 vom 12. Februar 2026
Gesamt 1.190,00 EUR, davon 190,00 EUR Steuer
Zahlbar bis 12.03.2026 auf DE89 3704 0044 0532 0130 00"""


def page(text: str) -> Page:
    return Page(1, text, "text", 1.0)


def finding(kind: str, printed: str, normalized: Any) -> Finding:
    start = TEXT.index(printed)
    return Finding(
        kind, printed, normalized, True, 1, start, start + len(printed), None, "test", 1.0
    )


FINDINGS = (
    finding("date", "12. Februar 2026", "2026-02-12"),
    finding("amount", "1.190,00 EUR", {"value": "1190.00", "currency": "EUR"}),
    finding("amount", "190,00 EUR Steuer", {"value": "190.00", "currency": "EUR"}),
    finding("deadline", "12.03.2026", {"due": "2026-03-12", "steps": []}),
    finding("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
)


def shown_at(details: dict[str, Any]) -> dict[str, list[str]]:
    found = detail_spans("Rechnung", details, FINDINGS, (page(TEXT),))
    return {name: [TEXT[each.start : each.end] for each in spans] for name, spans in found.items()}


@pytest.mark.parametrize(
    ("key", "value", "printed"),
    [
        ("number", "RE 2026/117", "RE 2026/117"),
        ("date", "2026-02-12", "12. Februar 2026"),
        ("total", "1190.00", "1.190,00 EUR"),
        ("total", "-1190", "1.190,00 EUR"),
        ("due_date", "2026-03-12", "12.03.2026"),
        ("iban", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_each_is_found_however_it_is_printed(key: str, value: str, printed: str) -> None:
    assert list(shown_at({"invoice": {key: value}}).values()) == [[printed]]


def test_what_is_not_printed_has_no_place() -> None:
    details = {"invoice": {"number": "117", "total": "5.00", "iban": "DE00", "date": "2020-01-01"}}
    found = shown_at(details)
    assert found == {"angabe-invoice_number": ["117"]}
    assert shown_at({"invoice": {"number": "2026/11", "total": "viel"}}) == {}
    assert shown_at({}) == {}


def test_what_a_person_wrote_counts_more() -> None:
    details = {"invoice": {"total": "190.00"}, "confirmed": {"total": "1190.00"}}
    assert shown_at(details)["angabe-total"] == ["1.190,00 EUR"]


def test_a_value_on_every_line_is_shown_a_few_times() -> None:
    many = page("AZ 7\n" * 50)
    found = detail_spans("Brief", {"confirmed": {"their_reference": "AZ 7"}}, (), (many,))
    assert found["angabe-their_reference"][0] == Span(1, 0, 4)
    assert len(found["angabe-their_reference"]) == PLACES
