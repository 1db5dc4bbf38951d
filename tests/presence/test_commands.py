"""``rathaus account create`` as an administrator types it."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from presence.commands import commands
from presence.sign_in import Token, sign_in
from storage.actors import Role
from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import load_staff, offices, person_by_login
from storage.organisation.tables import Person


@pytest.fixture
def run(house: House) -> Any:
    app = commands(lambda: house)
    return lambda *words: CliRunner().invoke(app, ["create", *words])


def test_an_account_for_somebody_new(house: House, anna: Person, run: Any) -> None:
    done = run("Ömer Yıldırım", "--role", "registry", "--office", "ordnungsamt", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["login"] == "oemer.yildirim"
    outcome = sign_in(house, told["login"], told["password"], "::1")
    assert isinstance(outcome, Token)
    today = local_date(house.clock())
    with house.database.read() as session:
        person = person_by_login(session, told["login"], today)
        assert person is not None
        staff = load_staff(session, person.id, today)
    assert staff is not None
    assert staff.has(Role.REGISTRY)


def test_the_first_account_founds_the_first_office(house: House, run: Any) -> None:
    done = run("Ömer Yıldırım", "--role", "admin", "--office", "Bürgeramt", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert isinstance(sign_in(house, told["login"], told["password"], "::1"), Token)
    today = local_date(house.clock())
    with house.database.read() as session:
        assert [(each.key, each.name) for each in offices(session, today)] == [
            ("buergeramt", "Bürgeramt")
        ]
    again = run("Nora Neu", "--role", "staff", "--office", "Bauamt")
    assert again.exit_code == 2
    assert "„Bauamt“ gibt es nicht" in again.stderr


def test_the_initial_password_is_shown_and_has_to_be_changed(
    house: House, anna: Person, run: Any
) -> None:
    from presence.sessions import check

    done = run("Nora Neu", "--role", "staff", "--office", "32")
    password = done.stdout.splitlines()[-1].rpartition(" ")[2]
    outcome = sign_in(house, "nora.neu", password, "::1")
    assert isinstance(outcome, Token)
    found = check(house.database, outcome.value, house.clock())
    assert found is not None
    assert found.must_change


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("Nora Neu", "--role", "staff", "--office", "gibtsnicht"), "gibt es nicht"),
        (("anna.beispiel", "--role", "staff", "--office", "32"), "schon ein Konto"),
    ],
)
def test_wrong_input_ends_with_one_german_line(
    anna: Person, run: Any, words: tuple[str, ...], says: str
) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert says in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_only_administrators_create_accounts(anna: Person, run: Any) -> None:
    from contextvars import copy_context

    from storage.command_line import take_as

    def as_anna() -> Any:
        words = take_as(["Nora Neu", "--role", "admin", "--office", "32", "--as", "anna.beispiel"])
        return run(*words)

    done = copy_context().run(as_anna)
    assert done.exit_code == 3, done.output
