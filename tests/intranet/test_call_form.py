"""Taking a call down: known places bring where they lie, and whistleblowers are led to the reporting office."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from streamlit.testing.v1 import AppTest

from storage.actors import System
from tests.intranet.test_anliegen_pages import groups, press, shown
from workflows.kiss.anliegen.tables import Anliegen, KnownPlace
from workflows.kiss.places.keeping import import_places
from workflows.kiss.places.table import PlaceRow

Browse = Callable[..., AppTest]
__all__ = ["groups"]


def test_a_known_place_is_chosen_and_a_whistleblower_led_on(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    del groups
    house = furnished.house
    with house.database.write() as session:
        place = PlaceRow("Marktplatz", "Altstadt", 48.53125, 9.84217)
        import_places(session, System("test"), [place], now=house.clock())
    app = browse("anna.beispiel", "anliegen.py")
    assert "Meldestelle" in shown(app)
    next(each for each in app.text_area if each.label == "Worum geht es?").set_value("Ampel aus.")
    next(each for each in app.selectbox if each.label == "Ort").select("Marktplatz")
    next(each for each in app.text_input if each.label == "Wo genau?").set_value("Haus 3")
    press(app, "Aufnehmen")
    with house.database.write() as session:
        row = session.scalars(select(Anliegen)).one()
        assert (row.place, row.latitude, row.longitude) == ("Marktplatz, Haus 3", 48.53125, 9.84217)
        session.execute(delete(KnownPlace))
