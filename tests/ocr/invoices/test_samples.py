"""The sample invoices: the file's structured data, and the print alone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ocr.analysis.invoice import read_invoice
from ocr.documents import Reading
from ocr.reading import read

# issue date and signed grand total; the motor insurance also asks for an older debt (due 440.00)
EXPECTED = {
    "BASIC_Einfach": ("2013-03-05", "235.62"),
    "BASIC_Rechnungskorrektur": ("2013-09-16", "-8.79"),
    "COMFORT_Einfach": ("2013-03-05", "529.87"),
    "COMFORT_Haftpflichtversicherung_Versicherungssteuer": ("2014-01-24", "59.50"),
    "COMFORT_Kraftfahrversicherung_Bruttopreise": ("2014-03-11", "220.00"),
    "COMFORT_Rabatte": ("2013-06-05", "215.14"),
    "COMFORT_Rechnungskorrektur": ("2013-09-16", "-8.79"),
    "COMFORT_SEPA_Prenotification": ("2014-03-05", "529.87"),
    "COMFORT_Sachversicherung_berechneter_Steuersatz": ("2014-04-18", "1163.40"),
    "EXTENDED_Kostenrechnung": ("2013-10-06", "1256.70"),
    "EXTENDED_Rechnungskorrektur": ("2013-09-16", "-8.79"),
    "EXTENDED_Warenrechnung": ("2013-08-06", "518.99"),
}


def expected(path: Path) -> tuple[str, str]:
    return EXPECTED[path.stem.removeprefix("ZUGFeRD_1p0_")]


def test_structured_data_of_all_samples(samples: list[Path]) -> None:
    for path in samples:
        invoice = read_invoice(read(path, path.name), ())
        assert invoice is not None, path.name
        assert invoice.source == "xml"
        assert (invoice.date, invoice.total) == expected(path), path.name
        assert invoice.lines
        assert invoice.currency == "EUR"


def test_text_layer_alone_of_all_samples(samples: list[Path]) -> None:
    for path in samples:
        invoice = read_invoice(replace(read(path, path.name), attachments=()), ())
        assert invoice is not None, path.name
        assert invoice.source == "page"
        assert (invoice.date, invoice.total) == expected(path), path.name


def check_picture(path: Path, scanned: Callable[[bytes], Reading]) -> None:
    reading = scanned(path.read_bytes())
    assert not reading.attachments
    invoice = read_invoice(reading, ())
    assert invoice is not None, path.name
    assert (invoice.date, invoice.total) == expected(path), path.name


def test_page_image_of_two_samples(
    samples: list[Path], scanned: Callable[[bytes], Reading]
) -> None:
    for path in samples[3:5]:
        check_picture(path, scanned)


@pytest.mark.long
def test_page_image_of_all_samples(
    samples: list[Path], scanned: Callable[[bytes], Reading]
) -> None:
    for path in samples:
        check_picture(path, scanned)
