"""What tests of wall monitors share: the stream as a screen hears it, and a server that may be killed."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from presence.availability.current import current_store
from presence.availability.facts import Manual
from presence.availability.levels import Level
from storage.actors import System

SYSTEM = System("test")
ROOT = Path(__file__).parents[3]
HOUR = timedelta(hours=1)


def cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"rathaus-monitor={token}"}


@contextmanager
def stream(server: str, token: str) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    with httpx.stream("GET", server + "/monitor/strom", headers=cookie(token), timeout=120) as got:
        assert got.status_code == 200
        assert got.headers["content-type"].startswith("text/event-stream")
        yield events(got)


def events(got: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    name = ""
    for line in got.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def board(told: Iterator[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """The next board, whatever it is."""
    found: dict[str, Any] = next(data for name, data in told if name == "tafel")["tafel"]
    return found


def until_shown(
    told: Iterator[tuple[str, dict[str, Any]]],
    asked: Callable[[dict[str, Any]], bool] = lambda shown: bool(shown["zustand"] == "da"),
) -> dict[str, Any]:
    """The first board that is as asked: before it a screen may be told what was, as long as a look is under way."""
    while not asked(shown := board(told)):
        pass
    return shown


def words(shown: dict[str, Any]) -> list[str]:
    """The status in each line; none where the board says why it shows nothing."""
    return [row["wort"] for row in shown.get("zeilen", ())]


def set_status(furnished: Any, login: str, level: Level) -> None:
    now = furnished.house.clock()
    current_store(furnished.house).set_status(
        furnished.person(login).id, Manual(level, now + HOUR, now, "Zahnarzt-4711", "Saal")
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    furnished: Any, small: Any, port: int, said: Path
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server of one's own, which may be killed; ``said`` takes what it logs."""
    base, folder = f"http://127.0.0.1:{port}", furnished.house.settings.data_dir
    with said.open("wb") as file:
        child = subprocess.Popen(
            [sys.executable, small.__file__, str(folder), str(port)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=file,
        )
    try:
        until_up(base, child)
        yield base, child
    finally:
        child.kill()
        child.wait()


def until_up(base: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 100
    while True:
        try:
            if httpx.get(base + "/health").status_code == 200:
                return
        except httpx.TransportError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise
        time.sleep(0.1)  # polling with a deadline
