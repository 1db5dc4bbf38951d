"""What is left of the intranet when the e-Akte is switched off."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from config.rooms import Room
from intranet.navigation import PAGES, paths
from intranet.views.start import load
from storage.actors import Grant, Role, Staff
from storage.organisation.queries import load_staff

OFF = frozenset({Room.EAKTE})
ADMINISTRATOR = Staff(UUID(int=2), "A", grants=frozenset({Grant(Role.ADMIN)}))


@pytest.fixture
def off(furnished: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = furnished.house.settings.model_copy(update={"rooms_off": OFF})
    monkeypatch.setattr(furnished.house, "settings", settings)


def words(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


@pytest.mark.usefixtures("off")
def test_the_start_page_shows_nothing_of_it(browse: Callable[..., AppTest]) -> None:
    app = browse("anna.beispiel")
    assert not app.exception
    assert [each.label for each in app.button if each.label == "Suchen"] == []  # people only
    assert "Nichts wartet auf Sie" in words(app)
    assert "/posteingang" not in words(app)
    assert [each.value for each in app.header] == ["Das wartet auf Sie"]


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("page", [page for page in PAGES if page.room is Room.EAKTE])
def test_its_pages_are_not_there(browse: Callable[..., AppTest], page: Any) -> None:
    with pytest.raises(ValueError, match="Could not find"):
        browse("ada.admin", page.file)


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.room not in OFF and page.shown(ADMINISTRATOR)]
)
def test_all_others_are(browse: Callable[..., AppTest], page: Any) -> None:
    app = browse("ada.admin", page.file)
    assert not app.exception
    assert not app.error


def test_its_addresses_are_not_served() -> None:
    assert "/posteingang" in paths(frozenset())
    assert paths(OFF) == {f"/{page.path}" for page in PAGES if page.room not in OFF}


def test_its_tasks_wait_without_being_shown(furnished: Any) -> None:
    house = furnished.house
    now = house.clock()
    with house.database.read() as session:
        anna = load_staff(session, furnished.person("anna.beispiel").id, now.date())
        assert anna is not None
        assert load(session, anna, now).waiting >= 1  # the file that could not be read
        assert load(session, anna, now, OFF).waiting == 0
        assert load(session, anna, now, OFF).tasks == []
