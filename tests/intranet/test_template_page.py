"""Texts to begin answers with and places, kept on the page of responsibilities."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from streamlit.testing.v1 import AppTest

from tests.intranet.test_anliegen_pages import groups, opened, press, shown
from workflows.kiss.anliegen.tables import AnswerTemplate, KnownPlace

Browse = Callable[..., AppTest]
__all__ = ["groups"]
CSV = "Name;Ortsteil;Breite;Länge\nMarktplatz;Altstadt;48,53125;9,84217\n"


def test_a_group_keeps_its_texts_and_an_answer_begins_with_them(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    app = browse("anna.beispiel", "zustaendigkeiten.py")
    assert not app.exception
    next(each for each in app.text_input if each.label == "Name").set_value("Messung")
    texts = next(each for each in app.text_area if each.label == "Text" and each.key is None)
    texts.set_value("Zu {nummer}: Wir messen in {strasse}.")
    app = press(app, "Speichern")
    assert "gibt es nicht" in shown(app).replace("\\", "")
    assert "{strasse}" in shown(app).replace("\\", "")
    next(each for each in app.text_area if each.label == "Text" and each.key is None).set_value(
        "Zu {nummer}: Wir messen."
    )
    app = press(app, "Speichern")
    assert "Textbausteine für alle pflegt die Koordination" in shown(app)
    next(each for each in app.selectbox if each.label == "Für welches Thema?").select(
        groups["laerm"]
    )
    app = press(app, "Speichern")
    with furnished.house.database.read() as session:
        row = session.scalars(select(AnswerTemplate).where(AnswerTemplate.title == "Messung")).one()
    assert row.topic_id == groups["laerm"]

    anliegen = opened(furnished, groups, groups["laerm"])
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    app.selectbox(key="textbaustein").select("Messung").run()
    assert ": Wir messen." in app.text_area(key=f"antwort-{anliegen.hex}").value
    assert "{nummer}" not in app.text_area(key=f"antwort-{anliegen.hex}").value


def test_the_coordination_takes_a_table_over_and_ends_a_place(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    app = browse("ada.admin", "zustaendigkeiten.py")
    bad = CSV + "Am Bach;Süd;acht;9,8\n"
    app.file_uploader(key="orte-0").upload("orte.csv", bad.encode(), "text/csv")
    app = press(app, "Übernehmen")
    assert "Nichts wurde übernommen: 1 Fehler." in shown(app)
    app.file_uploader(key="orte-0").upload("orte.csv", CSV.encode(), "text/csv")
    app = press(app, "Übernehmen")
    assert "Marktplatz" in shown(app)
    with furnished.house.database.read() as session:
        place = session.scalars(select(KnownPlace.id)).one()
    app.selectbox(key="ort-beenden-welcher").select(place).run()
    app = press(app, "Nicht mehr anbieten")
    assert "Es sind noch keine Orte eingetragen." in shown(app)
    with furnished.house.database.write() as session:
        session.execute(delete(KnownPlace))


def test_others_only_read_places(browse: Browse, furnished: Any, groups: dict[str, UUID]) -> None:
    del furnished, groups
    app = browse("anna.beispiel", "zustaendigkeiten.py")
    assert not [each for each in app.button if each.label == "Übernehmen"]
