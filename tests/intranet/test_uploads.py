"""Files on their way in wait on disk: bounded, swept, many at once, and a refusal is said in words."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from config.settings import Settings
from intranet import uploads
from intranet.uploads import Spool, content_of, open_spool
from storage.all_tables import create_all
from storage.conflicts import ConflictError
from storage.house import House
from storage.jobs.handlers import JobContext
from tests.intranet.conftest import WAIT
from workflows.eakte.upkeep import resume_stuck

SignIn = Callable[..., Page]
MANY = 50


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path, room=100)


def test_waiting_files_have_room_for_so_much_and_no_more(spool: Spool) -> None:
    assert spool.reserve("a", "1", 60)
    assert not spool.reserve("b", "2", 60)
    spool.drop("a", "1")
    assert spool.reserve("b", "2", 60)


def test_an_hour_without_an_upload_ends_nothing(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path))
    spool = open_spool(house.settings.in_data("hochgeladen", "x").parent, room=100)
    try:
        spool.put("a", "1", BytesIO(b"Brief"))
        for folder in (spool.folder, spool.folder.parent):
            os.utime(folder, (0, 0))
        create_all(house.database.engine)
        resume_stuck(JobContext(house))
        assert spool.find("a", "1")
        spool.put("b", "2", BytesIO(b"Bescheid"))
    finally:
        spool.close()
        house.close()


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    script = (
        "import os, sys; from io import BytesIO; from pathlib import Path; from intranet.uploads import open_spool;"
        "open_spool(Path(sys.argv[1]), 100).put('a', '1', BytesIO(b'Brief')); print('bereit', flush=True); sys.stdin.read()"
    )
    killed = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with killed:
        assert killed.stdout
        assert killed.stdout.readline() == b"bereit\n"
        living = open_spool(tmp_path, room=100)
        assert len(list(tmp_path.glob("*/a/1"))) == 1
        living.close()
        killed.kill()
    again = open_spool(tmp_path, room=100)
    assert list(tmp_path.iterdir()) == [again.folder]
    again.close()


def test_what_belongs_to_closed_pages_is_swept(spool: Spool) -> None:
    for session in ("open", "closed"):
        assert spool.reserve(session, "1", 3)
        spool.put(session, "1", BytesIO(b"abc"))
    spool.sweep(lambda session: session == "open")
    kept = spool.find("open", "1")
    assert kept is not None
    assert kept.read_bytes() == b"abc"
    assert spool.find("closed", "1") is None
    assert spool.reserve("other", "1", 97)


@pytest.mark.parametrize("name", ["..", "a/b", "", "x" * 65, "\0"])
def test_no_name_leads_out_of_the_folder(spool: Spool, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        spool.put("session", name, BytesIO(b"x"))


def test_a_file_that_is_gone_is_not_taken_for_an_empty_one(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_OPEN", [spool])
    monkeypatch.setattr(uploads, "_context", lambda: SimpleNamespace(session_id="a"))
    with pytest.raises(ConflictError, match="noch einmal"):
        content_of(SimpleNamespace(file_id="1", getvalue=lambda: b""))


def test_nobody_uploads_without_an_open_page(server: str, small: Any) -> None:
    way = f"{server}/_stcore/upload_file/fremd/1"
    file = {"file": ("a.pdf", b"%PDF")}
    with httpx.Client(headers={"Origin": server}, timeout=120) as stranger:
        assert stranger.put(way, files=file).status_code == 401
    with httpx.Client(base_url=server, headers={"Origin": server}, timeout=120) as client:
        page = client.get("/anmelden").text
        seal = page.partition('name="siegel" value="')[2].partition('"')[0]
        fields = {"siegel": seal, "name": "anna.beispiel", "passwort": small.PASSWORD}
        assert client.post("/anmelden", data=fields).status_code == 303
        assert client.put(way, files=file).status_code == 400


def waiting(furnished: Any) -> list[Path]:
    folder = furnished.house.settings.data_dir / "hochgeladen"
    return [each for each in folder.glob("*/*/*") if each.is_file()]


@pytest.mark.browser
def test_fifty_at_once_and_one_too_large(
    sign_in: SignIn, furnished: Any, small: Any, tmp_path: Path
) -> None:
    page = sign_in("paula.post", "/posteingang")
    files = []
    for number in range(MANY):
        files.append(tmp_path / f"brief-{number}.txt")
        files[-1].write_text(f"Anfrage {number} zum Freibad\n", "utf-8")
    giant = tmp_path / "riese.pdf"
    with giant.open("wb") as sparse:
        sparse.truncate((furnished.house.settings.upload_limit_mib + 1) * 1024 * 1024)
    page.locator('input[type="file"]').set_input_files([*files, giant])
    expect(page.get_by_text(f"0 von {MANY} gelesen")).to_be_visible(timeout=WAIT)
    notice = page.get_by_role("status", name="Nicht hochgeladen")
    expect(notice).to_contain_text("riese.pdf: Die Datei ist größer als 200 MB.")
    notice.get_by_role("button", name="Schließen").click()
    expect(notice).to_have_count(0)
    deadline = time.monotonic() + 120
    while waiting(furnished):
        assert time.monotonic() < deadline, "files still wait on disk"
        page.wait_for_timeout(100)
    small.read_post(furnished.house)
    expect(page.get_by_text(f"{MANY} von {MANY} gelesen")).to_be_visible(timeout=WAIT)


@pytest.mark.browser
def test_a_new_version_comes_the_same_way(sign_in: SignIn, furnished: Any, small: Any) -> None:
    from workflows.eakte.queries import versions

    page = sign_in("anna.beispiel", f"/dokument?id={furnished.bill}")
    page.get_by_role("tab", name="Verlauf").click()
    page.get_by_text("Neue Fassung hochladen").first.click()
    content = small.pdf(small.BILL + "Berichtigt")
    page.locator('input[type="file"]').set_input_files(
        {"name": "neu.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    expect(page.get_by_test_id("stFileChip")).to_be_visible()
    page.get_by_role("button", name="Neue Fassung hochladen").click()
    expect(page.get_by_text("noch nicht gelesen")).to_be_visible()
    small.read_post(furnished.house)
    from storage.actors import System

    with furnished.house.database.read() as session:
        newest = versions(session, System("test"), furnished.bill)[-1]
    assert newest.size == len(content)
    assert waiting(furnished) == []
