"""Plätze, Räume and Meine Buchungen, as people use them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from presence.spaces.booking import Holder, Wish, book
from presence.spaces.drawing import on_plan
from presence.spaces.furnishing import SpaceForm, add_space
from presence.spaces.opening import at
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking, Space
from storage.clock import local_date, new_id
from storage.house import House
from tests.intranet.spaces.booked import (
    ALWAYS,
    SYSTEM,
    book_in,
    bookings,
    button,
    space_of,
    staff_of,
    text_of,
)

Browse = Callable[..., AppTest]


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


def test_a_desk_is_booked_for_several_weeks_with_what_stands_against_it(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    taken = book_in(furnished, "neu.hier", spaces["1"])
    day = local_date(taken.starts)
    first = day - timedelta(days=1)
    app = browse("anna.beispiel", "plaetze.py", platz=str(spaces["1"]), tag=first.isoformat())
    app.selectbox(key="rhythmus").set_value("jeden Tag").run()
    app.date_input(key="serie-bis").set_value(first + timedelta(days=2)).run()
    assert not app.exception
    assert "Serie: 3 Termine, davon 1 nicht möglich" in text_of(app)
    button(app, "Ohne diese Tage buchen (2 Termine)").click().run()
    assert not app.exception
    own = [row for row in bookings(furnished) if row.id != taken.id]
    assert [row.state for row in own] == ["confirmed"] * 2
    assert len({row.series_id for row in own}) == 1


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
    app = browse("anna.beispiel", "raeume.py", raum=str(spaces["raum"]), tag=day.isoformat())
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


def test_a_single_booking_shows_which_club_gives_way_before_it_is_booked(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    house: House = furnished.house
    day = local_date(house.clock()) + timedelta(days=9)
    wish = Wish(spaces["raum"], at(day, 600), at(day, 660), title="Chorprobe")
    holder = Holder(Party.CLUB, name="Chor", mail="chor@example.org")
    with house.database.write() as session:
        session.get_one(Space, spaces["raum"]).notice_days = 3
        clerk = staff_of(furnished, "ada.admin")
        held = book(session, clerk, wish, key="chor", now=house.clock(), holder=holder).id
    asked = {"tag": day.isoformat(), "von": "1000", "bis": "1100"}
    app = browse("ada.admin", "raeume.py", raum=str(spaces["raum"]), **asked)
    app.text_input(key="raum-titel").set_value("Ausschuss").run()
    assert not any("weicht" in each.value for each in app.warning)
    app.checkbox(key="verlegen").set_value(True).run()
    assert any("weicht: „Chorprobe“" in each.value for each in app.warning)
    assert len(bookings(furnished)) == 1
    button(app, "Buchen").click().run()
    assert not app.exception
    with house.database.write() as session:
        assert session.get_one(Booking, held).state == State.DISPLACED
        session.get_one(Space, spaces["raum"]).notice_days = None


def test_how_many_come_is_carried_over_from_the_search_and_has_to_fit(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    capacity = space_of(furnished, spaces["raum"]).capacity
    app = browse("anna.beispiel", "raeume.py")
    app.number_input[0].set_value(capacity).run()
    assert f"&amp;personen={capacity}" in text_of(app)
    day = local_date(furnished.house.clock()) + timedelta(days=2)
    asked = {"tag": day.isoformat(), "von": "1000", "bis": "1100", "personen": str(capacity)}
    app = browse("anna.beispiel", "raeume.py", raum=str(spaces["raum"]), **asked)
    app.text_input(key="raum-titel").set_value("Runde").run()
    many = app.number_input(key="raum-personen")
    assert many.value == capacity
    for rhythm in ("nur einmal", "jede Woche"):
        app.selectbox(key="rhythmus").set_value(rhythm).run()
        app.number_input(key="raum-personen").set_value(capacity + 1).run()
        assert any("Bitte wählen Sie einen größeren Raum" in each.value for each in app.warning)
        assert not [each for each in app.button if "buchen" in each.label.lower()]
    app.selectbox(key="rhythmus").set_value("nur einmal").run()
    app.number_input(key="raum-personen").set_value(capacity).run()
    button(app, "Buchen").click().run()
    assert not app.exception
    assert [row.people for row in bookings(furnished)] == [capacity]


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
