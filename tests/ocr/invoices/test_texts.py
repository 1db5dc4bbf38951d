"""Texts without layout, and what only speaks of money without being an invoice."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ocr.analysis.invoice import read_invoice
from ocr.documents import Reading


def test_text_without_layout(typed: Callable[[str], Reading]) -> None:
    text = """Rechnung Nr. 2026-3
Rechnungsdatum: 04.05.2026

Beratung                 1.000,00 EUR
Summe netto              1.000,00 EUR
19 % Umsatzsteuer          190,00 EUR
Gesamtbetrag             1.190,00 EUR
"""
    invoice = read_invoice(typed(text), ())
    assert invoice is not None
    assert (invoice.number, invoice.date, invoice.total, invoice.tax) == (
        "2026-3",
        "2026-05-04",
        "1190.00",
        "190.00",
    )


def test_a_mail_that_announces_an_invoice_is_none(typed: Callable[[str], Reading]) -> None:
    text = "Rechnung\nRechnungsnummer: 4711\nRechnungsbetrag: 119,00 EUR\nIBAN folgt"
    assert read_invoice(typed(text), ()) is not None
    assert read_invoice(replace(typed(text), type="message/rfc822"), ()) is None


OTHERS = {
    "offer": ["Angebot Nr. 12", "Datum: 01.02.2026", "Summe netto   100,00 €", "MwSt 19 %   19,00 €", "Gesamtbetrag   119,00 €", "Rechnung folgt nach Auftrag."],
    "reminder": ["Zahlungserinnerung", "Rechnungsnummer 4711 vom 01.02.2026", "Rechnungsbetrag   119,00 €", "IBAN DE89 3704 0044 0532 0130 00"],
    "second reminder": ["2. Mahnung", "zu unserer Rechnung 4711 vom 01.02.2026", "Offener Betrag   119,00 €", "Mahngebühr   5,00 €", "Gesamtforderung   124,00 €"],
    "delivery note": ["Lieferschein", "Lieferdatum 01.02.2026", "Warenwert   100,00 €", "Rechnung folgt"],
    "order confirmation": ["Auftragsbestätigung", "Rechnungsadresse: Stadt Lindenau", "Gesamtbetrag   119,00 €", "MwSt   19,00 €"],
    "notice of fees": ["Gebührenbescheid", "Für die Baugenehmigung", "Gesamtbetrag   350,00 €", "Eine Rechnung ergeht nicht. IBAN DE89 3704 0044 0532 0130 00"],
    "letter about an invoice": ["Sehr geehrte Damen und Herren,", "Ihre Rechnung vom 01.02.2026 über 119,00 € haben wir erhalten.", "Wir bitten um Erläuterung der Position 3."],
    "complaint": ["Widerspruch gegen die Rechnung", "der Betrag von 350,00 € ist zu hoch.", "Bitte korrigieren Sie den Rechnungsbetrag."],
    "minutes": ["Niederschrift", "TOP 3: Jahresrechnung 2025", "Summe der Erträge   1.000.000,00 €", "Summe der Aufwendungen   900.000,00 €"],
    "reckoning of a fee": ["Berechnung der Gebühr", "Grundbetrag   300,00 €", "Gesamtbetrag   350,00 €", "Zahlbar auf IBAN DE89 3704 0044 0532 0130 00"],
    "annual accounts": ["Jahresrechnung 2025", "Gesamtbetrag der Erträge   1.000.000,00 €", "Zahlbar ist nichts."],
    "empty": [""],
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_only_speaks_of_money_is_no_invoice(
    name: str, printed: Callable[..., Reading]
) -> None:
    lines = [(20.0, 60.0 + 10 * n, text) for n, text in enumerate(OTHERS[name])]
    assert read_invoice(printed(lines), ()) is None
