"""Each kind of finding, read from a page of its own."""

from typing import Any

import pytest

from ocr.analysis.findings import find_all
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.sheet import Sheet
from ocr.documents import Finding, Page, Word


def found(text: str, kind: str, gazetteers: Gazetteers) -> list[Finding]:
    sheet = Sheet(Page(1, text, "text", 1.0))
    hits = [f for f in find_all(sheet, gazetteers) if f.kind == kind]
    assert all(text[f.start : f.end] == f.value for f in hits)
    return hits


def normal(text: str, kind: str, gazetteers: Gazetteers) -> list[tuple[Any, bool]]:
    return [(f.normalized, f.valid) for f in found(text, kind, gazetteers)]


@pytest.mark.parametrize(
    ("text", "iban", "valid"),
    [
        ("IBAN: DE08 7009 0100 1234 5678 90", "DE08700901001234567890", True),
        ("Konto DE08700901001234567890.", "DE08700901001234567890", True),
        ("IBAN: DE08 7009 0100\n1234 5678 90\nBIC", "DE08700901001234567890", True),
        ("IBAN DEO8 7O09 01OO l234 5678 9O", "DE08700901001234567890", True),
        ("NL91 ABNA 0417 1643 00", "NL91ABNA0417164300", True),
        ("DE75123456780000001234", "DE75123456780000001234", False),
        ("IBAN: DE89 3704 0044 0532 0130", "DE893704004405320130", False),
    ],
)
def test_iban(text: str, iban: str, valid: bool, gazetteers: Gazetteers) -> None:
    assert normal(text, "iban", gazetteers) == [(iban, valid)]


@pytest.mark.parametrize(
    "text",
    [
        "Zählpunkt DE0001346484600000000000000100038",
        "Gläubiger-ID DE98ZZZ09999999999",
        "USt-IdNr. DE136695976",
        "am 12 34 um 56 Uhr",
        "IBAN liegt Ihnen vor",
    ],
)
def test_no_iban(text: str, gazetteers: Gazetteers) -> None:
    assert normal(text, "iban", gazetteers) == []


def test_bic(gazetteers: Gazetteers) -> None:
    text = "BIC: GENODEF1M04, und BIC WELADED1MST, SWIFT-BIC: GENODEF1M0"
    assert normal(text, "bic", gazetteers) == [
        ("GENODEF1M04", True),
        ("WELADED1MST", True),
        ("GENODEF1M0", False),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Summe 1.234,50 €", "1234.50"),
        ("total EUR 1,234.50", "1234.50"),
        ("es fehlen -,50 €", "0.50"),
        ("Gebühr 12,-- EUR", "12.00"),
        ("EUR -8,79", "-8.79"),
        ("Erstattung – 17,20 Euro", "-17.20"),
        ("12,00- €", "-12.00"),
        ("rund 1,5 Mio. Euro", "1500000.00"),
        ("1 234,00 €", "1234.00"),
        ("Preis je Liter 1,799 €", "1.799"),
        ("von 10-20 €", "20.00"),
        ("Endbetrag 529,87", "529.87"),
        ("it costs €1,234", "1234.00"),
        ("ein Bußgeld von 35 Euro", "35.00"),
    ],
)
def test_amount(text: str, value: str, gazetteers: Gazetteers) -> None:
    assert [n["value"] for n, _ in normal(text, "amount", gazetteers)] == [value]


def test_amount_without_sense_is_not_valid(gazetteers: Gazetteers) -> None:
    assert normal("1.23.456,00 €", "amount", gazetteers) == [(None, False)]


@pytest.mark.parametrize("text", ["Steigung 2,50 m", "19,00 %", "Version 1,25", "§ 12,50"])
def test_no_amount(text: str, gazetteers: Gazetteers) -> None:
    assert normal(text, "amount", gazetteers) == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Musterstadt, den 12. Mai 2026", ["2026-05-12"]),
        ("am 05.03.2013", ["2013-03-05"]),
        ("01.09.13 - 30.09.13", ["2013-09-01", "2013-09-30"]),
        ("2026-05-12", ["2026-05-12"]),
        ("01.–03.05.2026", ["2026-05-01", "2026-05-03"]),
        ("30.12.-02.01.2027", ["2026-12-30", "2027-01-02"]),
        ("28. Mai bis 3. Juni 2026", ["2026-05-28", "2026-06-03"]),
        ("May 12, 2026 and 3rd of June 2026", ["2026-05-12", "2026-06-03"]),
        ("geb. 12.05.68", ["1968-05-12"]),
        ("12. März 26 und 3. Dez. 2026", ["2026-03-12", "2026-12-03"]),
    ],
)
def test_date(text: str, days: list[str], gazetteers: Gazetteers) -> None:
    assert normal(text, "date", gazetteers) == [(day, True) for day in days]


def test_a_day_the_calendar_lacks_is_not_valid(gazetteers: Gazetteers) -> None:
    assert normal("am 31.02.2026", "date", gazetteers) == [("2026-02-31", False)]


@pytest.mark.parametrize(
    "text", ["Version 1.2.3", "10.0.12.34", "VSNR 00.123.456.7", "08.30 - 12.30 Uhr"]
)
def test_no_date(text: str, gazetteers: Gazetteers) -> None:
    assert normal(text, "date", gazetteers) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Az.: 632.20-2026/0042", "632.20-2026/0042"),
        ("unter 632.20-2026/0042 geführt", "632.20-2026/0042"),
        ("das Verfahren 5 K 1234/26 des", "5 K 1234/26"),
        ("BSG, B 14 AS 12/09 R", "B 14 AS 12/09 R"),
        ("Geschäftszeichen: 23-4/12 vom 12.05.2026", "23-4/12"),
        ("Aktenzeichen XII ZR 12/20", "XII ZR 12/20"),
        ("Kassenzeichen: 5.0815.123456.7", "5.0815.123456.7"),
    ],
)
def test_aktenzeichen(text: str, value: str, gazetteers: Gazetteers) -> None:
    assert normal(text, "aktenzeichen", gazetteers) == [(value, True)]


def test_parcels_of_a_list(gazetteers: Gazetteers) -> None:
    text = "Flurstück 1234/5, Gemarkung Oberdorf, Flur 3"
    assert normal(text, "parcel", gazetteers) == [
        ("Gemarkung Oberdorf, Flur 3, Flurstück 1234/5", True)
    ]
    assert [f.value for f in found("Flst.-Nr. 77/1 und 78", "parcel", gazetteers)] == [
        "Flst.-Nr. 77/1",
        "78",
    ]


def test_plates(gazetteers: Gazetteers) -> None:
    assert normal("Ihr Fahrzeug mit dem Kennzeichen HN-AB 123", "plate", gazetteers) == [
        ("HN-AB 123", True)
    ]
    assert normal("nach DIN EN 1234 und AG 12 GmbH", "plate", gazetteers) == []


def test_leitweg_id(gazetteers: Gazetteers) -> None:
    assert normal("Leitweg-ID: 04011000-1234512345-06", "leitweg_id", gazetteers) == [
        ("04011000-1234512345-06", True)
    ]
    assert normal("Leitweg-ID: 04011000-1234512345-07", "leitweg_id", gazetteers) == [
        ("04011000-1234512345-07", False)
    ]
    assert normal("Telefon 07131-56-12", "leitweg_id", gazetteers) == []


def test_tax_numbers(gazetteers: Gazetteers) -> None:
    assert normal("USt-IdNr. DE136695976", "vat_id", gazetteers) == [("DE136695976", True)]
    assert normal("USt-IdNr. DE123456789", "vat_id", gazetteers) == [("DE123456789", False)]
    assert normal("Steuer-ID: 86095742719", "tax_id", gazetteers) == [("86095742719", True)]
    assert normal("Steuer-ID: 86095742718", "tax_id", gazetteers) == [("86095742718", False)]
    assert normal("Steuernr.: 201/113/40209", "tax_id", gazetteers) == [("20111340209", True)]


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("Tel.: 0711 216-0", "+497112160"),
        ("Telefon (07131) 56-0", "+497131560"),
        ("rufen Sie +49 (0)711 123456 an", "+49711123456"),
        ("Mobil: 0171 2345678", "+491712345678"),
    ],
)
def test_phone(text: str, e164: str, gazetteers: Gazetteers) -> None:
    assert normal(text, "phone", gazetteers) == [(e164, True)]


def test_mail_and_web(gazetteers: Gazetteers) -> None:
    text = "Max.Muster@Firma.example, siehe www.firma.example/preise."
    assert normal(text, "email", gazetteers) == [("max.muster@firma.example", True)]
    assert normal(text, "url", gazetteers) == [("https://www.firma.example/preise", True)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Herrn\nMax Mustermann\nWeg 1", "Max Mustermann"),
        ("Sehr geehrte Frau Dr. Ayşe Öztürk-Lang,", "Ayşe Öztürk-Lang"),
        ("Mit freundlichen Grüßen\n\n\nKlara von der Heide\n", "Klara von der Heide"),
        ("gez. Paul Abele", "Paul Abele"),
        ("Sachbearbeiterin: Frau Nele Kurz", "Nele Kurz"),
        ("zuständig ist Tomasz Brandl", "Tomasz Brandl"),
    ],
)
def test_person(text: str, name: str, gazetteers: Gazetteers) -> None:
    assert normal(text, "person", gazetteers) == [(name, True)]


@pytest.mark.parametrize(
    "text", ["Sehr geehrte Damen und Herren,", "Frau Oberbürgermeisterin", "Herr im Haus"]
)
def test_no_person(text: str, gazetteers: Gazetteers) -> None:
    assert normal(text, "person", gazetteers) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Die Holzbau Kern GmbH & Co. KG teilt mit", "Holzbau Kern GmbH & Co. KG"),
        ("beim Turnverein Oberdorf e. V.", "Turnverein Oberdorf e. V."),
        ("das Amtsgericht Heilbronn", "Amtsgericht Heilbronn"),
        ("Landratsamt Ostkreis, Bauamt", "Landratsamt Ostkreis"),
        ("beim Amt für Baurecht", "Amt für Baurecht"),
    ],
)
def test_organisation(text: str, name: str, gazetteers: Gazetteers) -> None:
    assert normal(text, "organisation", gazetteers) == [(name, True)]


def test_address(gazetteers: Gazetteers) -> None:
    assert normal("Musterstr. 11\n12346 Bad Musterhausen", "address", gazetteers) == [
        ("Musterstr. 11, 12346 Bad Musterhausen", True)
    ]
    assert normal("wohnhaft Lerchenhalde 5 im Ort", "address", gazetteers) == [
        ("Lerchenhalde 5", True)
    ]


def test_the_box_joins_the_words_of_the_span(gazetteers: Gazetteers) -> None:
    text = "IBAN DE08 7009 0100\n1234 5678 90"
    words, at = [], 0
    for n, part in enumerate(text.split()):
        at = text.index(part, at)
        line = 0 if n < 4 else 1
        words.append(
            Word(part, at, at + len(part), (n * 10.0, line * 12.0, n * 10.0 + 9, line * 12.0 + 10))
        )
    sheet = Sheet(Page(1, text, "text", 1.0, words=tuple(words)))
    (iban,) = [f for f in find_all(sheet, gazetteers) if f.kind == "iban"]
    assert iban.box == (10.0, 0.0, 69.0, 22.0)
