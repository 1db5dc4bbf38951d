"""A furnished house, a real server in a child process, and a signed-in AppTest."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).parent))
import house as small_house

from intranet.door import open_door
from storage.actors import System
from storage.house import House, open_house
from storage.organisation.tables import Office, Person
from workflows.eakte.receiving import Incoming, receive

MAIN = Path(__file__).parents[2] / "intranet" / "main.py"
WATCH_EVERY = "0.3"
"""Seconds between two looks at the session of an open page, so that no test waits long for one."""
READY_WITHIN = 120.0
WAIT = 120_000
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class ShowHouse:
    """The folder of a house that nobody lives in, and the documents in its inbox."""

    folder: Path
    bill: UUID
    broken: UUID


@dataclass(frozen=True)
class Furnished:
    """The house, and the documents that lie in its inbox."""

    house: House
    bill: UUID
    broken: UUID

    def person(self, login: str) -> Person:
        with self.house.database.read() as session:
            return session.scalars(select(Person).where(Person.login == login)).one()

    def office(self, key: str) -> UUID:
        with self.house.database.read() as session:
            return session.scalars(select(Office.id).where(Office.key == key)).one()


@pytest.fixture(scope="session")
def show_house(tmp_path_factory: pytest.TempPathFactory) -> ShowHouse:
    """Built once: a bill that was read, and a file that could not be."""
    folder = tmp_path_factory.mktemp("musterhaus")
    with closing(open_house(small_house.settings_in(folder))) as made:
        small_house.furnish(made)
        small_house.plan(made)
        with made.database.read() as session:
            office = session.scalars(select(Office.id).where(Office.key == "ordnungsamt")).one()
        bill = receive(
            made,
            System("test"),
            Incoming("rechnung.pdf", small_house.pdf(small_house.BILL), office),
        )
        broken = receive(made, System("test"), Incoming("kaputt.pdf", b"%PDF-1.7 kaputt", office))
        small_house.read_post(made)
    assert bill.document is not None
    assert broken.document is not None
    return ShowHouse(folder, bill.document, broken.document)


@pytest.fixture(scope="module")
def furnished(
    show_house: ShowHouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    """A house like the show house for each file of tests, so that none finds what another left."""
    folder = tmp_path_factory.mktemp("haus")
    shutil.copytree(show_house.folder, folder, dirs_exist_ok=True)
    made = open_house(small_house.settings_in(folder))
    yield Furnished(made, show_house.bill, show_house.broken)
    made.close()


@pytest.fixture(scope="session")
def small() -> ModuleType:
    return small_house


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(house: House) -> Iterator[str]:
    """The address of the staff web, served as ``rathaus web`` does, from a process of its own."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    root = str(MAIN.parents[1])
    child = subprocess.Popen(
        [
            *(sys.executable, small_house.__file__),
            *(str(house.settings.data_dir), str(port), WATCH_EVERY),
        ],
        env=os.environ | {"PYTHONPATH": root},
        cwd=house.settings.data_dir,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            if httpx.get(base + "/health").status_code == 200:
                break
        except httpx.TransportError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)  # polling with a deadline
    yield base
    child.terminate()
    assert child.wait(60) == 0


@pytest.fixture(scope="module")
def server(furnished: Furnished) -> Iterator[str]:
    """The staff web of the house."""
    with serving(furnished.house) as base:
        yield base


@pytest.fixture
def browse(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], AppTest]:
    """Open a page as somebody: the real main script with the real session, only the cookie is put in its hand."""
    from presence.sign_in import Token, sign_in

    def open_page(login: str, page: str = "start.py", **query: str) -> AppTest:
        outcome = sign_in(furnished.house, login, small_house.PASSWORD, "127.0.0.1")
        assert isinstance(outcome, Token)
        monkeypatch.setattr("intranet.visit.session_token", lambda: outcome.value)
        open_door(furnished.house)
        app = AppTest.from_file(str(MAIN), default_timeout=90)
        app.run()
        for name, value in query.items():
            app.query_params[name] = value
        if page != "start.py":
            app.switch_page(f"app_pages/{page}")
            for name, value in query.items():
                app.query_params[name] = value
        return app.run()

    return open_page


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT)  # a busy machine is no fault of the page
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def foreign() -> list[str]:
    """Every request that left for another host."""
    return []


@pytest.fixture
def context(chromium: Browser, server: str, foreign: list[str]) -> Iterator[BrowserContext]:
    made = chromium.new_context(locale="de-DE", viewport={"width": 1400, "height": 900})
    made.set_default_timeout(WAIT)
    own = (server, server.replace("http", "ws"), "data:", "blob:")
    made.on(
        "request",
        lambda request: None if request.url.startswith(own) else foreign.append(request.url),
    )
    yield made
    made.close()


@pytest.fixture
def sign_in(context: BrowserContext, server: str) -> Callable[..., Page]:
    """Sign in with the browser: ``sign_in(login, path)``."""

    def enter(name: str = "anna.beispiel", path: str = "/") -> Page:
        page = context.new_page()
        page.goto(server + path)
        page.get_by_label("Anmeldename").fill(name)
        page.get_by_label("Passwort").fill(small_house.PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        return page

    return enter
