"""Lists of people tell how somebody can be reached only while a Dienstvereinbarung allows overviews."""

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from presence.availability.absences import absences_of, enter_absence
from presence.availability.current import current_store
from presence.availability.facts import Manual
from presence.availability.levels import Level
from presence.availability.profile import show_office
from presence.monitor.subjects import Kind
from presence.people.groups import found_group, join_group
from presence.people.tables import WorkingGroup, WorkingGroupMember
from presence.spaces.drawing import Area, draw
from presence.spaces.furnishing import add_building, add_floor
from presence.spaces.tables import Building, Floor
from storage.actors import System
from storage.agreements.tables import Agreement
from storage.clock import local_date, new_id
from storage.organisation.tables import Person
from tests.intranet.barriers import drawn, fits
from tests.intranet.conftest import WAIT

Browse = Callable[..., AppTest]
SYSTEM = System("test")
HOUR = timedelta(hours=1)
PAGES = Path(__file__).parents[2] / "intranet" / "app_pages"
LISTS = ["amt", "personensuche", "suche"]
"""Every page that draws people as cards."""


def _text(app: AppTest) -> str:
    found = [*app.get("html"), *app.markdown, *app.caption, *app.info]
    return " ".join(str(getattr(each, "value", "") or each.proto.body) for each in found)


@pytest.fixture
def colleagues(furnished: Any) -> Iterator[str]:
    """Anna is urgent only and Neu is away, both in a working group, whose id comes back."""
    house, now = furnished.house, furnished.house.clock()
    anna, new = (furnished.person(login).id for login in ("anna.beispiel", "neu.hier"))
    current_store(house).set_status(anna, Manual(Level.URGENT, now + HOUR, now))
    with house.database.write() as session:
        enter_absence(session, SYSTEM, new, starts=now, ends=now + HOUR, substitute=anna, now=now)
        group = found_group(session, SYSTEM, "Märkte", "Märkte planen", None, now=now).id
        for each in (anna, new):
            join_group(session, SYSTEM, group, each, now=now)
    yield str(group)
    current_store(house).forget(anna)
    with house.database.write() as session:
        for row in absences_of(session, SYSTEM, new, house.clock()):
            session.delete(row)
        session.execute(delete(WorkingGroupMember))
        session.execute(delete(WorkingGroup))


@pytest.fixture
def agree(furnished: Any) -> Iterator[Callable[[], None]]:
    house = furnished.house

    def both() -> None:
        today = local_date(house.clock())
        with house.database.write() as session:
            session.add(
                Agreement(
                    key="monitor", title="Monitor", file_number=new_id().hex, signed_on=today,
                    valid_from=today, recorded_by=furnished.person("ada.admin").id,
                    recorded_at=house.clock(), by_council=False,
                    confirmed_by=furnished.person("paula.post").id, confirmed_at=house.clock(),
                )
            )  # fmt: skip

    yield both
    with house.database.write() as session:
        session.execute(delete(Agreement))


def _lists(furnished: Any, group: str) -> dict[str, tuple[str, dict[str, str]]]:
    office = str(furnished.office("ordnungsamt"))
    return {
        "an office's page": ("amt", {"id": office}),
        "the finder by office": ("personensuche", {"amt": office}),
        "the finder by group": ("personensuche", {"gruppe": group}),
        "the finder by word": ("personensuche", {"q": "Ordnungsamt"}),
        "the finder by name": ("personensuche", {"q": "Beispiel", "amt": office}),
        "the search of everything": ("suche", {"q": "Ordnungsamt"}),
    }


def test_no_list_tells_levels_before_an_agreement_allows_it(
    browse: Browse, furnished: Any, colleagues: str, agree: Callable[[], None]
) -> None:
    lists = _lists(furnished, colleagues)

    def shown() -> dict[str, str]:
        return {
            name: _text(browse("neu.hier", f"{page}.py", **query))
            for name, (page, query) in lists.items()
        }

    before = shown()
    for name, text in before.items():
        assert "Anna Beispiel" in text, name
        assert "nur dringend" not in text, name
        if name != "the finder by name":
            assert "abwesend mit Vertretung" in text, name  # whom to ask is told
    agree()
    for name, text in shown().items():
        assert "nur dringend" in text, name


def test_one_person_looked_up_on_purpose_tells_what_they_entered(
    browse: Browse, furnished: Any, colleagues: str
) -> None:
    assert colleagues
    app = browse("neu.hier", "person.py", id=str(furnished.person("anna.beispiel").id))
    assert "nur dringend" in _text(app)


@pytest.fixture
def floor(furnished: Any, agree: Callable[[], None]) -> Iterator[None]:
    """Haus D, ground floor, with Anna's room; her office is open to the house, and boards are agreed."""
    house, now = furnished.house, furnished.house.clock()
    agree()
    office = furnished.office("ordnungsamt")
    with house.database.write() as session:
        building = add_building(session, SYSTEM, key="d", name="Haus D", address="Weg 1", now=now)
        house_d = building.id
        plan = draw(20, 10, [Area("04", 0, 0, 8, 5)])
        add_floor(session, SYSTEM, building.id, level=0, name="Erdgeschoss", plan=plan, now=now)
        session.get_one(Person, furnished.person("anna.beispiel").id).room = "D 004"
        show_office(session, SYSTEM, office, whole_house=True, now=now)
    yield
    with house.database.write() as session:
        show_office(session, SYSTEM, office, whole_house=False, now=now)
        session.get_one(Person, furnished.person("anna.beispiel").id).room = None
        session.execute(delete(Floor).where(Floor.building_id == house_d))
        session.execute(delete(Building).where(Building.id == house_d))


@pytest.mark.usefixtures("colleagues", "floor")
def test_the_page_shows_offices_floors_and_groups(browse: Browse) -> None:
    app = browse("paula.post", "anwesenheit.py")
    kinds = app.segmented_control(key="art")
    assert list(kinds.options) == ["Amt", "Etage", "Arbeitsgruppe"]
    assert list(app.selectbox(key="amt").options) == ["Poststelle", "Ordnungsamt"]
    kinds.set_value(Kind.FLOOR).run()
    assert app.selectbox(key="etage").options[0] == "Haus D, Erdgeschoss"
    assert "Anna Beispiel" in _text(app)
    assert "Neu Hier" not in _text(app)
    app.segmented_control(key="art").set_value(Kind.GROUP).run()
    assert list(app.selectbox(key="arbeitsgruppe").options) == ["Märkte"]
    assert "Anna Beispiel" in _text(app)
    assert "Neu Hier" in _text(app)
    assert not app.exception


@pytest.mark.usefixtures("colleagues", "floor")
def test_an_empty_board_says_why(browse: Browse, furnished: Any) -> None:
    office, house = furnished.office("ordnungsamt"), furnished.house
    with house.database.write() as session:
        show_office(session, SYSTEM, office, whole_house=False, now=house.clock())
    app = browse("paula.post", "anwesenheit.py")
    app.segmented_control(key="art").set_value(Kind.FLOOR).run()
    assert "Hier ist niemand zu sehen." in _text(app)
    assert "für das ganze Haus geöffnet" in _text(app)


@pytest.mark.browser
@pytest.mark.usefixtures("colleagues", "floor")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 390)])
def test_a_floor_in_chromium(
    chromium: Browser, server: str, small: Any, scheme: Any, width: int, tmp_path: Path
) -> None:
    screen = {"width": width, "height": 900}
    context = chromium.new_context(locale="de-DE", color_scheme=scheme, viewport=screen)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(server + "/anmelden?weiter=/anwesenheit")
    page.get_by_label("Anmeldename").fill("paula.post")
    page.get_by_label("Passwort").fill(small.PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.get_by_role("radio", name="Etage").click()
    expect(page.locator("table.liste")).to_contain_text("Anna Beispiel")
    drawn(page)
    page.screenshot(path=tmp_path / "etage.png", full_page=True)
    fits(page, "Etage")
    page.get_by_role("radio", name="Arbeitsgruppe").click()
    page.get_by_role("radio", name="Karten").click()
    expect(page.locator("ul.leute")).to_contain_text("Neu Hier")
    drawn(page)
    page.screenshot(path=tmp_path / "gruppe.png", full_page=True)
    fits(page, "Arbeitsgruppe")
    context.close()


def test_these_are_all_lists() -> None:
    drawing = set()
    for page in PAGES.glob("*.py"):
        called = {
            node.func.id
            for node in ast.walk(ast.parse(page.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if "cards_html" in called:
            drawing.add(page.stem)
    assert drawing == set(LISTS)
