"""Plans and calendars in Chromium: booked on the plan, read without signing in, without barriers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import icalendar
import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from presence.spaces.feeds import open_feed
from presence.spaces.tables import Space
from storage.clock import new_id
from tests.intranet.barriers import barriers, drawn, fits
from tests.intranet.spaces.booked import book_in, bookings, staff_of

Browse = Callable[..., AppTest]


@pytest.mark.browser
def test_the_calendar_is_read_without_signing_in(
    server: str, furnished: Any, spaces: dict[str, UUID]
) -> None:
    booked = book_in(furnished, "anna.beispiel", spaces["raum"], 9, 10)
    with furnished.house.database.write() as session:
        token = open_feed(
            session, staff_of(furnished, "anna.beispiel"), None, now=furnished.house.clock()
        )
    answer = httpx.get(f"{server}/kalender/{token}.ics", timeout=120)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "no-store" in answer.headers["cache-control"]
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["DTSTART"].dt == booked.starts
    for wrong in ("x" * 43, "x", "%2e%2e"):
        assert httpx.get(f"{server}/kalender/{wrong}.ics", timeout=120).status_code == 404


@pytest.mark.browser
def test_a_desk_is_booked_on_the_plan(
    sign_in: Callable[..., Page], furnished: Any, spaces: dict[str, UUID], foreign: list[str]
) -> None:
    page = sign_in(path="/plaetze")
    desk = page.get_by_role("link", name="Platz 2: frei")
    expect(desk).to_be_visible()
    drawn(page)
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
    assert httpx.get(address, timeout=120).status_code == 401
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
        drawn(page)
        assert barriers(page, path) == []
        page.set_viewport_size({"width": 390, "height": 844})
        fits(page, path)
        page.set_viewport_size({"width": 1400, "height": 900})
