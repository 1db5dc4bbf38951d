"""The pages of staff: the board of an office, and screens set up, changed and taken off."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from presence.availability.current import current_store
from storage.actors import Role
from storage.organisation.operations import grant_role, withdraw_role
from tests.intranet.monitor.wall import SYSTEM

Browse = Callable[..., AppTest]


def words_of(app: AppTest) -> str:
    return " ".join(
        str(getattr(each, "value", "")) for each in [*app.markdown, *app.info, *app.get("html")]
    ) + " ".join(str(each.proto) for each in app.get("html"))


@pytest.mark.usefixtures("agreed")
def test_the_board_shows_my_office_and_my_status_is_one_touch(
    browse: Browse, furnished: Any
) -> None:
    app = browse("anna.beispiel", "anwesenheit.py")
    assert not app.exception
    assert "Neu Hier" in words_of(app)
    assert list(app.selectbox(key="amt").options) == ["Ordnungsamt"]
    app.button(key="stufe-2").click().run()
    assert not app.exception
    person = furnished.person("anna.beispiel").id
    assert person in current_store(furnished.house).statuses([person], furnished.house.clock())
    app.segmented_control(key="form").set_value("Karten").run()
    assert not app.exception
    assert 'class="leute"' in words_of(app).replace("\\", "")


def test_the_board_is_off_without_an_agreement(browse: Browse) -> None:
    app = browse("anna.beispiel", "anwesenheit.py")
    assert not app.exception
    assert "Dienstvereinbarung" in words_of(app)
    assert "Neu Hier" not in words_of(app)
    assert app.button(key="stufe-2")


@pytest.mark.usefixtures("agreed")
def test_a_monitor_is_set_up_linked_anew_changed_and_taken_off(
    browse: Browse, furnished: Any
) -> None:
    house = furnished.house
    app = browse("ada.admin", "monitore.py")
    assert not app.exception
    next(each for each in app.text_input if each.label == "Name").set_value("Teeküche")
    next(each for each in app.text_input if each.label == "Standort").set_value("Haus D")
    next(each for each in app.button if each.label == "Einrichten").click().run()
    assert not app.exception
    shown = app.code[0].value
    assert "/monitor/einrichten#" in shown
    token = shown.partition("#")[2]
    with house.database.read() as session:
        assert token not in str(session.execute(text("SELECT * FROM monitor_device")).all())
    app.run()
    assert not app.code  # shown once
    next(each for each in app.selectbox if each.label == "Monitor").select_index(0).run()
    next(each for each in app.button if each.label == "Neuer Link").click().run()
    assert app.code[0].value != shown
    app.run()
    next(
        each for each in app.button if each.label == "Abmelden" and str(each.key).startswith("weg")
    ).click().run()
    assert not app.exception
    assert "abgemeldet am" in words_of(app)


@pytest.mark.usefixtures("agreed")
def test_a_head_sets_up_screens_for_the_own_office_only(browse: Browse, furnished: Any) -> None:
    house, head = furnished.house, furnished.person("neu.hier").id
    office = furnished.office("ordnungsamt")
    with house.database.write() as session:
        grant_role(session, SYSTEM, head, Role.HEAD, office, now=house.clock())
    try:
        app = browse("neu.hier", "monitore.py")
        assert not app.exception
        choice = next(each for each in app.selectbox if each.label == "Was zeigt er?")
        assert list(choice.options) == ["Amt: Ordnungsamt"]
    finally:
        with house.database.write() as session:
            withdraw_role(session, SYSTEM, head, Role.HEAD, office, now=house.clock())
