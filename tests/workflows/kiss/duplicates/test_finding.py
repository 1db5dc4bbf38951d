"""The same message twice is found, and two reports of the same kind are left alone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import typer
from typer.testing import CliRunner, Result

from bench.kiss_duplicates import KINDS, corpus, message
from workflows.kiss.duplicates.commands import add_commands
from workflows.kiss.duplicates.finding import (
    Occasion,
    find_among,
    find_duplicates,
    may_be_same,
)
from workflows.kiss.duplicates.scoring import ready

HOLE = "In der Gartenstraße vor Nummer 12 ist seit drei Wochen ein tiefes Schlagloch. Meine Nachbarin ist schon gestürzt."
OTHER_HOLE = (
    HOLE.replace("Gartenstraße", "Lindenallee")
    .replace("Nummer 12", "Nummer 87")
    .replace("drei Wochen", "gestern")
)
LAMP = "Die Laterne an der Ecke Schulweg und Hafenplatz flackert jede Nacht, niemand kann bei dem Licht schlafen."


def found(*messages: str) -> set[tuple[int, int]]:
    return {(pair.a, pair.b) for pair in find_duplicates(messages)}


def run(*words: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    add_commands(app, lambda: pytest.fail("needs no house"))
    return CliRunner().invoke(app, ["duplicates", *words])


def test_the_same_words_are_the_same_message() -> None:
    assert found(HOLE, LAMP, f"Guten Tag,\n{HOLE}\nMfG", HOLE.upper()) == {(0, 2), (0, 3), (2, 3)}


def test_empty_and_very_short_messages_are_nobodys_copy() -> None:
    assert found("", "", "?", HOLE) == set()
    assert found("Laterne kaputt", "Laterne an der Ecke kaputt") == set()


def test_more_than_twenty_of_one_kind_hang_on_the_first() -> None:
    assert found(*[HOLE] * 30) == {(0, row) for row in range(1, 30)}


def test_another_place_is_another_message_once_there_are_many() -> None:
    random = Random(7)
    others = [message(random) for _ in range(300)]
    assert (300, 301) not in found(*others, HOLE, OTHER_HOLE)


def test_most_copies_are_found_and_few_others_suspected() -> None:
    texts, planted = corpus(Random(11), 1500, 50)
    pairs = {(pair.a, pair.b) for pair in find_duplicates(texts)}
    for name in KINDS:
        assert len(planted[name] & pairs) >= 0.9 * len(planted[name]), name
    copies = {row for rows in planted.values() for pair in rows for row in pair}
    assert len({row for pair in pairs for row in pair} - copies) <= 0.05 * (
        len(texts) - len(copies)
    )


def test_a_new_message_finds_the_old_one() -> None:
    known = [("loch", ready(HOLE)), ("lampe", ready(LAMP))]
    ((key, score),) = find_among(ready(f"WG: {HOLE[:70]}"), known)
    assert key == "loch"
    assert score > 0.9


@pytest.mark.parametrize(
    ("metres", "days", "same"), [(0, 0, True), (90, 29, True), (120, 0, False), (0, 31, False)]
)
def test_place_and_time_part_what_the_words_do_not(metres: float, days: int, same: bool) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    here = Occasion(at, (48.9, 9.2))
    there = Occasion(at + timedelta(days=days), (48.9 + metres / 111_195, 9.2))
    assert may_be_same(here, there) is may_be_same(there, here) is same
    assert bool(find_duplicates([HOLE, HOLE], [here, there])) is same
    assert may_be_same(here, Occasion())


def test_the_command_names_rows_and_scores(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'Nr;Text\n1;"{HOLE}"\n2;"{LAMP}"\n3;"WG: {HOLE}\nGruß"\n', "utf-8-sig")
    result = run(str(path), "--text", "Text", "--json")
    assert json.loads(result.stdout) == [{"a": 0, "b": 2, "score": 1.0}]
    assert "Schlagloch" not in run(str(path), "--text", "Text").stderr


def test_a_missing_column_is_one_line_and_two(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Nr;Text\n1;a\n", "utf-8")
    result = run(str(path), "--text", "Inhalt", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Die Spalte „Inhalt“ fehlt.")
