"""``rathaus kiss parse`` and what is done about mails nobody could read, as somebody at the keyboard sees it."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import TakeIn, everything, letter
from workflows.kiss.mail.commands import add_commands
from workflows.kiss.mail.fates import Fate


def run(city: City | None, *arguments: str) -> Result:
    app = typer.Typer()

    def house() -> object:
        assert city is not None, "parse needs no house"
        return city.house

    add_commands(app, house)  # type: ignore[arg-type]
    return CliRunner().invoke(app, arguments)


def test_parse_gives_the_contract_s_shape(tmp_path: Path) -> None:
    mail = letter("Grüße", Cc="k@x.de", In_Reply_To="<0@x.de>")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="../a.pdf")
    path = tmp_path / "mail.eml"
    path.write_bytes(mail.as_bytes())
    result = run(None, "parse", str(path), "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    expected = {
        "message_id": "<1@example.org>",
        "from": "erika@example.org",
        "from_name": "Erika Muster",
        "to": ["feedback@stadt.example"],
        "cc": ["k@x.de"],
        "subject": "Schlagloch",
        "date": "2026-03-02T08:30:00+01:00",
        "text": "Grüße",
        "automatic": False,
        "references": ["<0@x.de>"],
        "attachments": [
            {
                "name": "a.pdf",
                "type": "application/pdf",
                "size": 8,
                "sha256": sha256(b"%PDF-1.4").hexdigest(),
            }
        ],
        "defects": [],
    }
    assert found.items() >= expected.items()


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 keine Mail", b"\x00\x01\x02" * 50, b"Nur Text ohne Kopf."]
)
def test_wrong_input_is_one_german_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(content)
    result = run(None, "parse", str(path), "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("Die ")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "fehlt.eml"):
        result = run(None, "parse", str(path), "--json")
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_a_table_for_people(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(letter("Grüße [bold]", Auto_Submitted="auto-replied").as_bytes())
    result = run(None, "parse", str(path))
    assert "Grüße [bold]" in result.stdout
    assert "automatisch" in result.stdout


def test_unread_mails_are_listed_saved_and_thrown_away(
    with_mailbox: City, take_in: TakeIn, tmp_path: Path
) -> None:
    assert take_in(b"%PDF-1.7 keine Mail") == [Fate.QUARANTINED]
    [item] = json.loads(run(with_mailbox, "quarantine", "list", "--json").stdout)
    assert "keine E-Mail" in item["reason"]
    target = tmp_path / "original.eml"
    assert run(with_mailbox, "quarantine", "save", item["id"], "--out", str(target)).exit_code == 0
    assert target.read_bytes() == b"%PDF-1.7 keine Mail"
    again = run(with_mailbox, "quarantine", "retry", item["id"])
    assert (again.exit_code, "keine E-Mail" in again.stderr) == (2, True)
    assert run(with_mailbox, "quarantine", "discard", item["id"]).exit_code == 2
    discard = ("quarantine", "discard", item["id"], "--reason")
    assert "warum" in run(with_mailbox, *discard, " ").stderr
    assert run(with_mailbox, *discard, "Keine E-Mail").exit_code == 0
    assert run(with_mailbox, *discard, "Keine E-Mail").exit_code == 2
    assert json.loads(run(with_mailbox, "quarantine", "list", "--json").stdout) == []
    assert everything(with_mailbox) == []
