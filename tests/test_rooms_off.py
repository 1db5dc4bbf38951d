"""A room that is switched off: no commands, no schedules, its jobs wait, and the status says so."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import rathaus
from config.rooms import Room
from config.settings import Settings
from storage import schedules
from storage.actors import System
from storage.all_tables import create_all
from storage.house import House
from storage.jobs import queue
from storage.jobs.tables import Job, Schedule
from storage.mail import send_later
from storage.processes import status
from workflows.engine.once import drain_once

OFF = frozenset({Room.EAKTE})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(Settings(data_dir=tmp_path, rooms_off=OFF, _env_file=None))
    create_all(made.database.engine)
    yield made
    made.close()


def ask_for_work(house: House) -> None:
    now = house.clock()
    with house.database.write() as session:
        queue.enqueue(session, "document.process", "a", now=now)
        send_later(session, key="m", to="a@b.example", subject="S", text="T", now=now)


def state_of(house: House, kind: str) -> str:
    with house.database.read() as session:
        return session.scalars(select(Job.state).where(Job.kind == kind)).one()


def test_its_jobs_wait_while_others_are_done(house: House) -> None:
    ask_for_work(house)
    with rathaus._engine_work(house) as (kinds, _):
        drain_once(house, kinds)
    assert state_of(house, "document.process") == "waiting"
    assert state_of(house, "mail") == "done"
    later = house.clock() + timedelta(hours=1)
    warnings = status(house.database, later, rooms_off=OFF)["warnings"]
    assert [each for each in warnings if "E-Akte" in each] == [
        "Der Raum „E-Akte“ ist abgeschaltet: 1 Auftrag wartet, bis er wieder eingeschaltet wird."
    ]
    assert not any("staut" in each for each in warnings)


def test_its_schedules_are_gone_until_it_is_on_again(house: House) -> None:
    def keys() -> set[str]:
        with house.database.write() as session, rathaus._engine_work(house) as (_, listed):
            schedules.register(session, listed, house.clock())
            return {line.key for line in schedules.lines(session, System("test"))}

    assert "journal.pruefung" in keys()
    assert not {key for key in keys() if key.startswith("eakte.")}
    house.settings = house.settings.model_copy(update={"rooms_off": frozenset()})
    assert "eakte.pruefung" in keys()
    house.settings = house.settings.model_copy(update={"rooms_off": OFF})
    assert "eakte.pruefung" not in keys()
    with house.database.read() as session:
        assert session.get(Schedule, "eakte.pruefung") is not None  # an admin's time is kept


def run(folder: Path, rooms: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rathaus", *arguments],
        env=environment(folder, rooms), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def environment(folder: Path, rooms: str) -> dict[str, str]:
    ours = {"RATHAUS_DATA_DIR": str(folder), "RATHAUS_ROOMS_OFF": rooms, "PYTHONUTF8": "1"}
    return {**os.environ, **ours, "RATHAUS_PREFECT": "false"}


def test_the_engine_leaves_it_alone(house: House) -> None:
    folder = house.settings.data_dir
    post = house.settings.inbox_folder / "brief.txt"
    post.parent.mkdir(parents=True)
    post.write_text("Guten Tag", "utf-8")
    ask_for_work(house)
    engine = subprocess.Popen(
        [sys.executable, "-m", "rathaus", "engine"], env=environment(folder, "eakte")
    )
    try:
        deadline = time.monotonic() + 120
        while state_of(house, "mail") != "done":
            assert time.monotonic() < deadline
            assert engine.poll() is None
            time.sleep(0.05)  # polling with a deadline
        assert state_of(house, "document.process") == "waiting"
        assert post.exists()
    finally:
        engine.terminate()
        assert engine.wait(120) == 0
    shown = json.loads(run(folder, "eakte", "status", "--json").stdout)
    assert any("„E-Akte“ ist abgeschaltet" in warning for warning in shown["warnings"])


def test_its_commands_say_that_it_is_off(tmp_path: Path) -> None:
    closed = run(tmp_path, "eakte", "eakte", "search", "x", "--limit", "3")
    assert closed.returncode == 2
    assert closed.stdout == ""
    assert closed.stderr.strip().count("\n") == 0
    assert "„E-Akte“" in closed.stderr
    assert "eakte" not in run(tmp_path, "eakte", "--help").stdout


def test_an_unknown_room_stops_every_command(tmp_path: Path) -> None:
    refused = run(tmp_path, "kantine", "web")
    assert refused.returncode == 2
    assert "„kantine“" in refused.stderr
    assert refused.stderr.strip().count("\n") == 0
