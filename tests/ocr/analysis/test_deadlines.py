"""Deadlines as letters write them: what is read, under which law it is counted, and what stays open."""

from datetime import date
from typing import Any

import pytest

from ocr.analysis.deadlines import find_deadlines
from ocr.analysis.findings import find_all
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.sheet import Sheet
from ocr.documents import Finding, Page

POSTED = date(2026, 10, 14)


def deadlines(text: str, letter: date | None = POSTED) -> list[Finding]:
    sheet = Sheet(Page(1, text, "text", 1.0))
    found = find_deadlines([sheet], find_all(sheet, Gazetteers()), letter)
    assert all(text[f.start : f.end] == f.value for f in found)
    assert all(f.normalized["steps"] for f in found)
    return found


def only(text: str, letter: date | None = POSTED) -> dict[str, Any]:
    (found,) = deadlines(text, letter)
    assert isinstance(found.normalized, dict)
    return found.normalized


@pytest.mark.parametrize(
    ("text", "due", "period"),
    [
        # posted 14.10.2026; the fourth day is a Sunday: tax law moves it, social law does not
        (
            "Grundsteuerbescheid. Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden.",
            "2026-11-19",
            "P1M",
        ),
        (
            "Jobcenter. Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden.",
            "2026-11-18",
            "P1M",
        ),
        (
            "Baugenehmigung. Gegen den Bescheid kann binnen eines Monats nach\nBekanntgabe Widerspruch eingelegt werden.",
            "2026-11-18",
            "P1M",
        ),
        ("Bitte zahlen Sie binnen 14 Tagen ab Rechnungsdatum.", "2026-10-28", "P14D"),
        ("Zahlen Sie innerhalb von zwei Wochen ab heute.", "2026-10-28", "P2W"),
        ("Räumen Sie binnen einer Woche ab dem 02.11.2026.", "2026-11-09", "P1W"),
        ("Zahlbar innerhalb 30 Tagen netto bis 04.12.2026.", "2026-12-04", "P30D"),
        ("Bitte antworten Sie spätestens bis zum 15.12.2026.", "2026-12-15", None),
        ("Wir bitten um Rückmeldung bis zum 15.12.2026.", "2026-12-15", None),
        ("Bewerbungsschluss: 30. November 2026", "2026-11-30", None),
        ("fällig am 01.12.2026", "2026-12-01", None),
        ("Bitte überweisen Sie bis zum 5. Januar.", "2027-01-05", None),
    ],
)
def test_the_last_day(text: str, due: str, period: str | None) -> None:
    found = only(text)
    assert (found["due"], found["duration"]) == (due, period)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Frist: 2 Wochen ab Zustellung.", "Zustellung"),
        ("Äußern Sie sich innerhalb einer Woche nach Zugang dieses Schreibens.", "Eingang"),
        ("Wir mahnen: Zahlen Sie binnen 14 Tagen.", "kein Ereignis"),
        ("Legen Sie die Unterlagen binnen 10 Werktagen vor.", "Werktage"),
    ],
)
def test_without_a_sure_anchor_the_day_stays_open(text: str, missing: str) -> None:
    found = only(text)
    assert found["due"] is None
    assert missing in found["steps"][0]


def test_a_date_stamp_is_the_anchor_of_what_runs_from_receipt() -> None:
    text = "Eingegangen am 20.10.2026\nÄußern Sie sich innerhalb einer Woche nach Zugang dieses Schreibens."
    assert only(text)["due"] == "2026-10-27"


def test_a_day_of_service_is_the_anchor_of_what_runs_from_service() -> None:
    text = (
        "Zugestellt am 20.10.2026. Klage kann binnen eines Monats nach Zustellung erhoben werden."
    )
    assert only(text)["due"] == "2026-11-20"


def test_without_a_letter_date_nothing_is_presumed() -> None:
    found = only("innerhalb eines Monats nach Bekanntgabe Widerspruch", None)
    assert found["due"] is None
    assert "Datum des Schreibens" in found["steps"][0]


def test_the_steps_name_the_presumption_and_its_source() -> None:
    steps = only("Der Bescheid: Widerspruch innerhalb eines Monats nach Bekanntgabe")["steps"]
    assert "Aufgabe zur Post" in steps[0]
    assert any("§" in step for step in steps)


@pytest.mark.parametrize(
    "text",
    [
        "Der Zeitraum vom 06.12.2013 bis zum 06.12.2014 ist bezahlt.",
        "Das Amt ist bis 18 Uhr geöffnet.",
        "Am 12.05.2026 fand der Ortstermin statt.",
        "innerhalb der Gemarkung",
        "Die Frist wurde gewahrt.",
    ],
)
def test_no_deadline(text: str) -> None:
    assert deadlines(text) == []


def test_a_last_day_on_a_sunday_says_so() -> None:
    found = only("Widerspruch bitte spätestens bis zum 15.11.2026 einreichen.")
    assert found["due"] == "2026-11-15"
    assert any("kein Werktag" in step for step in found["steps"])
