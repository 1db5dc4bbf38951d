"""Settings that are wrong stop the start with a German line that names them."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.rooms import TITLES, Room, names_of, read_rooms, room_of
from config.settings import Settings, SettingsError, get_settings


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize("text", ["video,kiss", " video , KISS ,", '["video", "kiss"]'])
def test_rooms_are_named_with_commas(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATHAUS_ROOMS_OFF", text)
    assert get_settings().rooms_off == {Room.VIDEO, Room.KISS}


def test_no_rooms_are_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATHAUS_ROOMS_OFF", "")
    assert get_settings().rooms_off == frozenset()


def test_an_unknown_room_is_named_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATHAUS_ROOMS_OFF", "video,kantine")
    with pytest.raises(SettingsError) as refused:
        get_settings()
    line = str(refused.value)
    assert "RATHAUS_ROOMS_OFF" in line
    assert "„kantine“" in line
    assert "eakte, kiss" in line
    assert "\n" not in line


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATHAUS_PORT", "geheim")
    with pytest.raises(SettingsError, match="RATHAUS_PORT") as refused:
        get_settings()
    assert "geheim" not in str(refused.value)


def test_a_short_token_is_refused_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATHAUS_METRICS_TOKEN", "")
    assert get_settings().metrics_token is None
    get_settings.cache_clear()
    monkeypatch.setenv("RATHAUS_METRICS_TOKEN", "kurz")
    with pytest.raises(SettingsError, match="RATHAUS_METRICS_TOKEN"):
        get_settings()


@given(st.sets(st.sampled_from(Room)))
def test_every_set_of_rooms_is_read_as_it_was_written(rooms: set[Room]) -> None:
    assert read_rooms(",".join(rooms)) == rooms


def test_names_belong_to_rooms_by_their_first_part() -> None:
    assert set(TITLES) == set(Room)
    assert room_of("document.process") is Room.EAKTE
    assert room_of("kiss.erinnerung") is Room.KISS
    assert room_of("mail") is None
    assert room_of("journal.pruefung") is None
    assert names_of(frozenset({Room.EAKTE})) >= {"eakte", "document", "model"}
    off = Settings(rooms_off=frozenset({Room.EAKTE}), _env_file=None)
    assert not off.is_on("document.process")
    assert off.is_on("mail")
    assert off.is_on("video")
