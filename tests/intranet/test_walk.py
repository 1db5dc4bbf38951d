"""A day at the town hall in Chromium: sign in, hand in post, watch it being read, file it, find it, sign out."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.intranet.barriers import barriers, barriers_of_all_tabs, drawn, english, fits
from tests.intranet.conftest import WAIT

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
BARRIERS = {
    "anna.beispiel": (
        "/", "/posteingang", "/dokument?id={bill}", "/dokument?id={broken}", "/akten", "/suche?q=Rechnung",
        "/einstellungen", "/mein-status", "/anwesenheit", "/anliegen", "/zustaendigkeiten", "/das-nervt",
    ),
    "ada.admin": ("/quarantaene", "/zeitplaene", "/laeufe", "/system", "/personen", "/dienstvereinbarungen", "/monitore"),
}  # fmt: skip
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1400, "height": 900}


def rows(page: Page) -> Any:
    return page.locator("table.liste tbody tr")


def test_a_letter_from_the_door_to_the_file_and_back(
    sign_in: SignIn, furnished: Any, small: Any, foreign: list[str]
) -> None:
    page = sign_in()
    expect(page.get_by_role("heading", level=1)).to_have_text("Guten Tag, Anna Beispiel")
    page.get_by_role("link", name="Posteingang").click()
    page.locator('input[type="file"]').set_input_files(
        [
            {
                "name": f"rechnung-{number}.pdf",
                "mimeType": "application/pdf",
                "buffer": small.pdf(small.bill(f"2026-{number}")),
            }
            for number in (901, 902)
        ]
    )
    expect(page.get_by_text("0 von 2 gelesen")).to_be_visible()
    engine = threading.Thread(target=small.read_post, args=(furnished.house,))
    engine.start()
    expect(page.get_by_text("2 von 2 gelesen")).to_be_visible(timeout=WAIT)
    engine.join()
    page.get_by_role("link", name=re.compile("2026-901")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026-901")
    drawn(page)  # a key finds no button before it is there

    expect(page.locator(".seitenbilder img").first).to_have_js_property("complete", True)
    expect(page.locator(".kasten.an")).to_have_count(0)
    page.get_by_label("Absender", exact=True).focus()
    expect(page.locator('.kasten.an[data-beleg="sender"]').first).to_be_attached()

    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile(r"Abgelegt in C1\.01/"))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("2026-901")

    page.get_by_role("link", name="Suche", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suche")
    drawn(page)
    words = page.get_by_label("Suchworte")
    words.fill("2026-901")
    words.press("Enter")
    expect(page.locator("ol.treffer mark").first).to_be_visible()
    page.locator("ol.treffer a").first.click()
    expect(page.get_by_text("abgelegt", exact=True)).to_be_visible()
    page.go_back()
    expect(page.locator("ol.treffer mark").first).to_be_visible()

    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url("**/anmelden?abgemeldet")  # the page left says so too, on its way there
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    assert foreign == []


def test_the_way_back_after_signing_in(sign_in: SignIn, furnished: Any) -> None:
    page = sign_in("anna.beispiel", f"/dokument?id={furnished.bill}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rechnung 2026-117")


HELD_UP = """() => {
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (data) {
    send.call(this, data)
    const until = Date.now() + 4000
    while (Date.now() < until);
  }
}"""
"""A browser that comes to nothing for a while after it has asked, so that the socket has ended when it hears the answer."""


def test_whoever_signs_out_is_told_so_however_slow_the_browser(sign_in: SignIn) -> None:
    page = sign_in("neu.hier")
    drawn(page)
    page.evaluate(HELD_UP)
    page.get_by_role("button", name="Abmelden").click()
    page.wait_for_url("**/anmelden?*")
    assert page.url.endswith("/anmelden?abgemeldet")
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()


def test_a_session_that_ended_leads_to_the_sign_in_page(sign_in: SignIn, furnished: Any) -> None:
    from presence.sessions import sign_out_everywhere

    page = sign_in("paula.post")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    person = furnished.person("paula.post")
    furnished.house.database.run(lambda session: sign_out_everywhere(session, person.id))
    page.get_by_role("link", name="Akten").click()
    expect(page.get_by_text("Ihre Sitzung ist beendet.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")


@pytest.mark.parametrize("login", BARRIERS)
@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)])
def test_pages_have_no_serious_barriers(
    chromium: Browser, server: str, small: Any, furnished: Any, login: str, scheme: Any, size: Any
) -> None:
    context = chromium.new_context(locale="de-DE", color_scheme=scheme, viewport=size)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    found: list[str] = []

    page.goto(server + "/anmelden")
    found += barriers(page, "/anmelden")
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Passwort").fill(small.PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    for path in BARRIERS[login]:
        page.goto(server + path.format(bill=furnished.bill, broken=furnished.broken))
        drawn(page)
        found += barriers_of_all_tabs(page, path)
    context.close()
    assert not found, "\n".join(dict.fromkeys(found))


def test_nothing_english_is_left_on_the_pages(sign_in: SignIn, server: str) -> None:
    page = sign_in("ada.admin")
    for path in (
        "/",
        "/posteingang",
        "/suche",
        "/einstellungen",
        "/personen",
        "/laeufe",
        "/system",
        "/anwesenheit",
        "/monitore",
        "/dienstvereinbarungen",
    ):
        page.goto(server + path)
        drawn(page)
        assert english(page) == []
    assert page.evaluate("document.documentElement.lang") == "de"


def test_the_phone_shows_pages_without_scrolling_sideways(
    chromium: Browser, server: str, small: Any, furnished: Any
) -> None:
    context = chromium.new_context(locale="de-DE", viewport={"width": 390, "height": 844})
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(server + "/anmelden")
    page.get_by_label("Anmeldename").fill("anna.beispiel")
    page.get_by_label("Passwort").fill(small.PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    for path in ("/", "/posteingang", f"/dokument?id={furnished.bill}", "/akten", "/suche"):
        page.goto(server + path)
        drawn(page)
        fits(page, path)
    context.close()


def test_the_chosen_colours_stay_on_every_page(sign_in: SignIn, server: str) -> None:
    page = sign_in("anna.beispiel", "/einstellungen")
    app = page.locator('[data-testid="stApp"]')
    expect(app).to_have_css("background-color", "rgb(255, 255, 255)")
    page.get_by_text("dunkel", exact=True).click()
    expect(app).to_have_css("background-color", "rgb(18, 25, 28)", timeout=WAIT)
    page.goto(server + "/akten")
    expect(app).to_have_css("background-color", "rgb(18, 25, 28)", timeout=WAIT)


BROKEN_WORDS = """() => {
  const broken = [];
  for (const cell of document.querySelectorAll("table.liste th, table.liste td")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const word of node.data.matchAll(/[^\\s/–-]+/gu)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map((each) => Math.round(each.top)));
        if (lines.size > 1 && word[0].length <= 24) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""


@pytest.mark.parametrize("width", [1400, 1000, 700, 390])
def test_the_inbox_never_breaks_a_word(
    chromium: Browser, server: str, small: Any, furnished: Any, width: int
) -> None:
    from storage.actors import System
    from workflows.eakte.receiving import Incoming, receive
    from workflows.eakte.tables import Document

    house = furnished.house
    for kind in ("Kündigung", "Anzeige/Meldung", "Zustellungsurkunde"):
        file = Incoming(
            f"{kind[:4]}.pdf", b"%PDF-1.7 " + kind.encode(), furnished.office("ordnungsamt")
        )
        made = receive(house, System("test"), file).document
        if made is None:
            continue  # there since the run at another width
        with house.database.write() as session:
            row = session.get_one(Document, made)
            row.state, row.kind = "quarantined", kind
            row.title = (
                "Sehr_langer_Dateiname_ohne_jede_Luecke_" * 2 + "Grundstücksverkehrsgenehmigung"
            )
            row.sender = (
                "Verwaltungsgemeinschaft Oberahlental, poststelle@verwaltungsgemeinschaft.example"
            )
            row.reason = (
                "Diese Datei ist beschädigt oder verschlüsselt. Bitte beim Absender nachfragen."
            )
    context = chromium.new_context(locale="de-DE", viewport={"width": width, "height": 900})
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(server + "/anmelden?weiter=/posteingang")
    page.get_by_label("Anmeldename").fill("anna.beispiel")
    page.get_by_label("Passwort").fill(small.PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(rows(page).filter(has_text="Zustellungsurkunde").first).to_be_attached(timeout=WAIT)
    found = page.evaluate(BROKEN_WORDS)
    wide = page.locator(".tabelle").last.evaluate("box => box.scrollWidth - box.clientWidth")
    context.close()
    assert found == []
    assert width not in {1400, 390} or wide <= 1, "the table has to be scrolled sideways"
