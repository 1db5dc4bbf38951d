"""The command line as the contract states it: names, JSON shapes, exit codes, one German line for wrong input."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from storage.house import House
from storage.migration import upgrade
from tests.workflows.eakte.town import TREE_LETTER, letter
from workflows.demo.founding import found_city

pytestmark = pytest.mark.process
Run = Callable[..., subprocess.CompletedProcess[str]]
UMLAUTS = {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo city's organisation, without its post."""
    folder = tmp_path_factory.mktemp("stadt")
    house = House(Settings(data_dir=folder))
    upgrade(house.database)
    found_city(house)
    house.close()
    return folder


@pytest.fixture(scope="module")
def run(data: Path) -> Run:
    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rathaus", *map(str, arguments)],
            env={**os.environ, **UMLAUTS, "RATHAUS_DATA_DIR": str(data)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    return call


def _json(done: subprocess.CompletedProcess[str], code: int = 0) -> Any:
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def _refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    """Exactly one line on stderr, nothing on stdout."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


def test_ingest_search_and_the_journal(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "post"
    folder.mkdir()
    (folder / "antrag.pdf").write_bytes(letter(*TREE_LETTER))
    (folder / "kaputt.pdf").write_bytes(b"%PDF-1.7 nichts")
    results = _json(run("eakte", "ingest", folder, "--wait", "--json"))
    assert [set(each) for each in results] == [
        {"file", "sha256", "document", "status", "reason"}
    ] * 2
    by_name = {Path(each["file"]).name: each for each in results}
    assert by_name["antrag.pdf"]["status"] == "ready"
    assert by_name["kaputt.pdf"]["status"] == "quarantined"
    assert by_name["kaputt.pdf"]["reason"]
    again = _json(run("eakte", "ingest", folder / "antrag.pdf", "--json"))
    assert again[0]["status"] == "duplicate"
    assert again[0]["document"] == by_name["antrag.pdf"]["document"]

    found = _json(run("eakte", "search", "Birke", "--as", "gundula.mehrwald", "--json"))
    assert found["total"] == 1
    assert set(found["hits"][0]) == {"document", "title", "akte", "date", "score", "snippet"}
    assert "<mark>" in found["hits"][0]["snippet"]
    stranger = _json(run("--as", "theresa.vogelpohl", "eakte", "search", "Birke", "--json"))
    assert stranger == {"total": 0, "hits": []}

    verified = run("journal", "verify", "--json")
    state = json.loads(verified.stdout)
    assert {"sealed", "unsealed", "first", "last", "ok", "problems"} <= set(state)
    assert state["unsealed"] > 0


def test_deadline_shows_its_steps(run: Run) -> None:
    call = (
        "eakte",
        "deadline",
        "--event",
        "posted",
        "--date",
        "2026-10-14",
        "--period",
        "P1M",
        "--json",
    )
    assert _json(run(*call, "--law", "ao"))["due"] == "2026-11-19"
    social = _json(run(*call, "--law", "sgbx"))
    assert social["due"] == "2026-11-18"
    assert all(set(step) == {"text", "source"} for step in social["steps"])


def test_ocr_read_needs_no_database(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "antrag.pdf"
    file.write_bytes(letter(*TREE_LETTER))
    read = _json(run("ocr", "read", file, "--json"))
    assert {"type", "pages", "findings", "document", "invoice", "attachments"} <= set(read)
    assert read["pages"][0]["method"] == "text"
    dates = [f for f in read["findings"] if f["kind"] == "date"]
    text = read["pages"][0]["text"]
    assert all(text[f["start"] : f["end"]] == f["value"] for f in dates)
    assert "2026-10-12" in {f["normalized"] for f in dates}


def test_a_file_that_cannot_be_read_stops_none_of_the_others(run: Run, tmp_path: Path) -> None:
    good, gone = tmp_path / "gut.txt", tmp_path / "fort.txt"
    good.write_text("Guten Tag, eine Frage zur Hundesteuer.")
    broken = Path("/proc/self/mem")  # opens, and refuses to be read, also for root
    done = run("eakte", "ingest", gone, broken, good, "--json")
    assert done.returncode == 2, done.stderr
    assert [Path(each["file"]).name for each in json.loads(done.stdout)] == ["gut.txt"]
    (line,) = done.stderr.strip().splitlines()
    assert "fort.txt" in line
    assert str(broken) in line


def test_the_master_key_is_changed_by_administrators(run: Run, data: Path) -> None:
    done = run("--as", "theresa.vogelpohl", "blobs", "rotate-key", "--json")
    assert _refused(done, 3)
    found = _json(run("blobs", "rotate-key", "--as", "florian.achterkamp", "--json"))
    assert found == {"current": "00000002", "keys": 2}
    assert (data / "keys" / "blob-00000002.key").is_file()


def test_wrong_input_gets_one_german_line(run: Run, tmp_path: Path) -> None:
    leer = tmp_path / "leer.pdf"
    leer.touch()
    assert "gibt es nicht" in _refused(run("eakte", "ingest", tmp_path / "fehlt.pdf", "--json"), 2)
    assert "ist leer" in _refused(run("ocr", "read", leer, "--json"), 2)
    call = (
        "eakte",
        "deadline",
        "--law",
        "ao",
        "--event",
        "posted",
        "--period",
        "P1M",
        "--json",
        "--date",
    )
    assert "kein Datum" in _refused(run(*call, "2026-02-31"), 2)
    assert "niemand" in _refused(run("eakte", "search", "x", "--as", "niemand"), 3)


def test_a_search_does_not_wait_long_for_a_held_database(run: Run, data: Path) -> None:
    """To act in another's name is journalled, which needs a writer's turn."""
    with closing(sqlite3.connect(data / "rathaus.sqlite", isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        line = _refused(run("eakte", "search", "Birke", "--as", "gundula.mehrwald", "--json"), 4)
        assert time.monotonic() - began < 60, "a writer's usual patience is a minute"
        foreign.execute("ROLLBACK")
    assert "Bitte versuchen Sie es gleich noch einmal." in line


def test_schedules_are_for_admins(run: Run) -> None:
    assert "Berechtigung" in _refused(
        run("schedules", "list", "--json", "--as", "theresa.vogelpohl"), 3
    )
    assert isinstance(_json(run("schedules", "list", "--json", "--as", "florian.achterkamp")), list)


def test_status_lists_processes_queues_and_warnings(run: Run) -> None:
    state = _json(run("status", "--json"))
    assert set(state) == {"processes", "queues", "warnings"}
    assert any("Ablaufsteuerung" in warning for warning in state["warnings"])
    assert any("Virenprüfung aus" in warning for warning in state["warnings"])


def test_an_account_is_created_once(run: Run) -> None:
    call = ("account", "create", "Elif Neumann", "--role", "lotse", "--office", "baurecht")
    assert "Passwort" in run(*call).stdout
    assert "gibt es schon" in _refused(run(*call), 2)


def test_without_a_database_the_line_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rathaus", "status"],
        env={**os.environ, **UMLAUTS, "RATHAUS_DATA_DIR": str(tmp_path / "neu")},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert "rathaus up" in _refused(done, 4)
