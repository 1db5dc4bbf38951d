"""The engine's pieces as flow runs on a real Prefect server, shared by the session; and what happens when it goes away."""

import asyncio
import contextlib
import gc
import socket
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from config.settings import Settings
from storage.house import House
from storage.jobs import queue
from storage.jobs.handlers import JobContext, JobKind, PermanentError, registry
from storage.jobs.queue import ClaimedJob
from storage.jobs.tables import Job, Run
from workflows.engine.drain import Drain
from workflows.engine.flows import Piece, PrefectLink, RunLog, carry_out
from workflows.engine.reconcile import crash_left_flow_runs
from workflows.engine.server import PrefectServer, environment

pytestmark = pytest.mark.prefect


@pytest.fixture(autouse=True)
def _clear_away_what_prefect_leaves() -> Iterator[None]:
    """Its clients leave sockets to the garbage collector when a test's loop ends, and warn when that comes."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def shown(server: PrefectServer, path: str, question: dict[str, Any]) -> Any:
    """What Prefect's own interface shows."""
    values = environment(server.settings)
    user, _, secret = values["PREFECT_API_AUTH_STRING"].partition(":")
    url = f"{values['PREFECT_API_URL']}/{path}"
    answer = httpx.post(url, json=question, auth=(user, secret), trust_env=False, timeout=120)
    assert answer.status_code == httpx.codes.OK, answer.text
    return answer.json()


def by_key(_context: JobContext, job: ClaimedJob) -> None:
    if job.key == "bad":
        raise PermanentError("Die Datei ist verschlüsselt.")


def drain_with(server: PrefectLink, house: House, *keys: str) -> Run:
    """Drain these jobs; the run of the batch."""
    with house.database.write() as session:
        for key in keys:
            queue.enqueue(session, "lesen", key)

    async def scene() -> None:
        drain = Drain(house, registry([JobKind("lesen", "L", handle_one=by_key)]), "m/1", server)
        assert await drain.turn() == len(keys)
        await drain.all_ended()
        assert await drain.stop(120)

    asyncio.run(scene())
    with house.database.read() as session:
        return session.scalars(select(Run).order_by(Run.id.desc()).limit(1)).one()


def test_a_batch_is_one_flow_run_with_log_and_no_content(
    prefect_server: PrefectServer, sqlite_house: House
) -> None:
    run = drain_with(PrefectLink(lambda: True, patience=120), sqlite_house, "good", "bad")
    assert (run.state, dict(run.counts)) == ("findings", {"done": 1, "failed": 1})
    [flow_run] = [
        each
        for each in shown(
            prefect_server, "flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 5}
        )
        if each["id"] == str(run.flow_run)
    ]
    assert flow_run["state_type"] == "FAILED"
    assert flow_run["parameters"] == {"run": str(run.id)}
    log = shown(
        prefect_server, "logs/filter", {"logs": {"flow_run_id": {"any_": [str(run.flow_run)]}}}
    )
    ours = [line["message"] for line in log if line["name"] == "rathaus"]
    assert len(ours) == 2
    with sqlite_house.database.read() as session:
        ids = [str(job) for job in session.scalars(select(Job.id))]
    assert all(any(each in line for each in ids) for line in ours)


def test_runs_a_killed_engine_left_open_are_closed(
    prefect_server: PrefectServer, sqlite_house: House
) -> None:
    flow = shown_or_made(prefect_server, "flows/", {"name": "lesen"})
    left = shown_or_made(
        prefect_server,
        "flow_runs/",
        {
            "flow_id": flow["id"],
            "parameters": {"run": str(uuid4())},
            "state": {"type": "RUNNING", "name": "Running"},
        },
    )
    assert asyncio.run(crash_left_flow_runs(sqlite_house)) >= 1
    states = {
        each["id"]: each["state_type"]
        for each in shown(prefect_server, "flow_runs/filter", {"limit": 50})
    }
    assert states[left["id"]] == "CRASHED"


def shown_or_made(server: PrefectServer, path: str, what: dict[str, Any]) -> Any:
    values = environment(server.settings)
    user, _, secret = values["PREFECT_API_AUTH_STRING"].partition(":")
    url = f"{values['PREFECT_API_URL']}/{path}"
    answer = httpx.post(url, json=what, auth=(user, secret), trust_env=False, timeout=120)
    assert answer.is_success, answer.text
    return answer.json()


def test_the_server_asks_for_the_secret(prefect_server: PrefectServer) -> None:
    url = environment(prefect_server.settings)["PREFECT_API_URL"]
    answer = httpx.post(f"{url}/flow_runs/filter", json={}, trust_env=False, timeout=120)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    secret = prefect_server.settings.data_dir / "keys" / "prefect"
    assert secret.stat().st_mode & 0o077 == 0


class Door:
    """A way to Prefect's server that can be shut, also for who is inside; on threads of its own."""

    def __init__(self, server: PrefectServer) -> None:
        self._inner = server.settings.engine_port
        self._outside = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        port: int = self._outside.getsockname()[1]
        return port

    def shut(self) -> None:
        for each in (self._outside, *self._pairs):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in (self._outside, *self._pairs):
            each.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller = self._outside.accept()[0]
                inner = socket.create_connection(("127.0.0.1", self._inner))
                self._pairs += [caller, inner]
                for ends in ((caller, inner), (inner, caller)):
                    self._threads.append(threading.Thread(target=_pump, args=ends))
                    self._threads[-1].start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("dies", ["before", "within"])
def test_work_is_done_once_when_prefect_goes_away(prefect_server: PrefectServer, dies: str) -> None:
    """Its door shuts before the run is opened, or while the work is done."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    done, lost = [], []

    async def scene() -> None:
        door = Door(prefect_server)
        port = door.port

        async def work() -> None:
            await asyncio.to_thread(door.shut)
            link.patience = 2.0  # nobody answers any more: there is nothing to wait for
            done.append("once")

        if dies == "before":
            door.shut()
        piece = Piece("lesen", uuid4(), RunLog(), work)
        link = PrefectLink(lambda: not lost, lambda: lost.append(True), patience=120)
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}):
            await carry_out(piece, link)
        assert (piece.flow_run is not None) == (dies == "within")

    asyncio.run(scene())
    assert done == ["once"]
    assert lost == [True]


@pytest.mark.long
def test_a_damaged_database_of_prefect_is_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "prefect"
    folder.mkdir()
    (folder / "prefect.db").write_bytes(b"no database" * 1000)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def scene() -> None:
        server = PrefectServer(Settings(data_dir=tmp_path, engine_port=port))
        server.start()
        watching = asyncio.create_task(server.watch())
        try:
            await asyncio.wait_for(server.answered.wait(), 600)
        finally:
            watching.cancel()
            server.stop()

    asyncio.run(scene())
    assert (folder / "damaged-prefect.db").exists()
