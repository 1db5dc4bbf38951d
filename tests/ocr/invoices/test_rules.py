"""The parts of the printed path by themselves: numbers, labels, dates, arithmetic, and anything at all."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.analysis.invoice import read_invoice
from ocr.analysis.invoice_amounts import amounts, parse
from ocr.analysis.invoice_head import days
from ocr.analysis.invoice_labels import Role, role
from ocr.analysis.invoice_rows import rows_of
from ocr.documents import Page, Reading, Word

Layout = Callable[[Sequence[Sequence[tuple[float, str]]]], Reading]


def values(text: str) -> list[str]:
    (row,) = rows_of([Page(1, text, "text", 1.0)])
    return [str(amount.value) for amount in amounts(row)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Summe 1.234,50 EUR", ["1234.50"]),
        ("Total $1,234.50", ["1234.50"]),
        ("Summe 1'234.50 CHF", ["1234.50"]),
        ("Summe 1 234,50 €", ["1234.50"]),
        ("Summe 1234,5", []),
        ("Summe -5,77", ["-5.77"]),
        ("Summe −5,77", ["-5.77"]),
        ("Summe 5,77-", ["-5.77"]),
        ("Summe EUR -5,77", ["-5.77"]),
        ("Summe - 5,77", ["-5.77"]),
        ("Summe (35,13 €)", ["35.13"]),
        ("EUR529,87", ["529.87"]),
        ("529,87EUR", ["529.87"]),
        ("300,- €", ["300.00"]),
        ("1.250 €", ["1250.00"]),
        ("am 05.03.2013 um 08.30", ["8.30"]),
        ("Versicherung 01.234.567.8", []),
        ("19,00 % von 198,00", ["198.00"]),
        ("Preis 1,0000", []),
        ("Deckung 62.000 MK", []),
        ("1.163, 40 €", ["1163.40"]),
        ("Wert 12,50,", ["12.50"]),
    ],
)
def test_printed_amounts(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@given(
    st.decimals(Decimal("0.01"), Decimal(99999999), places=2),
    st.sampled_from([".,", ",.", "'.", " ,"]),
)
def test_amounts_round_trip_in_every_notation(value: Decimal, notation: str) -> None:
    thousands, point = notation
    shown = f"{value:,.2f}".replace(",", "T").replace(".", point).replace("T", thousands)
    assert parse(shown) == value
    assert values(f"Summe {shown} EUR") == [str(value)]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Rechnungssumme Netto (excl. USt.)", Role.NET),
        ("Rechnungssumme Brutto (inkl. USt.)", Role.GROSS),
        ("Rechnungsbetrog", Role.GROSS),
        ("Steuerbasisbetrag USt. 19 %", Role.NET),
        ("zzgl. 19 % MwSt.", Role.TAX),
        ("inkl. 19 % MwSt.", Role.TAX),
        ("Summe inkl. MwSt.", Role.GROSS),
        ("in diesem Beitrag enthaltene Versicherungsteuer", Role.TAX),
        ("MwSt-%", Role.PERCENT),
        ("abzgl. 2 % Skonto", Role.DISCOUNT),
        ("Bereits bezahlt", Role.PREPAID),
        ("Übertrag", Role.CARRY),
        ("noch zu zahlen", Role.DUE),
        ("Amount due", Role.DUE),
        ("Grand total", Role.GROSS),
        ("Summe", Role.TOTAL),
        ("Einzelpreis", None),
        ("USt-IdNr.", None),
        ("Pos.", None),
    ],
)
def test_what_labels_say(label: str, expected: Role | None) -> None:
    assert role(label) is expected


@given(st.text(max_size=60))
def test_any_label_is_survived(label: str) -> None:
    assert role(label) is None or isinstance(role(label), Role)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("05.03.2013", [date(2013, 3, 5)]),
        ("5. 3. 2013", [date(2013, 3, 5)]),
        ("05.03.13", [date(2013, 3, 5)]),
        ("03.06.201 3", [date(2013, 6, 3)]),
        ("2013-03-05", [date(2013, 3, 5)]),
        ("05/03/2013", [date(2013, 3, 5)]),
        ("24. Januar 2014", [date(2014, 1, 24)]),
        ("11. März 2014", [date(2014, 3, 11)]),
        ("11. Marz 2014", [date(2014, 3, 11)]),
        ("October 5, 2026", [date(2026, 10, 5)]),
        ("14 July 2026", [date(2026, 7, 14)]),
        ("31.02.2026", []),
        ("00.123.456.7", []),
        ("DE123.04.2026", []),
    ],
)
def test_printed_days(text: str, expected: list[date]) -> None:
    assert [printed.day for printed in days(text)] == expected


@given(st.dates(date(1990, 1, 1), date(2089, 12, 31)))
def test_days_round_trip(day: date) -> None:
    for shown in (
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day.year}",
        day.isoformat(),
        f"{day:%d. %B %Y}",
    ):
        assert [printed.day for printed in days(shown)] == [day]


@settings(deadline=None)
@given(
    st.decimals(Decimal(1), Decimal(99999), places=2),
    st.sampled_from([Decimal(7), Decimal(19), Decimal("8.1"), Decimal(20)]),
    st.sampled_from(
        [
            "Rechnungsbetrag",
            "Gesamtbetrag",
            "Summe brutto",
            "Endbetrag",
            "zu zahlen",
            "Total",
            "Gesamt",
        ]
    ),
    st.sampled_from(["Nettobetrag", "Zwischensumme", "Summe netto", "Warenwert", "Gesamtbetrag"]),
    st.booleans(),
)
def test_net_tax_and_gross_are_told_apart(
    placed: Layout, net: Decimal, percent: Decimal, gross_label: str, net_label: str, negative: bool
) -> None:
    def german(value: Decimal) -> str:
        shown = f"{value:,.2f}".replace(",", "T").replace(".", ",").replace("T", ".")
        return f"-{shown}" if negative else shown

    tax = (net * percent / 100).quantize(Decimal("0.01"))
    reading = placed(
        [
            [(50, "Rechnung"), (300, "Rechnungsnummer: 17")],
            [(300, "Rechnungsdatum: 02.03.2026")],
            [],
            [(50, net_label), (400, german(net))],
            [(50, f"MwSt {percent} %"), (400, german(tax))],
            [(50, gross_label), (400, german(net + tax)), (460, "EUR")],
        ]
    )
    invoice = read_invoice(reading, ())
    assert invoice is not None
    sign = -1 if negative else 1
    assert Decimal(invoice.total or "0") == sign * (net + tax)
    assert Decimal(invoice.tax or "0") == sign * tax
    assert invoice.date == "2026-03-02"


WORDS = st.sampled_from(
    ["Rechnung", "Gutschrift", "Summe", "netto", "brutto", "MwSt", "19", "%", "1.000,00", "-5,00", "€", "EUR", "Skonto",
     "Übertrag", "Datum:", "01.02.2026", "bis", "Rechnungsbetrag", "12345", "IBAN", "·", ":", "()", "Nr."]
) | st.text(min_size=1, max_size=8)  # fmt: skip
BOXES = st.tuples(st.floats(-50, 700), st.floats(-50, 900), st.floats(0, 120), st.floats(0, 30))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(WORDS, st.none() | BOXES), max_size=60), st.integers(1, 3))
def test_any_page_is_survived(
    words: list[tuple[str, tuple[float, float, float, float] | None]], count: int
) -> None:
    text = ""
    placed = []
    for word, box in words:
        corner = None if box is None else (box[0], box[1], box[0] + box[2], box[1] + box[3])
        placed.append(Word(word, len(text), len(text) + len(word), corner))
        text += word + " "
    pages = tuple(
        Page(n + 1, text, "ocr", 0.5, width=600, height=850, words=tuple(placed))
        for n in range(count)
    )
    invoice = read_invoice(Reading("application/pdf", pages), ())
    if invoice is not None:
        assert Decimal(invoice.total or "x").is_finite()


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_survived(text: str) -> None:
    reading = Reading(
        "text/plain", (Page(1, f"Rechnung {text} Rechnungsbetrag 5,00", "text", 1.0),)
    )
    invoice = read_invoice(reading, ())
    if invoice is not None:
        assert Decimal(invoice.total or "x").is_finite()
        assert invoice.source == "page"


def test_many_pages_are_read_in_bounded_time(placed: Layout) -> None:
    page = placed(
        [
            [(50, "Rechnung"), (400, "1.000,00 EUR")],
            *[[(50, f"Posten {n}"), (400, "7,00")] for n in range(50)],
        ]
    )
    book = Reading("application/pdf", page.pages * 2000)
    start = time.process_time()
    invoice = read_invoice(book, ())
    assert time.process_time() - start < 20
    assert invoice is None or Decimal(invoice.total or "x").is_finite()


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "1.", "weg ", "Rechnung ", "lieferdatum", "01.02.2026 ", "1.000,00 ", "-", "IBAN ", "- 5,00", "nr vom ",
     "12345 Ort ", "GLN 1 ", "1,00 €\n", "Rechnungsbetrag: 1,00\n", "a\n", "%", "(", " "],
)  # fmt: skip
def test_endless_repetition_costs_no_endless_time(piece: str) -> None:
    text = (
        "Rechnung\nRechnungsnummer "
        + piece * (100_000 // len(piece))
        + " x\nRechnungsbetrag 5,00 EUR"
    )
    start = time.process_time()
    invoice = read_invoice(Reading("text/plain", (Page(1, text, "text", 1.0),)), ())
    assert time.process_time() - start < 10
    assert invoice is not None
    assert invoice.total == "5.00"
