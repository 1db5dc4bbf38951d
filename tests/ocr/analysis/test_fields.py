"""Fields that do not come from a letter's own lines: mail headers, structured invoices, language, title."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ocr.analysis.fields import mail_date, make_title, stated_by_invoice, subject_of_bill
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.language import find_language
from ocr.analysis.pipeline import VERSION, analyse
from ocr.analysis.sheet import fold
from ocr.documents import Analysis, Field, Invoice, Page, Reading


def mail(gazetteers: Gazetteers, text: str, **properties: object) -> Analysis:
    reading = Reading("message/rfc822", (Page(1, text, "text", 1.0),), properties=dict(properties))
    return analyse(reading, gazetteers)


def test_a_mail_is_from_whom_its_header_names(gazetteers: Gazetteers) -> None:
    fields = mail(
        gazetteers,
        "Guten Tag,\nich habe eine Frage zur Hundesteuer.\n",
        **{
            "from": "n.s@post.example",
            "from_name": "Nora Seltmann",
            "to": ["tomasz.brandl@musterstadt.example"],
        },
        subject="AW: Hundesteuer",
        date="2026-06-30T20:05:11+02:00",
    ).fields
    assert fields["sender"].value == "Nora Seltmann"
    assert fields["recipient"].value == "Tomasz Brandl"
    assert fields["subject"].value == "Hundesteuer"
    assert fields["date"].value == "2026-06-30"
    assert fields["sender_kind"].value == "citizen"


def test_an_address_of_the_own_domain_is_the_administration(gazetteers: Gazetteers) -> None:
    fields = mail(
        gazetteers, "Hallo", **{"from": "x@post.example", "to": "post@musterstadt.example"}
    ).fields
    assert fields["recipient"].value == "Stadt Musterstadt"


def test_a_mail_without_a_name_is_from_who_signed_it(gazetteers: Gazetteers) -> None:
    text = "Guten Tag,\nbitte rufen Sie an.\n\nMit freundlichen Grüßen\nPaul Abele\n"
    assert (
        mail(gazetteers, text, **{"from": "pa@post.example"}).fields["sender"].value == "Paul Abele"
    )


@pytest.mark.parametrize(("total", "kind"), [("119.00", "Rechnung"), ("-119.00", "Gutschrift")])
def test_structured_invoice_data_wins(total: str, kind: str) -> None:
    invoice = Invoice(
        "R-1", "2026-05-04", "EUR", total, "19.00", total, "Muster GmbH", "Stadt Musterstadt", None, None
    )  # fmt: skip
    assert Decimal(total)
    stated = {key: field.value for key, field in stated_by_invoice(invoice).items()}
    assert stated == {
        "kind": kind,
        "sender": "Muster GmbH",
        "recipient": "Stadt Musterstadt",
        "date": "2026-05-04",
    }


def test_an_empty_reading_yields_nothing_and_does_not_fail(gazetteers: Gazetteers) -> None:
    analysis = analyse(Reading("image/png", (Page(1, "", "none", 0.0),)), gazetteers)
    assert analysis.version == VERSION
    assert analysis.findings == ()
    assert analysis.summary == ()
    assert all(field.value is None for field in analysis.fields.values())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sehr geehrte Damen und Herren, hiermit beantrage ich die Verlängerung der Frist um einen Monat.", "de"),
        ("Dear Sir or Madam, please find the invoice for our services in the attachment to this letter.", "en"),
        ("Vážení, prosíme o zaslání potvrzení o přijetí žádosti a děkujeme předem za odpověď", "other"),
        ("4711 0815", None),
    ],
)  # fmt: skip
def test_language(text: str, language: str | None) -> None:
    assert find_language([fold(text)]).value == language


def test_the_title_says_each_thing_once() -> None:
    assert make_title("Widerspruch", "Widerspruch gegen den Bescheid", "Ina Kern").value == (
        "Widerspruch gegen den Bescheid – Ina Kern"
    )
    assert make_title("Antrag", "Wohngeld", "Ina Kern").value == "Antrag: Wohngeld – Ina Kern"
    assert make_title("Sonstiges", "Dank", None).value == "Dank"
    assert make_title(None, None, None).value is None


def test_the_summary_is_made_of_whole_sentences_of_the_letter(gazetteers: Gazetteers) -> None:
    text = (
        "Sehr geehrte Damen und Herren,\n\n"
        "der Spielplatz an der Lerchenhalde ist seit drei Wochen gesperrt. Die Sperrung trifft vor allem die Familien der\n"
        "umliegenden Straßen. Am 12.05.2026 wurde uns eine Öffnung des Spielplatzes zugesagt, die aber nicht kam. Das Wetter\n"
        "war schön. Wir bitten Sie, den Spielplatz bis zum 30.06.2026 wieder zu öffnen oder die Sperrung zu begründen.\n\n"
        "Mit freundlichen Grüßen\nPaul Abele\n"
    )
    summary = mail(gazetteers, text).summary
    assert 2 <= len(summary) <= 3
    for piece in summary:
        assert piece.start is not None
        assert text[piece.start : piece.end] == piece.text
        assert piece.text.endswith(".")
        assert "Grüßen" not in piece.text
    assert any("Spielplatz" in piece.text for piece in summary)


def test_a_bill_without_a_subject_is_named_by_its_number() -> None:
    bill = Invoice("4711", None, "EUR", "1.00", None, "1.00", None, None, None, None, source="page")
    heading = Field("Deutschland Rechnungsdatum 05.03.2013", 0.55)
    assert subject_of_bill(heading, "Rechnung", bill).value == "Rechnung 4711"
    assert subject_of_bill(Field(None, 0.0), "Gutschrift", bill).value == "Gutschrift 4711"
    stated = Field("Erneuerung der Beleuchtung", 0.92)
    assert subject_of_bill(stated, "Rechnung", bill) is stated
    assert subject_of_bill(Field("Invoice 4711", 0.55), "Rechnung", bill).value == "Invoice 4711"


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("2026-03-15T23:30:00+00:00", date(2026, 3, 16)),
        ("Sun, 15 Mar 2026 23:30:00 +0000", date(2026, 3, 16)),
        ("2026-03-15T23:30:00+01:00", date(2026, 3, 15)),
        ("2026-03-15", date(2026, 3, 15)),
        (datetime(2026, 3, 15, 23, 30, tzinfo=UTC), date(2026, 3, 16)),
        (date(2026, 3, 15), date(2026, 3, 15)),
        ("9999-12-31T23:30:00+00:00", date(9999, 12, 31)),
        ("gestern", None),
        (None, None),
    ],
)
def test_a_mails_day_is_the_one_of_the_town_halls_calendar(header: Any, day: date | None) -> None:
    assert mail_date(header) == day
