"""``rathaus kiss places`` as somebody at the keyboard sees it: figures, faults with their line, nothing by halves."""

import json
from pathlib import Path

import typer
from click.testing import Result
from typer.testing import CliRunner

from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.places.test_places import GOOD, HEAD, table
from workflows.kiss.citizens.reporting import known_places
from workflows.kiss.places.commands import add_commands


def run(city: City, *arguments: str | Path) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)  # one command alone would go without its name
    add_commands(app, lambda: city.house)
    return CliRunner().invoke(app, ["places", *map(str, arguments)])


def offered(city: City) -> list[str]:
    with city.house.database.read() as session:
        return [each.name for each in known_places(session, city.clock())]


def test_a_table_is_taken_over_and_twice_is_once(city: City, tmp_path: Path) -> None:
    file = table(tmp_path, GOOD)
    first = run(city, file, "--json")
    assert first.exit_code == 0, first.stderr
    assert json.loads(first.stdout) == {"created": 3, "changed": 0, "unchanged": 0, "errors": []}
    again = run(city, file, "--json")
    assert json.loads(again.stdout) == {"created": 0, "changed": 0, "unchanged": 3, "errors": []}
    assert offered(city) == ["Am Bach", "Marktplatz", "Seestraße"]
    shown = run(city, file)
    assert "unverändert" in shown.stdout


def test_a_trial_changes_nothing(city: City, tmp_path: Path) -> None:
    done = run(city, table(tmp_path, GOOD), "--dry-run", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["errors"] == []
    shown = run(city, table(tmp_path, GOOD), "--dry-run").stdout
    assert "Nur geprüft" in shown
    assert "3" in shown
    assert offered(city) == []


def test_one_fault_and_nothing_is_taken_over(city: City, tmp_path: Path) -> None:
    file = table(tmp_path, GOOD + "Neugasse;Süd;acht;9,8\n")
    done = run(city, file, "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["created"], len(found["errors"])) == (0, 1)
    assert (found["errors"][0]["row"], found["errors"][0]["column"]) == (5, "Breite")
    assert "nichts wurde übernommen" in run(city, file).stdout
    assert offered(city) == []


def test_what_is_no_table_is_said_in_german(city: City, tmp_path: Path) -> None:
    gone = run(city, tmp_path / "fort.csv")
    assert gone.exit_code != 0
    assert "nicht lesbar" in gone.stderr
    columns = run(city, table(tmp_path, HEAD.replace("Breite", "Höhe") + "A;B;1;2\n"))
    assert columns.exit_code != 0
    assert "Breite" in columns.stderr
