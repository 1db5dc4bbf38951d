"""The inbox with 200 documents under 50 clerks: rerun time, start time and memory of the web process.

Headless clients speak Streamlit's own protocol: they sign in over HTTP, open the WebSocket, and every ten seconds
(think time, spread at random) ask for a rerun of the inbox; a rerun is over when the server says the script finished.
Reference: the same client alone, measured before the others come.
"""

import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
from sqlalchemy import insert
from sqlalchemy.orm import Session
from websockets.asyncio.client import ClientConnection, connect

from bench.figures import Figure

CLERKS = 50
THINK = 10.0
ROUNDS = 6
DOCUMENTS = 200
WARM_UP = 1
ROOT = Path(__file__).parents[1]
SEAL = re.compile(r'name="siegel" value="(\w+)"')


def measure() -> list[Figure]:
    """Start a furnished house's web process, load it, and stop it."""
    with tempfile.TemporaryDirectory(prefix="rathaus-bench-") as folder:
        small_house = _furnish(Path(folder))
        port = _free_port()
        server, start_seconds = _start(small_house, folder, port)
        try:
            alone, times = asyncio.run(_load(f"http://127.0.0.1:{port}", small_house.PASSWORD))
            memory = psutil.Process(server.pid).memory_info().rss / 2**20
        finally:
            server.terminate()
            server.wait(20)
    p95 = _p95(times)
    reference = statistics.median(alone)
    return [
        Figure(
            "Posteingang mit 200 Dokumenten, 50 Sitzungen, 10 s Bedenkzeit: p95 eines Neuaufbaus",
            round(p95, 1),
            "ms",
            round(reference, 1),
            "eine Sitzung allein (Median)",
            "höchstens 150 ms",
            p95 <= 150,
        ),
        Figure(
            "Speicher von `web` mit 50 Sitzungen",
            round(memory, 1),
            "MiB",
            None,
            "",
            "unter 400 MiB",
            memory < 400,
        ),
        Figure(
            "`web` bereit nach dem Start",
            round(start_seconds, 2),
            "s",
            None,
            "",
            "höchstens 8 s",
            start_seconds <= 8,
        ),
    ]


def _furnish(folder: Path) -> Any:
    """The test house with 50 clerks in one office and 200 documents in their inbox."""
    sys.path.insert(0, str(ROOT / "tests" / "intranet"))
    import house as small_house

    from storage.house import open_house

    house = open_house(small_house.settings_in(folder))
    small_house.furnish(house)
    now = house.clock()
    with house.database.write() as session:
        office = small_house.office(session, "ordnungsamt")
        _add_clerks(session, small_house, office, now)
        _add_documents(session, office, now)
    house.close()
    return small_house


def _add_clerks(session: Session, small_house: Any, office: UUID, now: datetime) -> None:
    from presence.passwords import hash_password
    from presence.tables import Account
    from storage.organisation.operations import add_person

    hashed = hash_password(small_house.PASSWORD)
    for number in range(CLERKS):
        person = add_person(
            session, small_house.ACTOR, login=f"clerk.{number}", name=f"Clerk {number}",
            office=office, valid_from=small_house.LONG_AGO, now=now,
        )  # fmt: skip
        session.add(
            Account(person_id=person.id, password_hash=hashed, must_change=False, changed_at=now)
        )


def _add_documents(session: Session, office: UUID, now: datetime) -> None:
    from storage.actors import ProtectionClass, Scope
    from storage.clock import new_id
    from workflows.eakte.tables import Document

    scope = Scope(office, ProtectionClass.UNFILED)
    session.execute(
        insert(Document),
        [
            {
                "id": new_id(),
                "state": "ready",
                "intake_key": f"bench-{number}",
                "source": "upload",
                "received_at": now,
                "office_id": office,
                "protection": scope.protection.value,
                "access": scope.token,
                "sha256": f"{number:064x}",
                "file_name": f"brief-{number}.pdf",
                "media_type": "application/pdf",
                "size": 40_000 + number,
                "pages": 2,
                "title": f"Antrag auf Sondernutzung Nummer {number}, Marktplatz",
                "kind": "Antrag",
                "sender": f"Beispiel und Söhne {number} GmbH",
                "details": {"deadline": "2026-12-01"},
            }
            for number in range(DOCUMENTS)
        ],
    )


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(small_house: Any, folder: str, port: int) -> tuple[subprocess.Popen[bytes], float]:
    """Start the web process and wait until it answers. Returns it and the seconds that took."""
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, small_house.__file__, folder, str(port)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while time.perf_counter() - began < 60:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                return server, time.perf_counter() - began
        except httpx.TransportError:
            time.sleep(0.02)
    server.kill()
    raise RuntimeError("the web process did not start")


async def _load(base: str, password: str) -> tuple[list[float], list[float]]:
    """Times of reruns in ms: of one clerk alone, and of all together."""
    cookies = [await _sign_in(base, f"clerk.{number}", password) for number in range(CLERKS)]
    alone = await _clerk(base, cookies[0], rounds=8, think=0.2)
    together = await asyncio.gather(
        *(_clerk(base, cookie, rounds=ROUNDS, think=THINK) for cookie in cookies)
    )
    return alone, [each for clerk in together for each in clerk]


async def _sign_in(base: str, login: str, password: str) -> str:
    async with httpx.AsyncClient(base_url=base, headers={"Origin": base}, timeout=60) as client:
        seal = SEAL.search((await client.get("/anmelden")).text)
        assert seal is not None
        await client.post(
            "/anmelden",
            data={"siegel": seal[1], "weiter": "/", "name": login, "passwort": password},
        )
        return client.cookies["rathaus"]


async def _clerk(base: str, cookie: str, rounds: int, think: float) -> list[float]:
    """One open page: the first rerun builds it and is not counted, the others are."""
    rng = random.Random(cookie)
    await asyncio.sleep(rng.uniform(0, think))
    address = base.replace("http:", "ws:") + "/_stcore/stream"
    times = []
    async with connect(
        address,
        origin=base,  # type: ignore[arg-type]
        additional_headers={"Cookie": f"rathaus={cookie}"},
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=None,
        compression=None,
    ) as socket:
        for number in range(rounds + WARM_UP):
            seconds = await _rerun(socket)
            if number >= WARM_UP:
                times.append(seconds * 1000)
            await asyncio.sleep(think * rng.uniform(0.5, 1.5))
    return times


async def _rerun(socket: ClientConnection) -> float:
    """Ask for the inbox and wait until the script has finished. Returns seconds."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.util import calc_hash

    message = BackMsg()
    message.rerun_script.query_string = ""
    message.rerun_script.page_script_hash = calc_hash("posteingang")
    began = time.perf_counter()
    await socket.send(message.SerializeToString())
    shown = False
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await socket.recv())  # type: ignore[arg-type]
        shown = shown or b"brief-" in answer.SerializeToString() or answer.HasField("delta")
        if answer.HasField("script_finished"):
            assert shown, "the page came without content"
            return time.perf_counter() - began


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
