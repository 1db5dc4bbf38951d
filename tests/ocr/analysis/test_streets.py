"""Streets that stand alone, and what only looks like one."""

import time

import pytest

from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.pipeline import analyse
from ocr.analysis.sheet import Sheet
from ocr.analysis.streets import find_streets
from ocr.documents import Page, Reading


def streets(text: str) -> list[str]:
    sheet = Sheet(Page(1, text, "text", 1.0))
    hits = list(find_streets(sheet))
    assert all(text[hit.start : hit.end].split() == hit.normalized.split() for hit in hits)
    return [hit.normalized for hit in hits]


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Die Laterne vor der Gartenstraße 12 ist aus.", "Gartenstraße 12"),
        ("Unfall in der Schillerstr. 4a, gestern", "Schillerstr. 4a"),
        ("in der Berliner Straße 5 wohnt", "Berliner Straße 5"),
        ("die Lange Gasse 3.", "Lange Gasse 3"),
        ("Alte Poststraße 17, Hinterhaus", "Alte Poststraße 17"),
        ("MOZARTSTRASSE 8", "MOZARTSTRASSE 8"),
        ("Karl-Marx-Allee 1-3", "Karl-Marx-Allee 1-3"),
        ("Karl-Marx-Straße 10 b\nErdgeschoss", "Karl-Marx-Straße 10 b"),
        ("am Marktplatz 1 (Rathaus)", "Marktplatz 1"),
        ("Lindenweg 5/1", "Lindenweg 5/1"),
        ("Hohenzollernring\u00a077", "Hohenzollernring 77"),
        ("Neckarufer 9; Mühlsteige 2", "Neckarufer 9"),
    ],
)
def test_street(text: str, street: str) -> None:
    assert streets(text)[:1] == [street]


@pytest.mark.parametrize(
    "text",
    [
        "der Stellplatz 7 in der Garage",
        "auf Platz 2 der Liste",
        "Dieser Weg 3",
        "Bahnsteig 4",
        "Der Radweg 2 km weiter",
        "das Monitoring 206",
        "beim Schadstoff-Monitoring 376",
        "der Käufer 1",
        "zur Bundesstraße 27",
        "Industriestraße 1.500 Euro",
        "der Lindenweg 50 % breiter",
        "die Hauptstraße 2026",
        "die Hauptstraße 40 m weit",
        "die Gartenstraße 12.05.2026",
        "Hauptstraße\n5. Die Kosten",
        "unterwegs 3 Tage",
        "der hauptweg 3",
        "Hauptstraße 07131",
        "Str. 5",
    ],
)
def test_no_street(text: str) -> None:
    assert streets(text) == []


def test_a_street_in_a_letter_is_a_finding_with_its_rule(gazetteers: Gazetteers) -> None:
    text = "Die Laterne vor der Gartenstraße 12 ist aus.\nMusterstr. 11\n12346 Bad Musterhausen"
    found = analyse(Reading("text/plain", (Page(1, text, "text", 1.0),)), gazetteers).findings
    assert [(f.value, f.rule) for f in found if f.kind == "address"] == [
        ("Gartenstraße 12", "address.street"),
        ("Musterstr. 11\n12346 Bad Musterhausen", "address.full"),
    ]


@pytest.mark.parametrize(
    "piece",
    ["Aweg 1", "straße 1 ", "Xstr. 1", "Berliner Straße ", "1 ", "A-A-weg 1", "A" * 50 + "weg 1"],
)
def test_the_time_grows_with_the_text(piece: str) -> None:
    sheet = Sheet(Page(1, (piece * 200_000)[:200_000], "text", 1.0))
    start = time.process_time()
    list(find_streets(sheet))
    assert time.process_time() - start < 3.0
