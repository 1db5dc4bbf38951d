"""Gebäude und Räume, as who looks after them uses it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select
from streamlit.testing.v1 import AppTest

from intranet.navigation import pages_for
from intranet.views.furnishing import sheet_of
from presence.spaces.booking import Wish, book
from presence.spaces.drawing import draw
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space
from presence.spaces.opening import Opening, at
from presence.spaces.queries import prices_of, terms_of
from presence.spaces.tables import Booking, BookingSlot, Building, Floor, Space, SpaceFee
from storage.actors import Staff, System
from storage.clock import WEEKDAYS, local_date, new_id
from storage.conflicts import NotFoundError
from storage.house import House
from storage.organisation.queries import load_staff

Browse = Callable[..., AppTest]
SYSTEM = System("test")
ALWAYS = tuple(Opening(day, 0, 24 * 60) for day in range(7))
PAGE = "gebaeude.py"


@pytest.fixture
def room(furnished: Any) -> Iterator[UUID]:
    house: House = furnished.house
    now = house.clock()
    with house.database.write() as session:
        building = add_building(session, SYSTEM, key="alt", name="Altbau", address="–", now=now)
        floor = add_floor(
            session, SYSTEM, building.id, level=0, name="EG", plan=draw(9, 9, []), now=now
        )
        form = SpaceForm(
            "room", "Kleiner Saal", furnished.office("hauptamt"), (0, 0, 50, 50), capacity=30,
            hours=ALWAYS, on_holidays=True, ahead_days=400,
        )  # fmt: skip
        made = add_space(session, SYSTEM, floor.id, form, key="kleiner-saal", now=now)
    yield made.id
    with house.database.write() as session:
        for table in (BookingSlot, Booking, SpaceFee):
            session.execute(delete(table))
        session.execute(delete(Space).where(Space.id == made.id))
        session.execute(delete(Floor).where(Floor.id == made.floor_id))
        session.execute(delete(Building).where(Building.key == "alt"))


def _space(furnished: Any, room: UUID) -> Space:
    with furnished.house.database.read() as session:
        found: Space = session.get_one(Space, room)
    return found


def _booked(furnished: Any, room: UUID, first: int = 9, last: int = 10) -> Booking:
    """By somebody on the day after tomorrow."""
    house: House = furnished.house
    day = local_date(house.clock()) + timedelta(days=2)
    with house.database.write() as session:
        who = load_staff(session, furnished.person("neu.hier").id, local_date(house.clock()))
        assert isinstance(who, Staff)
        wish = Wish(room, at(day, first * 60), at(day, last * 60), title="Besetzt")
        return book(session, who, wish, key=str(new_id()), now=house.clock())


def _state(furnished: Any) -> list[str]:
    with furnished.house.database.read() as session:
        return list(session.scalars(select(Booking.state)))


def _named(widgets: Any, label: str) -> Any:
    return next(each for each in widgets if label in each.label)


def _text(app: AppTest) -> str:
    found = [*app.get("html"), *app.markdown, *app.warning, *app.error, *app.title]
    return " ".join(str(getattr(each, "value", "") or each.proto.body) for each in found)


def test_only_who_looks_after_spaces_comes_here(browse: Browse, furnished: Any, room: UUID) -> None:
    today = local_date(furnished.house.clock())
    with furnished.house.database.read() as session:
        anna = load_staff(session, furnished.person("anna.beispiel").id, today)
        assert anna is not None
        assert "gebaeude" not in {page.path for menu in pages_for(anna).values() for page in menu}
        with pytest.raises(NotFoundError):
            sheet_of(session, anna, room, today)
    app = browse("ada.admin", PAGE, platz=str(new_id()))
    assert "Diesen Platz oder Raum gibt es nicht." in _text(app)


def test_a_room_is_renamed_and_opens_at_other_hours(
    browse: Browse, furnished: Any, room: UUID
) -> None:
    app = browse("ada.admin", PAGE, platz=str(room))
    assert not app.exception
    _named(app.text_input, "Name").set_value("Großer *Saal*")
    _named(app.text_input, "Montag").set_value("8-12, 14:00 bis 18:30")
    _named(app.text_input, "Sonntag").set_value("")
    _named(app.text_input, "Ausstattung").set_value("Beamer, , Klavier")
    _named(app.button, "Änderungen speichern").click().run()
    assert not app.exception
    row = _space(furnished, room)
    assert (row.name, row.equipment, row.revision) == ("Großer *Saal*", ["Beamer", "Klavier"], 2)
    assert [each for each in terms_of(row).hours if each.weekday in {0, 6}] == [
        Opening(0, 480, 720), Opening(0, 840, 1110),
    ]  # fmt: skip
    _named(app.text_input, "Montag").set_value("morgens")
    _named(app.button, "Änderungen speichern").click().run()
    assert "Montag" in app.error[0].value
    assert _space(furnished, room).revision == 2


def test_bookings_in_the_way_are_shown_and_then_cancelled(
    browse: Browse, furnished: Any, room: UUID
) -> None:
    day = local_date(_booked(furnished, room).starts)
    app = browse("ada.admin", PAGE, platz=str(room))
    _named(app.date_input, "Gesperrt ab").set_value(day)
    _named(app.date_input, "bis einschließlich").set_value(day)
    _named(app.text_input, "Grund").set_value("Wasserschaden")
    _named(app.button, "Sperren").click().run()
    assert not app.exception
    assert "passen nicht mehr" in _text(app)
    assert "Besetzt" in _text(app)
    assert (_state(furnished), _space(furnished, room).closures) == (["confirmed"], [])
    _booked(furnished, room, 11, 12)
    _named(app.button, "Ändern und 1 Buchung absagen").click().run()
    assert _state(furnished) == ["confirmed"] * 2
    _named(app.button, "Ändern und 2 Buchungen absagen").click().run()
    assert not app.exception
    assert _state(furnished) == ["cancelled"] * 2
    assert "Wasserschaden" in _text(app)
    _named(app.button, "Wieder freigeben").click().run()
    assert not app.exception
    assert _space(furnished, room).closures == []


def test_a_change_is_given_up_or_leaves_bookings_alone(
    browse: Browse, furnished: Any, room: UUID
) -> None:
    _booked(furnished, room)
    for button, revision in (("Doch nicht ändern", 1), ("Ändern, die Buchungen bleiben", 2)):
        app = browse("ada.admin", PAGE, platz=str(room))
        for day in WEEKDAYS:
            _named(app.text_input, day).set_value("20:00-22:00")
        _named(app.button, "Änderungen speichern").click().run()
        _named(app.button, button).click().run()
        assert not app.exception
        assert (_state(furnished), _space(furnished, room).revision) == (["confirmed"], revision)


def test_a_fee_is_set_and_a_room_ended_and_taken_back(
    browse: Browse, furnished: Any, room: UUID
) -> None:
    app = browse("ada.admin", PAGE, platz=str(room))
    _named(app.number_input, "Euro je Stunde").set_value(12.5)
    _named(app.text_input, "Grundlage").set_value("Entgeltordnung § 3")
    _named(app.button, "Entgelt festlegen").click().run()
    assert "Höchstbetrag" in app.error[0].value
    _named(app.number_input, "Höchstens am Tag").set_value(80.0)
    _named(app.button, "Entgelt festlegen").click().run()
    assert not app.exception
    with furnished.house.database.read() as session:
        (price,) = prices_of(session, room)
    assert (price.per_hour, price.per_day) == (1250, 8000)
    _named(app.button, "Beenden").click().run()
    assert not app.exception
    assert _space(furnished, room).valid_to is not None
    _named(app.button, "Doch nicht beenden").click().run()
    assert not app.exception
    assert _space(furnished, room).valid_to is None


def test_a_floor_is_renamed_and_given_up(browse: Browse, furnished: Any, room: UUID) -> None:
    _booked(furnished, room)
    floor = _space(furnished, room).floor_id
    app = browse("ada.admin", PAGE)
    app.selectbox(key="gebaeude-geschoss").set_value(floor).run()
    assert "Kleiner Saal" in _text(app)
    _named(app.text_input, "Name des Geschosses").set_value("Gartengeschoss")
    _named(app.button, "Geschoss speichern").click().run()
    assert not app.exception
    app.selectbox(key="gebaeude-geschoss").set_value(floor).run()
    _named(app.button, "Geschoss aufgeben").click().run()
    assert "Häkchen" in app.error[0].value
    _named(app.checkbox, "Ja, alle Plätze").set_value(True)
    _named(app.button, "Geschoss aufgeben").click().run()
    _named(app.button, "Ändern und 1 Buchung absagen").click().run()
    assert not app.exception
    assert _state(furnished) == ["cancelled"]
    with furnished.house.database.read() as session:
        row = session.get_one(Floor, floor)
    assert row.name == "Gartengeschoss"
    assert row.valid_to is not None


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_room_is_shut_with_the_keyboard_and_without_barriers(
    sign_in: Callable[..., Page], server: str, furnished: Any, room: UUID, theme: Any
) -> None:
    page = sign_in("ada.admin", path="/gebaeude")
    page.emulate_media(color_scheme=theme)
    expect(page.get_by_role("heading", name="Gebäude und Räume")).to_be_visible()
    _no_barriers(page)
    page.goto(f"{server}/gebaeude?platz={room}")
    expect(page.get_by_role("heading", name="Kleiner Saal")).to_be_visible()
    _no_barriers(page)
    page.get_by_role("tab", name="Angaben").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Grund", exact=True).fill("Maler")
    page.keyboard.press("Enter")
    expect(page.get_by_text(": Maler")).to_be_visible()
    assert [each[2] for each in _space(furnished, room).closures] == ["Maler"]


def _no_barriers(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    found = [
        (each["id"], [node["target"] for node in each["nodes"]])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    assert found == []
    page.set_viewport_size({"width": 390, "height": 844})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    page.set_viewport_size({"width": 1400, "height": 900})
