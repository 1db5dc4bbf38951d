"""``rathaus kiss route``: a mail or a text, and who would be responsible for it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from config.settings import Settings
from storage.house import House
from workflows.kiss.routing.book import GroupView, RoutingBook, TopicView
from workflows.kiss.routing.commands import add_commands
from workflows.kiss.routing.rules import Conditions, RuleView
from workflows.kiss.routing.text_model import train
from workflows.kiss.routing.voices import ModelVoice

START = date(2020, 1, 1)
EXAMPLES = {
    "t1": (
        "Laterne defekt",
        "Straßenlaterne aus",
        "kein Licht, Lampe kaputt",
        "Beleuchtung flackert",
    ),
    "t2": ("Baum morsch", "Ast hängt herunter", "Hecke schneiden", "Bäume fällen bitte"),
}


@pytest.fixture(scope="module")
def book() -> RoutingBook:
    rows = [
        (f"{text} {n}", label)
        for label, texts in EXAMPLES.items()
        for text in texts
        for n in range(4)
    ]
    model = train([text for text, _ in rows], [label for _, label in rows])
    assert model is not None
    groups = {
        "g1": GroupView("g1", "Beleuchtung", "tiefbau", "Tiefbauamt"),
        "g2": GroupView("g2", "Grün", "umwelt", "Umweltamt"),
        "g3": GroupView("g3", "Feedback LE", "strategie", "Stabsstelle"),
    }
    topics = {
        "t1": TopicView("t1", "laterne", "Straßenlaterne", "g1"),
        "t2": TopicView("t2", "baum", "Baum", "g2"),
    }
    asked = Conditions(addressed=("umwelt",))
    rule = RuleView("r", "An das Umweltamt", "umwelt", START, None, 1, asked, "g2")
    return RoutingBook(groups, [rule], topics, ModelVoice(model), "g3")


@pytest.fixture
def app(book: RoutingBook, tmp_path: Path) -> typer.Typer:
    app = typer.Typer()
    house = House(Settings(data_dir=tmp_path / "daten", _env_file=None))
    add_commands(app, lambda: house, lambda _: book)
    return app


def _run(app: typer.Typer, tmp_path: Path, name: str, content: bytes, *options: str) -> Any:
    file = tmp_path / name
    file.write_bytes(content)
    return CliRunner().invoke(app, ["route", str(file), *options])


def _shown(app: typer.Typer, tmp_path: Path, name: str, content: str) -> Any:
    result = _run(app, tmp_path, name, content.encode(), "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    keys = {"decision", "office", "topic", "probability", "suggestions", "because", "otherwise"}
    assert keys <= set(found)
    return found


MAIL = "From: a@example.org\nTo: {to}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"


def test_a_text_is_decided_by_the_model(app: typer.Typer, tmp_path: Path) -> None:
    found = _shown(app, tmp_path, "n.txt", "Die Straßenlaterne ist aus")
    assert (found["decision"], found["office"], found["topic"]) == ("model", "tiefbau", "laterne")
    first = found["suggestions"][0]
    assert first["probability"] == found["probability"]
    assert "Straßenlaterne" in first["evidence"]


def test_a_mail_to_an_office_is_decided_by_the_rule(app: typer.Typer, tmp_path: Path) -> None:
    mail = MAIL.format(to="umwelt@ahlenfurt.example", subject="Lampe", text="Straßenlaterne aus")
    found = _shown(app, tmp_path, "n.eml", mail)
    assert (found["decision"], found["office"], found["probability"]) == ("rule", "umwelt", None)
    assert found["suggestions"][0]["office"] == "tiefbau"
    assert found["because"][1] == "Die Nachricht ist an „Umweltamt“ gerichtet."
    assert "Ohne die Regel „An das Umweltamt“" in found["otherwise"][0]


def test_what_says_nothing_goes_to_the_coordination(app: typer.Typer, tmp_path: Path) -> None:
    found = _shown(app, tmp_path, "n.txt", "Guten Tag, ich hätte eine Frage.")
    assert (found["decision"], found["office"]) == ("coordinator", "strategie")


def test_nothing_of_a_whistleblower_s_report_is_shown(app: typer.Typer, tmp_path: Path) -> None:
    mail = MAIL.format(to="meldestelle@ahlenfurt.example", subject="geheim", text="Straßenlaterne")
    found = _shown(app, tmp_path, "n.eml", mail)
    assert found["unopened"] is True
    assert found["suggestions"] == []
    assert "aterne" not in json.dumps(found)


def test_without_json_a_person_can_read_it(app: typer.Typer, tmp_path: Path) -> None:
    result = _run(app, tmp_path, "n.txt", "Die Straßenlaterne ist aus".encode())
    assert result.exit_code == 0
    assert "Das Textmodell entscheidet" in result.stdout
    assert "Dafür spricht" in result.stdout


@pytest.mark.parametrize(("name", "content"), [("leer.txt", b" \n"), ("leer.eml", b"")])
def test_an_empty_file_is_told_in_one_line(
    app: typer.Typer, tmp_path: Path, name: str, content: bytes
) -> None:
    result = _run(app, tmp_path, name, content, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == f"„{name}“ ist leer.\n"


def test_a_file_that_is_not_there_is_told_in_one_line(app: typer.Typer, tmp_path: Path) -> None:
    for path in (tmp_path / "weg.txt", tmp_path):
        result = CliRunner().invoke(app, ["route", str(path)])
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00\x01", b"\x00" * 50, bytes(range(256)), b"Laterne\xe4"]
)
def test_any_bytes_are_decided_somehow(app: typer.Typer, tmp_path: Path, content: bytes) -> None:
    for name in ("n.txt", "n.eml"):
        assert _run(app, tmp_path, name, content, "--json").exit_code == 0
