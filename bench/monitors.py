"""How soon 500 wall monitors show a status that somebody sets: real streams, the real server in a process of its own.

The reference is what no Python server can undercut here: a bare asyncio server, also in a process of its own, that
writes the same bytes to as many connections, read by the same client. Both are wall time, which is what people see.
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import psutil

from bench.figures import Figure
from config.settings import Settings
from presence.availability.current import current_store
from presence.availability.facts import Manual
from presence.availability.levels import Level
from presence.monitor.devices import Wanted, create_monitor
from presence.monitor.subjects import Kind, Mode
from storage.actors import System
from storage.agreements.tables import Agreement
from storage.all_tables import create_all
from storage.clock import local_date, new_id
from storage.house import House, open_house
from storage.organisation.operations import add_office
from storage.organisation.tables import Membership, Person

MONITORS = 500
OFFICES, PEOPLE = 20, 50
ROUNDS = 25
LIMIT = 300.0
WITHIN = 60.0
SYSTEM = System("bench")
LONG_AGO = date(2020, 1, 1)
ROOT = Path(__file__).parents[1]
SERVE = """
import sys
from pathlib import Path
from config.settings import Settings
from intranet.commands import run_web
from storage.house import open_house
house = open_house(Settings(data_dir=Path(sys.argv[1]), port=int(sys.argv[2]), _env_file=None))
run_web(lambda: house)
"""
BARE = """
import asyncio, sys
walls = []
async def take(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    if head.startswith(b"POST"):
        message = await reader.readexactly(int(head.partition(b"length: ")[2].split()[0]))
        for wall in walls:
            wall.write(message)
        writer.close()
    else:
        walls.append(writer)
        writer.write(b"event: tafel\\n\\n")
async def main():
    async with await asyncio.start_server(take, "127.0.0.1", int(sys.argv[2])) as server:
        await server.serve_forever()
asyncio.run(main())
"""


class Wall:
    """A screen: what it got last, and when."""

    def __init__(self) -> None:
        self.boards, self.at = 0, 0.0

    async def watch(self, port: int, token: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET /monitor/strom HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: rathaus-monitor={token}\r\n\r\n"
        writer.write(head.encode())
        try:
            while line := await reader.readline():
                if line == b"event: tafel\n":
                    self.at, self.boards = time.perf_counter(), self.boards + 1
        finally:
            writer.close()


def measure() -> Iterator[Figure]:
    """All screens on one board, then spread over all offices."""
    with tempfile.TemporaryDirectory(prefix="rathaus-bench-") as folder:
        house = open_house(Settings(data_dir=Path(folder), _env_file=None))
        offices = _town(house)
        wall = offices[0][0]
        with _serving(SERVE, folder) as (port, server):
            same = _measured(
                port, _screens(house, [wall] * MONITORS), MONITORS, _status(house, offices)
            )
            memory = psutil.Process(server.pid).memory_info().rss / 2**20
        with _serving(SERVE, folder) as (port, _):
            spread = [offices[each % OFFICES][0] for each in range(MONITORS)]
            some = _measured(
                port, _screens(house, spread), MONITORS // OFFICES, _status(house, offices)
            )
        with _serving(BARE, folder) as (port, _):
            bare = _measured(port, [""] * MONITORS, MONITORS, _bare(port))
        house.close()
    reference = _p95(bare)
    for promise, times in (
        (f"Statuswechsel auf {MONITORS} Monitoren desselben Amts: p95", same),
        (f"Statuswechsel bei {MONITORS} Monitoren für {OFFICES} Ämter: p95", some),
    ):
        value = _p95(times)
        print(f"  p50 {statistics.median(times):.0f} ms, p95 {value:.0f} ms", file=sys.stderr)
        yield Figure(
            promise, round(value, 1), "ms", round(reference, 1), "nackter asyncio-Server (p95)",
            f"höchstens {LIMIT:.0f} ms", value <= LIMIT,
        )  # fmt: skip
    yield Figure(
        f"Speicher von `web` mit {MONITORS} Monitoren", round(memory), "MiB", None, "", "höchstens 400 MiB",
        memory <= 400,
    )  # fmt: skip


def _town(house: House) -> list[tuple[UUID, UUID]]:
    """20 offices of 50 and a Dienstvereinbarung in force. Each office with one of its people."""
    create_all(house.database.engine)
    now, today = house.clock(), local_date(house.clock())
    found = []
    with house.database.write() as session:
        for number in range(OFFICES):
            office = add_office(
                session, SYSTEM, key=f"amt{number}", number=f"{number:02}", name=f"Amt {number}",
                short=f"A{number}", valid_from=LONG_AGO, now=now,
            )  # fmt: skip
            people = [
                Person(
                    id=new_id(), login=f"p{number}.{who}", name=f"Person {who}", valid_from=LONG_AGO
                )
                for who in range(PEOPLE)
            ]
            session.add_all(people)
            session.flush()
            session.add_all(
                Membership(person_id=each.id, office_id=office.id, valid_from=LONG_AGO)
                for each in people
            )
            found.append((office.id, people[0].id))
        session.add(
            Agreement(
                key="monitor", title="Monitor", file_number="DV 1", signed_on=today, valid_from=today,
                recorded_by=found[0][1], recorded_at=now, by_council=False, confirmed_by=found[1][1],
                confirmed_at=now,
            )
        )  # fmt: skip
    return found


def _screens(house: House, offices: list[UUID]) -> list[str]:
    """Set up a screen for each; their tokens."""
    tokens = []
    with house.database.write() as session:
        for office in offices:
            wanted = Wanted("Tafel", "Flur", Kind.OFFICE, office, Mode.NAMES)
            tokens.append(create_monitor(session, SYSTEM, wanted, now=house.clock())[1] or "")
    return tokens


def _status(house: House, offices: list[tuple[UUID, UUID]]) -> Callable[[int], Awaitable[None]]:
    store, person = current_store(house), offices[0][1]
    store.clear_status(person)  # or the first change might be none

    async def change(turn: int) -> None:
        now = house.clock()
        level = Level.FULL if turn % 2 else Level.UNREACHABLE
        status = Manual(level, now + timedelta(minutes=30), now)
        await asyncio.to_thread(store.set_status, person, status)

    return change


def _bare(port: int) -> Callable[[int], Awaitable[None]]:
    message = b"event: tafel\ndata: " + b"x" * 6_000 + b"\n\n"  # what a board of 50 people takes

    async def change(_turn: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(message) + message)
        await writer.drain()
        writer.close()

    return change


def _measured(
    port: int, tokens: list[str], reached: int, change: Callable[[int], Awaitable[None]]
) -> list[float]:
    """Milliseconds from before the change until the board is there, for each screen it reaches and each round."""

    async def run() -> list[float]:
        walls = [Wall() for _ in tokens]
        tasks = [
            asyncio.create_task(wall.watch(port, token))
            for wall, token in zip(walls, tokens, strict=True)
        ]
        await _until(lambda: all(wall.boards for wall in walls))
        took: list[float] = []
        for turn in range(ROUNDS):
            await asyncio.sleep(0.4 + 0.017 * turn)  # never in step with the watcher
            before = [wall.boards for wall in walls]
            began = time.perf_counter()
            await change(turn)
            new = _newer(walls, before)
            await _until(lambda new=new: len(new()) >= reached)  # type: ignore[misc]
            took += [1000 * (wall.at - began) for wall in new()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return took

    return asyncio.run(run())


def _newer(walls: list[Wall], before: list[int]) -> Callable[[], list[Wall]]:
    return lambda: [wall for wall, seen in zip(walls, before, strict=True) if wall.boards > seen]


async def _until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not there():  # noqa: ASYNC110 - what is looked at are times, not events
            await asyncio.sleep(0.01)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


@contextmanager
def _serving(program: str, folder: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", program, folder, str(port)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + WITHIN
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield port, server
    finally:
        server.terminate()
        server.wait(20)
