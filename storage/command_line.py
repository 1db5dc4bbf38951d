"""What all commands share: exit codes, German error lines, JSON and tables, and who acts (``--as``)."""

import getpass
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any, NoReturn

import typer

from storage.actors import Actor, System
from storage.blobs.errors import BlobStoreError
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.database import StorageBusyError
from storage.house import House
from storage.journal.entries import record
from storage.organisation.queries import load_staff, person_by_login
from storage.rights import NotAllowedError

FINDINGS = 1
WRONG_INPUT = 2
NOT_ALLOWED = 3
SERVICE_AWAY = 4

As = Annotated[
    str | None, typer.Option("--as", help="In wessen Namen (Anmeldename)", metavar="NAME")
]
AsJson = Annotated[bool, typer.Option("--json", help="Ergebnis als JSON ausgeben")]


_acting_name: ContextVar[str | None] = ContextVar("acting_name", default=None)


def take_as(arguments: Sequence[str]) -> list[str]:
    """The arguments without ``--as NAME``, which may stand anywhere; the name counts for this process."""
    rest, left = [], iter(arguments)
    for argument in left:
        if argument == "--as":
            _acting_name.set(next(left, ""))
        elif argument.startswith("--as="):
            _acting_name.set(argument.removeprefix("--as="))
        else:
            rest.append(argument)
    return rest


def fail(message: str, code: int = WRONG_INPUT) -> NoReturn:
    """End the command with one German line on stderr that says what to do."""
    sys.stderr.write(" ".join(message.split()) + "\n")
    raise typer.Exit(code)


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


def show_json(value: Any) -> None:
    """One JSON document on stdout, nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


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
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    console.print(table)


def operating_system_user() -> str:
    """An opaque id of the operating-system user, for the journal."""
    return hashlib.blake2b(
        getpass.getuser().encode(), digest_size=8, person=b"rathaus-os"
    ).hexdigest()


def acting(house: House, command: str) -> Actor:
    """Who acts: the person named by ``--as``, else the house itself on behalf of the operating-system user."""
    name = _acting_name.get()
    if name is None:
        return System(f"command:{operating_system_user()}")
    now = house.clock()
    with house.database.write() as session:
        person = person_by_login(session, name, local_date(now))
        staff = load_staff(session, person.id, local_date(now)) if person else None
        if staff is None:
            fail(
                f"„{name}“ ist hier nicht bekannt. Bitte geben Sie einen gültigen Anmeldenamen an.",
                NOT_ALLOWED,
            )
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
