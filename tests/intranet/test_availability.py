"""Mein Status, the switch on the start page and the register of Dienstvereinbarungen, as people use them."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from config.rooms import Room
from intranet.levels import colours
from presence.availability.absences import absences_of, enter_absence
from presence.availability.current import current_store
from presence.availability.profile import allow_delegate, withdraw_delegate
from presence.availability.queries import is_open
from presence.availability.tables import AbsenceNotice, WorkingWeek
from storage.actors import Role, Staff, System
from storage.agreements.queries import keys_in_force
from storage.agreements.tables import Agreement
from storage.clock import local_date, new_id
from storage.house import House
from storage.organisation.operations import grant_role, withdraw_role
from storage.organisation.queries import load_staff
from storage.tasks.list import finish_task, open_task

Browse = Callable[..., AppTest]
SYSTEM = System("test")
CSS = Path(__file__).parents[2] / "intranet" / "assets" / "rathaus.css"


def _text(app: AppTest) -> str:
    found = [*app.get("html"), *app.markdown, *app.caption, *app.warning, *app.error]
    return " ".join(str(getattr(each, "value", "") or each.proto.body) for each in found)


def _staff(house: House, login: str, furnished: Any) -> Staff:
    with house.database.read() as session:
        staff = load_staff(session, furnished.person(login).id, local_date(house.clock()))
    assert staff is not None
    return staff


@pytest.fixture
def clean(furnished: Any) -> Iterator[None]:
    """Nobody's status, absence or working hours are left over."""
    yield
    house = furnished.house
    for login in ("anna.beispiel", "neu.hier"):
        person = furnished.person(login).id
        current_store(house).forget(person)
        with house.database.write() as session:
            for row in absences_of(session, SYSTEM, person, house.clock()):
                session.delete(row)
            session.execute(delete(WorkingWeek).where(WorkingWeek.person_id == person))
            session.execute(delete(AbsenceNotice).where(AbsenceNotice.person_id == person))


def test_colours_of_the_levels_stand_in_the_style_sheet() -> None:
    assert colours() in CSS.read_text("utf-8")


@pytest.mark.usefixtures("clean")
def test_one_touch_sets_a_status_with_timer_and_message(browse: Browse, furnished: Any) -> None:
    app = browse("anna.beispiel", "abwesenheit.py")
    assert not app.exception
    person = furnished.person("anna.beispiel").id
    app.segmented_control[0].set_value("30").run()
    app.text_input(key=f"nachricht-{person.hex}").set_value("Bitte *nicht* stören").run()
    app.button(key="stufe-2").click().run()
    assert not app.exception
    assert "nur dringend" in _text(app)
    assert "Bitte *nicht* stören" in _text(app)
    now = furnished.house.clock()
    status = current_store(furnished.house).statuses([person], now)[person]
    assert timedelta(0) < status.until - now <= timedelta(minutes=30)
    app.button(key="stufe-weg").click().run()
    assert not current_store(furnished.house).statuses([person], now)


@pytest.mark.usefixtures("clean")
def test_the_start_page_has_the_switch(browse: Browse, furnished: Any) -> None:
    app = browse("anna.beispiel")
    app.button(key="stufe-3").click().run()
    assert not app.exception
    assert "von Hand gesetzt bis heute Abend" in _text(app)


@pytest.mark.usefixtures("clean")
def test_an_absence_is_entered_changed_and_ended(browse: Browse, furnished: Any) -> None:
    house, person = furnished.house, furnished.person("anna.beispiel").id
    app = browse("anna.beispiel", "abwesenheit.py")
    substitute = furnished.person("neu.hier").id
    next(each for each in app.selectbox if each.label == "Vertretung").set_value(substitute)
    next(each for each in app.button if each.label == "Eintragen").click().run()
    assert not app.exception
    assert "abwesend mit Vertretung" in _text(app)
    assert "Neu Hier" in _text(app)
    assert _staff(house, "neu.hier", furnished).stands_in_for == {person}
    assert not [each for each in app.button if each.key == "stufe-4"]  # would not count now
    app.button(key="wieder-da").click().run()
    assert "Keine Abwesenheit eingetragen." in _text(app)
    with house.database.read() as session:
        assert not absences_of(session, SYSTEM, person, house.clock())


@pytest.mark.usefixtures("clean")
def test_the_substitute_sees_whose_task_it_is(browse: Browse, furnished: Any) -> None:
    house, person = furnished.house, furnished.person("anna.beispiel").id
    now = house.clock()
    with house.database.write() as session:
        open_task(
            session,
            key="vertretung",
            kind="test",
            title="Etwas prüfen",
            link="/",
            object_kind="test",
            object_id=new_id(),
            now=now,
            person=person,
        )
        enter_absence(
            session,
            SYSTEM,
            person,
            starts=now,
            ends=now + timedelta(days=2),
            substitute=furnished.person("neu.hier").id,
            now=now,
        )
    shown = _text(browse("neu.hier"))
    assert "in Vertretung für Anna Beispiel" in shown
    assert "Sie vertreten zurzeit" in shown
    with house.database.write() as session:
        finish_task(session, "vertretung", now)


@pytest.mark.usefixtures("clean")
def test_a_delegate_sets_it_for_somebody(browse: Browse, furnished: Any) -> None:
    house = furnished.house
    anna, other = furnished.person("anna.beispiel").id, furnished.person("neu.hier").id
    with house.database.write() as session:
        allow_delegate(session, SYSTEM, anna, other, now=house.clock())
    app = browse("neu.hier", "abwesenheit.py")
    app.selectbox[0].set_value(anna).run()
    app.button(key="stufe-0").click().run()
    assert not app.exception
    assert anna in current_store(house).statuses([anna, other], house.clock())
    assert not [each for each in app.button if each.key == "anderer-tat"]  # it was not done to them
    for page in ("start.py", "abwesenheit.py"):
        told = browse("anna.beispiel", page)
        assert any("Neu Hier** hat Ihren Status gesetzt: heute" in each.value for each in told.info)
    told.button(key="anderer-tat").click().run()
    assert not told.exception
    assert not any("Neu Hier" in each.value for each in browse("anna.beispiel").info)
    with house.database.write() as session:
        withdraw_delegate(session, SYSTEM, anna, other, now=house.clock())


@pytest.mark.usefixtures("clean")
def test_a_head_enters_absences_and_decides_who_sees_the_office(
    browse: Browse, furnished: Any
) -> None:
    house, head = furnished.house, furnished.person("neu.hier").id
    office = furnished.office("ordnungsamt")
    with house.database.write() as session:
        grant_role(session, SYSTEM, head, Role.HEAD, office, now=house.clock())
    app = browse("neu.hier", "abwesenheit.py")
    app.radio(key=f"sicht-{office.hex}").set_value(True).run()
    assert not app.exception
    with house.database.read() as session:
        assert is_open(session, office)
    app.radio(key=f"sicht-{office.hex}").set_value(False).run()
    anna = furnished.person("anna.beispiel").id
    app.selectbox[0].set_value(anna).run()
    assert not [each for each in app.button if each.key == "stufe-0"]  # not their status
    next(each for each in app.button if each.label == "Eintragen").click().run()
    assert not app.exception
    with house.database.read() as session:
        assert not is_open(session, office)
        assert len(absences_of(session, SYSTEM, anna, house.clock())) == 1
    assert any(
        "Neu Hier** hat Ihre Abwesenheit geändert" in e.value for e in browse("anna.beispiel").info
    )
    with house.database.write() as session:
        withdraw_role(session, SYSTEM, head, Role.HEAD, office, now=house.clock())


@pytest.mark.usefixtures("clean")
def test_working_hours_are_saved(browse: Browse, furnished: Any) -> None:
    app = browse("anna.beispiel", "abwesenheit.py")
    next(each for each in app.time_input if each.label == "Montag, erste Zeit: von").set_value(
        time(8)
    )
    next(each for each in app.time_input if each.label == "Montag, erste Zeit: bis").set_value(
        time(12)
    )
    next(each for each in app.button if each.label == "Arbeitszeit speichern").click().run()
    assert not app.exception
    again = browse("anna.beispiel", "abwesenheit.py")
    monday = next(each for each in again.time_input if each.label == "Montag, erste Zeit: bis")
    assert (monday.value.hour, monday.value.minute) == (12, 0)


@pytest.mark.usefixtures("clean")
def test_working_hours_at_weekends_are_saved_and_shown_again(
    browse: Browse, furnished: Any
) -> None:
    def saturday(app: AppTest, which: str) -> list[Any]:
        return [each for each in app.time_input if each.label == f"Samstag, erste Zeit: {which}"]

    app = browse("anna.beispiel", "abwesenheit.py")
    assert not saturday(app, "von")
    app.toggle(key="wochenende").set_value(True).run()
    saturday(app, "von")[0].set_value(time(9))
    saturday(app, "bis")[0].set_value(time(13))
    next(each for each in app.button if each.label == "Arbeitszeit speichern").click().run()
    assert not app.exception
    again = browse("anna.beispiel", "abwesenheit.py")
    assert again.toggle(key="wochenende").value
    assert saturday(again, "bis")[0].value == time(13)
    again.toggle(key="wochenende").set_value(False).run()
    next(each for each in again.button if each.label == "Arbeitszeit speichern").click().run()
    assert not browse("anna.beispiel", "abwesenheit.py").toggle(key="wochenende").value
    assert furnished


def test_an_agreement_needs_both_sides(browse: Browse, furnished: Any) -> None:
    house, council = furnished.house, furnished.person("paula.post").id
    with house.database.write() as session:
        grant_role(session, SYSTEM, council, Role.COUNCIL, None, now=house.clock())
    app = browse("ada.admin", "dienstvereinbarungen.py")
    next(each for each in app.text_input if each.label == "Titel").set_value("Monitor")
    next(each for each in app.text_input if each.label == "Aktenzeichen").set_value("DV 1/2026")
    next(each for each in app.button if each.label == "Eintragen").click().run()
    assert not app.exception
    assert "wartet auf den Personalrat" in _text(app)
    other = browse("paula.post", "dienstvereinbarungen.py")
    next(each for each in other.button if each.label == "Bestätigen").click().run()
    assert not other.exception
    with house.database.read() as session:
        assert keys_in_force(session, local_date(house.clock())) == {"monitor"}
    with house.database.write() as session:
        withdraw_role(session, SYSTEM, council, Role.COUNCIL, None, now=house.clock())
        session.execute(delete(Agreement))  # other tests of this house begin without one


def test_a_house_without_availability_shows_no_switch(
    browse: Browse, furnished: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = furnished.house.settings.model_copy(update={"rooms_off": frozenset({Room.AVAILABILITY})})
    monkeypatch.setattr(furnished.house, "settings", off)
    app = browse("anna.beispiel")
    assert not app.exception
    assert not [each for each in app.button if str(each.key).startswith("stufe")]


@pytest.mark.browser
@pytest.mark.usefixtures("clean")
def test_a_status_with_timer_in_chromium(sign_in: Callable[..., Page]) -> None:
    page = sign_in()
    page.get_by_role("link", name="Mein Status").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mein Status")
    page.get_by_role("radio", name="1 Stunde").click()
    page.get_by_label("Nachricht (freiwillig)").fill("Bin in der Sitzung")
    page.get_by_role("button", name="nur dringend").click()
    card = page.locator(".erreichbar")
    expect(card).to_contain_text("von Hand gesetzt bis")
    expect(card).to_contain_text("Bin in der Sitzung")
    page.get_by_role("link", name="Start").click()
    expect(page.locator(".mein-status")).to_contain_text("nur dringend")
    page.get_by_role("button", name="zurücksetzen").click()
    expect(page.locator(".mein-status")).not_to_contain_text("nur dringend")
