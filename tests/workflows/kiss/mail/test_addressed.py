"""A mail to an office's address goes to that office: in the engine, in replays and on the command line alike."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from config.mailboxes import Mailbox, office_written_to
from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import (
    ADDRESS,
    TakeIn,
    everything,
    letter,
    name_mailboxes,
    said,
)
from workflows.engine.once import drain_once
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.commands import commands
from workflows.kiss.routing.rule_keeping import RuleForm, add_rule
from workflows.kiss.routing.trials import trial_of, try_rule
from workflows.kiss.work import job_kinds

BOXES = [
    {"name": "feedback", "address": ADDRESS},
    {"name": "strassen", "address": "strassen@stadt.example", "office": "tiefbau"},
]
OWN = [
    {"To": "tiefbau@stadt.example"},
    {"To": "strassen@stadt.example"},
    {"To": "strassen+abc@stadt.example"},
    {"Delivered-To": "tiefbau@stadt.example"},
]


@pytest.fixture
def addressed(with_mailbox: City, tmp_path: Path) -> City:
    name_mailboxes(with_mailbox.house, tmp_path, BOXES)
    kora = with_mailbox.staff("kora")
    with with_mailbox.house.database.write() as session:
        form = RuleForm(
            "Post an den Tiefbau", with_mailbox.offices["tiefbau"], with_mailbox.groups["tiefbau"],
            conditions={"addressed": ["tiefbau"]},
        )  # fmt: skip
        add_rule(session, kora, form, now=with_mailbox.clock())
    return with_mailbox


def routed(city: City, mail: EmailMessage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What ``kiss route`` says of the same file."""
    file = folder / "eine.eml"
    file.write_bytes(mail.as_bytes())
    monkeypatch.setattr("workflows.kiss.routing.commands.acting", lambda *_: None)
    app: typer.Typer = commands(lambda: city.house)
    result = CliRunner().invoke(app, ["route", str(file), "--json"])
    assert result.exit_code == 0, result.output
    return str(json.loads(result.stdout)["office"])


@pytest.mark.parametrize("headers", OWN)
def test_a_mail_to_an_office_goes_there_because_of_the_address(
    addressed: City,
    take_in: TakeIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
) -> None:
    mail = letter("Eine Frage zu Ihrem Schreiben.", "Anfrage", **headers)
    take_in(mail)
    drain_once(addressed.house, job_kinds(addressed.house))
    [row] = everything(addressed)
    assert row.group_id == addressed.groups["tiefbau"]
    with addressed.house.database.read() as session:
        [decided] = whole(session, addressed.staff("tim"), row.id).decisions
    assert "Die Nachricht ist an „Tiefbau“ gerichtet." in decided.because
    assert routed(addressed, mail, tmp_path, monkeypatch) == "tiefbau"


def test_a_mailbox_speaks_for_its_office_where_no_header_does(
    addressed: City, take_in: TakeIn
) -> None:
    take_in(letter(To="undisclosed-recipients:;"), mailbox="strassen")
    [row] = everything(addressed)
    assert said(addressed, row.id)[0].addressed == "tiefbau"


def test_a_replay_knows_whom_it_was_written_to(addressed: City, take_in: TakeIn) -> None:
    take_in(letter(To="gruen@stadt.example"), letter(number=2))
    drain_once(addressed.house, job_kinds(addressed.house))
    kora = addressed.staff("kora")
    form = RuleForm(
        "Post an das Grünamt", addressed.offices["gruen"], addressed.groups["gruen"],
        conditions={"addressed": ["gruen"]},
    )  # fmt: skip
    with addressed.house.database.write() as session:
        trial = try_rule(session, kora, form, None, now=addressed.clock())
    drain_once(addressed.house, job_kinds(addressed.house))
    with addressed.house.database.read() as session:
        result = trial_of(session, kora, trial).result
    assert result is not None
    assert (result["looked_at"], result["count"]) == (2, 1)


@pytest.mark.parametrize(
    ("recipients", "came_by", "office"),
    [
        (["x@y.example", "STRASSEN@stadt.example"], "feedback", "tiefbau"),
        (["strassen+1@stadt.example"], None, "tiefbau"),
        ([ADDRESS], "feedback", None),
        ([], "strassen", "tiefbau"),
        ([], "weg", None),
    ],
)
def test_whose_mailbox_it_is(recipients: list[str], came_by: str | None, office: str) -> None:
    usual = {"host": "localhost", "user": "x"}
    boxes = [Mailbox.model_validate(usual | each) for each in BOXES]
    assert office_written_to(boxes, recipients, came_by) == office
