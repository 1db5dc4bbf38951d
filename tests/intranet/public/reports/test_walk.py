"""A citizen reports a hole with a picture in Chromium, a clerk answers, it is not done after all; no page has barriers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from config.settings import Settings
from presence.operations import create_account, preset_password
from presence.passwords import initial_password
from storage.all_tables import create_all
from storage.house import House, open_house
from tests.intranet.public.reports.conftest import SYSTEM, furnish_kiss, picture
from tests.intranet.public.test_walk import (
    PASSWORD,
    ROOT,
    SIZES,
    WAIT,
    _free_port,
    _wait,
    look,
)
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.citizens.publishing import publish

pytestmark = pytest.mark.browser


@dataclass
class Town:
    house: House
    public: str
    staff: str
    ids: dict[str, Any]

    def newest(self) -> Anliegen:
        with self.house.database.read() as session:
            return session.scalars(select(Anliegen).order_by(Anliegen.id.desc()).limit(1)).one()

    def hand_to_tim(self) -> Anliegen:
        """As the engine and the coordination would."""
        row = self.newest()
        with self.house.database.write() as session:
            to = To(self.ids["tiefbau"], self.ids["tim"], self.ids["strasse"])
            assign(session, SYSTEM, row.id, row.revision, to, now=self.house.clock())
        return self.newest()


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A house with both servers, each as its own command starts it."""
    folder, ports = tmp_path_factory.mktemp("meldungen"), [_free_port(), _free_port()]
    public, staff = (f"http://127.0.0.1:{port}" for port in ports)
    house = open_house(Settings(data_dir=folder, public_port=ports[0], _env_file=None))
    create_all(house.database.engine)
    ids = furnish_kiss(house)
    with house.database.write() as session:
        create_account(session, SYSTEM, ids["tim"], initial_password(), now=house.clock())
        preset_password(session, SYSTEM, ids["tim"], PASSWORD, now=house.clock())
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "RATHAUS_DATA_DIR": str(folder), "RATHAUS_PORT": str(ports[1]),
        "RATHAUS_PUBLIC_PORT": str(ports[0]),
    }  # fmt: skip
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "rathaus", name], env=environment, cwd=folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for name in ("public", "web")
    ]  # fmt: skip
    for base, child in zip((public, staff), children, strict=True):
        _wait(base, child)
    yield Town(house, public, staff, ids)
    for child in children:
        child.terminate()
    assert [child.wait(60) for child in children] == [0, 0]
    house.close()


@contextmanager
def someone(chromium: Browser, **options: Any) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="de-DE", **options)
    context.set_default_timeout(WAIT)
    yield context
    context.close()


def report(page: Page, town: Town, file: Path, words: str) -> None:
    """Fill in the form as people do, and take longer than a machine."""
    page.goto(town.public)
    page.get_by_role("link", name="Störung, Idee, Lob").click()
    page.get_by_label("Thema").select_option("Straßenschäden")
    page.get_by_label("Was möchten Sie uns sagen?").fill(words)
    page.get_by_label("Wo ist es?").fill("Marktplatz")
    page.get_by_label("Bilder").set_input_files(file)
    page.get_by_label("Die Stadt darf meine Meldung").check()
    page.get_by_label("Ich habe den Hinweis").check()
    page.wait_for_timeout(3_100)
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vielen Dank")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "loch.jpg"
    path.write_bytes(picture())
    return path


def test_a_hole_is_reported_answered_and_not_done_after_all(
    walked: Town, chromium: Browser, photo: Path
) -> None:
    with (
        someone(chromium) as citizen,
        someone(chromium, viewport={"width": 1400, "height": 1100}) as clerk,
    ):
        left: list[str] = []
        citizen.on(
            "request",
            lambda request: (
                None if request.url.startswith(walked.public) else left.append(request.url)
            ),
        )
        page = citizen.new_page()
        report(page, walked, photo, "Tiefes Loch vor dem Brunnen.")
        look(page, "gemeldet")
        page.get_by_role("main").get_by_role("link").first.click()
        expect(page.get_by_text("Wir suchen gerade, wer dafür zuständig ist.")).to_be_visible()
        expect(page.get_by_role("link", name="loch.jpg")).to_be_visible()
        row = walked.hand_to_tim()

        desk = clerk.new_page()
        desk.goto(f"{walked.staff}/anliegen?id={row.id.hex}")
        desk.get_by_label("Anmeldename").fill("tim")
        desk.get_by_label("Passwort").fill(PASSWORD)
        desk.get_by_role("button", name="Anmelden").click()
        expect(desk.get_by_text("Tiefes Loch vor dem Brunnen.")).to_be_visible()
        desk.get_by_label("Ihre Antwort").fill("Wir haben das Loch heute gefüllt.")
        desk.get_by_label("Ihre Antwort").press("Tab")
        desk.get_by_role("button", name="Antwort senden").click()
        expect(desk.get_by_text("Die Antwort geht hinaus.")).to_be_visible()
        look(desk, "beantwortet-desk")

        page.reload()
        expect(page.get_by_text("Wir haben das Loch heute gefüllt.")).to_be_visible()
        page.get_by_label("sehr unzufrieden").check()
        page.get_by_role("button", name="Bewerten").click()
        expect(page.get_by_text("Vielen Dank für Ihre Bewertung.")).to_be_visible()
        page.get_by_label("Was fehlt noch?").fill("Es ist schon wieder offen.")
        page.get_by_label("Dateien").set_input_files(photo)
        page.get_by_role("button", name="Doch nicht erledigt").press("Enter")
        expect(page.get_by_text("Ihr Anliegen ist wieder offen.", exact=True)).to_be_visible()
        look(page, "wieder-offen")

        desk.reload()
        expect(desk.get_by_text("Es ist schon wieder offen.")).to_be_visible()
        expect(desk.get_by_text("wieder geöffnet").first).to_be_visible()
        again = walked.newest()
        assert (again.state, again.satisfaction, again.person_id) == (
            "reopened",
            1,
            walked.ids["tim"],
        )
        assert left == []


@pytest.mark.long
def test_without_script_somebody_waits_instead(
    walked: Town, chromium: Browser, photo: Path
) -> None:
    with someone(chromium, java_script_enabled=False) as citizen:
        page = citizen.new_page()
        page.goto(walked.public + "/melden")
        page.get_by_label("Worum geht es?").select_option("Lob")
        page.get_by_label("Was möchten Sie uns sagen?").fill("Die Bücherei ist wunderbar.")
        page.get_by_label("Ich habe den Hinweis").check()
        page.wait_for_timeout(3_100)
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_text("Ihr Browser führt keine Skripte aus.")).to_be_visible()
        expect(page.get_by_label("Was möchten Sie uns sagen?")).to_have_value(
            "Die Bücherei ist wunderbar."
        )
        page.wait_for_timeout(17_500)
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Vielen Dank")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_barriers(walked: Town, chromium: Browser, photo: Path, scheme: Any) -> None:
    found: list[str] = []
    with someone(chromium, color_scheme=scheme, viewport=SIZES[scheme], bypass_csp=True) as citizen:
        page = citizen.new_page()

        def check(name: str) -> None:
            look(page, f"{name}-{scheme}")
            results = Axe().run(page).response["violations"]
            found.extend(
                f"{name}: {each['id']} {each['nodes'][0]['html'][:160]}" for each in results
            )
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
                found.append(f"{name}: wider than the window")

        for name, path in (
            ("melden", "/melden"), ("report", "/melden?sprache=en"), ("meldestelle", "/meldestelle"),
            ("meldungen-leer", "/meldungen"), ("kein-anliegen", "/anliegen/nichts"),
        ):  # fmt: skip
            page.goto(walked.public + path)
            check(name)
        page.goto(walked.public + "/melden")
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_role("alert")).to_be_visible()
        check("melden-fehler")
        report(page, walked, photo, f"Noch ein Loch ({scheme}).")
        check("gemeldet")
        page.get_by_role("main").get_by_role("link").first.click()
        row = walked.hand_to_tim()
        with walked.house.database.write() as session:
            tim = _staff(walked)
            publish(
                session, tim, row.id, row.revision, "Loch am Marktplatz", blobs=walked.house.blobs,
                now=walked.house.clock(),
            )  # fmt: skip
            from workflows.kiss.anliegen.answering import answer

            answer(session, tim, row.id, row.revision + 1, "Gefüllt.", now=walked.house.clock())
        page.reload()
        check("stand")
        page.goto(page.url + "?sprache=en")
        check("status")
        page.goto(walked.public + "/meldungen")
        expect(page.get_by_text("Loch am Marktplatz").first).to_be_visible()
        check("meldungen")
    assert found == []


def _staff(town: Town) -> Any:
    from storage.clock import local_date
    from storage.organisation.queries import load_staff

    with town.house.database.read() as session:
        return load_staff(session, town.ids["tim"], local_date(town.house.clock()))
