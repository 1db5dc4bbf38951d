"""The printed text of the sample invoices: every IBAN with its checksum, none invented."""

from pathlib import Path

import pytest

from ocr.analysis.bank import find_ibans
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.pipeline import analyse
from ocr.analysis.sheet import Sheet
from ocr.documents import Page, Reading

SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples" / "invoices"
# What a person reads in them: a checksum that holds, or the insurer's made-up one that doesn't.
VALID = {"DE08700901001234567890", "DE21860000000086001055"}
INVALID = {"DE75123456780000001234"}


def texts() -> dict[str, list[str]]:
    import pypdfium2

    found = {}
    for path in sorted(SAMPLES.glob("*.pdf")):
        with pypdfium2.PdfDocument(path) as document:
            found[path.name] = [page.get_textpage().get_text_bounded() for page in document]
    return found


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_the_samples_ibans() -> None:
    valid, invalid = set(), set()
    for name, pages in texts().items():
        for text in pages:
            for hit in find_ibans(Sheet(Page(1, text, "text", 1.0))):
                assert text[hit.start : hit.start + 2] == "DE", name
                (valid if hit.valid else invalid).add(hit.normalized)
    assert valid == VALID
    assert invalid == INVALID


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_the_samples_are_invoices_and_credit_notes() -> None:
    for name, pages in texts().items():
        reading = Reading(
            "application/pdf", tuple(Page(n + 1, t, "text", 1.0) for n, t in enumerate(pages))
        )
        kind = analyse(reading, Gazetteers()).fields["kind"].value
        assert kind == ("Gutschrift" if "korrektur" in name else "Rechnung"), name


def test_an_invoice_like_the_samples() -> None:
    text = (
        "Lieferant GmbH\nBLZ: 700 901 00 USt.-Identnr.: DE123456789\nIBAN-Nr.: DE08 7009 0100 1234 5678 90\n"
        "Konto mit IBAN DE21860000000086001055\nIBAN-Nr. wie oben\nGläubiger-Identifikationsnummer: DE98ZZZ09999999999\n"
        "Zählpunkt:\n DE0001346484600000000000000100038\nBankverbindung: IBAN \nDE75123456780000001234, BIC WELADED1MST\n"
    )
    hits = list(find_ibans(Sheet(Page(1, text, "text", 1.0))))
    assert {h.normalized for h in hits if h.valid} == VALID
    assert {h.normalized for h in hits if not h.valid} == INVALID
