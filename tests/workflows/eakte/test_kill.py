"""kill -9 of the engine at any moment under load: nothing is lost, nothing is done twice."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from storage.house import House
from storage.jobs.tables import Job
from storage.journal.tables import JournalEntry, JournalPending
from storage.migration import upgrade
from tests.workflows.eakte.town import letter
from workflows.demo.founding import found_city
from workflows.eakte.tables import Document, StoredAnalysis

FILES, SCANS = 60, 250
KILLS = 6


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(Settings(data_dir=tmp_path / "daten"))
    upgrade(made.database)
    found_city(made)
    yield made
    made.close()


@pytest.fixture
def engine(house: House) -> Callable[[], subprocess.Popen[bytes]]:
    def start() -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "RATHAUS_DATA_DIR": str(house.settings.data_dir),
            "RATHAUS_PREFECT": "false",
            "PYTHONUTF8": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "rathaus", "engine"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    return start


def _states(house: House) -> Counter[str]:
    with house.database.read() as session:
        return Counter(
            dict(
                session.execute(select(Document.state, func.count()).group_by(Document.state)).all()
            )
        )  # type: ignore[arg-type]


def _journalled(house: House, verb: str) -> int:
    with house.database.read() as session:
        return sum(
            session.scalar(select(func.count()).where(table.verb == verb)) or 0
            for table in (JournalEntry, JournalPending)
        )


def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.1)  # polling with a deadline


@pytest.mark.long
def test_what_a_killed_command_took_in_is_there_once_when_it_is_called_again(
    house: House, tmp_path: Path
) -> None:
    """The same verb takes in what the upload page was given: who was told nothing sends the file again."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(SCANS):
        (folder / f"scan-{number:03}.pdf").write_bytes(letter(f"Betreff: Vorgang {number}"))
    chance = random.Random(11)
    command = [sys.executable, "-m", "rathaus", "eakte", "ingest", str(folder), "--json"]
    environment = {
        **os.environ,
        "RATHAUS_DATA_DIR": str(house.settings.data_dir),
        "PYTHONUTF8": "1",
    }
    for _ in range(KILLS):
        before = sum(_states(house).values())
        process = subprocess.Popen(
            [*command, "--as", "gundula.mehrwald"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _until(
            lambda before=before, process=process: (
                sum(_states(house).values()) > before or process.poll() is not None
            ),
            60,
        )  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.2))  # the moment of death is the point
        process.kill()
        process.wait()
        if sum(_states(house).values()) == SCANS:
            break
    done = subprocess.run(
        [*command, "--as", "gundula.mehrwald"], env=environment, capture_output=True, check=True
    )
    assert len(json.loads(done.stdout)) == SCANS
    assert sum(_states(house).values()) == SCANS
    assert _journalled(house, "document.receive") == SCANS
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == SCANS
        assert list(house.blobs.check(session)) == []


@pytest.mark.long
def test_no_letter_is_lost_or_doubled_when_the_engine_is_killed(
    house: House, engine: Callable[[], subprocess.Popen[bytes]]
) -> None:
    inbox = house.settings.inbox_folder
    inbox.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    process = engine()
    try:
        for number in range(FILES):
            (inbox / f"brief-{number:03}.pdf").write_bytes(
                letter(f"Betreff: Anfrage Nummer {number}", "Guten Tag", pages=3)
            )
        for _ in range(KILLS):
            before = sum(_states(house).values()) + _states(house)["ready"]
            _until(
                lambda before=before: (
                    sum(_states(house).values()) + _states(house)["ready"] > before
                    or _states(house)["ready"] == FILES
                ),
                90,
            )  # type: ignore[misc]
            time.sleep(chance.uniform(0, 1.5))  # the moment of death is the point
            process.kill()
            process.wait()
            process = engine()
        _until(lambda: _states(house)["ready"] == FILES and not list(inbox.glob("*.pdf")), 180)
    finally:
        process.kill()
        process.wait()
    assert _states(house) == {"ready": FILES}
    with house.database.read() as session:
        assert session.scalar(select(func.count(StoredAnalysis.document_id))) == FILES
    assert _journalled(house, "document.receive") == FILES
    assert _journalled(house, "document.ready") == FILES
