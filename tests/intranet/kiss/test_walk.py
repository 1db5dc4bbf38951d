"""The coordination and a Digitallotse shorten ways, in Chromium: from the worst pattern to what became of the change."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.house import House
from tests.intranet.barriers import barriers_of_all_tabs, drawn, english, fits
from tests.intranet.conftest import WAIT
from tests.intranet.kiss.conftest import SYSTEM, noise
from workflows.kiss.anliegen.tables import Anliegen, Group, Topic
from workflows.kiss.anliegen.taking_in import take_in

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
Engine = Callable[[], None]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1400, "height": 900}
BARRIERS = {
    "anna.beispiel": ("/anliegen", "/zustaendigkeiten", "/das-nervt"),
    "kora.dinator": ("/anliegen", "/zustaendigkeiten", "/das-nervt", "/auswertung", "/ungelesen"),
}


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def open_tab(page: Page, name: str) -> None:
    page.reload()
    drawn(page)
    tab(page, name)


def search(page: Page, engine: Engine) -> None:
    """Let the engine look for proposals, as the coordination does."""
    tab(page, "Vorschläge")
    page.get_by_role("button", name="Nach neuen Vorschlägen suchen").click()
    expect(page.get_by_text("Es wird gesucht.")).to_be_visible()
    engine()
    open_tab(page, "Vorschläge")


def calculate(page: Page, engine: Engine) -> None:
    page.get_by_role("button", name="Neu berechnen").click()
    expect(page.get_by_text("wird gerade berechnet")).to_be_visible()
    engine()
    page.reload()
    drawn(page)


def six_more(house: House) -> None:
    with house.database.read() as session:
        topic = session.query(Topic.id).filter(Topic.key == "laerm").scalar()
    for number in range(100, 106):
        take_in(house, SYSTEM, noise(number, topic))


def test_the_coordination_accepts_a_proposal_and_sees_what_became_of_it(
    sign_in: SignIn, undecided: Any, engine: Engine, foreign: list[str]
) -> None:
    page = sign_in("kora.dinator", "/auswertung")
    drawn(page)
    calculate(page, engine)
    expect(page.get_by_role("table", name="Wege der Anliegen").first).to_contain_text(
        "100,0\u00a0%"
    )
    tab(page, "Wege")
    worst = page.get_by_text("Beim Thema „Lärm“").first
    expect(worst).to_be_visible()
    expect(page.get_by_text("gehen gleich an „Poststelle“").first).to_be_visible()

    search(page, engine)
    proposal = page.get_by_text("gehen gleich an „Poststelle“").last
    expect(proposal).to_contain_text("12 Weitergaben gespart")  # the topic knows the first one
    expect(proposal).to_contain_text("bei 12 von 12 Anliegen")
    page.get_by_label("Begründung").fill("Die Poststelle hat den Vollzugsdienst.")
    page.get_by_role("button", name="Annehmen").click()
    expect(page.get_by_text(re.compile("angenommen am .* von Kora Dinator"))).to_be_visible()

    house = undecided.house
    six_more(house)
    engine()
    with house.database.read() as session:
        group = session.query(Group.id).filter(Group.key == "poststelle").scalar()
        newest = session.query(Anliegen).order_by(Anliegen.id.desc()).limit(6)
        assert {row.group_id for row in newest} == {group}
    search(page, engine)
    effect = page.get_by_text("Je 100 Anliegen gab es vorher 200 und nachher 0 Weitergaben")
    expect(effect).to_be_visible()
    assert foreign == []


def test_a_lotse_sees_the_ways_of_the_office_votes_accompanies_and_hears_what_annoys(
    sign_in: SignIn, undecided: Any, engine: Engine
) -> None:
    kora = sign_in("kora.dinator", "/auswertung")
    drawn(kora)
    search(kora, engine)
    kora.context.clear_cookies()

    page = sign_in("lotta.lotse", "/das-nervt")
    drawn(page)
    page.get_by_label("Was nervt?").fill("Bei Lärm fragen wir jedes Mal dreimal nach.")
    page.get_by_label("Um welches Thema geht es?").click()
    page.get_by_role("option", name="Lärm").click()
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_text("Bei Lärm fragen wir jedes Mal dreimal nach.").first).to_be_visible()

    page.goto(page.url.replace("/das-nervt", "/auswertung"))
    drawn(page)
    calculate(page, engine)
    tab(page, "Wege")
    expect(page.get_by_text("Beim Thema „Lärm“").first).to_be_visible()
    tab(page, "Vorschläge")
    expect(page.get_by_role("button", name="Annehmen")).to_have_count(0)
    expect(page.get_by_role("link", name="1 offene Meldung")).to_be_visible()
    page.get_by_text("Etwas dazu sagen").click()
    page.get_by_text("dafür", exact=True).click()
    page.get_by_label("Warum?").fill("Das erspart uns viel.")
    page.get_by_role("button", name="Abgeben").click()
    expect(page.get_by_text("Lotta Lotse: dafür, Das erspart uns viel")).to_be_visible()
    page.get_by_role("button", name="Ich begleite das").click()
    expect(page.get_by_text("Begleitet von Lotta Lotse")).to_be_visible()

    page.goto(page.url.replace("/auswertung", "/das-nervt"))
    drawn(page)
    page.get_by_label("Was wird daraus?").fill("Wir schlagen eine andere Zuständigkeit vor.")
    page.get_by_role("button", name="Ich kümmere mich").click()
    expect(page.get_by_text("jemand kümmert sich")).to_be_visible()


def test_a_log_of_another_system_is_evaluated(
    sign_in: SignIn, undecided: Any, engine: Engine, foreign: list[str]
) -> None:
    lines = [
        f"{case},2026-03-0{case + 1}T0{hour}:00:00Z,Arbeit,{group}"
        for case in range(6)
        for hour, group in enumerate("ABA")
    ]
    content = "\n".join(["Fallnummer,Zeitstempel,Status,Team", *lines]).encode()
    page = sign_in("kora.dinator", "/auswertung")
    drawn(page)
    tab(page, "Protokolle")
    expect(page.get_by_text("Noch kein Protokoll.")).to_be_visible()
    file = {"name": "Fachverfahren.csv", "mimeType": "text/csv", "buffer": content}
    page.locator('input[type="file"]').set_input_files([file])
    expect(page.get_by_text("Fachverfahren.csv")).to_be_visible()
    page.get_by_role("button", name="Auswerten").click()
    expect(page.get_by_text("Das Protokoll wird ausgewertet …")).to_be_visible()
    engine()  # the page looks by itself
    expect(page.get_by_role("table", name="Weitergaben im Protokoll")).to_contain_text("12")
    with page.expect_download() as download:
        page.get_by_role("tabpanel").last.get_by_role("button", name="Word-Datei erstellen").click()
        page.get_by_role("button", name="Word-Datei laden").click()
    assert download.value.suggested_filename.endswith(".docx")
    page.get_by_role("button", name="Protokoll löschen").click()
    expect(page.get_by_text("Noch kein Protokoll.")).to_be_visible()
    assert foreign == []


@pytest.mark.parametrize("login", BARRIERS)
@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)])
def test_pages_of_kiss_have_no_serious_barriers(
    chromium: Browser, server: str, small: Any, furnished: Any, login: str, scheme: Any, size: Any, engine: Engine
) -> None:  # fmt: skip
    context = chromium.new_context(locale="de-DE", color_scheme=scheme, viewport=size)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto(server + "/anmelden")
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Passwort").fill(small.PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    found: list[str] = []
    for path in BARRIERS[login]:
        page.goto(server + path)
        drawn(page)
        if path == "/auswertung":
            calculate(page, engine)
        found += barriers_of_all_tabs(page, path)
        found += [f"{path}: {word}" for word in english(page)]
        fits(page, path)
    context.close()
    assert not found, "\n".join(dict.fromkeys(found))
