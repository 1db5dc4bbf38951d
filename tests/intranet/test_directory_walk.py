"""Signing in with the directory and with OpenID Connect, in Chromium, served by the real staff web."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from bench import slapd
from storage.house import open_house
from tests.intranet.conftest import WAIT

sys.path.insert(0, str(Path(__file__).parents[1] / "presence" / "oidc"))
import oidc_provider

pytestmark = [pytest.mark.browser, pytest.mark.ldap]
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(folder: Path, small: Any, port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """The staff web of a small house, in a process with these settings."""
    house = open_house(small.settings_in(folder))
    small.furnish(house)
    house.close()
    child = subprocess.Popen(
        [sys.executable, small.__file__, str(folder), str(port)],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 120
    while True:
        try:
            if httpx.get(address + "/health").status_code == 200:
                break
        except httpx.TransportError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)  # polling with a deadline
    try:
        yield address
    finally:
        child.terminate()
        child.wait(120)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="de-DE", viewport={"width": 1200, "height": 900})
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


def test_a_person_of_the_directory_signs_in_and_works_in_their_office(
    page: Page, small: Any, tmp_path: Path
) -> None:
    nele = slapd.person("nele.neu", "Nele", "Neu-Öztürk", departmentNumber="32")
    heads = slapd.group("leitung", [nele[0]])
    mapping = tmp_path / "gruppen.yaml"
    mapping.write_text(f"roles:\n  - {{group: 'cn=leitung,{slapd.GROUPS}', role: admin}}\n")
    (tmp_path / "slapd").mkdir()
    (tmp_path / "haus").mkdir()
    with slapd.running(tmp_path / "slapd", [nele, heads]) as server:
        environment = {
            "RATHAUS_SIGN_IN_SOURCE": "ldap",
            "RATHAUS_LDAP_SERVERS": server.ldaps,
            "RATHAUS_LDAP_CA_FILE": str(server.authority.file),
            "RATHAUS_LDAP_BIND_DN": slapd.SERVICE,
            "RATHAUS_LDAP_BIND_PASSWORD": slapd.SERVICE_PASSWORD,
            "RATHAUS_LDAP_BASE": slapd.PEOPLE,
            "RATHAUS_LDAP_GROUP_BASE": slapd.GROUPS,
            "RATHAUS_LDAP_MAPPING": str(mapping),
        }
        with served(tmp_path / "haus", small, free_port(), environment) as address:
            page.goto(address + "/anmelden?weiter=/system")
            expect(page.get_by_text("Es gilt das Passwort")).to_be_visible()
            page.get_by_label("Anmeldename").fill("nele.neu")
            page.get_by_label("Passwort").fill("falsch-falsch")
            page.get_by_role("button", name="Anmelden").click()
            expect(page.get_by_role("alert")).to_contain_text("stimmen nicht")
            page.get_by_label("Passwort").fill(slapd.PASSWORD)
            page.get_by_role("button", name="Anmelden").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Systemzustand")
            expect(page.get_by_text("Abgleich mit dem Verzeichnis")).to_be_visible()
            page.goto(address + "/personen")
            expect(page.get_by_text("über das Verzeichnis").first).to_be_visible()
            page.goto(address + "/")
            expect(page.get_by_role("heading", level=1)).to_have_text("Guten Tag, Nele Neu-Öztürk")


def test_the_button_of_the_provider_leads_in_and_out_again(
    page: Page, small: Any, tmp_path: Path
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with oidc_provider.running() as provider:
        provider.claims = {"preferred_username": "anna.beispiel", "name": "Anna Beispiel"}
        provider.redirect_uris = [f"{address}/anmelden/oidc/zurueck"]
        environment = {
            "RATHAUS_SIGN_IN_SOURCE": "oidc",
            "RATHAUS_BASE_URL": address,
            "RATHAUS_OIDC_ISSUER": provider.issuer,
            "RATHAUS_OIDC_CLIENT_ID": oidc_provider.CLIENT,
            "RATHAUS_OIDC_CLIENT_SECRET": oidc_provider.SECRET,
        }
        with served(tmp_path, small, port, environment):
            page.goto(address + "/einstellungen")
            expect(page.get_by_label("Anmeldename")).not_to_be_visible()
            if folder := os.environ.get("PICTURES"):
                page.screenshot(path=f"{folder}/oidc.png")
            page.get_by_role("link", name="Mit dem Konto der Stadt anmelden").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Meine Einstellungen")
            page.get_by_role("button", name=re.compile("Abmelden")).first.click()
            page.get_by_role("link", name="Auch beim Anmeldedienst abmelden").click()
            expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()
            page.get_by_text("Mit einem örtlichen Konto anmelden").click()
            page.get_by_label("Anmeldename").fill("ada.admin")
            page.get_by_label("Passwort").fill(small.PASSWORD)
            page.get_by_role("button", name="Anmelden").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Guten Tag, Ada Admin")
