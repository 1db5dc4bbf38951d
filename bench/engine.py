"""What Prefect costs per document: batches of 50 jobs that do nothing, with Prefect's server and without it."""

import asyncio
import logging
import socket
import statistics
import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from config.settings import Settings
from storage.all_tables import create_all
from storage.house import House
from storage.jobs import queue
from storage.jobs.handlers import JobContext, JobKind, registry
from storage.jobs.queue import ClaimedJob
from workflows.engine import flows
from workflows.engine.drain import Drain
from workflows.engine.server import PrefectServer

BATCH = 50
ROUNDS = 12
LIMIT_MS = 8.0
START_SECONDS = 120


def measure() -> list[Figure]:
    """Prefect's share per document, and how soon an idle drain begins."""
    with tempfile.TemporaryDirectory(prefix="rathaus-bench-") as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Figure]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    house = House(Settings(data_dir=folder, engine_port=port))
    create_all(house.database.engine)
    server = PrefectServer(house.settings)
    server.start()
    watching = asyncio.create_task(server.watch())
    try:
        began = time.monotonic()
        await asyncio.wait_for(server.answered.wait(), START_SECONDS)
        started = time.monotonic() - began
        flows.warm_up()
        logging.getLogger("workflows").setLevel(logging.ERROR)
        with_prefect = flows.PrefectLink(lambda: True)
        await _batch_seconds(house, with_prefect)  # the first one makes the flow
        plain, flowing = [], []
        for _ in range(ROUNDS):
            plain.append(await _batch_seconds(house, flows.PrefectLink()))
            flowing.append(await _batch_seconds(house, with_prefect))
        waits = [await _wait_seconds(house) for _ in range(ROUNDS)]
    finally:
        watching.cancel()
        server.stop()
        house.close()
    without, share = statistics.median(plain) / BATCH, statistics.median(flowing) / BATCH
    cost = (share - without) * 1000
    return [
        Figure(
            "Anteil von Prefect je Dokument (Stapel zu 50)",
            round(cost, 2),
            "ms",
            round(without * 1000, 2),
            "derselbe Stapel ohne Prefect, je Dokument",
            f"höchstens {LIMIT_MS:g} ms",
            cost <= LIMIT_MS,
        ),
        Figure(
            "Zeit vom Auftrag bis zum Ende im Leerlauf (Median)",
            round(statistics.median(waits) * 1000, 0),
            "ms",
            None,
            "",
            "höchstens 1000 ms",
            max(waits) <= 1.0,
        ),
        Figure(
            "Erster Start des Prefect-Servers",
            round(started, 1),
            "s",
            None,
            "",
            "nur zur Kenntnis",
            True,
        ),
    ]


def _nothing(_context: JobContext, _job: ClaimedJob) -> None:
    return None


KIND = JobKind("noop", "Nichts", handle_one=_nothing, batch=BATCH)


def _ask(house: House, number: int) -> None:
    with house.database.write() as session:
        for n in range(number):
            queue.enqueue(session, "noop", f"{time.monotonic_ns()}.{n}")


async def _batch_seconds(house: House, link: flows.PrefectLink) -> float:
    """From the claim of 50 waiting jobs to the end of their run."""
    _ask(house, BATCH)
    drain = Drain(house, registry([KIND]), "bench/1/1", link)
    began = time.perf_counter()
    assert await drain.turn() == BATCH
    await drain.all_ended()
    return time.perf_counter() - began


async def _wait_seconds(house: House) -> float:
    """From one job asked for to its end, with the drain idle before."""
    drain = Drain(house, registry([KIND]), "bench/1/1")
    working = asyncio.create_task(drain.work())
    await asyncio.sleep(0.1 + time.monotonic() % 0.3)  # anywhere between two looks
    began = time.perf_counter()
    _ask(house, 1)
    await asyncio.to_thread(_until_done, house)
    took = time.perf_counter() - began
    await drain.stop(5)
    await working
    return took


def _until_done(house: House) -> None:
    while True:
        with house.database.read() as session:
            if not (queue.counts(session, house.clock()) or queue.owners_at_work(session)):
                return
        time.sleep(0.005)
