"""Laufzettel, org chart and office page, as people use them."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select
from streamlit.testing.v1 import AppTest

from intranet import words
from presence.people.handing_over import hand_over
from presence.people.laufzettel import open_leaving, steps_of
from presence.people.tables import (
    Laufzettel,
    LaufzettelStep,
    LaufzettelTemplate,
    WorkingGroup,
)
from presence.people.templates import steps_on
from presence.tables import Account
from storage.actors import Role, System
from storage.clock import local_date, new_id
from storage.organisation.operations import grant_role, withdraw_role
from storage.organisation.queries import person_by_login
from storage.organisation.tables import Person
from storage.tasks.list import finish_tasks, open_task
from storage.tasks.tables import Task
from tests.intranet.test_people_pages import field, text

Browse = Callable[..., AppTest]
SYSTEM = System("test")


@pytest.fixture
def personnel(furnished: Any) -> Iterator[str]:
    """Paula is the personnel office; every sheet and its tasks are gone afterwards."""
    house, person = furnished.house, furnished.person("paula.post").id
    with house.database.write() as session:
        grant_role(session, SYSTEM, person, Role.PERSONNEL, None, now=house.clock())
    yield "paula.post"
    with house.database.write() as session:
        for row in session.scalars(select(Person).where(Person.valid_to > date(2022, 1, 1))):
            row.valid_to = None
        withdraw_role(session, SYSTEM, person, Role.PERSONNEL, None, now=house.clock())
        keys = session.scalars(select(Task.key).where(Task.object_kind == "laufzettel")).all()
        finish_tasks(session, keys, house.clock())
        session.execute(delete(LaufzettelStep))
        session.execute(delete(Laufzettel))


def test_somebody_goes_and_the_task_is_done(browse: Browse, furnished: Any, personnel: str) -> None:
    house, anna = furnished.house, furnished.person("anna.beispiel").id
    app = browse(personnel, "laufzettel.py")
    field(app, "selectbox", "Wer geht?").set_value(anna)
    field(app, "button", "Austritt eröffnen").click().run()
    assert not app.exception
    assert "Rollen und Schutzklassen entziehen" in text(app)
    with house.database.read() as session:
        opened = session.scalars(select(Laufzettel)).one().id
    other = browse("ada.admin", "laufzettel.py", id=str(opened))
    assert not other.exception
    assert "Zeugnis" not in text(other)
    field(other, "selectbox", "Schritt").set_value(_step(house, opened, "schluessel")).run()
    field(other, "text_input", "Vermerk").set_value("zwei Stück").run()
    other.button(key="schritt-fertig").click().run()
    assert not other.exception
    assert "erledigt, Ada Admin, heute" in text(other)


def test_open_tasks_are_handed_over(browse: Browse, furnished: Any, personnel: str) -> None:
    house, anna = furnished.house, furnished.person("anna.beispiel").id
    heir = furnished.person("neu.hier").id
    last = local_date(house.clock()) + timedelta(days=30)
    with house.database.write() as session:
        opened = open_leaving(session, SYSTEM, anna, last, now=house.clock()).id
        open_task(
            session, key="erbe", kind="test", title="Geerbte Aufgabe", link="/",
            object_kind="test", object_id=new_id(), now=house.clock(), person=anna,
        )  # fmt: skip
    app = browse(personnel, "laufzettel.py", id=str(opened))
    assert "wartet eine Aufgabe" in text(app)
    field(app, "selectbox", "Wer übernimmt?").set_value(heir)
    app.button(key="uebergeben").click().run()
    assert not app.exception
    assert "Geerbte Aufgabe" in text(browse("neu.hier"))
    with house.database.write() as session:
        finish_tasks(session, ["erbe"], house.clock())


def test_a_day_is_moved_and_the_successor_says_when_it_is_done(
    browse: Browse, furnished: Any, personnel: str
) -> None:
    house, anna = furnished.house, furnished.person("anna.beispiel").id
    heir = furnished.person("neu.hier").id
    last = local_date(house.clock()) + timedelta(days=30)
    with house.database.write() as session:
        session.get_one(Person, anna).name = "**Anna** Beispiel"
        opened = open_leaving(session, SYSTEM, anna, last, now=house.clock()).id
        hand_over(session, SYSTEM, opened, heir, now=house.clock())
    app = browse(personnel, "laufzettel.py", id=str(opened))
    field(app, "date_input", "Letzter Tag").set_value(last + timedelta(days=7))
    field(app, "button", "Tag verschieben").click().run()
    assert not app.exception
    assert words.plain(words.day(last + timedelta(days=7))) in app.subheader[0].value
    assert "\\*\\*Anna\\*\\*" in app.subheader[0].value, "a name is no markup"
    other = browse("neu.hier", "laufzettel.py", id=str(opened))
    other.button(key="uebernommen").click().run()
    assert not other.exception
    assert "übernehmen" not in text(browse("neu.hier"))
    with house.database.write() as session:
        session.get_one(Person, anna).name = "Anna Beispiel"


def test_somebody_comes_and_gets_a_password_shown_once(
    browse: Browse, furnished: Any, personnel: str
) -> None:
    house = furnished.house
    app = browse(personnel, "laufzettel.py")
    field(app, "text_input", "Name").set_value("Zora Zukunft")
    field(app, "text_input", "Anmeldename").set_value(f"zora.{new_id().hex[-8:]}")
    field(app, "selectbox", "Amt").set_value(furnished.office("hauptamt"))
    field(app, "button", "Eintritt eröffnen").click().run()
    assert not app.exception
    with house.database.read() as session:
        opened = session.scalars(select(Laufzettel)).one()
    other = browse("ada.admin", "laufzettel.py", id=str(opened.id))
    field(other, "selectbox", "Schritt").set_value(_step(house, opened.id, "konto")).run()
    other.button(key="schritt-fertig").click().run()
    assert not other.exception
    assert len(other.code) == 1
    assert len(other.code[0].value) > 8
    with house.database.read() as session:
        assert session.get(Account, opened.person_id) is not None
    other.run()
    assert not other.code
    with house.database.write() as session:
        row = session.get_one(Person, opened.person_id)
        row.valid_from = row.valid_to = date(2021, 1, 1)


def test_the_personnel_office_changes_the_steps(
    browse: Browse, furnished: Any, personnel: str
) -> None:
    house = furnished.house
    app = browse(personnel, "laufzettel.py")
    lines = next(each for each in app.text_area if each.label.startswith("Kürzel"))
    lines.set_value("kuchen | 0 | head | Kuchen backen")
    field(app, "button", "Schritte übernehmen").click().run()
    assert not app.exception
    today = local_date(house.clock())
    with house.database.write() as session:
        assert [each.title for each in steps_on(session, "join", today)] == ["Kuchen backen"]
        session.execute(delete(LaufzettelTemplate))


def test_who_has_nothing_to_do_with_it_sees_none(browse: Browse) -> None:
    app = browse("neu.hier", "laufzettel.py")
    assert not app.exception
    assert "Kein Laufzettel." in text(app)
    other = browse("neu.hier", "laufzettel.py", id=str(new_id()))
    assert "Das gibt es nicht" in text(other)


def test_the_org_chart_of_a_day_leads_to_offices(browse: Browse, furnished: Any) -> None:
    app = browse("anna.beispiel", "organigramm.py")
    assert not app.exception
    office = furnished.office("ordnungsamt")
    assert text(app).count(f"/amt?id={office}") == 2  # picture and list
    app.date_input[0].set_value(date(2019, 12, 31)).run()
    assert "An diesem Tag gab es keine Ämter." in text(app)


def test_an_office_page_lists_its_people(browse: Browse, furnished: Any) -> None:
    app = browse("paula.post", "amt.py", id=str(furnished.office("ordnungsamt")))
    assert not app.exception
    assert "Anna Beispiel" in text(app)
    past = browse("paula.post", "amt.py", id=str(furnished.office("ordnungsamt")), tag="2024-01-01")
    assert "Stand am 01.01.2024" in text(past)
    assert "gibt es an diesem Tag nicht" in text(browse("paula.post", "amt.py", id="unfug"))


def test_a_group_is_founded_filled_and_ended(browse: Browse, furnished: Any) -> None:
    assert not browse("anna.beispiel", "arbeitsgruppen.py").expander
    name = f"Gruppe {new_id().hex[-6:]}"
    app = browse("ada.admin", "arbeitsgruppen.py")
    field(app, "text_input", "Name").set_value(name)
    field(app, "button", "Anlegen").click().run()
    assert not app.exception
    with furnished.house.database.read() as session:
        group = session.scalars(select(WorkingGroup.id).where(WorkingGroup.name == name)).one()
    field(app, "selectbox", "Arbeitsgruppe").set_value(group).run()
    field(app, "selectbox", "Aufnehmen").set_value(furnished.person("anna.beispiel").id).run()
    app.button(key="aufnehmen").click().run()
    assert not app.exception
    assert "Anna Beispiel" in text(app)
    app.button(key="gruppe-ende").click().run()
    assert not app.exception
    assert name not in text(app)


@pytest.mark.browser
@pytest.mark.parametrize(
    "path",
    ["/personensuche?q=Anna", "/organigramm", "/laufzettel", "/mein-profil", "/arbeitsgruppen"],
)
def test_no_barriers(sign_in: Callable[..., Page], path: str) -> None:
    page = sign_in("ada.admin", path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    serious = [
        each for each in found.response["violations"] if each["impact"] in {"serious", "critical"}
    ]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in serious] == []


@pytest.mark.browser
def test_from_the_start_page_to_a_colleague_and_the_org_chart(
    sign_in: Callable[..., Page], furnished: Any, foreign: list[str]
) -> None:
    house = furnished.house
    with house.database.read() as session:
        person = person_by_login(session, "neu.hier", local_date(house.clock()))
    assert person is not None
    page = sign_in()
    page.get_by_label("Suchen").fill("Hir")
    page.get_by_role("button", name="Person", exact=True).click()
    page.get_by_role("link", name="Neu Hier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Neu Hier")
    with page.expect_download() as card:
        page.get_by_role("link", name="Visitenkarte").click()
    assert card.value.suggested_filename == "Neu Hier.vcf"
    page.get_by_role("link", name="Organigramm").click()
    chart = page.get_by_role("group", name="Organigramm")
    chart.get_by_role("link", name="Ordnungsamt").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ordnungsamt")
    expect(page.get_by_role("link", name="Anna Beispiel")).to_be_visible()
    assert foreign == []


def _step(house: Any, sheet: UUID, key: str) -> UUID:
    with house.database.read() as session:
        return next(each.id for each in steps_of(session, sheet) if each.key == key)
