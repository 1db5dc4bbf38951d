"""kill -9 of the staff web while somebody hands in files: what was taken in is there once, the rest is handed in again."""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from tests.intranet.conftest import WAIT
from tests.intranet.monitor.wall import free_port, serving
from tests.intranet.test_uploads import waiting
from workflows.eakte.tables import Document

pytestmark = [pytest.mark.browser, pytest.mark.long]
FILES, KILLS = 30, 5


def test_no_file_is_lost_or_doubled_when_the_server_is_killed(
    chromium: Browser, furnished: Any, small: Any, tmp_path: Path
) -> None:
    house, chance, struck = furnished.house, random.Random(3), 0
    files = []
    for number in range(FILES):
        files.append(tmp_path / f"eingang-{number}.txt")
        files[-1].write_text(f"Anfrage {number} zum Wochenmarkt\n", "utf-8")
    names = {file.name for file in files}
    port, context = free_port(), chromium.new_context(locale="de-DE")
    context.set_default_timeout(WAIT)
    page = context.new_page()
    for life in range(KILLS + 1):
        with serving(furnished, small, port, tmp_path / f"leben-{life}") as (base, child):
            _to_the_inbox(page, base, small.PASSWORD)
            before = sum(_kept(house, names).values())
            page.locator('input[type="file"]').set_input_files(files)
            if life == KILLS:
                _until(lambda: len(_kept(house, names)) == FILES, page)
                _until(lambda: not waiting(furnished), page)
                break
            _until(
                lambda before=before: (  # type: ignore[misc]
                    sum(_kept(house, names).values()) > before or len(_kept(house, names)) == FILES
                ),
                page,
            )
            page.wait_for_timeout(chance.uniform(0, 300))  # the moment of death is the point
            struck += len(_kept(house, names)) < FILES
            child.kill()
            child.wait()
    context.close()
    assert struck, "it died beside the work"
    assert _kept(house, names) == Counter(dict.fromkeys(names, 1)), "lost or doubled"
    small.read_post(house)
    with house.database.read() as session:
        states = set(session.scalars(select(Document.state).where(Document.file_name.in_(names))))
        assert states == {"ready"}
        assert list(house.blobs.check(session)) == []


def _to_the_inbox(page: Page, base: str, password: str) -> None:
    """Signed in once: the session is the house's, not the process's."""
    page.goto(f"{base}/posteingang")
    name = page.get_by_label("Anmeldename")
    expect(name.or_(page.locator('input[type="file"]'))).to_be_attached()
    if name.is_visible():
        name.fill("paula.post")
        page.get_by_label("Passwort").fill(password)
        page.get_by_role("button", name="Anmelden").click()
    expect(page.locator('input[type="file"]')).to_be_attached()


def _kept(house: Any, names: set[str]) -> Counter[str]:
    with house.database.read() as session:
        found = select(Document.file_name, func.count()).where(Document.file_name.in_(names))
        return Counter(dict(session.execute(found.group_by(Document.file_name)).all()))


def _until(condition: Callable[[], bool], page: Page) -> None:
    deadline = time.monotonic() + WAIT / 1000
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        page.wait_for_timeout(20)
