"""The document page beyond filing: sealed post, details of the kind, versions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from storage.actors import ProtectionClass, Scope, System
from workflows.eakte.akten import open_akte, open_vorgang
from workflows.eakte.metadata import Detail
from workflows.eakte.queries import versions, visible_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.sight import enter_scope
from workflows.eakte.tables import PlanEntry

Browse = Callable[..., AppTest]
HOUSE = System("test")


def words(app: AppTest) -> str:
    parts = [str(getattr(each, "value", "") or getattr(each, "label", "")) for each in app.main]
    return " ".join([*parts, *(each.proto.body for each in app.get("html"))])


def hand_in(furnished: Any, small: Any, number: str, *, unopened: bool = False) -> UUID:
    bill = small.pdf(small.bill(number))
    office = furnished.office("ordnungsamt")
    receipt = receive(
        furnished.house, HOUSE, Incoming(f"{number}.pdf", bill, office, unopened=unopened)
    )
    small.read_post(furnished.house)
    found: UUID = receipt.document
    return found


def stored(furnished: Any, document: UUID) -> Any:
    with furnished.house.database.read() as session:
        return visible_document(session, HOUSE, document)


def test_sealed_post_shows_the_envelope_only_and_can_be_taken_over(
    browse: Browse, furnished: Any, small: Any
) -> None:
    letter = hand_in(furnished, small, "2026-700", unopened=True)
    app = browse("anna.beispiel", "dokument.py", id=str(letter))
    assert not app.exception
    assert app.title[0].value == "Ungeöffnete Sendung"
    text = words(app)
    assert "Ordnungsamt" in text
    assert "/seite/" not in text
    assert "Absperrgitter" not in text
    assert not app.tabs
    assert app.button(key="weiterleiten")
    app.button(key="uebernehmen").click().run()
    assert not app.exception
    assert not app.error
    assert stored(furnished, letter).state == "discarded"
    after = browse("anna.beispiel", "dokument.py", id=str(letter))
    assert "übernommen" in words(after)
    assert '<td role="cell" data-titel="Was">ungeöffnet weitergegeben</td>' in words(after)
    assert '<td role="cell" data-titel="Wer">Anna Beispiel</td>' in words(after)
    assert "/seite/" not in words(after)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("date", "2026-03-12", "12.03.2026"),
        ("amount", "1190.00", "1.190,00"),
        ("amount", "1234567.5", "1.234.567,50"),
        ("date", "demnächst", "demnächst"),
        ("amount", "viel", "viel"),
        ("text", "1190.00", "1190.00"),
        ("date", None, ""),
    ],
)
def test_details_are_written_as_germans_do(kind: str, value: str | None, expected: str) -> None:
    from intranet.document_details import in_german

    assert in_german(Detail("x", "X", kind, None), value) == expected


def field(app: AppTest, label: str) -> Any:
    return next(each for each in app.text_input if each.label == label)


def test_details_follow_the_kind_and_are_filed_with_the_document(
    browse: Browse, furnished: Any, small: Any
) -> None:
    bill = hand_in(furnished, small, "2026-701")
    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    kind = next(each for each in app.selectbox if each.label == "Art")
    kind.set_value("Vertrag").run()
    labels = {each.label for each in app.text_input}
    assert "Vertragspartner" in labels
    assert "Rechnungsnummer" not in labels
    kind = next(each for each in app.selectbox if each.label == "Art")
    kind.set_value("Rechnung").run()
    field(app, "Gesamtbetrag").set_value("sehr viel").run()
    app.button(key="ablegen").click().run()
    assert "kein Betrag" in app.error[0].value
    assert stored(furnished, bill).state == "ready"
    field(app, "Gesamtbetrag").set_value("1.190,00 €").run()
    field(app, "Zahlbar bis").set_value("12.03.2026").run()
    app.button(key="ablegen").click().run()
    assert not app.error
    row = stored(furnished, bill)
    assert row.state == "filed"
    assert row.details["confirmed"]["total"] == "1190.00"
    assert row.details["confirmed"]["due_date"] == "2026-03-12"

    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    assert field(app, "Gesamtbetrag").value == "1.190,00"
    field(app, "Zeichen des Absenders").set_value("AZ 7").run()
    app.button(key="speichern").click().run()
    assert not app.error
    assert stored(furnished, bill).details["confirmed"]["their_reference"] == "AZ 7"


def test_versions_are_listed_and_added_with_a_note(
    browse: Browse, furnished: Any, small: Any
) -> None:
    bill = hand_in(furnished, small, "2026-702")
    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    corrected = small.pdf(small.bill("2026-702 berichtigt"))
    send = next(each for each in app.button if each.label == "Neue Fassung hochladen")
    send.click().run()
    assert "Bitte wählen Sie zuerst eine Datei aus." in app.error[0].value

    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    (upload,) = app.get("file_uploader")
    upload.set_value(("berichtigt.pdf", corrected, "application/pdf"))
    field(app, "Bemerkung").set_value("vom Absender berichtigt")
    next(each for each in app.button if each.label == "Neue Fassung hochladen").click().run()
    assert not app.exception
    assert not app.error
    text = words(app)
    assert f"/original/{bill}?fassung=2" in text
    assert "noch nicht gelesen" in text
    assert "Anna Beispiel" in text
    assert "vom Absender berichtigt" in text
    small.read_post(furnished.house)
    with furnished.house.database.read() as session:
        assert [each.number for each in versions(session, HOUSE, bill)] == [1, 2]
    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    assert "gilt" in words(app)


def test_details_of_the_kind_say_where_they_stand(
    browse: Browse, furnished: Any, small: Any
) -> None:
    bill = hand_in(furnished, small, "2026-703")
    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    text = words(app)
    assert 'data-beleg="angabe-total"' in text
    assert 'data-beleg="angabe-iban"' in text
    assert "steht auf Seite 1" in {each.value for each in app.caption}


def test_a_version_that_was_refused_says_why_until_a_better_one_came(
    browse: Browse, furnished: Any, small: Any
) -> None:
    bill = hand_in(furnished, small, "2026-704")

    def add(content: bytes) -> None:
        app = browse("anna.beispiel", "dokument.py", id=str(bill))
        app.get("file_uploader")[0].set_value(("neu.pdf", content, "application/pdf"))
        next(each for each in app.button if each.label == "Neue Fassung hochladen").click().run()
        assert not app.error
        small.read_post(furnished.house)

    add(b"%PDF-1.7 kaputt")
    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    (warning,) = app.warning
    assert "konnte nicht gelesen werden" in warning.value
    assert "bisherige Fassung" in warning.value
    assert "nicht lesbar" in words(app)
    add(small.pdf(small.bill("2026-704 neu")))
    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    assert not app.warning
    assert "gilt" in words(app)


def test_moving_into_an_open_akte_names_who_will_see_it_and_asks(
    browse: Browse, furnished: Any, small: Any
) -> None:
    bill = hand_in(furnished, small, "2026-705")
    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    app.button(key="ablegen").click().run()
    house = furnished.house
    with house.database.write() as session:
        entry = session.scalars(select(PlanEntry.id).where(PlanEntry.number == "C1.01")).one()
        office = furnished.office("ordnungsamt")
        akte = open_akte(session, HOUSE, plan_entry=entry, title="Für alle", now=house.clock())
        enter_scope(akte, Scope(office, ProtectionClass.OPEN))
        vorgang = open_vorgang(session, HOUSE, akte.id, "Aushang", now=house.clock())
    app = browse("anna.beispiel", "dokument.py", id=str(bill))
    field(app, "Akte oder Vorgang suchen").set_value("Aushang").run()
    target = next(each for each in app.selectbox if each.label == "Vorgang")
    target.select_index(0).run()
    field(app, "Grund").set_value("zum Aushängen").run()
    assert "alle Beschäftigten der Stadt" in app.warning[0].value
    assert app.button(key="umlegen").disabled
    next(each for each in app.checkbox if "alle Beschäftigten" in each.label).check().run()
    app.button(key="umlegen").click().run()
    assert not app.exception
    assert not app.error
    assert stored(furnished, bill).vorgang_id == vorgang.id
    assert stored(furnished, bill).protection == "open"
