"""Lists longer than a page: onward and back to the beginning, and a new search begins at its beginning."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from streamlit.testing.v1 import AppTest

from storage.actors import ProtectionClass, Scope, System
from storage.clock import new_id
from storage.jobs.runs import begin, finish
from workflows.eakte.akten import open_akte, open_vorgang
from workflows.eakte.tables import Akte, Document, PlanEntry, Vorgang

Browse = Callable[..., AppTest]
HOUSE = System("test")


def words(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


def put(furnished: Any, count: int, **values: Any) -> None:
    house, office = furnished.house, furnished.office("ordnungsamt")
    scope = Scope(office, ProtectionClass(values.get("protection", "unfiled")))
    plain = {
        "source": "upload", "received_at": house.clock(), "office_id": office, "access": scope.token,
        "protection": scope.protection.value, "sha256": "0" * 64, "media_type": "application/pdf",
        "size": 1, "details": {},
    }  # fmt: skip
    with house.database.write() as session:
        session.execute(
            insert(Document),
            [
                plain
                | {"id": new_id(), "intake_key": new_id().hex}
                | {"file_name": f"{number}.pdf", "title": f"Stapel {number:03d}"}
                | values
                for number in range(count)
            ],
        )


@pytest.fixture
def vorgang(furnished: Any) -> Vorgang:
    house = furnished.house
    with house.database.write() as session:
        entry = session.scalars(select(PlanEntry.id).where(PlanEntry.number == "C1.01")).one()
        akte = open_akte(session, HOUSE, plan_entry=entry, title="Viel Post", now=house.clock())
        return open_vorgang(session, HOUSE, akte.id, "Alles", now=house.clock())


def test_the_documents_of_a_vorgang_go_on_and_back(
    browse: Browse, furnished: Any, vorgang: Vorgang
) -> None:
    put(
        furnished, 53, state="filed", protection="internal", akte_id=vorgang.akte_id, vorgang_id=vorgang.id
    )  # fmt: skip
    app = browse("anna.beispiel", "akten.py", akte=str(vorgang.akte_id))
    assert "Stapel 052" in words(app)
    app.button(key=f"aelter-{vorgang.id}").click().run()
    assert "Stapel 000" in words(app)
    assert "Stapel 052" not in words(app)
    app.button(key=f"neueste-{vorgang.id}").click().run()
    assert "Stapel 052" in words(app)


def test_searching_akten_begins_at_the_beginning(browse: Browse, furnished: Any) -> None:
    house = furnished.house
    with house.database.write() as session:
        entry = session.scalars(select(PlanEntry.id).where(PlanEntry.number == "C1.02")).one()
        for number in range(60):
            open_akte(session, HOUSE, plan_entry=entry, title=f"Lärm {number}", now=house.clock())
        first = session.scalars(select(Akte.reference).where(Akte.title == "Lärm 0")).one()
    app = browse("paula.post", "akten.py", eintrag=str(entry))
    app.button(key="weitere").click().run()
    assert f">{first}<" not in words(app)
    app.text_input(key="akten-worte").set_value("Lärm 0").run()
    assert "Lärm 0" in words(app)
    app.text_input(key="akten-worte").set_value("").run()
    app.button(key="weitere").click().run()
    assert "Lärm 59" in words(app)
    app.button(key="anfang").click().run()
    assert "Lärm 0<" in words(app)


def test_quarantine_goes_on_page_by_page_and_everything_shown_can_be_ticked(
    browse: Browse, furnished: Any
) -> None:
    put(furnished, 53, state="quarantined", reason="nicht lesbar")
    app = browse("paula.post", "quarantaene.py")
    assert words(app).count("Stapel") == len(
        [each for each in app.checkbox if "Stapel" in each.label]
    )
    assert "Stapel 000" not in words(app)
    app.button(key="aelter").click().run()
    assert "Stapel 000" in words(app)
    app.button(key="anfang").click().run()
    assert "Stapel 052" in words(app)


def test_every_run_in_the_list_leads_to_its_log(browse: Browse, furnished: Any) -> None:
    house = furnished.house
    runs: list[UUID] = []
    with house.database.write() as session:
        for number in range(60):
            now = house.clock() - timedelta(minutes=number)
            run = begin(session, "batch", "mail", "test", now)
            log = [(now.isoformat(), "INFO", f"Zeile des Laufs {number}")]
            finish(
                session,
                run,
                "failed" if number == 0 else "done",
                now,
                seconds=1,
                counts={},
                log=log,
            )
            runs.append(run)
    app = browse("ada.admin", "laeufe.py")
    assert f"/laeufe?lauf={runs[-1]}" in words(app)
    app.session_state["vor"] = runs[5]
    app.run()
    assert f"/laeufe?lauf={runs[0]}" in words(app)
    shown = words(browse("ada.admin", "laeufe.py", lauf=str(runs[0])))
    assert "Zeile des Laufs 0" in shown
    assert "gibt es nicht mehr" in words(browse("ada.admin", "laeufe.py", lauf=str(UUID(int=9))))
