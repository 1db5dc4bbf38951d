"""No page asks any address but ours: no font, picture, script or telemetry from elsewhere."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from intranet.navigation import PAGES

SignIn = Callable[..., Page]
ADDRESSES = """() => [...document.querySelectorAll("link[href], script[src], img[src], iframe[src]")]
    .map(each => each.href || each.src)"""


@pytest.mark.parametrize("login", ["ada.admin", "anna.beispiel"])
def test_no_page_asks_for_anything_from_elsewhere(
    login: str, sign_in: SignIn, server: str, furnished: Any, foreign: list[str]
) -> None:
    refused: list[str] = []
    page = sign_in(login)
    page.on(
        "console",
        lambda message: (
            refused.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    for each in PAGES:
        page.goto(urljoin(server, f"/{each.path}?id={furnished.bill}"))
        expect(page.locator('[data-testid="stApp"]')).to_have_attribute(
            "data-test-script-state", "notRunning"
        )
        expect(page.locator("h1").first).to_be_visible()
        asked = [address for address in page.evaluate(ADDRESSES) if "//" in address]
        own = (server, "data:", "blob:")
        assert [address for address in asked if not address.startswith(own)] == [], each.path
    assert foreign == []
    assert refused == []
