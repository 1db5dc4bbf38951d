"""kill -9 of the citizens' server while reports come in: whoever was thanked is in the house once, whoever heard nothing asks again."""

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from config.settings import Settings
from intranet.public import puzzles
from storage.house import House
from storage.migration import upgrade
from tests.intranet.public.conftest import hidden
from tests.intranet.public.reports.conftest import GOOD, furnish_kiss, picture
from tests.intranet.public.test_walk import ROOT, _free_port, _wait
from workflows.kiss.anliegen.tables import Anliegen, Message, MessageFile

pytestmark = [pytest.mark.process, pytest.mark.long]
CITIZENS, EACH, KILLS = 4, 6, 6
PATIENCE = 600.0
LINK = re.compile(r'href="(/anliegen/[\w-]{60})"')


class Server:
    """``rathaus public``, which dies now and then."""

    def __init__(self, house: House) -> None:
        self.base = f"http://127.0.0.1:{house.settings.public_port}"
        self._environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "RATHAUS_DATA_DIR": str(house.settings.data_dir),
            "RATHAUS_PUBLIC_PORT": str(house.settings.public_port),
        }
        self.start()

    def start(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "rathaus", "public"],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ready(self) -> None:
        _wait(self.base, self._child)

    def kill(self) -> None:
        self._child.kill()
        self._child.wait()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(Settings(data_dir=tmp_path / "daten", public_port=_free_port(), _env_file=None))
    upgrade(made.database)
    furnish_kiss(made)
    yield made
    made.close()


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    made = Server(house)
    yield made
    made.kill()


def _report(base: str, text: str) -> str:
    """What a patient citizen does: send the same form until somebody says thank you. Returns the link to the report."""
    deadline = time.monotonic() + PATIENCE
    with httpx.Client(base_url=base, headers={"Origin": base}, timeout=60) as citizen:
        form: dict[str, str] = {}
        while True:
            assert time.monotonic() < deadline, "nobody said thank you"
            try:
                if not form:
                    page = citizen.get("/melden").text
                    form = hidden(page) | GOOD | {"text": text}
                    form["aufgabe"] = _solved(form["siegel"].split(".")[1], page)
                answer = citizen.post(
                    "/melden",
                    data=form,
                    files=[("bilder", ("loch.jpg", picture(), "image/jpeg"))],
                )
            except httpx.TransportError:
                time.sleep(0.1)  # the server is dead just now: people reload
                continue
            if link := LINK.search(answer.text):
                return link[1]


def _solved(number: str, page: str) -> str:
    bits = re.search(r'data-bits="(\d+)"', page)
    assert bits is not None
    return next(
        str(each)
        for each in range(100_000_000)
        if puzzles.is_solved(number, str(each), int(bits[1]))
    )


def test_no_report_is_lost_or_doubled_when_the_server_is_killed(
    house: House, server: Server
) -> None:
    server.ready()
    chance, struck = random.Random(5), 0
    texts = [[f"Loch {who}-{which}." for which in range(EACH)] for who in range(CITIZENS)]
    with ThreadPoolExecutor(CITIZENS) as pool:
        citizens = [
            pool.submit(lambda own=own: [_report(server.base, text) for text in own])
            for own in texts
        ]
        for _ in range(KILLS):
            before = _count(house, Anliegen)
            while _count(house, Anliegen) == before and not all(each.done() for each in citizens):
                time.sleep(0.02)  # polling: until work is under way
            time.sleep(chance.uniform(0, 0.3))  # the moment of death is the point
            struck += not all(each.done() for each in citizens)
            server.kill()
            server.start()
        links = [link for each in citizens for link in each.result(PATIENCE)]
    server.ready()
    assert struck >= KILLS // 2, "it died beside the work"
    every = [text for own in texts for text in own]
    with house.database.read() as session:
        kept = Counter(session.scalars(select(Message.text)))
        assert list(house.blobs.check(session)) == []
    assert kept == Counter(every), "lost or doubled"
    assert _count(house, Anliegen) == _count(house, MessageFile) == len(every)
    for link, text in zip(links, every, strict=True):
        assert text in httpx.get(server.base + link, timeout=60).text


def _count(house: House, table: type) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
