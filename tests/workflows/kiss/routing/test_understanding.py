"""What a message says about its way, and which messages nobody but their addressee may open."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.routing.understanding import Gazetteer, understood
from workflows.kiss.routing.unopened import recognised, unopened

DAY = date(2026, 11, 23)
KNOWN = Gazetteer(
    {"tiefbau": ("Tiefbauamt", "Tiefbau"), "umwelt": ("Amt für Umwelt und Stadtgrün", "Umweltamt")},
    {"Krähenberg": "Krähenberg", "Hafenstraße": "Neuhafen", "Am Alten Salzhaus": "Altstadt", "Salzhaus": "Neuhafen"},
    r"\b[A-M][1-9]\.[0-9]{2}/20[0-9]{2}-[0-9]{5}\b",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "districts"),
    [
        ("In der Hafenstr. 5 am Krähenberg", ("Neuhafen", "Krähenberg")),
        ("hafenstrasse 12", ("Neuhafen",)),
        ("KRAEHENBERG", ("Krähenberg",)),
        ("Vor dem Rathaus, Am alten Salzhaus 1", ("Altstadt",)),
        ("Der Hafen und die Straße", ()),
        ("Krähenbergstraße", ()),
    ],
)
def test_streets_and_places_lead_to_their_district(text: str, districts: tuple[str, ...]) -> None:
    assert understood(text, gazetteer=KNOWN).districts == districts


@pytest.mark.parametrize(
    ("text", "recipients", "office"),
    [
        ("irgendwas", ("tiefbau@ahlenfurt.example",), "tiefbau"),
        ("irgendwas", ("stadt@ahlenfurt.example", "poststelle-umwelt@ahlenfurt.example"), "umwelt"),
        ("An das Tiefbauamt\nHafenstraße 1", (), "tiefbau"),
        ("z. Hd. Umweltamt", (), "umwelt"),
        ("Das Tiefbauamt hat mir geschrieben", (), None),
        ("irgendwas", ("tiefbauer@firma.example",), None),
    ],
)
def test_the_office_a_message_is_addressed_to(
    text: str, recipients: tuple[str, ...], office: str | None
) -> None:
    assert understood(text, recipients=recipients, gazetteer=KNOWN).addressed == office


def test_quoted_file_numbers_are_kept_once() -> None:
    message = understood(
        "zu J1.01/2026-00042 und J1.01/2026-00042", "AZ A1.02/2025-00001", gazetteer=KNOWN
    )
    assert message.file_numbers == ("A1.02/2025-00001", "J1.01/2026-00042")


@given(st.text(max_size=300), st.text(max_size=60), st.lists(st.text(max_size=30), max_size=3))
def test_any_message_is_understood_somehow(text: str, subject: str, recipients: list[str]) -> None:
    message = understood(text, subject, recipients)
    assert message.text == text
    assert message.subject == subject


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"to": ["hinweisgeberstelle@ahlenfurt.example"]}, "Es geht um Untreue"),
        ({"subject": "Meldung nach HinSchG"}, ""),
        ({}, "Als Hinweisgeberin möchte ich einen Verstoß melden."),
        ({}, "Hiermit melde ich nach dem Hinweisgeberschutzgesetz, dass …"),
        ({}, "WHISTLEBLOWING: Bestechung bei einer Vergabe"),
    ],
)
def test_a_whistleblower_s_report_is_handed_over_unopened(
    headers: dict[str, object], text: str
) -> None:
    rule = recognised(headers, text, DAY)
    assert rule is not None
    decision = unopened(rule)
    assert (decision.decision, decision.office, decision.group) == ("unopened", "beauftragte", None)
    shown = decision.as_json({})
    assert (shown["decision"], shown["unopened"], shown["suggestions"]) == ("rule", True, [])
    assert text not in " ".join(decision.because) or not text


@pytest.mark.parametrize(
    "text",
    [
        "Ein Hinweis: die Laterne ist aus",
        "Wo finde ich die Hinweisgeberstelle der Stadt?",
        "Können Sie mir Hinweise zur Meldestelle für Fundtiere geben?",
    ],
)
def test_hints_and_questions_are_no_reports(text: str) -> None:
    assert recognised({}, text, DAY) is None


def test_before_the_rule_was_valid_nothing_is_claimed_by_it() -> None:
    assert recognised({}, "Meldung nach dem HinSchG", date(2020, 1, 1)) is None
