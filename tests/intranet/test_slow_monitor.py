"""A screen that does not read what it is sent: others don't wait for it, and nothing piles up."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import psutil
import pytest
from starlette.types import Message, Scope

from intranet.cookies import Cookies
from intranet.routes import monitor
from presence.availability.current import current_store
from presence.availability.facts import Manual
from presence.availability.levels import Level
from presence.monitor.devices import Wanted, create_monitor
from presence.monitor.hub import Hub
from presence.monitor.queries import by_token
from presence.monitor.subjects import Kind, Mode
from storage.actors import System
from storage.agreements.tables import Agreement
from storage.clock import local_date
from storage.house import House, open_house
from storage.organisation.tables import Membership, Person
from tests.intranet.monitor.wall import ROOT, board, free_port, stream, until_up

WITHIN = 120.0
MOST_GROWTH = 24 * 2**20
"""Bytes of memory a server may grow while a screen sleeps; what was sent to others meanwhile is far more."""
HOUR = timedelta(hours=1)


@pytest.fixture
def busy_house(small: ModuleType, tmp_path: Path) -> Iterator[House]:
    """An office of 60 with long names, so that each board is large, and an agreement in force."""
    made = open_house(small.settings_in(tmp_path))
    small.furnish(made)
    today, now = local_date(made.clock()), made.clock()
    with made.database.write() as session:
        office = small.office(session, "ordnungsamt")
        people = [
            Person(login=f"p{n}", name=f"{'Langname ' * 40}{n}", valid_from=small.LONG_AGO)
            for n in range(60)
        ]
        session.add_all(people)
        session.flush()
        session.add_all(
            Membership(person_id=each.id, office_id=office, valid_from=small.LONG_AGO)
            for each in people
        )
        session.add(
            Agreement(
                key="monitor", title="Monitor", file_number="DV 1", signed_on=today, valid_from=today,
                recorded_by=people[0].id, recorded_at=now, by_council=False, confirmed_by=people[1].id,
                confirmed_at=now,
            )
        )  # fmt: skip
    yield made
    current_store(made).close()
    made.close()


def _hang(house: House, small: ModuleType) -> tuple[UUID, str]:
    with house.database.write() as session:
        office = small.office(session, "ordnungsamt")
        wanted = Wanted("Flur", "Haus D", Kind.OFFICE, office, Mode.NAMES)
        row, token = create_monitor(session, System("test"), wanted, now=house.clock())
    assert token is not None
    return row.id, token


def _change(house: House, small: ModuleType, turn: int) -> None:
    with house.database.read() as session:
        person = session.query(Person.id).filter(Person.login == "p0").scalar()
    now = house.clock()
    level = Level.URGENT if turn % 2 else Level.FULL
    current_store(house).set_status(person, Manual(level, now + HOUR, now, place=f"Platz {turn}"))


def test_a_screen_that_takes_nothing_is_dropped_and_the_others_are_told(
    busy_house: House, small: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one process, where the line to the screen can be stopped at will."""
    monkeypatch.setattr(monitor, "SLOW", 1.0)
    (slow, token), (_, other) = _hang(busy_house, small), _hang(busy_house, small)
    scope: Scope = {
        "type": "http", "method": "GET", "path": "/monitor/strom", "query_string": b"",
        "client": ("10.0.0.9", 1), "headers": [(b"cookie", f"rathaus-monitor={token}".encode())],
    }  # fmt: skip

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def stuck(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def scene() -> None:
        hub = Hub(busy_house)
        desk = monitor._Desk(busy_house, Cookies(secure=False))
        sleeping = asyncio.create_task(monitor._Stream(desk, hub)(scope, never, stuck))
        with busy_house.database.read() as session:
            known = by_token(session, other, local_date(busy_house.clock()))
        assert known is not None
        awake = hub.join(known)
        async with asyncio.timeout(WITHIN):
            assert await awake.next()
            for turn in range(5):
                await asyncio.to_thread(_change, busy_house, small, turn)
                while f"Platz {turn}".encode() not in (await awake.next() or b""):
                    pass
            await sleeping
        assert slow not in hub.connected()
        hub.close()

    asyncio.run(scene())


@pytest.mark.long
def test_a_real_screen_that_stops_reading_holds_nobody_up_and_costs_no_memory(
    busy_house: House, small: ModuleType, tmp_path: Path
) -> None:
    (_, token), (_, other) = _hang(busy_house, small), _hang(busy_house, small)
    port, said = free_port(), tmp_path / "stderr"
    with said.open("wb") as file:
        child = subprocess.Popen(
            [sys.executable, str(small.__file__), str(tmp_path), str(port)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=file,
        )
    base, server = f"http://127.0.0.1:{port}", psutil.Process(child.pid)
    try:
        until_up(base, child)
        with closing(socket.socket()) as asleep, stream(base, other) as told:
            board(told)
            asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            asleep.connect(("127.0.0.1", port))
            asleep.sendall(
                f"GET /monitor/strom HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Cookie: rathaus-monitor={token}\r\n\r\n".encode()
            )
            own = asleep.getsockname()[1]
            before, waits = server.memory_info().rss, []
            deadline, turn = time.monotonic() + 3 * WITHIN, 0
            while not _holds(server, own):  # until it is accepted
                assert time.monotonic() < deadline
            while _holds(server, own):
                assert time.monotonic() < deadline, "the sleeping screen was never dropped"
                turn += 1
                began = time.monotonic()
                _change(busy_house, small, turn)
                _until_told(told, f"Platz {turn}")
                waits.append(time.monotonic() - began)
            grown = server.memory_info().rss - before
    finally:
        child.kill()
        child.wait()
    assert max(waits) < monitor.SLOW / 2, "the others waited for it"
    assert grown < MOST_GROWTH
    assert "Traceback" not in said.read_text()


def _until_told(told: Any, place: str) -> None:
    while not any(place in row["dazu"] for row in board(told)["zeilen"]):
        pass


def _holds(server: psutil.Process, port: int) -> bool:
    """Whether the server still has its end of the connection from this port."""
    return any(each.raddr[1:] == (port,) for each in server.net_connections("tcp"))
