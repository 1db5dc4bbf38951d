"""``rathaus presence sync`` and ``rathaus presence check-directory``."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from presence.directory.errors import AwayError, DirectoryError
from storage.actors import Actor
from storage.command_line import (
    FINDINGS,
    SERVICE_AWAY,
    WRONG_INPUT,
    AsJson,
    acting,
    explained,
    fail,
    show_json,
)
from storage.house import House
from storage.rights import Verb, require

if TYPE_CHECKING:
    from presence.directory.sync import SyncResult

MARKS = {True: "✓", False: "✗", None: "–"}


def register(app: typer.Typer, open_house: Callable[[], House]) -> None:
    """Add the commands of the directory."""

    @app.command("sync")
    def sync(
        *,
        changes: Annotated[
            bool, typer.Option("--changes", help="Nur, was sich seit dem letzten Mal geändert hat")
        ] = False,
        force: Annotated[
            bool,
            typer.Option(
                "--force", help="Auch wenn auffällig viele Personen, Rollen oder Gruppen fehlen"
            ),
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Gleicht Personen, Ämter und Rollen mit dem Verzeichnis ab."""
        house = open_house()
        with explained():
            actor = acting(house, "presence.sync")
            result = _synchronised(house, actor, full=not changes, force=force)
        if as_json:
            show_json(result.as_json())
        elif not result.refused:
            _tell(result)
        if result.refused:
            fail(f"Es wurde nichts geändert. {result.refused}", WRONG_INPUT)

    @app.command("check-directory")
    def check_directory(*, as_json: AsJson = False) -> None:
        """Prüft die Einstellungen des Verzeichnisses Schritt für Schritt."""
        from presence.directory.checking import check

        house = open_house()
        steps = []
        with explained():
            require(acting(house, "presence.check-directory"), Verb.PEOPLE_CHANGE)
            for step in check(house):
                steps.append(step)
                if not as_json:
                    typer.echo(f"{MARKS[step.ok]} {step.title}: {step.text}")
        failed = any(step.ok is False for step in steps)
        if as_json:
            show_json({"ok": not failed, "steps": [asdict(step) for step in steps]})
        if failed:
            raise typer.Exit(FINDINGS)


def _synchronised(house: House, actor: Actor, *, full: bool, force: bool) -> "SyncResult":
    from presence.directory.sync import synchronise

    try:
        return synchronise(house, actor, full=full, force=force)
    except DirectoryError as error:
        fail(str(error), WRONG_INPUT)
    except AwayError as error:
        fail(str(error), SERVICE_AWAY)


def _tell(result: "SyncResult") -> None:
    typer.echo(
        f"{result.seen} Personen gelesen: {result.created} neu, {result.updated} geändert, "
        f"{result.disabled} ausgeschieden, {result.unchanged} unverändert ({result.seconds:.1f} s)."
    )
    if result.conflicts:
        typer.echo(
            f"{result.conflicts} Einträge sind unklar; sie stehen in den Aufgaben der Systemverwaltung."
        )
