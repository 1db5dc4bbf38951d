"""``rathaus schedules``: names, JSON shape and exit codes of contracts.md."""

import json
from datetime import datetime
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from storage import schedules
from storage.house import House
from storage.jobs import runs
from storage.schedules import ScheduleDefinition
from workflows.engine.commands import commands

DEFINITION = ScheduleDefinition("sync", "Verzeichnisabgleich", "0 4 * * *", lambda _context: {})


@pytest.fixture
def app(sqlite_house: House) -> typer.Typer:
    now = sqlite_house.clock()
    sqlite_house.database.run(lambda s: schedules.register(s, [DEFINITION], now))
    return commands(lambda: sqlite_house)


def call(app: typer.Typer, *arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, list(arguments))


def listed(app: typer.Typer) -> dict[str, Any]:
    result = call(app, "list", "--json")
    assert result.exit_code == 0
    [line] = json.loads(result.stdout)
    assert isinstance(line, dict)
    return line


def test_list_as_the_contract_says(app: typer.Typer, sqlite_house: House) -> None:
    line = listed(app)
    following = datetime.fromisoformat(line.pop("next_run"))
    assert following > sqlite_house.clock()
    assert line == {
        "key": "sync",
        "title": "Verzeichnisabgleich",
        "cron": "0 4 * * *",
        "words": "täglich um 4:00 Uhr",
        "timezone": "Europe/Berlin",
        "paused": False,
        "last_run": None,
    }
    now = sqlite_house.clock()
    run = sqlite_house.database.run(lambda s: runs.begin(s, "schedule", "sync", "m/1", now))
    sqlite_house.database.run(lambda s: runs.finish(s, run, "done", now, seconds=2.5, counts={}))
    assert listed(app)["last_run"] == {"at": now.isoformat(), "state": "done", "seconds": 2.5}


def test_set_pause_resume_and_run(app: typer.Typer) -> None:
    result = call(app, "set", "sync", "--cron", "15 6 * * 1-5")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "montags bis freitags um 6:15 Uhr" in result.stderr
    assert listed(app)["cron"] == "15 6 * * 1-5"
    assert call(app, "pause", "sync").exit_code == 0
    assert (listed(app)["paused"], listed(app)["next_run"]) == (True, None)
    assert call(app, "resume", "sync").exit_code == 0
    assert not listed(app)["paused"]
    assert call(app, "run", "sync").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("set", "sync", "--cron", "30 2 * * *"), 2, "Zeitumstellung"),
        (("set", "sync", "--cron", "61 * * * *"), 2, "erlaubt ist 0 bis 59"),
        (("pause", "nix"), 2, "„nix“ gibt es nicht. Es gibt: sync."),
    ],
)
def test_wrong_input_ends_with_one_line(
    app: typer.Typer, arguments: tuple[str, ...], code: int, says: str
) -> None:
    result = call(app, *arguments)
    assert result.exit_code == code
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_the_list_for_people(app: typer.Typer) -> None:
    result = call(app, "list")
    assert result.exit_code == 0
    assert "Verzeichnisabgleich" in result.stdout
    assert "noch keiner" in result.stdout
