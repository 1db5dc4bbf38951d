"""Pictures of the pages for README and handbook: a small demo city is founded, served, visited and photographed.

``python -m tests.intranet.pictures [FOLDER]`` writes them to ``docs/bilder`` or to the folder. Takes a few minutes.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import select

from config.settings import Settings
from intranet.views.document import load
from presence.monitor.devices import Wanted, create_monitor
from presence.monitor.subjects import Kind, Mode, Theme
from storage.clock import local_date
from storage.house import House, open_house
from storage.jobs.handlers import JobContext
from storage.migration import upgrade
from storage.organisation.queries import load_staff, person_by_login
from storage.organisation.tables import Office
from workflows.demo.documents import generate
from workflows.demo.founding import FOUNDER, SEED, demo_password, file_post, found_city
from workflows.demo.kiss_history import found_history
from workflows.eakte.queries import inbox
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.work import job_kinds, reader_pool
from workflows.engine.once import drain_once
from workflows.kiss import work as kiss
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.evaluation.standing import EVALUATE, evaluate_all

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "bilder"
SIZE = {"width": 1400, "height": 900}
LIMIT = 150_000
"""Bytes a picture may have, so that the repository stays small."""
LETTERS, FILED = 44, 16
REGISTRY, ADMIN, COORDINATOR = "gundula.mehrwald", "florian.achterkamp", "leopold.quednau"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
READY_WITHIN = 120.0
CONTENT = 4
"""Of five."""


def furnish(house: House) -> str:
    """Found the city, let post come in and be read, file some of it. Returns the password of all accounts."""
    upgrade(house.database)
    found_city(house)
    found_history(house)
    with house.database.read() as session:
        offices = {row.key: row.id for row in session.scalars(select(Office))}
    letters = []
    for count, letter in enumerate(islice(generate(SEED, LETTERS), LETTERS)):
        office = offices[letter.truth["office"] if count < FILED else "poststelle"]
        receipt = receive(house, FOUNDER, Incoming(letter.name, letter.data, office))
        if receipt.document is not None and count < FILED:
            letters.append((receipt.document, letter))
    with reader_pool(house.settings) as pool:
        drain_once(house, job_kinds(house, pool))
    file_post(house, letters)
    evaluate_all(JobContext(house))
    drain_once(house, [each for each in kiss.job_kinds(house) if each.name == EVALUATE])
    return demo_password(house)


def hang(house: House) -> str:
    """A wall monitor for an office; its token."""
    with house.database.write() as session:
        office = session.scalars(select(Office.id).where(Office.key == "ordnungsamt")).one()
        wanted = Wanted("Teeküche", "Haus B", Kind.OFFICE, office, Mode.NAMES, Theme.LIGHT)
        _, token = create_monitor(session, FOUNDER, wanted, now=house.clock())
    assert token is not None
    return token


def best_example(house: House) -> UUID:
    """The ready document whose sender, date and place can be shown on the page picture, most evidence first."""
    now = house.clock()
    with house.database.read() as session:
        person = person_by_login(session, REGISTRY, local_date(now))
        staff = load_staff(session, person.id, local_date(now)) if person else None
        assert staff is not None
        views = [
            load(session, staff, row.id, now) for row in inbox(session, staff, states=("ready",))
        ]
    shown = [view for view in views if view.has_pictures and view.sure and "sender" in view.boxes]
    return max(
        shown, key=lambda view: (view.document.kind == "Rechnung", len(view.boxes))
    ).document.id


def squeeze(picture: bytes) -> bytes:
    """The same picture as a PNG with a palette, with as many colours as the limit allows."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < LIMIT:
            break
    return out.getvalue()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The whole system as ``rathaus up`` runs it, over the furnished folder. Gives the address of the staff web."""
    port, public, engine = _free_ports(3)
    base = f"http://127.0.0.1:{port}"
    child = subprocess.Popen(
        [sys.executable, "-m", "rathaus", "up", "--data", str(folder), "--port", str(port)],
        env=os.environ
        | {"RATHAUS_PUBLIC_PORT": str(public), "RATHAUS_ENGINE_PORT": str(engine)}
        | {"RATHAUS_PREFECT": "false"},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(base + "/health", child)
        yield base
    finally:
        child.terminate()
        child.wait(120)


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _wait_for(address: str, child: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # our own server
                return
        except urllib.error.URLError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def enter(page: Page, base: str, login: str, password: str) -> None:
    """Sign in."""
    page.goto(base + "/anmelden")
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Passwort").fill(password)
    page.get_by_role("button", name="Anmelden").click()
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page is drawn, its pictures are loaded and no message pops up any more."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")


def show_evidence(page: Page) -> None:
    """Put the cursor on the suggested sender, so that its place lights up on the page picture."""
    image = page.locator(".seitenbilder img").first
    expect(image).to_have_js_property("complete", True)
    page.get_by_label("Absender", exact=True).focus()
    expect(page.locator('.kasten.an[data-beleg="sender"]').first).to_be_visible()
    page.wait_for_timeout(500)  # the scrolling is smooth


def show_desk(page: Page) -> None:
    """Look at the plan by hours, and choose a free desk on it."""
    page.get_by_role("radio", name="nach Stunden").or_(
        page.get_by_role("button", name="nach Stunden")
    ).first.click()
    settled(page)
    page.locator("a.platz.lage-frei").nth(2).click()
    expect(page.locator("a.platz[aria-current]")).to_be_visible()
    settled(page)
    expect(page.locator("img.grundriss")).to_have_js_property("complete", True)


def visit(page: Page, base: str, password: str, example: UUID, folder: Path) -> None:
    """Walk through the house and photograph it."""

    def keep(name: str) -> None:
        (folder / f"{name}.png").write_bytes(squeeze(page.screenshot()))

    page.goto(base + "/anmelden")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    keep("anmelden")
    enter(page, base, REGISTRY, password)
    keep("start")
    for name, path in (
        ("posteingang", "/posteingang"),
        ("akten", "/akten"),
        ("suche", "/suche?q=Rechnung"),
        ("personensuche", "/personensuche?q=Wohngeld"),
        ("organigramm", "/organigramm"),
        ("plaetze", "/plaetze"),
        ("dokument", f"/dokument?id={example}"),
    ):
        page.goto(base + path)
        settled(page)
        if name == "dokument":
            show_evidence(page)
        if name == "plaetze":
            show_desk(page)
        keep(name)
    page.context.clear_cookies()
    enter(page, base, ADMIN, password)
    for name in ("zeitplaene", "system"):
        page.goto(f"{base}/{name}")
        settled(page)
        keep(name)


def visit_anliegen(page: Page, base: str, password: str, anliegen: UUID, folder: Path) -> None:
    """What the coordination of Feedback LE sees."""
    page.context.clear_cookies()
    enter(page, base, COORDINATOR, password)
    for name, path in (
        ("anliegen", f"/anliegen?id={anliegen.hex}"),
        ("zustaendigkeiten", "/zustaendigkeiten"),
        ("auswertung", "/auswertung"),
    ):
        page.goto(base + path)
        settled(page)
        if name == "auswertung":
            page.get_by_role("tab", name="Wege").click()
            expect(page.locator(".bild img").first).to_be_visible()
            page.wait_for_timeout(500)  # the mark below the tabs slides
        (folder / f"{name}.png").write_bytes(squeeze(page.screenshot()))


def closed_anliegen(house: House) -> UUID:
    """The last one somebody was content with."""
    with house.database.read() as session:
        return session.scalars(
            select(Anliegen.id)
            .where(Anliegen.state == "closed", Anliegen.satisfaction >= CONTENT)
            .order_by(Anliegen.id.desc())
            .limit(1)
        ).one()


def photograph_wall(page: Page, base: str, token: str, folder: Path) -> None:
    """What hangs in the corridor: the page on a screen of its own."""
    page.goto(f"{base}/monitor/einrichten#{token}")
    expect(page.locator(".karte").first).to_be_visible()
    expect(page.locator("#stand")).to_contain_text("aktuell")
    (folder / "monitor.png").write_bytes(squeeze(page.screenshot()))


def main(folder: Path) -> None:
    """All pictures anew."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        house = open_house(Settings(data_dir=Path(data), _env_file=None))
        password, example, token = furnish(house), best_example(house), hang(house)
        anliegen = closed_anliegen(house)
        house.close()
        with served(Path(data)) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            page = browser.new_page(locale="de-DE", viewport=SIZE, color_scheme="light")
            visit(page, base, password, example, folder)
            visit_anliegen(page, base, password, anliegen, folder)
            photograph_wall(browser.new_page(viewport=SIZE), base, token, folder)
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
