"""``rathaus journal`` as it is typed."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from typer import Typer
from typer.testing import CliRunner, Result

from config.settings import Settings
from storage.actors import Actor, Grant, Role, Staff, System
from storage.clock import utc_now
from storage.database import Database
from storage.journal import record
from storage.journal.anchor import Anchor
from storage.journal.commands import commands
from storage.journal.sealer import seal
from storage.journal.tables import JournalDetail, JournalEntry

ARCHIVIST = Staff(UUID(int=1), "Archivarin", grants=frozenset({Grant(Role.ARCHIVIST)}))
CLERK = Staff(UUID(int=2), "Sachbearbeiter")
LETTER = b"Bescheid vom 3. November 2026"
HASH = sha256(LETTER).hexdigest()
Run = Callable[..., Result]


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "bescheid.txt"
    path.write_bytes(LETTER)
    return path


@pytest.fixture
def run(sqlite_database: Database, settings: Settings) -> Run:
    def run(*words: str, actor: Actor = ARCHIVIST) -> Result:
        app: Typer = commands(lambda: sqlite_database, lambda: settings, lambda: actor)
        return CliRunner().invoke(app, list(words))

    return run


@pytest.fixture
def journal(sqlite_database: Database, anchor: Anchor) -> None:
    """The letter is entry 300 of 601."""
    with sqlite_database.write() as session:
        for i in range(1, 602):
            record(
                session,
                actor="system:test",
                verb="document.receive",
                object_kind="document",
                object_id=str(i),
                details={"sha256": HASH, "name": "bescheid.txt"} if i == 300 else None,
                at=utc_now(),
            )
    seal(sqlite_database, anchor, utc_now)


@pytest.fixture
def proof(journal: None, run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "nachweis.json"
    assert run("proof", HASH, "--out", str(path)).exit_code == 0
    return path


def test_verify_as_json(journal: None, run: Run) -> None:
    result = run("verify", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert {"sealed", "unsealed", "first", "last", "ok", "problems"} <= set(found)
    assert (found["sealed"], found["first"], found["last"], found["ok"]) == (601, 1, 601, True)


def test_verify_finds_nothing_in_an_empty_journal(run: Run) -> None:
    result = run("verify", "--json", actor=System("test"))
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"] == [
        {"entry": None, "reason": "Das Journal ist leer."}
    ]


def test_verify_in_words(journal: None, run: Run) -> None:
    result = run("verify")
    assert result.exit_code == 0
    assert "in Ordnung" in result.stdout


def test_verify_is_not_for_everybody(journal: None, run: Run) -> None:
    assert run("verify", actor=CLERK).exit_code == 3


def test_a_proof_holds_without_the_house(proof: Path, letter: Path, run: Run) -> None:
    result = run("check", str(letter), str(proof), actor=CLERK)
    assert result.exit_code == 0
    assert "Echt" in result.stdout
    found = json.loads(run("check", str(letter), str(proof), "--json").stdout)
    assert (found["genuine"], found["entry"]) == (True, 300)


def test_the_published_key_is_compared(proof: Path, letter: Path, run: Run) -> None:
    key = run("key").stdout.strip()
    assert run("check", str(letter), str(proof), "--key", key).exit_code == 0
    assert run("check", str(letter), str(proof), "--key", "0000 " * 8).exit_code == 1


def test_another_file_is_not_genuine(proof: Path, letter: Path, run: Run) -> None:
    letter.write_bytes(LETTER + b"!")
    result = run("check", str(letter), str(proof))
    assert result.exit_code == 1
    assert "Nicht echt" in result.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"number": 300', '"number": 301'),
        ('"object_id": "300"', '"object_id": "3000"'),
        ("bescheid.txt", "bescheid.pdf"),
        ('"size": 601', '"size": 602'),
    ],
)
def test_a_forged_proof_is_not_genuine(
    proof: Path, letter: Path, run: Run, old: str, new: str
) -> None:
    text = proof.read_text("utf-8")
    assert old in text
    proof.write_text(text.replace(old, new), "utf-8")
    assert run("check", str(letter), str(proof)).exit_code == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "rathauswerk-journal-proof-1"}'])
def test_what_is_no_proof_is_wrong_input(tmp_path: Path, letter: Path, run: Run, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    result = run("check", str(letter), str(path))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert run("check", str(tmp_path / "gone"), str(path)).exit_code == 2


def test_nobody_learns_whether_a_file_is_here(journal: None, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "n.json"
    known = run("proof", HASH, "--out", str(out), actor=CLERK)
    unknown = run("proof", "0" * 64, "--out", str(out), actor=CLERK)
    unknown_to_all = run("proof", "0" * 64, "--out", str(out))
    assert known.exit_code == unknown.exit_code == unknown_to_all.exit_code == 3
    assert known.stderr == unknown.stderr == unknown_to_all.stderr
    assert not out.exists()


def test_a_wrong_hash_or_place_is_wrong_input(journal: None, run: Run, tmp_path: Path) -> None:
    assert run("proof", "abc", "--out", str(tmp_path / "n")).exit_code == 2
    result = run("proof", HASH, "--out", str(tmp_path / "no" / "such" / "n"))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_erased_details_give_no_proof(
    journal: None, run: Run, sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.write() as session:
        session.query(JournalDetail).delete()
    assert run("proof", HASH, "--out", str(tmp_path / "n")).exit_code == 3
    assert run("verify").exit_code == 0


def test_a_lost_head_is_kept_anew_with_a_reason(
    journal: None, run: Run, settings: Settings, sqlite_database: Database, anchor: Anchor
) -> None:
    (settings.data_dir / "journal" / "head.json").unlink()
    assert run("verify").exit_code == 1
    assert run("anchor", "--reason", "x", actor=CLERK).exit_code == 3
    assert run("anchor", "--reason", " ").exit_code == 2
    assert run("anchor", "--reason", "Datenverzeichnis neu angelegt").exit_code == 0
    assert run("verify").exit_code == 0
    assert seal(sqlite_database, anchor, utc_now) == 1  # the sealer goes on, and says why it could
    assert json.loads(run("verify", "--json").stdout)["sealed"] == 602


def test_a_journal_that_contradicts_itself_gets_no_new_head(
    journal: None, run: Run, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        session.execute(
            update(JournalEntry).where(JournalEntry.number == 5).values(actor="person:x")
        )
    result = run("anchor", "--reason", "Versuch")
    assert result.exit_code == 1
    assert "Eintrag 5" in result.stderr
