"""``rathaus kiss evaluate``: figures as the contract writes them, beside the baseline on the same parts; bad tables in one line."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bench.messages.writing import messages
from workflows.kiss.routing.book import RoutingBook
from workflows.kiss.routing.commands import add_commands
from workflows.kiss.routing.evaluating import evaluate
from workflows.kiss.routing.labelled import Labelled

KEYS = {"n", "classes", "top1", "top3", "macro_f1", "ece", "coverage", "baseline"}


def _no_house() -> Any:
    pytest.fail("Für die Kreuzprobe braucht es kein Haus.")


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    add_commands(app, _no_house, lambda _: RoutingBook({}))
    return app


def _run(app: typer.Typer, file: Path, *options: str) -> Any:
    return CliRunner().invoke(
        app, ["evaluate", str(file), "--text", "Text", "--label", "Thema", *options]
    )


def _line(result: Any) -> str:
    """The one line on stderr of a call that was refused."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return str(line)


def _table(
    path: Path, rows: list[tuple[str, ...]], encoding: str = "utf-8", parted: str = ","
) -> Path:
    lines = [
        parted.join('"' + cell.replace('"', '""') + '"' for cell in row)
        for row in [("Text", "Thema", "Vorlage"), *rows]
    ]
    path.write_text("\n".join(lines) + "\n", encoding)
    return path


def _rows(each: int = 1) -> list[tuple[str, ...]]:
    return [(row.text, row.label, row.template) for row in messages("reports", 5, each)]


def test_it_shows_what_the_contract_says_and_the_same_each_time(
    app: typer.Typer, tmp_path: Path
) -> None:
    file = _table(tmp_path / "meldungen.csv", _rows())
    results = [
        _run(app, file, "--folds", "3", "--seed", "1", "--group", "Vorlage", "--json") for _ in "ab"
    ]
    assert results[0].exit_code == 0, results[0].stderr
    assert results[0].stdout == results[1].stdout
    found = json.loads(results[0].stdout)
    assert set(found) == KEYS
    assert set(found["baseline"]) == {"top1", "top3"}
    assert (found["n"], found["classes"]) == (90, 9)
    assert 0 < found["baseline"]["top1"] < found["top1"] <= found["top3"] <= 1
    assert all(0 <= found[key] <= 1 for key in KEYS - {"n", "classes", "baseline"})


def test_without_json_a_person_can_read_it(app: typer.Typer, tmp_path: Path) -> None:
    result = _run(app, _table(tmp_path / "m.csv", _rows()), "--folds", "2")
    assert result.exit_code == 0
    assert "an erster Stelle richtig" in result.stdout


@pytest.mark.parametrize(
    ("encoding", "parted"), [("cp1252", ";"), ("utf-8-sig", "\t"), ("utf-16", ";")]
)
def test_what_office_programs_write_is_read(
    app: typer.Typer, tmp_path: Path, encoding: str, parted: str
) -> None:
    rows = [(f"Müll, der nächste Sack\n{n}", "Abfall", "") for n in range(8)]
    rows += [
        (f"Laterne „aus“ {n}".replace("„", "'").replace("“", "'"), "Licht", "") for n in range(8)
    ]
    result = _run(app, _table(tmp_path / "m.csv", rows, encoding, parted), "--folds", "2", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["top1"] == 1.0


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"", (), "Spalte „Text“ fehlt"),
        (b"Text;Thema\n", (), "keine Zeilen"),
        (b"Text;Thema\n;a\nb;\n", (), "keine Zeilen"),
        (b"Text;Kategorie\na;b\n", (), "Spalte „Thema“ fehlt. Vorhanden sind: „Text“, „Kategorie“"),
        (b"Text;Thema\na;b\nc;d\n", ("--group", "Gibtsnicht"), "Spalte „Gibtsnicht“ fehlt"),
        (b"Text;Thema\na;b\nc;b\n", (), "dieselbe Zuordnung „b“"),
        (b"Text;Thema\na;b\nc;d\n", (), "mindestens 5 Zeilen, hier sind es nur 2"),
        (b"Text;Thema\na;b\nc;d\n", ("--folds", "1"), "mindestens 2 Teile"),
        (b"Text;Thema;Text\na;b;c\n", (), "mehrmals"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", (), "keine Textdatei"),
        (b'Text;Thema\n"' + b"x" * 1_100_000, (), "keine lesbare CSV-Tabelle"),
    ],
)
def test_a_table_that_can_t_be_used_is_told_in_one_line(
    app: typer.Typer, tmp_path: Path, content: bytes, options: tuple[str, ...], message: str
) -> None:
    file = tmp_path / "tabelle.csv"
    file.write_bytes(content)
    assert message in _line(_run(app, file, *options))


def test_a_file_that_is_not_there_is_told_in_one_line(app: typer.Typer, tmp_path: Path) -> None:
    assert "nicht lesbar" in _line(_run(app, tmp_path / "weg.csv"))
    assert "nicht lesbar" in _line(_run(app, tmp_path))


def _labelled(rows: list[tuple[str, str, str]]) -> Labelled:
    return Labelled(*(tuple(column) for column in zip(*rows, strict=True)))


def test_groups_that_equal_classes_leave_nothing_to_know_and_do_no_harm() -> None:
    rows = [(f"{label} {n} mal", label, label) for label in "abc" for n in range(4)]
    found = evaluate(_labelled(rows), 3, 0)
    assert (found.top1, found.baseline_top1) == (0.0, 0.0)


def test_a_class_with_one_row_and_each_row_its_own_part() -> None:
    rows = [(f"Laterne aus {n}", "licht", str(n)) for n in range(4)]
    rows += [(f"Müll liegt herum {n}", "abfall", str(n + 4)) for n in range(4)]
    rows += [("Grabstein wackelt", "friedhof", "8")]
    found = evaluate(_labelled(rows), 9, 0)
    assert found.n == 9
    assert found.top1 == pytest.approx(8 / 9)


def test_two_rows_are_enough_to_say_that_nothing_is_known() -> None:
    found = evaluate(Labelled(("eins", "zwei"), ("a", "b")), 2, 0)
    assert (found.top1, found.coverage) == (0.0, 0.0)


def test_texts_without_a_word_are_judged_as_well() -> None:
    rows = [("…", label, str(n)) for n, label in enumerate("ababab")]
    assert 0 <= evaluate(_labelled(rows), 3, 0).top1 <= 1


@pytest.mark.long
def test_on_two_thousand_messages_probabilities_hold_what_they_say() -> None:
    found = evaluate(_labelled([(*row,) for row in _rows(23)]), 5, 0)  # type: ignore[misc]
    assert found.n > 2000
    assert found.ece <= 0.05
    assert found.top1 > found.baseline_top1
