"""An agreement can be entered about what exists: a source shows up once a room has registered it."""

import re
from pathlib import Path

import pytest

import presence.availability.queries  # noqa: F401 - what every page loads: it registers bookings
from presence.availability import sources
from storage.agreements import subjects

DRAFT = Path(__file__).parents[3] / "docs" / "dienstvereinbarung-anwesenheit.md"


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SOURCES", dict(sources.SOURCES))
    monkeypatch.setattr(subjects, "_fed", set(subjects._fed))


def test_the_video_room_registers_consultations_and_only_then_they_are_offered() -> None:
    assert set(subjects.offered()) == {"monitor", "calendar", "booking"}
    sources.register("consultation", lambda *_: [], agreement="consultation")
    assert set(subjects.offered()) == {"monitor", "calendar", "booking", "consultation"}
    with pytest.raises(KeyError):
        sources.register("camera", lambda *_: [], agreement="camera")


def test_the_draft_names_what_is_offered() -> None:
    first = DRAFT.read_text("utf-8").partition("## § 1")[2].partition("## § 2")[0]
    numbered = " ".join(re.findall(r"^\d\. .*(?:\n   .*)*", first, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", numbered)) == set(subjects.offered())
