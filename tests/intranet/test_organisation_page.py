"""The organisation page: open, rename and close an office, as the administrator does it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from storage.organisation.tables import Office

Browse = Callable[..., AppTest]


def words(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


def field(app: AppTest, label: str) -> Any:
    return next(each for each in app.text_input if each.label == label)


def press(app: AppTest, label: str) -> AppTest:
    return next(each for each in app.button if each.label == label).click().run()


def choose(app: AppTest, number: str, house: Any) -> AppTest:
    with house.database.read() as session:
        key = session.scalars(select(Office.id).where(Office.number == number)).one()
    return app.selectbox[0].select(key).run()


def test_an_office_opens_gets_another_name_and_closes(browse: Browse, furnished: Any) -> None:
    app = browse("ada.admin", "organisation.py")
    for label, value in (
        ("Name des neuen Amts", "Bäderamt"),
        ("Kurzname des neuen Amts", "Bäder"),
        ("Nummer", "52"),
        ("Kürzel", "baeder"),
    ):
        field(app, label).input(value)
    app = press(app, "Amt anlegen")
    assert not app.error
    assert "Bäderamt" in words(app)

    app = choose(app, "52", furnished.house)
    field(app, "Name").input("Sport- und Bäderamt")
    app = press(app, "Umbenennen")
    assert "Sport- und Bäderamt" in words(app)

    app = choose(browse("ada.admin", "organisation.py"), "52", furnished.house)
    app = press(app, "Amt schließen")
    assert "Häkchen" in app.error[0].value
    app = choose(browse("ada.admin", "organisation.py"), "52", furnished.house)
    app.checkbox[0].check()
    app = press(app, "Amt schließen")
    assert not app.error
    assert "geschlossen seit" in words(app)
    assert "ohne Nachfolge" in words(app)


def test_an_office_with_people_is_not_closed_without_a_successor(
    browse: Browse, furnished: Any
) -> None:
    app = choose(browse("ada.admin", "organisation.py"), "32", furnished.house)
    app.checkbox[0].check()
    app = press(app, "Amt schließen")
    message = app.error[0].value
    assert "Personen arbeiten dort" in message
    assert "Anna Beispiel" in message
    assert "im Posteingang" in message
    assert "Eintrag im Aktenplan" in message
