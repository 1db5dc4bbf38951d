"""``rathaus kiss analyse`` as the contract says."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from workflows.kiss.evaluation.commands import add_commands

LOG = (
    "case:concept:name,time:timestamp,concept:name,team\n"
    "1,2026-03-02T08:00:00Z,a,A\n1,2026-03-03T08:00:00Z,b,B\n1,2026-03-04T08:00:00Z,c,A\n2,2026-03-02T08:00:00Z,a,\n"
)


def run(*words: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    add_commands(app, lambda: pytest.fail("needs no house"))
    return CliRunner().invoke(app, ["analyse", *words])


def test_the_document_has_the_shape_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    result = run(str(path), "--group", "team", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "cases": 1, "events": 3, "units": 2, "handovers": 2, "cases_with_handover": 1, "ping_pong_cases": 1,
        "ping_pong_total": 1, "revisit_cases": 1,
        "median_duration_days": {"none": None, "handover": None, "ping_pong": 2.0},
    }  # fmt: skip


def test_people_get_each_figure_with_its_meaning(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    result = run(str(path), "--group", "team")
    assert "Weitergaben" in result.stdout
    assert "gleich zurück" in " ".join(result.stdout.split())


def test_a_missing_column_is_one_line_and_two(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    result = run(str(path), "--group", "amt", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Die Spalte „amt“ fehlt.")
    assert result.stderr.count("\n") == 1
