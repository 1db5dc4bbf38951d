"""Pages of sealed post: who it is for, who is named, how it is opened; and the forms of an Akte."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from storage.actors import System
from storage.clock import local
from storage.organisation.tables import Person
from workflows.eakte.akten import open_akte
from workflows.eakte.queries import visible_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Akte, PlanEntry

Browse = Callable[..., AppTest]
HOUSE = System("test")


def words(app: AppTest) -> str:
    parts = [str(getattr(each, "value", "") or getattr(each, "label", "")) for each in app.main]
    return " ".join([*parts, *(each.proto.body for each in app.get("html"))])


def sealed(furnished: Any, rule: str, content: bytes) -> UUID:
    incoming = Incoming(
        "brief.txt", content, furnished.office("ordnungsamt"), unopened=True, tick=rule
    )
    document = receive(furnished.house, HOUSE, incoming).document
    assert document is not None
    return document


def stored(furnished: Any, document: UUID) -> Any:
    with furnished.house.database.read() as session:
        return visible_document(session, HOUSE, document)


def test_somebody_is_named_and_opens_what_is_no_such_post(browse: Browse, furnished: Any) -> None:
    letter = sealed(furnished, "bem", b"Kein BEM")
    hidden = browse("anna.beispiel", "dokument.py", id=str(letter))
    assert hidden.title[0].value == "Dokument"
    page = browse("ada.admin", "empfaenger.py")
    assert not page.exception
    assert "niemand: bleibt verschlossen" in words(page)
    assert any("Eingliederungsmanagement" in each.value for each in page.warning)
    with furnished.house.database.read() as session:
        anna = session.scalars(select(Person.id).where(Person.login == "anna.beispiel")).one()
    rules = page.selectbox(key="regel")
    rules.select_index(next(i for i, each in enumerate(rules.options) if "BEM" in each)).run()
    people = page.selectbox(key="person")
    people.select_index(people.options.index("Anna Beispiel")).run()
    page.button(key="benennen").click().run()
    assert not page.error
    assert "Anna Beispiel" in words(page)
    app = browse("anna.beispiel", "dokument.py", id=str(letter))
    assert app.title[0].value == "Ungeöffnete Sendung"
    assert "Eingliederungsmanagement" in words(app)
    app.button(key="oeffnen").click().run()
    assert not app.exception
    assert not app.error
    assert (stored(furnished, letter).state, anna is not None) == ("received", True)


def test_an_offer_asks_for_its_opening_first(browse: Browse, furnished: Any) -> None:
    letter = sealed(furnished, "vergabe", b"Angebot")
    page = browse("ada.admin", "empfaenger.py")
    rules = page.selectbox(key="regel")
    rules.select_index(next(i for i, each in enumerate(rules.options) if "Angebote" in each)).run()
    people = page.selectbox(key="person")
    people.select_index(people.options.index("Anna Beispiel")).run()
    page.button(key="benennen").click().run()
    app = browse("anna.beispiel", "dokument.py", id=str(letter))
    assert "oeffnen" not in {each.key for each in app.button}
    day = local(furnished.house.clock()).date() + timedelta(days=9)
    app.date_input(key="oeffnung-tag").set_value(day).run()
    app.button(key="oeffnung").click().run()
    assert not app.exception
    assert not app.error
    assert any(f"{day:%d.%m.%Y}" in each.value for each in app.info)
    app.button(key="uebernehmen").click().run()
    assert any("verschlossen" in each.value for each in app.error)


def test_a_new_akte_can_be_stricter_and_says_where_the_paper_is(
    browse: Browse, furnished: Any
) -> None:
    with furnished.house.database.read() as session:
        entry = session.scalars(select(PlanEntry.id).where(PlanEntry.number == "C1.01")).one()
    app = browse("anna.beispiel", "akten.py", eintrag=str(entry))
    (office,) = [each for each in app.selectbox if each.label == "Amt"]
    (protection,) = [each for each in app.selectbox if each.label == "Schutzklasse"]
    assert office.options == ["Ordnungsamt"]
    assert protection.options == ["intern"]
    app.text_input(key="neue-akte").set_value("Mit Papier")
    app.text_input(key="neue-akte-papier").set_value("Schrank 4").run()
    app.button(key="anlegen").click().run()
    assert not app.exception
    assert not app.error
    with furnished.house.database.read() as session:
        akte = session.scalars(select(Akte).where(Akte.title == "Mit Papier")).one()
    assert (akte.paper, akte.protection) == ("Schrank 4", "internal")
    assert "Papier: Schrank 4" in words(browse("anna.beispiel", "akten.py", akte=str(akte.id)))


def test_the_registry_keeps_an_akte_from_disposal_with_a_reason(
    browse: Browse, furnished: Any
) -> None:
    house = furnished.house
    with house.database.write() as session:
        entry = session.scalars(select(PlanEntry.id).where(PlanEntry.number == "C1.01")).one()
        akte = open_akte(session, HOUSE, plan_entry=entry, title="Streit", now=house.clock())
    clerk = browse("anna.beispiel", "akten.py", akte=str(akte.id))
    assert "sperre" not in {each.key for each in clerk.button}
    app = browse("paula.post", "akten.py", akte=str(akte.id))
    app.button(key="sperre").click().run()
    assert any("Grund" in each.value for each in app.error)
    app.text_input(key="sperre-grund").set_value("Klage").run()
    app.button(key="sperre").click().run()
    assert not app.exception
    shown = words(browse("paula.post", "akten.py", akte=str(akte.id)))
    assert "Aussonderung gesperrt</td>" in shown
    assert "· Aussonderung gesperrt" in shown
