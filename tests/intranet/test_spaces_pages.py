"""Plätze, Räume and Meine Buchungen, as people use them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import icalendar
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select
from streamlit.testing.v1 import AppTest

from presence.spaces.booking import Holder, Wish, book
from presence.spaces.drawing import Area, draw, on_plan
from presence.spaces.feeds import open_feed
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space
from presence.spaces.opening import Opening, at
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking, BookingFeed, BookingSeries, BookingSlot, Space
from storage.actors import Staff, System
from storage.clock import local_date, new_id
from storage.house import House
from storage.organisation.queries import load_staff

Browse = Callable[..., AppTest]
SYSTEM = System("test")
ALWAYS = tuple(Opening(day, 0, 24 * 60) for day in range(7))


def text_of(app: AppTest) -> str:
    found = [
        *app.get("html"), *app.markdown, *app.caption, *app.warning, *app.error, *app.title,
        *app.subheader, *app.success,
    ]  # fmt: skip
    return " ".join(str(getattr(each, "value", "") or each.proto.body) for each in found)


def staff_of(furnished: Any, login: str) -> Staff:
    house: House = furnished.house
    with house.database.read() as session:
        found = load_staff(session, furnished.person(login).id, local_date(house.clock()))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def spaces(furnished: Any) -> dict[str, UUID]:
    """Two desks and a room, open day and night, on a small plan."""
    house: House = furnished.house
    now, office = house.clock(), furnished.office("hauptamt")
    with house.database.write() as session:
        building = add_building(
            session, SYSTEM, key="rathaus", name="Rathaus", address="Markt 1", now=now
        )
        plan = draw(16, 8, [Area("Großraum", 0, 0, 8, 8), Area("Besprechung", 8, 0, 8, 8)])
        floor = add_floor(session, SYSTEM, building.id, level=0, name="EG", plan=plan, now=now)
        forms = {
            "1": SpaceForm("desk", "Platz 1", office, on_plan(1, 2, 1.5, 0.8), hours=ALWAYS,
                           on_holidays=True, check_in_minutes=60, equipment=("Monitor",)),
            "2": SpaceForm("desk", "Platz 2", office, on_plan(4, 2, 1.5, 0.8), hours=ALWAYS,
                           on_holidays=True, check_in_minutes=60),
            "raum": SpaceForm("room", "Besprechung", office, on_plan(8, 0, 8, 8), capacity=8,
                              mode="hourly", hours=ALWAYS, on_holidays=True, ahead_days=400,
                              equipment=("Beamer",), rules="Bitte lüften."),
        }  # fmt: skip
        return {
            key: add_space(session, SYSTEM, floor.id, form, key=key, now=now).id
            for key, form in forms.items()
        }


@pytest.fixture(autouse=True)
def clean(furnished: Any, spaces: dict[str, UUID]) -> Iterator[None]:
    yield
    with furnished.house.database.write() as session:
        for table in (BookingSlot, Booking, BookingSeries, BookingFeed):
            session.execute(delete(table))


def bookings(furnished: Any) -> list[Booking]:
    with furnished.house.database.read() as session:
        return list(session.scalars(select(Booking).order_by(Booking.starts)))


def book_in(furnished: Any, login: str, space: UUID, first: int = 0, last: int = 24) -> Booking:
    """On the day after tomorrow, by hours of the clock."""
    house: House = furnished.house
    day = local_date(house.clock()) + timedelta(days=2)
    wish = Wish(space, at(day, first * 60), at(day, last * 60), title="Besetzt")
    with house.database.write() as session:
        return book(session, staff_of(furnished, login), wish, key=str(new_id()), now=house.clock())


def button(app: AppTest, words: str) -> Any:
    return next(each for each in app.button if words in each.label)


def test_a_desk_is_booked_checked_in_and_released(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    app = browse("anna.beispiel", "plaetze.py", platz=str(spaces["1"]))
    assert not app.exception
    assert "2 von 2" in text_of(app)
    button(app, "Platz 1 buchen").click().run()
    assert not app.exception
    (row,) = bookings(furnished)
    assert (row.state, row.whole_day, row.checked_in_at) == ("confirmed", True, None)
    assert "1 von 2" in text_of(app)
    assert "Sie haben <strong>Platz 1</strong> gebucht" in text_of(app)
    button(app, "Einchecken").click().run()
    assert not app.exception
    assert bookings(furnished)[0].checked_in_at is not None
    app = browse("anna.beispiel", "meine_buchungen.py")
    assert "eingecheckt" in text_of(app)
    button(app, "Vorzeitig freigeben").click().run()
    assert not app.exception
    assert bookings(furnished)[0].state == State.RELEASED


def test_a_taken_desk_says_so(browse: Browse, furnished: Any, spaces: dict[str, UUID]) -> None:
    day = book_in(furnished, "neu.hier", spaces["1"]).starts
    app = browse("anna.beispiel", "plaetze.py", platz=str(spaces["1"]))
    app.date_input(key="platz-tag").set_value(local_date(day)).run()
    assert not app.exception
    text = text_of(app)
    assert "1 von 2" in text
    assert "Platz 1: belegt" in text
    assert "Neu Hier" not in text
    assert not [each for each in app.button if "buchen" in each.label]


def test_a_room_is_found_by_size_and_equipment(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    app = browse("anna.beispiel", "raeume.py")
    assert not app.exception
    assert f"/raeume?raum={spaces['raum']}" in text_of(app)
    app.number_input[0].set_value(20).run()
    assert "Kein Raum passt." in text_of(app)


def test_a_series_shows_its_conflicts_before_it_is_booked(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    taken = book_in(furnished, "neu.hier", spaces["raum"])
    day = local_date(taken.starts)
    app = browse("anna.beispiel", "raeume.py", raum=str(spaces["raum"]))
    assert not app.exception
    assert "Bitte lüften." in text_of(app)
    assert "Besetzt" in text_of(app)
    app.text_input(key="raum-titel").set_value("Wochenrunde").run()
    app.date_input(key="buchung-tag").set_value(day).run()
    app.selectbox(key="rhythmus").set_value("jede Woche").run()
    app.date_input(key="serie-bis").set_value(day + timedelta(days=21)).run()
    assert not app.exception
    assert "Serie: 4 Termine, davon 1 nicht möglich" in text_of(app)
    assert "Besprechung ist in dieser Zeit schon gebucht." in text_of(app)
    assert len(bookings(furnished)) == 1
    button(app, "Ohne diese Tage buchen (3 Termine)").click().run()
    assert not app.exception
    own = [row for row in bookings(furnished) if row.title == "Wochenrunde"]
    assert len(own) == 3
    app = browse("anna.beispiel", "meine_buchungen.py")
    button(app, "Termine absagen").click().run()
    assert not app.exception
    states = [row.state for row in bookings(furnished) if row.title == "Wochenrunde"]
    assert states == ["cancelled"] * 3


def test_a_series_of_the_city_shows_which_club_gives_way_before_it_is_booked(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    house: House = furnished.house
    day = local_date(house.clock()) + timedelta(days=9)
    clerk = staff_of(furnished, "ada.admin")
    wish = Wish(spaces["raum"], at(day, 600), at(day, 660), title="Chorprobe")
    holder = Holder(Party.CLUB, name="Chor", mail="chor@example.org")
    with house.database.write() as session:
        session.get_one(Space, spaces["raum"]).notice_days = 3
        held = book(session, clerk, wish, key="chor", now=house.clock(), holder=holder).id
    asked = {"tag": (day - timedelta(days=7)).isoformat(), "von": "1000", "bis": "1100"}
    app = browse("ada.admin", "raeume.py", raum=str(spaces["raum"]), **asked)
    app.text_input(key="raum-titel").set_value("Ausschuss").run()
    app.selectbox(key="rhythmus").set_value("jede Woche").run()
    app.date_input(key="serie-bis").set_value(day + timedelta(days=7)).run()
    assert "Serie: 3 Termine, davon 1 nicht möglich" in text_of(app)
    app.checkbox(key="verlegen").set_value(True).run()
    assert "Serie: 3 Termine, davon 0 nicht möglich, 1 statt eines Vereins" in text_of(app)
    assert "Verein weicht" in text_of(app)
    assert "„Chorprobe“" in text_of(app)
    button(app, "3 Termine buchen").click().run()
    assert not app.exception
    with house.database.write() as session:
        assert session.get_one(Booking, held).state == State.DISPLACED
        session.get_one(Space, spaces["raum"]).notice_days = None


def test_a_room_without_a_title_is_not_booked(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    app = browse("anna.beispiel", "raeume.py", raum=str(spaces["raum"]))
    app.date_input(key="buchung-tag").set_value(
        local_date(furnished.house.clock()) + timedelta(days=1)
    ).run()
    button(app, "Buchen").click().run()
    assert not app.exception
    assert "wofür der Raum gebraucht wird" in text_of(app)
    assert bookings(furnished) == []


def test_who_comes_too_late_is_offered_another_desk_for_the_same_day(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    day = local_date(furnished.house.clock()) + timedelta(days=2)
    app = browse("anna.beispiel", "plaetze.py", platz=str(spaces["1"]), tag=day.isoformat())
    assert "2 von 2" in text_of(app)
    book_in(furnished, "neu.hier", spaces["1"])
    button(app, "Platz 1 buchen").click().run()
    assert not app.exception
    assert "Dieser Platz ist in dieser Zeit belegt." in text_of(app)
    assert f"/plaetze?platz={spaces['2']}&amp;tag={day.isoformat()}" in text_of(app)
    assert [row.space_id for row in bookings(furnished)] == [spaces["1"]]


def test_who_loses_the_race_for_a_room_is_offered_another_for_the_same_time(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    house: House = furnished.house
    day = local_date(house.clock()) + timedelta(days=2)
    floor = space_of(furnished, spaces["raum"]).floor_id
    form = SpaceForm("room", "Kammer", furnished.office("hauptamt"), on_plan(0, 0, 1, 1),
                     capacity=9, hours=ALWAYS, on_holidays=True)  # fmt: skip
    with house.database.write() as session:
        other = add_space(session, SYSTEM, floor, form, key="kammer", now=house.clock()).id
    asked = {"tag": day.isoformat(), "von": "1000", "bis": "1100"}
    app = browse("anna.beispiel", "raeume.py", raum=str(spaces["raum"]), **asked)
    app.text_input(key="raum-titel").set_value("Runde").run()
    book_in(furnished, "neu.hier", spaces["raum"], 10, 11)
    button(app, "Buchen").click().run()
    assert not app.exception
    assert "Besprechung ist in dieser Zeit schon gebucht" in text_of(app)
    link = f"/raeume?raum={other}&amp;tag={day.isoformat()}&amp;von=1000&amp;bis=1100"
    assert link in text_of(app)
    with house.database.write() as session:
        session.execute(delete(Space).where(Space.id == other))


def space_of(furnished: Any, space: UUID) -> Space:
    with furnished.house.database.read() as session:
        found: Space = session.get_one(Space, space)
    return found


def test_who_looks_after_a_space_cancels_what_others_have_there(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    room = book_in(furnished, "neu.hier", spaces["raum"], 9, 10)
    desk = book_in(furnished, "neu.hier", spaces["1"])
    for page, key, row in (("raeume.py", "raum", room), ("plaetze.py", "platz", desk)):
        app = browse("anna.beispiel", page, **{key: str(row.space_id)})
        assert not app.multiselect
        app = browse("ada.admin", page, **{key: str(row.space_id)})
        (choice,) = app.multiselect
        assert ("Neu Hier" in choice.options[0]) is (key == "raum")
        button(app, "Absagen und Bescheid geben").click().run()
        assert "Bitte wählen Sie" in app.error[0].value
        app.multiselect[0].set_value([row.id])
        next(each for each in app.text_input if each.label == "Grund").set_value("Maler")
        button(app, "Absagen und Bescheid geben").click().run()
        assert not app.exception
    assert {(row.state, row.answer) for row in bookings(furnished)} == {("cancelled", "Maler")}
    app = browse("neu.hier", "meine_buchungen.py")
    assert text_of(app).count("Maler") == 2


def test_names_are_words_and_never_markup(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    with furnished.house.database.write() as session:
        row = session.get_one(Space, spaces["1"])
        before, row.name = row.name, "Platz [1](https://boese.example) :red[x]"
    try:
        app = browse("anna.beispiel", "plaetze.py", platz=str(spaces["1"]))
        assert not app.exception
        for shown in (app.subheader[0].value, button(app, "buchen").label):
            assert "](" not in shown
            assert "://" not in shown
    finally:
        with furnished.house.database.write() as session:
            session.get_one(Space, spaces["1"]).name = before


def test_only_who_looks_after_a_room_books_for_a_club(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    app = browse("anna.beispiel", "raeume.py", raum=str(spaces["raum"]))
    assert "raum-fuer" not in {each.key for each in app.segmented_control}
    app = browse("ada.admin", "raeume.py", raum=str(spaces["raum"]))
    assert "raum-fuer" in {each.key for each in app.segmented_control}


def test_an_unknown_room_is_none(browse: Browse) -> None:
    for wrong in ("kein-raum", str(new_id())):
        app = browse("anna.beispiel", "raeume.py", raum=wrong)
        assert not app.exception
        assert "Diesen Raum gibt es nicht." in text_of(app)


def test_calendar_addresses_are_made_and_revoked(browse: Browse, furnished: Any) -> None:
    app = browse("anna.beispiel", "meine_buchungen.py")
    button(app, "Neue Adresse").click().run()
    assert not app.exception
    assert re.search(r"/kalender/[\w-]{43}\.ics", app.code[0].value)
    button(app, "Widerrufen").click().run()
    assert not app.exception
    assert not [each for each in app.button if each.label == "Widerrufen"]


@pytest.mark.browser
def test_the_calendar_is_read_without_signing_in(
    server: str, furnished: Any, spaces: dict[str, UUID]
) -> None:
    booked = book_in(furnished, "anna.beispiel", spaces["raum"], 9, 10)
    with furnished.house.database.write() as session:
        token = open_feed(
            session, staff_of(furnished, "anna.beispiel"), None, now=furnished.house.clock()
        )
    answer = httpx.get(f"{server}/kalender/{token}.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "no-store" in answer.headers["cache-control"]
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["DTSTART"].dt == booked.starts
    for wrong in ("x" * 43, "x", "%2e%2e"):
        assert httpx.get(f"{server}/kalender/{wrong}.ics").status_code == 404


@pytest.mark.browser
def test_a_desk_is_booked_on_the_plan(
    sign_in: Callable[..., Page], furnished: Any, spaces: dict[str, UUID], foreign: list[str]
) -> None:
    page = sign_in(path="/plaetze")
    desk = page.get_by_role("link", name="Platz 2: frei")
    expect(desk).to_be_visible()
    desk.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Platz 2 buchen").click()
    expect(page.get_by_role("link", name="Platz 2: meine Buchung")).to_be_visible()
    page.get_by_role("button", name="Einchecken").click()
    expect(page.get_by_text("Sie sind eingecheckt.")).to_be_visible()
    (row,) = bookings(furnished)
    assert row.space_id == spaces["2"]
    assert row.checked_in_at is not None
    with furnished.house.database.read() as session:
        assert session.get_one(Space, row.space_id).name == "Platz 2"
    assert foreign == []


@pytest.mark.browser
def test_plans_are_pictures_for_who_is_signed_in(
    sign_in: Callable[..., Page], server: str, furnished: Any, spaces: dict[str, UUID]
) -> None:
    with furnished.house.database.read() as session:
        address = f"{server}/grundriss/{session.get_one(Space, spaces['1']).floor_id}.svg"
    assert httpx.get(address).status_code == 401
    page = sign_in(path="/plaetze")
    expect(page.locator("img.grundriss")).to_be_visible()
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert page.request.get(f"{server}/grundriss/{new_id()}.svg").status == 404
    assert page.request.get(f"{server}/grundriss/x.svg").status == 404


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_have_no_serious_barriers(
    sign_in: Callable[..., Page], server: str, furnished: Any, spaces: dict[str, UUID], theme: Any
) -> None:
    book_in(furnished, "anna.beispiel", spaces["raum"], 9, 10)
    page = sign_in(path="/meine-buchungen")
    page.emulate_media(color_scheme=theme)
    for path in (
        f"/plaetze?platz={spaces['1']}",
        "/raeume",
        f"/raeume?raum={spaces['raum']}",
        "/meine-buchungen",
    ):
        page.goto(server + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        found = [
            (path, each["id"], [node["target"] for node in each["nodes"]])
            for each in Axe().run(page).response["violations"]
            if each["impact"] in {"serious", "critical"}
        ]
        assert found == []
        page.set_viewport_size({"width": 390, "height": 844})
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, path
        page.set_viewport_size({"width": 1400, "height": 900})
