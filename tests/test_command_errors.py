"""What is wrong with a call is said in one German line, for every command, and nobody acts who may not."""

import contextlib
import io
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil
import pytest
import typer

import rathaus
from config.settings import Settings, get_settings
from presence.operations import disable_account
from storage.actors import System
from storage.clock import local_date
from storage.house import House
from storage.journal.tables import JournalPending
from storage.migration import upgrade
from storage.organisation.queries import person_by_login
from storage.sole import TakenError, require_free_port, sole_supervisor
from workflows.demo.founding import found_city


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on stderr, while stdout stays empty."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        return line


Call = Callable[..., Done]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stadt")
    house = House(Settings(data_dir=folder, _env_file=None))
    upgrade(house.database)
    found_city(house)
    with house.database.write() as session:
        gone = person_by_login(session, "theresa.vogelpohl", local_date(house.clock()))
        assert gone is not None
        disable_account(session, System("test"), gone.id, now=house.clock())
    house.close()
    return folder


@pytest.fixture
def call(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """The command line in this process, as ``main`` runs it."""
    monkeypatch.setenv("RATHAUS_DATA_DIR", str(data))

    def called(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["rathaus", *map(str, arguments)])
        get_settings.cache_clear()
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                copy_context().run(rathaus.main)
            except SystemExit as end:
                return Done(int(end.code or 0), out.getvalue(), err.getvalue())
        raise AssertionError

    yield called
    logging.captureWarnings(capture=False)
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nix"], "Den Befehl „nix“ gibt es nicht"),
        (["schedules", "foo"], "Den Befehl „foo“"),
        (["statsu"], "vielleicht status"),
        (["schedules", "set", "k", "--cron"], "--cron braucht einen Wert"),
        (["schedules", "set", "k"], "--cron fehlt"),
        (["schedules", "set"], "KEY fehlt"),
        (["eakte", "search"], "QUERY fehlt"),
        (["eakte", "ingest"], "PATH... fehlt"),
        (["eakte", "search", "x", "--limit", "abc"], "eine ganze Zahl von 1 bis 1000"),
        (["eakte", "search", "x", "--limit", "0"], "eine ganze Zahl von 1 bis 1000"),
        (["account", "create", "A", "--role", "nix", "--office", "x"], "Möglich: staff, registry"),
        (["status", "--jso"], "vielleicht --json"),
        (["status", "--json=1"], "--json nimmt keinen Wert"),
        (["status", "x", "y"], "Zu viele Angaben: x y"),
        (["status", "--as"], "Anmeldename"),
        (["status", "--as="], "Anmeldename"),
        (["status", "--as", "--json"], "Anmeldename"),
    ],
)
def test_a_wrong_call_is_explained_in_one_german_line(
    call: Call, arguments: list[str], says: str
) -> None:
    done = call(*arguments)
    assert done.code == 2
    assert says in done.line


def commands() -> list[tuple[str, ...]]:
    """Every command of the house, by its words."""

    def below(part: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        inner = getattr(part, "commands", None)
        if inner is None:
            yield path
        for name, each in (inner or {}).items():
            yield from below(each, (*path, name))

    return list(below(typer.main.get_command(rathaus.build()), ()))


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_refuses_what_it_does_not_know_in_one_line(
    call: Call, words: tuple[str, ...]
) -> None:
    done = call(*words, "--gibt-es-nicht")
    assert done.code == 2
    assert "--gibt-es-nicht" in done.line


def test_help_and_the_bare_call_still_help(call: Call) -> None:
    shown = call("--help")
    assert shown.code == 0
    assert "eakte" in shown.out
    bare = call()
    assert bare.code == 2
    assert "Traceback" not in bare.err
    assert call("eakte", "--help").code == 0


@pytest.mark.parametrize(
    ("name", "value", "code", "says"),
    [
        ("RATHAUS_PORT", "abc", 2, "RATHAUS_PORT"),
        ("RATHAUS_DATABASE_URL", "nix", 2, "RATHAUS_DATABASE_URL"),
        ("RATHAUS_DATABASE_URL", "oracle://nix", 2, "RATHAUS_DATABASE_URL"),
        ("RATHAUS_DATABASE_URL", "postgresql+psycopg://a:geheim@b:x/", 2, "RATHAUS_DATABASE_URL"),
        ("RATHAUS_DATABASE_URL", "postgresql+psycopg://127.0.0.1:9/x", 4, "nicht erreichbar"),
        ("RATHAUS_DATA_DIR", "/proc/nix", 2, "/proc/nix"),
        ("RATHAUS_DATA_DIR", "/dev/null", 2, "/dev/null"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    call: Call, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int, says: str
) -> None:
    monkeypatch.setenv(name, value)
    done = call("status", "--json")
    assert done.code == code
    assert says in done.line
    assert "geheim" not in done.err


@pytest.mark.postgres
def test_a_database_nobody_has_set_up_is_away(
    call: Call, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    monkeypatch.setenv("RATHAUS_DATABASE_URL", postgres_url)
    done = call("eakte", "search", "x", "--as", "gundula.mehrwald")
    assert done.code == 4
    assert "rathaus upgrade" in done.line


def test_a_name_in_no_encoding_is_simply_unknown(call: Call) -> None:
    for name in ("gun\udcffdula", "gun\0dula", "ä" * 300):
        done = call("eakte", "search", "x", "--as", name)
        assert done.code == 3
        done.line.encode("utf-8")
    assert call("eakte", "search", "a\udcffb", "--as", "gundula.mehrwald", "--json").code == 0


def files_of(folder: Path) -> list[str]:
    folder.mkdir()
    file = os.fsencode(folder) + b"/gr\xfcn.txt"
    with open(file, "wb") as made:  # noqa: PTH123 - a name that is no UTF-8
        made.write("Guten Tag, die Birke ist grün.".encode())
    return [str(folder)]


def test_a_file_name_in_another_encoding_is_taken_in_and_told(call: Call, tmp_path: Path) -> None:
    paths = files_of(tmp_path / "post")
    done = call("eakte", "ingest", *paths, "--json")
    assert done.code == 0, done.err
    done.out.encode("utf-8")
    (told,) = json.loads(done.out)
    assert told["status"] == "waiting"
    assert told["file"].endswith("gr\N{REPLACEMENT CHARACTER}n.txt")
    assert call("eakte", "ingest", *paths).code == 0  # as a table


def test_square_brackets_of_a_file_are_no_markup(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "brief.txt"
    file.write_text("Betreff: [/b] Antrag [red]\n\nTel. 0711 1234567\nMail: a[/x]b@stadt.example\n")
    done = call("ocr", "read", file)
    assert done.code == 0, done.err
    assert "[/b] Antrag [red]" in done.out


@pytest.mark.parametrize("day", ["20261014", "2026-W01-1", "2026-1-4", "2026-02-31", "२०२६-१०-१४"])
def test_a_day_is_written_one_way(call: Call, day: str) -> None:
    done = call(
        *("eakte", "deadline", "--law", "ao", "--event", "posted"),
        *("--period", "P1M", "--date", day),
    )
    assert done.code == 2
    assert "kein Datum" in done.line


def test_reasons_of_the_operating_system_are_german(call: Call) -> None:
    done = call("journal", "check", "/nix/datei", "/nix/nachweis")
    assert done.code == 2
    assert "gibt es nicht" in done.line
    assert "No such" not in done.line


def test_nobody_reads_content_without_a_name(call: Call, data: Path) -> None:
    for words in (("eakte", "search", "x"), ("presence", "board", "ordnungsamt")):
        done = call(*words, "--json")
        assert done.code == 2
        assert "--as" in done.line


@pytest.mark.parametrize("words", commands(), ids=" ".join)
@pytest.mark.parametrize("login", ["niemand", "theresa.vogelpohl"])
def test_no_command_acts_for_the_unknown_or_disabled(
    call: Call, login: str, words: tuple[str, ...]
) -> None:
    arguments = {
        ("schedules", "set"): ["k", "--cron", "* * * * *"],
        ("journal", "proof"): ["a" * 64, "--out", "/nix"],
        ("journal", "check"): ["/nix", "/nix"],
        ("journal", "anchor"): ["--reason", "x"],
        ("account", "create"): ["A B", "--role", "staff", "--office", "x"],
        ("presence", "board"): ["x"],
        ("presence", "furnish"): ["/nix"],
        ("presence", "busy"): ["/nix", "--from", "2026-01-01", "--to", "2026-01-02"],
        ("ocr", "read"): ["/nix"],
        ("eakte", "ingest"): ["/dev/null"],
        ("eakte", "search"): ["x"],
        ("eakte", "plan"): ["/nix"],
        ("eakte", "deadline"): [
            *("--law", "ao", "--event", "posted", "--period", "P1M", "--date", "2026-10-14")
        ],
        ("account", "unlink"): ["niemand"],
        ("kiss", "parse"): ["/nix"],
        ("kiss", "route"): ["/nix"],
        ("kiss", "evaluate"): ["/nix", "--text", "t", "--label", "l"],
        ("kiss", "duplicates"): ["/nix", "--text", "t"],
        ("kiss", "analyse"): ["/nix", "--group", "g"],
        ("kiss", "quarantine", "save"): [str(UUID(int=7)), "--out", "/nix"],
        ("kiss", "quarantine", "retry"): [str(UUID(int=7))],
        ("kiss", "quarantine", "discard"): [str(UUID(int=7)), "--reason", "Werbung"],
        ("kiss", "places"): ["/nix"],
    }.get(words, ["k"] if words[0] == "schedules" and words[1] != "list" else [])
    done = call(*words, *arguments, "--as", login)
    assert done.code == 3
    assert login in done.line


def test_the_state_of_the_system_is_for_administrators(call: Call) -> None:
    assert call("status", "--json", "--as", "florian.achterkamp").code == 0
    done = call("status", "--json", "--as", "gundula.mehrwald")
    assert done.code == 3
    assert "Berechtigung" in done.line
    for words in (["up"], ["engine"], ["web"], ["upgrade"]):
        assert call(*words, "--as", "gundula.mehrwald").code == 3


def test_one_call_is_journalled_once(call: Call, data: Path) -> None:
    def entries() -> int:
        house = House(Settings(data_dir=data, _env_file=None))
        with house.database.read() as session:
            count = session.query(JournalPending).filter_by(verb="command.as").count()
        house.close()
        return count

    before = entries()
    assert call("eakte", "search", "x", "--as", "gundula.mehrwald", "--json").code == 0
    assert entries() == before + 1


def test_after_two_dashes_nothing_is_an_option(call: Call) -> None:
    found = call("eakte", "search", "--as", "gundula.mehrwald", "--json", "--", "--as")
    assert found.code == 0, found.err
    assert json.loads(found.out)["total"] == 0


def test_a_data_directory_has_one_supervisor(call: Call, data: Path) -> None:
    with sole_supervisor(data / "up.lock"):
        done = call("up", "--data", data)
    assert done.code == 2
    assert f"Prozess {os.getpid()}" in done.line
    with sole_supervisor(data / "up.lock"):
        pass  # given back


def test_a_killed_supervisor_leaves_no_lock_behind(tmp_path: Path) -> None:
    lock = tmp_path / "up.lock"
    code = (
        "import sys, time, pathlib; from storage.sole import sole_supervisor\n"
        "with sole_supervisor(pathlib.Path(sys.argv[1])): print('da', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "da\n"
    with pytest.raises(TakenError, match=str(holder.pid)), sole_supervisor(lock):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert not psutil.pid_exists(holder.pid)
    with sole_supervisor(lock):
        assert lock.read_text() == f"{os.getpid()}\n"


def test_a_port_somebody_else_has_is_named(call: Call, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = call("up", "--data", data, "--port", port)
    os.environ.pop("RATHAUS_PORT", None)
    assert done.code == 2
    assert f"Port {port}" in done.line
    assert "belegt" in done.line
    require_free_port("127.0.0.1", port, "--port")
    with pytest.raises(TakenError, match="Nummer"):
        require_free_port("127.0.0.1", 70_000, "--port")
