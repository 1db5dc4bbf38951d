"""The pages of Anliegen hold what strangers send: endless addresses, words and file names break, nothing is cut off."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.clock import new_id
from tests.intranet.barriers import fits, still
from tests.intranet.conftest import WAIT
from tests.intranet.test_anliegen_pages import SYSTEM, groups
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.conversation import Reply, hear
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.taking_in import take_in

__all__ = ["groups"]
ADDRESS = f"{'erika.von.und.zu.mustermann-' * 2}xy@{'sehr-lange-abteilung.' * 6}example.org"
WORD = "Donaudampfschifffahrtsgesellschaft" * 3
SPILLING = """() => [...document.querySelectorAll('[data-testid="stMain"] *')].filter(each => {
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    if (!box.width || style.visibility === 'hidden' || style.position === 'absolute') return false;
    if (each.closest('.tabelle, [data-testid="stIconMaterial"], svg')) return box.right > innerWidth + 1;
    return box.right > innerWidth + 1 || (style.overflowX === 'visible' && style.display !== 'inline'
        && each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1);
}).map(each => each.tagName + '.' + each.className + ': ' + each.textContent.slice(0, 40))"""
"""Elements whose words stick out of them, or of the window."""


def long_one(furnished: Any, groups: dict[str, UUID]) -> UUID:
    house, now = furnished.house, furnished.house.clock()
    incoming = Incoming(
        key=new_id().hex, channel=Channel.MAIL, kind=Kind.COMPLAINT, title=f"{WORD}!", text=f"{WORD} {ADDRESS}",
        caller=Caller("Erika", ADDRESS), sender=ADDRESS,
    )  # fmt: skip
    anliegen = take_in(house, SYSTEM, incoming, [(f"{WORD}.txt", b"hallo")])
    with house.database.write() as session:
        assign(session, SYSTEM, anliegen, 1, To(groups["ordnungsamt"]), now=now)
        reply = Reply("mail:fremd", "Ich auch.", sender=f"x{ADDRESS}", trusted=False)
        hear(session, SYSTEM, anliegen, reply, now=now)
    return anliegen


@pytest.fixture
def look(
    chromium: Browser, server: str, small: Any, tmp_path: Path
) -> Callable[[str, str, int, str], Page]:
    """Open a page as Anna in a scheme and width, drawn to its end; a picture of it is kept."""

    def open_page(scheme: Any, name: str, width: int, path: str) -> Page:
        screen = {"width": width, "height": 900}
        context = chromium.new_context(locale="de-DE", color_scheme=scheme, viewport=screen)
        context.set_default_timeout(WAIT)
        page = context.new_page()
        page.goto(server + path)
        page.get_by_label("Anmeldename").fill("anna.beispiel")
        page.get_by_label("Passwort").fill(small.PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("table.liste").first).to_contain_text(
            "Donaudampf" if name == "liste" else "Stand"
        )
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        page.screenshot(path=tmp_path / f"{name}-{scheme}-{width}.png", full_page=True)
        return page

    return open_page


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_endless_words_break(
    furnished: Any,
    groups: dict[str, UUID],
    look: Callable[[str, str, int, str], Page],
    scheme: str,
    width: int,
) -> None:
    anliegen = long_one(furnished, groups)
    for name, path in (("eines", f"/anliegen?id={anliegen.hex}"), ("liste", "/anliegen")):
        page = look(scheme, name, width, path)
        expect(page.get_by_text("Donaudampf").first).to_be_visible()
        fits(page, name)
        still(page)
        assert page.evaluate(SPILLING) == []
        page.context.close()
