"""What all commands share: exit codes, German error lines, JSON and tables, and who acts (``--as``)."""

import getpass
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, NoReturn

import typer

from storage.actors import Actor, Staff, System
from storage.blobs.errors import BlobStoreError
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.database import StorageBusyError, patience
from storage.house import House
from storage.journal.entries import record
from storage.organisation.queries import load_staff, person_by_login
from storage.organisation.shut_out import shut_out
from storage.rights import NotAllowedError

FINDINGS = 1
WRONG_INPUT = 2
NOT_ALLOWED = 3
SERVICE_AWAY = 4
PATIENCE = 3.0
"""Seconds a command waits to note in whose name it acts."""

AsJson = Annotated[bool, typer.Option("--json", help="Ergebnis als JSON ausgeben")]


@dataclass
class _Named:
    """Who was named by ``--as``; looked up once, at first use."""

    login: str
    staff: Staff | None = None


_named: ContextVar[_Named | None] = ContextVar("named", default=None)


def take_as(arguments: Sequence[str]) -> list[str]:
    """The arguments without ``--as NAME``, which may stand anywhere before a ``--``; the name counts for this process."""
    rest: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            return [*rest, argument, *left]
        if argument == "--as":
            _name(next(left, ""))
        elif argument.startswith("--as="):
            _name(argument.removeprefix("--as="))
        else:
            rest.append(argument)
    return rest


def _name(login: str) -> None:
    if not login.strip() or login.startswith("-"):
        fail("Nach --as fehlt der Anmeldename, z. B. --as erika.muster.")
    _named.set(_Named(login))


def fail(message: str, code: int = WRONG_INPUT) -> NoReturn:
    """End the command with one German line on stderr that says what to do."""
    sys.stderr.write(" ".join(without_surrogates(message).split()) + "\n")
    raise typer.Exit(code)


def read_day(text: str) -> date:
    """A day as the contract writes it, JJJJ-MM-TT and nothing else; anything else ends the command."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    fail(f"„{text}“ ist kein Datum. Bitte geben Sie es als JJJJ-MM-TT an, z. B. 2026-10-14.")


@contextmanager
def explained() -> Iterator[None]:
    """Turn the house's errors into a line and an exit code (contracts.md)."""
    try:
        yield
    except NotAllowedError as error:
        fail(str(error), NOT_ALLOWED)
    except (ConflictError, NotFoundError) as error:
        fail(str(error), WRONG_INPUT)
    except (StorageBusyError, BlobStoreError) as error:
        fail(str(error), SERVICE_AWAY)


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for what no UTF-8 can hold: bytes of file names and arguments in another encoding."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def show_json(value: Any) -> None:
    """One JSON document on stdout, nothing else, always fit for UTF-8."""
    document = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(without_surrogates(document) + "\n")


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A readable table; what has no rows says so."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    if not rows:
        console.print(f"{title}: nichts vorhanden.", highlight=False)
        return
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(
            *("" if cell is None else escape(without_surrogates(str(cell))) for cell in row)
        )
    console.print(table)


def operating_system_user() -> str:
    """An opaque id of the operating-system user, for the journal."""
    return hashlib.blake2b(
        getpass.getuser().encode(), digest_size=8, person=b"rathaus-os"
    ).hexdigest()


def acting(house: House, command: str) -> Actor:
    """Who acts: the person named by ``--as``, else the house itself on behalf of the operating-system user."""
    named = _named.get()
    if named is None:
        return System(f"command:{operating_system_user()}")
    if named.staff is None:
        named.staff = _enter(house, named.login, command)
    return named.staff


def acting_person(house: House, command: str) -> Staff:
    """Who acts, for commands that show what only some may see: without ``--as`` they show nothing."""
    actor = acting(house, command)
    if not isinstance(actor, Staff):
        fail("Bitte geben Sie mit --as NAME an, in wessen Namen der Befehl handelt.")
    return actor


def is_named() -> bool:
    """Whether ``--as`` was given."""
    return _named.get() is not None


def _enter(house: House, login: str, command: str) -> Staff:
    """The person with today's rights, journalled together with who sits at the keyboard.

    Nobody reads in another's name without that entry; but where others hold the database, they are told so soon.
    """
    now = house.clock()
    today = local_date(now)
    with patience(PATIENCE), house.database.write() as session:
        person = person_by_login(session, without_surrogates(login).replace("\0", ""), today)
        staff = load_staff(session, person.id, today) if person else None
        if staff is None:
            fail(
                f"„{login}“ ist hier nicht bekannt. Bitte geben Sie einen gültigen Anmeldenamen an.",
                NOT_ALLOWED,
            )
        if shut_out(session, [staff.person]):
            fail(f"Das Konto „{login}“ ist gesperrt.", NOT_ALLOWED)
        record(
            session,
            actor=staff.journal_id,
            verb="command.as",
            object_kind="command",
            object_id=command,
            details={"operating_system_user": operating_system_user()},
            at=now,
        )
    return staff
