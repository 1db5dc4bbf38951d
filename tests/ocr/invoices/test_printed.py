"""Invoices that are only printed: in many layouts and fonts, scanned, askew."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ocr.analysis.invoice import read_invoice
from ocr.documents import Finding, Reading
from tests.ocr.invoices.layouts import CASES, PLAIN


@pytest.mark.parametrize("name", CASES)
def test_layouts(name: str, printed: Callable[..., Reading]) -> None:
    case = CASES[name]
    invoice = read_invoice(printed(*case.pages), ())
    assert invoice is not None
    assert invoice.total == case.total
    assert invoice.date == case.date
    assert (invoice.number, invoice.tax) == (case.number, case.tax)
    assert (invoice.due or invoice.total) == (case.due or case.total)
    assert invoice.currency == case.currency
    if case.due_date:
        assert invoice.due_date == case.due_date


@pytest.mark.parametrize("font", ["Courier", "Times-Roman"])
def test_layouts_in_other_fonts(font: str, printed: Callable[..., Reading]) -> None:
    for name, case in CASES.items():
        invoice = read_invoice(printed(*case.pages, font=font, size=9), ())
        assert invoice is not None, name
        assert (invoice.total, invoice.date) == (case.total, case.date), name


def test_scanned_layout(draw: Callable[..., bytes], scanned: Callable[[bytes], Reading]) -> None:
    invoice = read_invoice(scanned(draw(*PLAIN.pages)), ())
    assert invoice is not None
    assert (invoice.total, invoice.date, invoice.tax) == ("1428.00", "2026-10-31", "228.00")
    assert invoice.iban == "DE89370400440532013000"


@pytest.mark.long
def test_all_layouts_scanned(
    draw: Callable[..., bytes], scanned: Callable[[bytes], Reading]
) -> None:
    for name, case in CASES.items():
        if len(case.pages) == 1:
            invoice = read_invoice(scanned(draw(*case.pages)), ())
            assert invoice is not None, name
            assert (invoice.total, invoice.date) == (case.total, case.date), name


def test_a_skewed_scan_keeps_labels_and_amounts_together(printed: Callable[..., Reading]) -> None:
    """One degree lowers the right edge by a line."""
    for slope in (-0.03, -0.01, 0.02, 0.045):
        page = printed(*PLAIN.pages).pages[0]
        words = tuple(
            replace(
                w,
                box=(w.box[0], w.box[1] + slope * w.box[0], w.box[2], w.box[3] + slope * w.box[0]),
            )
            for w in page.words
            if w.box
        )
        skewed = replace(page, method="ocr", words=words)
        invoice = read_invoice(Reading("image/png", (skewed,)), ())
        assert invoice is not None, slope
        assert (invoice.total, invoice.tax, invoice.number) == ("1428.00", "228.00", "2026-0815"), (
            slope
        )


def test_parties_and_account(printed: Callable[..., Reading]) -> None:
    invoice = read_invoice(printed(*PLAIN.pages), ())
    assert invoice is not None
    assert (invoice.seller, invoice.buyer) == ("Blau & Söhne Bau GmbH", "Stadt Lindenau")
    assert invoice.iban == "DE89370400440532013000"


def test_findings_win_for_account_and_leitweg_id(printed: Callable[..., Reading]) -> None:
    def finding(kind: str, value: str, *, valid: bool) -> Finding:
        return Finding(kind, value, value, valid, 1, 0, 5, None, "test", 1.0)

    found = [
        finding("iban", "DE00370400440532013000", valid=False),
        finding("iban", "DE02120300000000202051", valid=True),
        finding("leitweg_id", "04011000-1234512345-06", valid=True),
    ]
    invoice = read_invoice(printed(*PLAIN.pages), found)
    assert invoice is not None
    assert (invoice.iban, invoice.leitweg_id) == (
        "DE02120300000000202051",
        "04011000-1234512345-06",
    )


def test_the_payers_own_account_is_not_paid_into(printed: Callable[..., Reading]) -> None:
    page = [
        *PLAIN.pages[0][:-2],
        (20, 230, "Der Betrag wird von Ihrem Konto DE89 3704 0044 0532 0130 00 eingezogen."),
    ]
    invoice = read_invoice(printed(page), ())
    assert invoice is not None
    assert invoice.iban is None
    invoice = read_invoice(printed([*page, (20, 240, "IBAN-Nr.: DE02 1203 0000 0000 2020 51")]), ())
    assert invoice is not None
    assert invoice.iban == "DE02120300000000202051"
