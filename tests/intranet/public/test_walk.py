"""A club asks for the hall in Chromium, reads its mails, the office says yes; and no page has barriers or scripts."""

import email
import email.policy
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from config.settings import Settings
from presence.availability.week import free_day
from presence.citizens.offers import offer
from presence.citizens.queries import overview
from presence.citizens.tables import RoomRequest
from presence.citizens.telling import TELLING
from presence.operations import create_account, preset_password
from presence.passwords import initial_password
from presence.spaces.tables import Space
from storage.actors import System
from storage.all_tables import create_all
from storage.clock import local_date
from storage.house import House, open_house
from storage.mail import MAIL
from storage.organisation.queries import load_staff, person_by_login
from tests.intranet.public.conftest import furnish
from workflows.engine.once import drain_once

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[3]
PASSWORD = "salz-turm-eiche-42"
READY_WITHIN, WAIT = 120.0, 120_000
CLUB = "vera@chor.example"
SIZES = {"light": {"width": 1280, "height": 900}, "dark": {"width": 390, "height": 844}}
PICTURES = os.environ.get("RATHAUS_TEST_PICTURES")
"""A folder for pictures of the pages, for looking at them."""


@dataclass
class Town:
    house: House
    public: str
    staff: str

    def link(self, subject: str, to: str) -> str:
        """The link in the mail to this address with this subject, from the file it was written to."""
        drain_once(self.house, [MAIL, TELLING])
        for file in self.house.settings.data_dir.glob("mail/*.eml"):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if subject in mail["Subject"] and to in mail["To"]:
                return str(re.findall(r"http://\S+/anfrage/\S+", mail.get_content())[-1])
        raise AssertionError(subject)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A house with both servers, each as its own command starts it."""
    folder, ports = tmp_path_factory.mktemp("stadt"), [_free_port(), _free_port()]
    public, staff = (f"http://127.0.0.1:{port}" for port in ports)
    house = open_house(Settings(data_dir=folder, public_port=ports[0], _env_file=None))
    create_all(house.database.engine)
    furnish(house)
    with house.database.write() as session:
        now = house.clock()
        person = person_by_login(session, "karla", local_date(now))
        assert person is not None
        create_account(session, System("test"), person.id, initial_password(), now=now)
        preset_password(session, System("test"), person.id, PASSWORD, now=now)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "RATHAUS_DATA_DIR": str(folder), "RATHAUS_PORT": str(ports[1]),
        "RATHAUS_PUBLIC_PORT": str(ports[0]),
    }  # fmt: skip
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "rathaus", name],
            env=environment,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name in ("public", "web")
    ]
    for base, child in zip((public, staff), children, strict=True):
        _wait(base, child)
    yield Town(house, public, staff)
    for child in children:
        child.terminate()
    assert [child.wait(60) for child in children] == [0, 0]
    house.close()


def _wait(base: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            if httpx.get(base + "/health").status_code == 200:
                return
        except httpx.TransportError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)  # polling with a deadline


def ask(page: Page, town: Town, **changes: str) -> None:
    """Fill in the form as people do; whoever is too fast for it sends once more, and nothing is lost."""
    day = local_date(town.house.clock()) + timedelta(days=60)
    while free_day(day):  # the smaller room is shut then
        day += timedelta(days=1)
    typed = {
        "Wofür brauchen Sie den Raum?": "Frühlingskonzert",
        "Wie viele Personen kommen?": "120",
        "Ihr Name": "Vera Verein",
        "Verein oder Organisation": "Chor Ahletal",
        "E-Mail": CLUB,
    } | changes
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Tag", exact=True).fill(day.isoformat())
    page.get_by_label("Beginn").fill("18:00")
    page.get_by_label("Ende").fill("22:00")
    page.get_by_label(re.compile("Regeln und das Entgelt")).check()
    page.get_by_label(re.compile("Hinweis zum Datenschutz")).check()
    deadline = time.monotonic() + READY_WITHIN
    while "/gesendet" not in page.url:
        assert time.monotonic() < deadline
        with page.expect_navigation():  # to the answer, or to the form with what was too fast
            page.get_by_role("button", name="Anfrage absenden").click()


def offer_the_hall(town: Town, mail: str, days: int) -> None:
    """The office offers the hall so many days later to whoever asked for something else."""
    today, now = local_date(town.house.clock()), town.house.clock()
    with town.house.database.write() as session:
        person = person_by_login(session, "karla", today)
        karla = load_staff(session, person.id, today) if person else None
        assert karla is not None
        hall = session.scalars(select(Space.id).where(Space.key == "saal")).one()
        row = session.scalars(select(RoomRequest).where(RoomRequest.mail == mail)).one()
        (asked,) = overview(session, row).waiting
        offer(
            session, karla, row.id, row.revision, space=hall, starts=asked.starts + timedelta(days=days),
            ends=asked.ends + timedelta(days=days), now=now,
        )  # fmt: skip


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_a_club_asks_for_the_hall_and_the_office_says_yes(town: Town, chromium: Browser) -> None:
    citizen = chromium.new_context(locale="de-DE", java_script_enabled=False)
    citizen.set_default_timeout(WAIT)
    left: list[str] = []
    citizen.on(
        "request",
        lambda request: None if request.url.startswith(town.public) else left.append(request.url),
    )
    page = citizen.new_page()
    page.goto(town.public)
    page.get_by_role("link", name="Räume der Stadt").click()
    page.get_by_role("link", name="Großer Saal").click()
    page.get_by_role("link", name="Diesen Raum anfragen").click()
    ask(page, town)
    page.goto(town.link("Bitte bestätigen Sie", CLUB))
    page.get_by_role("button", name="Jetzt bestätigen").click()
    expect(page.get_by_text("angefragt, noch nicht entschieden")).to_be_visible()
    look(page, "angefragt")

    office = chromium.new_context(locale="de-DE", viewport={"width": 1400, "height": 1000})
    office.set_default_timeout(WAIT)
    desk = office.new_page()
    desk.goto(town.staff)
    desk.get_by_label("Anmeldename").fill("karla")
    desk.get_by_label("Passwort").fill(PASSWORD)
    desk.get_by_role("button", name="Anmelden").click()
    desk.get_by_role("link", name=re.compile("Über eine Raumanfrage entscheiden")).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Raumanfrage: Großer Saal")
    expect(desk.get_by_text("Chor Ahletal (Verein)")).to_be_visible()
    expect(desk.get_by_text("40,00 €")).to_be_visible()
    look(desk, "entscheiden")
    barriers = Axe().run(desk, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [each["id"] for each in barriers if each["impact"] in {"serious", "critical"}] == []
    desk.get_by_role("button", name="Zusagen").click()
    expect(desk.get_by_text("Hier wartet nichts mehr auf Sie.")).to_be_visible()
    office.close()

    page.goto(town.link("Zu Ihrer Anfrage", CLUB))
    expect(page.get_by_text("zugesagt")).to_be_visible()
    look(page, "zugesagt")
    page.locator("summary").click()
    page.get_by_role("button", name="Anfrage zurückziehen").click()
    expect(page.get_by_text("Ihre Anfrage ist zurückgezogen.")).to_be_visible()
    citizen.close()
    assert left == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_barriers(town: Town, chromium: Browser, scheme: Any) -> None:
    context = chromium.new_context(
        locale="de-DE", color_scheme=scheme, viewport=SIZES[scheme], bypass_csp=True
    )
    context.set_default_timeout(WAIT)
    page, found = context.new_page(), list[str]()

    def check(name: str) -> None:
        look(page, f"{name}-{scheme}")
        results = Axe().run(page).response["violations"]
        found.extend(f"{name}: {each['id']} {each['nodes'][0]['html'][:160]}" for each in results)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        if wide:
            found.append(f"{name}: wider than the window")

    for name, path in (
        ("start", "/"), ("start-en", "/?sprache=en"), ("raeume", "/raeume"), ("raum", "/raeume/saal"), ("room", "/raeume/saal?sprache=en"),
        ("formular", "/raeume/saal/anfrage"), ("datenschutz", "/datenschutz"), ("nichts", "/raeume/nichts"),
    ):  # fmt: skip
        page.goto(town.public + path)
        check(name)
    page.goto(town.public + "/raeume/treff/anfrage")
    page.get_by_role("button", name="Anfrage absenden").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check("fehler")
    page.goto(town.public + "/raeume/treff/anfrage")
    mail = f"{scheme}@chor.example"
    ask(page, town, **{"E-Mail": mail, "Wie viele Personen kommen?": "12"})
    check("gesendet")
    page.goto(town.link("Bitte bestätigen Sie Ihre Anfrage: Bürgertreff", mail))
    check("bestaetigen")
    page.locator("form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Raumanfrage")
    check("stand")
    offer_the_hall(town, mail, days=1 if scheme == "light" else 2)
    page.reload()
    check("angebot")
    page.get_by_role("button", name="Angebot annehmen").press("Enter")
    expect(page.get_by_text("Der Raum ist für Sie gebucht.")).to_be_visible()
    check("angenommen")
    page.goto(page.url.partition("?")[0] + "?sprache=en")
    check("accepted")
    context.close()
    assert found == []
