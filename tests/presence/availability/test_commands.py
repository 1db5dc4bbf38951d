"""``rathaus presence board`` and ``busy`` as processes, as the contract states them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from config.settings import Settings
from storage.actors import System
from storage.agreements.tables import Agreement
from storage.all_tables import create_all
from storage.clock import local_date
from storage.house import House
from storage.organisation.operations import add_office, add_person
from storage.organisation.tables import Person

Run = Callable[..., subprocess.CompletedProcess[str]]
UTF8 = {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
WINDOW = ("--from", "2026-10-14", "--to", "2026-10-15T00:00:00+02:00")
SERIES = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    b"DTSTART;TZID=Europe/Berlin:20260105T090000\r\nDURATION:PT30M\r\nRRULE:FREQ=DAILY\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two offices with a person each, and no Dienstvereinbarung."""
    folder = tmp_path_factory.mktemp("haus")
    house = House(Settings(data_dir=folder, _env_file=None))
    create_all(house.database.engine)
    now, actor = house.clock(), System("test")
    with house.database.write() as session:
        for key, number, login in (("bauamt", "63", "ben.bau"), ("ordnung", "32", "olga.ord")):
            office = add_office(
                session,
                actor,
                key=key,
                number=number,
                name=key,
                short=key,
                valid_from=local_date(now),
                now=now,
            )
            add_person(
                session,
                actor,
                login=login,
                name=login.replace(".", " ").title(),
                office=office.id,
                valid_from=local_date(now),
                now=now,
            )
    house.close()
    return folder


@pytest.fixture(scope="module")
def run(data: Path) -> Run:
    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rathaus", "presence", *map(str, arguments)],
            env={**os.environ, **UTF8, "RATHAUS_DATA_DIR": str(data)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    return call


def _refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    (line,) = done.stderr.strip().splitlines()
    return line


def test_board_without_an_agreement_shows_nobody(run: Run) -> None:
    said = _refused(run("board", "bauamt", "--as", "ben.bau", "--json"), 3)
    assert "Dienstvereinbarung" in said


@pytest.fixture
def agreed(data: Path) -> Iterator[None]:
    """A Dienstvereinbarung in force, for the length of a test."""
    house = House(Settings(data_dir=data, _env_file=None))
    today, now = local_date(house.clock()), house.clock()
    with house.database.write() as session:
        one, other = session.scalars(select(Person.id))
        session.add(
            Agreement(
                key="monitor", title="Monitor", file_number="DV 1", signed_on=today, valid_from=today,
                recorded_by=one, recorded_at=now, by_council=False, confirmed_by=other, confirmed_at=now,
            )
        )  # fmt: skip
    yield
    with house.database.write() as session:
        session.execute(delete(Agreement))
    house.close()


@pytest.mark.usefixtures("agreed")
def test_board_of_the_own_office(run: Run) -> None:
    done = run("board", "bauamt", "--as", "ben.bau", "--json")
    assert done.returncode == 0, done.stderr
    (line,) = json.loads(done.stdout)
    assert {"person", "level", "label", "until", "place", "substitute", "because"} <= set(line)
    assert line["person"] == "Ben Bau"
    assert line["level"] in range(5)


@pytest.mark.usefixtures("agreed")
def test_board_of_a_closed_or_unknown_office(run: Run) -> None:
    assert "eigenen Beschäftigten" in _refused(run("board", "bauamt", "--as", "olga.ord"), 3)
    assert "gibt es nicht" in _refused(run("board", "mondamt", "--as", "olga.ord"), 2)


def _busy(run: Run, file: Path, content: bytes, *more: str) -> subprocess.CompletedProcess[str]:
    file.write_bytes(content)
    return run("busy", file, *(more or WINDOW), "--json")


def test_an_endless_series_within_a_window(run: Run, tmp_path: Path) -> None:
    done = _busy(run, tmp_path / "a.ics", SERIES)
    assert done.returncode == 0, done.stderr
    found: Any = json.loads(done.stdout)
    assert found == [
        {
            "start": "2026-10-14T09:00:00+02:00",
            "end": "2026-10-14T09:30:00+02:00",
            "status": "busy",
        }
    ]


def test_what_is_longer_ends_with_the_window(run: Run, tmp_path: Path) -> None:
    window = ("--from", "2026-10-14T09:10:00+02:00", "--to", "2026-10-14T09:20:00+02:00")
    (found,) = json.loads(_busy(run, tmp_path / "a.ics", SERIES, *window).stdout)
    assert (found["start"], found["end"]) == (window[1], window[3])


@pytest.mark.parametrize(
    "content", [b"", b"Hallo", bytes(1000), SERIES[:150], b"BEGIN:VCALENDAR\r\n" * 700_000]
)
def test_what_cannot_be_read(run: Run, tmp_path: Path, content: bytes) -> None:
    _refused(_busy(run, tmp_path / "a.ics", content), 2)


def test_a_missing_file_and_a_wrong_window(run: Run, tmp_path: Path) -> None:
    assert "nicht lesbar" in _refused(run("busy", tmp_path / "nein.ics", *WINDOW, "--json"), 2)
    backwards = ("--from", "2026-10-15", "--to", "2026-10-14")
    assert "Ende des Zeitraums" in _refused(_busy(run, tmp_path / "a.ics", SERIES, *backwards), 2)
    nonsense = ("--from", "gestern", "--to", "2026-10-14")
    assert "kein Zeitpunkt" in _refused(_busy(run, tmp_path / "a.ics", SERIES, *nonsense), 2)
