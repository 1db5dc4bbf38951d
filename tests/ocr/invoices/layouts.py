"""Invoices drawn by the project in many layouts, German and English, with what must be read in them."""

from collections.abc import Sequence
from dataclasses import dataclass

Print = Sequence[tuple[float, float, str]]
SENDER = (20.0, 50.0, "Blau & Söhne Bau GmbH · Werkstraße 4 · 54321 Neuhafen")
WINDOW: Print = [
    (20, 56, "Stadt Lindenau"),
    (20, 61, "Hochbauamt"),
    (20, 66, "Rathausplatz 1"),
    (20, 71, "12345 Lindenau"),
]
FOOT: Print = [(20, 280, "IBAN: DE89 3704 0044 0532 0130 00"), (120, 280, "USt-IdNr.: DE123456789")]


@dataclass(frozen=True)
class Case:
    """What is printed on each page, and what must be read."""

    pages: Sequence[Print]
    total: str
    date: str | None
    number: str | None = None
    tax: str | None = None
    due: str | None = None
    currency: str | None = "EUR"
    due_date: str | None = None


def totals(*rows: tuple[str, str], y: float = 180) -> Print:
    """Labels on the left, amounts aligned right."""
    return [
        item
        for n, (label, amount) in enumerate(rows)
        for item in ((100.0, y + 6 * n, label), (-190.0, y + 6 * n, amount))
    ]


def items(*rows: tuple[str, str], y: float = 120) -> Print:
    return totals(*rows, y=y)


PLAIN = Case(
    [
        [
            SENDER, *WINDOW, (20, 95, "Rechnung Nr. 2026-0815"), (-190, 95, "Neuhafen, den 31. Oktober 2026"),
            *items(("Pflasterarbeiten", "1.000,00 €"), ("Sand", "200,00 €")),
            *totals(("Zwischensumme", "1.200,00 €"), ("zzgl. 19 % MwSt.", "228,00 €"), ("Gesamtbetrag", "1.428,00 €")),
            (20, 220, "Zahlbar bis 30.11.2026 ohne Abzug."), *FOOT,
        ]
    ],
    "1428.00", "2026-10-31", "2026-0815", "228.00", "1428.00", due_date="2026-11-30",
)  # fmt: skip

CASES = {
    "plain": PLAIN,
    "discount after the total": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "RECHNUNG"), (120, 60, "Rechnungs-Nr.:"), (-190, 60, "4711/26"),
                (120, 66, "Rechnungsdatum:"), (-190, 66, "02.11.2026"), (120, 72, "Lieferdatum:"), (-190, 72, "30.10.2026"),
                *totals(
                    ("Nettobetrag", "500,00"), ("USt. 7 %", "35,00"), ("Rechnungsbetrag", "535,00 EUR"),
                    ("2 % Skonto", "10,70"), ("Zahlbetrag bei Skonto", "524,30"),
                ),
                (20, 230, "Bei Zahlung bis 12.11.2026 gewähren wir 2 % Skonto, netto fällig bis 02.12.2026."), *FOOT,
            ]
        ],
        "535.00", "2026-11-02", "4711/26", "35.00", "535.00", due_date="2026-12-02",
    ),
    "two rates and a prepayment": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Schlussrechnung"), (120, 60, "Belegnummer 99812"), (120, 66, "Belegdatum 15.09.2026"),
                *totals(
                    ("Summe netto", "3.000,00 €"), ("19 % USt auf 2.000,00 €", "380,00 €"), ("7 % USt auf 1.000,00 €", "70,00 €"),
                    ("Bruttobetrag", "3.450,00 €"), ("abzgl. geleisteter Anzahlung vom 01.08.2026", "-1.000,00 €"),
                    ("Noch zu zahlen", "2.450,00 €"),
                ), *FOOT,
            ]
        ],
        "3450.00", "2026-09-15", "99812", "450.00", "2450.00",
    ),
    "net first called total": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung"), (20, 96, "Rechnungsnummer: A-17"), (20, 102, "Datum: 03.02.2026"),
                *totals(("Gesamtbetrag", "80,00 €"), ("Mehrwertsteuer 19 %", "15,20 €"), ("zu zahlen", "95,20 €")), *FOOT,
            ]
        ],
        "95.20", "2026-02-03", "A-17", "15.20", "95.20",
    ),
    "tax contained": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung 100234"), (-190, 90, "Datum: 24.12.2025"),
                *totals(("Summe", "119,00 EUR"), ("darin enthalten 19 % MwSt", "19,00 EUR")), *FOOT,
            ]
        ],
        "119.00", "2025-12-24", "100234", "19.00", "119.00",
    ),
    "small business without tax": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Honorarrechnung"), (20, 96, "Rechnungsnummer 12"), (20, 102, "Rechnungsdatum 07.05.2026"),
                *totals(("Vortrag im Bürgersaal", "350,00 €"), ("Rechnungsbetrag", "350,00 €")),
                (20, 220, "Gemäß § 19 UStG wird keine Umsatzsteuer berechnet."), *FOOT,
            ]
        ],
        "350.00", "2026-05-07", "12", None, "350.00",
    ),
    "heads above the sums": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "RECHNUNG"), (20, 100, "Rechnungs-Nr."), (70, 100, "Kunden-Nr."), (120, 100, "Rechnungsdatum"),
                (20, 106, "R-5501"), (70, 106, "88120"), (120, 106, "11.08.2026"),
                (-60, 200, "Nettobetrag"), (-95, 200, "MwSt-Satz"), (-140, 200, "MwSt-Betrag"), (-190, 200, "Rechnungsbetrag"),
                (-60, 207, "840,34"), (-95, 207, "19,00 %"), (-140, 207, "159,66"), (-190, 207, "1.000,00 EUR"), *FOOT,
            ]
        ],
        "1000.00", "2026-08-11", "R-5501", "159.66", "1000.00",
    ),
    "amount under its label": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung vom 1. März 2026"), (20, 98, "Rechnungsnummer"), (20, 103, "77-03"),
                (140, 200, "Rechnungsbetrag"), (140, 206, "64,26 €"), *FOOT,
            ]
        ],
        "64.26", "2026-03-01", "77-03", None, "64.26",
    ),
    "credit note": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Gutschrift"), (20, 96, "Gutschrift-Nr.: GS-12"), (20, 102, "Datum: 05.06.2026"),
                *totals(("Netto", "100,00 €"), ("MwSt. 19 %", "19,00 €"), ("Gutschriftsbetrag", "119,00 €")), *FOOT,
            ]
        ],
        "-119.00", "2026-06-05", "GS-12", "-19.00", "-119.00",
    ),
    "minus behind the amount": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnungskorrektur"), (20, 96, "Beleg-Nr.: K-3"), (20, 102, "Beleg-Datum: 05.06.2026"),
                *totals(("Netto", "100,00-"), ("MwSt. 19 %", "19,00-"), ("Endbetrag EUR", "119,00-")), *FOOT,
            ]
        ],
        "-119.00", "2026-06-05", "K-3", "-19.00", "-119.00",
    ),
    "carried over two pages": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung"), (120, 60, "Rechnungsnummer: 2026/4"), (120, 66, "Datum: 30.06.2026"),
                *items(*[(f"Position {n}", "100,00") for n in range(1, 11)]), (100, 260, "Übertrag"), (-190, 260, "1.000,00"),
            ],
            [
                (20, 20, "Rechnung 2026/4, Seite 2"), (100, 30, "Übertrag"), (-190, 30, "1.000,00"),
                *items(("Position 11", "500,00"), y=40),
                *totals(("Summe netto", "1.500,00"), ("19 % MwSt", "285,00"), ("Gesamtsumme EUR", "1.785,00"), y=60), *FOOT,
            ],
        ],
        "1785.00", "2026-06-30", "2026/4", "285.00", "1785.00",
    ),
    "english": Case(
        [
            [
                (20, 20, "Blue Harbour Ltd."), (20, 40, "Bill to:"), (20, 46, "City of Lindenau"), (20, 60, "INVOICE"),
                (120, 40, "Invoice number: INV-2026-009"), (120, 46, "Invoice date: October 5, 2026"), (120, 52, "Due date: November 4, 2026"),
                *totals(("Subtotal", "$1,250.00"), ("Sales tax 8 %", "$100.00"), ("Total", "$1,350.00"), ("Amount due", "$1,350.00")),
            ]
        ],
        "1350.00", "2026-10-05", "INV-2026-009", "100.00", "1350.00", "USD", "2026-11-04",
    ),
    "pounds": Case(
        [
            [
                (20, 20, "Tide Software Ltd"), (20, 60, "Invoice"), (120, 40, "Invoice No."), (160, 40, "10077"),
                (120, 46, "Date"), (160, 46, "14 July 2026"),
                *totals(("Net", "£2,000.00"), ("VAT 20%", "£400.00"), ("Total incl. VAT", "£2,400.00")),
            ]
        ],
        "2400.00", "2026-07-14", "10077", "400.00", "2400.00", "GBP",
    ),
    "swiss": Case(
        [
            [
                (20, 20, "Bergbahn AG"), *WINDOW, (20, 90, "Rechnung Nr. 5512"), (20, 96, "Rechnungsdatum: 20.01.2026"),
                *totals(("Zwischentotal", "CHF 12'500.00"), ("MWST 8.1 %", "CHF 1'012.50"), ("Rechnungstotal", "CHF 13'512.50")),
            ]
        ],
        "13512.50", "2026-01-20", "5512", "1012.50", "13512.50", "CHF",
    ),
    "sum in a sentence": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung Nr. 8 vom 12.03.2026"),
                (20, 110, "für die Reinigung der Turnhalle berechnen wir Ihnen vereinbarungsgemäß"),
                (20, 116, "einen Rechnungsbetrag von 1.190,00 EUR inkl. 19 % MwSt."),
                (20, 122, "Bitte überweisen Sie bis zum 26.03.2026."), *FOOT,
            ]
        ],
        "1190.00", "2026-03-12", "8", None, "1190.00",
    ),
    "older debt beside the invoice": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung"), (20, 96, "Rechnungsnummer: W-2"), (20, 102, "Rechnungsdatum: 01.04.2026"),
                *totals(
                    ("Wassergeld netto", "200,00 €"), ("Umsatzsteuer 7 %", "14,00 €"), ("Rechnungsbetrag brutto", "214,00 €"),
                    ("Rückstand aus Vorjahr", "50,00 €"), ("Zu zahlender Betrag", "264,00 €"),
                ), *FOOT,
            ]
        ],
        "214.00", "2026-04-01", "W-2", "14.00", "264.00",
    ),
    "blanks between thousands": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung"), (20, 96, "Rechnungsnummer: 6"), (20, 102, "Rechnungsdatum: 01.04.2026"),
                *totals(("Netto", "10 000,00 €"), ("USt 19 %", "1 900,00 €"), ("Gesamt", "11 900,00 €")), *FOOT,
            ]
        ],
        "11900.00", "2026-04-01", "6", "1900.00", "11900.00",
    ),
    "bank beside the sums": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "RECHNUNG"), (20, 96, "Rechnungsnummer: B9"), (20, 102, "Rechnungsdatum: 01.04.2026"),
                (20, 180, "Bank: Sparkasse Neuhafen"), (20, 186, "BIC: NEUHDE21XXX"), (20, 192, "Steuer-Nr. 12/345/67890"),
                *totals(("Summe netto", "100,00 €"), ("MwSt 19%", "19,00 €"), ("Summe brutto", "119,00 €")), *FOOT,
            ]
        ],
        "119.00", "2026-04-01", "B9", "19.00", "119.00",
    ),
    "table with gross column and total row": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung"), (20, 96, "Rechnungsnummer: T-1"), (20, 102, "Rechnungsdatum: 01.04.2026"),
                (20, 130, "Bezeichnung"), (-110, 130, "Netto"), (-150, 130, "MwSt"), (-190, 130, "Brutto"),
                (20, 137, "Wartung"), (-110, 137, "100,00"), (-150, 137, "19,00"), (-190, 137, "119,00"),
                (20, 144, "Anfahrt"), (-110, 144, "50,00"), (-150, 144, "9,50"), (-190, 144, "59,50"),
                (20, 153, "Gesamt"), (-110, 153, "150,00"), (-150, 153, "28,50"), (-190, 153, "178,50 €"), *FOOT,
            ]
        ],
        "178.50", "2026-04-01", "T-1", "28.50", "178.50",
    ),
    "rates in a table without a sum": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung"), (20, 96, "Rechnungsnummer: H-44"), (20, 102, "Rechnungsdatum: 01.04.2026"),
                *items(("Übernachtung", "107,00 €"), ("Tagungsraum", "23,80 €")), *totals(("Gesamtbetrag", "130,80 €"), y=150),
                (20, 170, "Steuersatz"), (-110, 170, "Netto"), (-150, 170, "MwSt"), (-190, 170, "Brutto"),
                (20, 177, "7 %"), (-110, 177, "100,00"), (-150, 177, "7,00"), (-190, 177, "107,00"),
                (20, 184, "19 %"), (-110, 184, "20,00"), (-150, 184, "3,80"), (-190, 184, "23,80"), *FOOT,
            ]
        ],
        "130.80", "2026-04-01", "H-44", "10.80", "130.80",
    ),
    "instalments leave a credit": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Jahresabrechnung Strom"), (20, 96, "Rechnungsnummer: 200300"), (20, 102, "Rechnungsdatum: 15.01.2026"),
                *totals(
                    ("Nettobetrag", "1.000,00 €"), ("zzgl. 19 % USt.", "190,00 €"), ("Rechnungsbetrag", "1.190,00 €"),
                    ("abzüglich Abschlagszahlungen", "1.250,00 €"), ("Ihr Guthaben", "60,00 €"),
                ), *FOOT,
            ]
        ],
        "1190.00", "2026-01-15", "200300", "190.00", "-60.00",
    ),
    "part payment invoice": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "3. Abschlagsrechnung"), (120, 60, "Rechnungsnr.: 26-031"), (120, 66, "Datum: 09.09.2026"),
                *totals(
                    ("Leistungsstand netto", "8.000,00 €"), ("abzgl. 2. Abschlagsrechnung netto", "-5.000,00 €"),
                    ("Summe netto", "3.000,00 €"), ("MwSt. 19,0 %", "570,00 €"), ("Rechnungsbetrag", "3.570,00 €"),
                ), *FOOT,
            ]
        ],
        "3570.00", "2026-09-09", "26-031", "570.00", "3570.00",
    ),
    "reverse charge": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung"), (20, 96, "Rechnungs-Nr. 900"), (20, 102, "Rechnungsdatum / Invoice date: 09.09.2026"),
                *totals(("Gesamtbetrag", "2.500,00 €")),
                (20, 220, "Steuerschuldnerschaft des Leistungsempfängers (§ 13b UStG)."), *FOOT,
            ]
        ],
        "2500.00", "2026-09-09", "900", None, "2500.00",
    ),
    "lawyer": Case(
        [
            [
                (20, 20, "Kanzlei am Markt"), *WINDOW, (20, 90, "Kostennote"), (20, 96, "Rechnung Nr. 77/26 vom 03.07.2026"),
                *totals(
                    ("Verfahrensgebühr Nr. 3100 VV RVG", "391,30 €"), ("Auslagenpauschale Nr. 7002 VV RVG", "20,00 €"),
                    ("Zwischensumme netto", "411,30 €"), ("19 % Mehrwertsteuer Nr. 7008 VV RVG", "78,15 €"),
                    ("zu zahlender Betrag", "489,45 €"),
                ), *FOOT,
            ]
        ],
        "489.45", "2026-07-03", "77/26", "78.15", "489.45",
    ),
    "other providers beside the invoice": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Ihre Rechnung für Oktober 2026"), (120, 66, "Rechnungsnummer 998877"), (120, 72, "Datum 05.11.2026"),
                *totals(
                    ("Summe netto", "33,61"), ("19 % MwSt", "6,39"), ("Rechnungsbetrag in EUR", "40,00"),
                    ("Beträge anderer Anbieter", "2,00"), ("Zu zahlender Betrag", "42,00"),
                ),
            ]
        ],
        "40.00", "2026-11-05", "998877", "6.39", "42.00",
    ),
    "nothing but a total": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung 4/2026 vom 05.11.2026"), (20, 120, "1 Stück Bank à 250,00 €"), (-190, 120, "250,00 €"),
                (20, 126, "Lieferung frei Haus"), (-190, 126, "0,00 €"), (20, 140, "Zu zahlender Gesamtbetrag:"), (-190, 140, "250,00 €"),
            ]
        ],
        "250.00", "2026-11-05", "4/2026", None, "250.00",
    ),
    "all sums in one line": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung"), (20, 96, "Rechnungsdatum: 05.11.2026  Rechnungsnummer: 6"),
                (20, 180, "Netto: 100,00 €   MwSt 19%: 19,00 €   Brutto: 119,00 €"), *FOOT,
            ]
        ],
        "119.00", "2026-11-05", "6", "19.00", "119.00",
    ),
    "sums in brackets behind the total": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "RECHNUNG NR. 17"), (20, 96, "Rechnungsdatum: 5. November 2026"),
                (20, 180, "Gesamtbetrag brutto: 1.190,00 € (Netto: 1.000,00 €, 19% MwSt.: 190,00 €)"), *FOOT,
            ]
        ],
        "1190.00", "2026-11-05", "17", "190.00", "1190.00",
    ),
    "german and english labels": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Rechnung / Invoice"), (20, 96, "Rechnungsnr. / Invoice no.: 2026-1"), (20, 102, "Datum / Date: 05.11.2026"),
                *totals(("Nettobetrag / Net amount", "100,00 €"), ("MwSt / VAT 19 %", "19,00 €"), ("Gesamtbetrag / Total amount", "119,00 €")),
                *FOOT,
            ]
        ],
        "119.00", "2026-11-05", "2026-1", "19.00", "119.00",
    ),
    "cancels another invoice": Case(
        [
            [
                SENDER, *WINDOW, (20, 90, "Stornorechnung"), (20, 96, "zu Rechnung Nr. 88 vom 01.10.2026"), (20, 102, "Rechnungsnummer: S-88"),
                (20, 108, "Datum: 05.11.2026"), *totals(("Netto", "-100,00"), ("USt 19%", "-19,00"), ("Gesamtbetrag EUR", "-119,00")), *FOOT,
            ]
        ],
        "-119.00", "2026-11-05", "S-88", "-19.00", "-119.00",
    ),
}  # fmt: skip
