"""``rathaus blobs``: what administrators do with the encrypted file store."""

from collections.abc import Callable
from uuid import NAMESPACE_OID, uuid5

import typer

from storage.blobs.keys import rotate_master_key
from storage.command_line import AsJson, acting, explained, show_json
from storage.house import House
from storage.journal.entries import record
from storage.rights import Verb, require

STORE = uuid5(NAMESPACE_OID, "blobs")


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The commands as a Typer app."""
    app = typer.Typer(help="Dateiablage: Hauptschlüssel wechseln", no_args_is_help=True)

    @app.callback()
    def group() -> None:
        """Keeps the one command below its name."""

    @app.command("rotate-key")
    def rotate_key(*, as_json: AsJson = False) -> None:
        """Legt einen neuen Hauptschlüssel an; ältere bleiben für die Dateien, die damit verschlüsselt sind."""
        house = open_house()
        with explained():
            actor = acting(house, "blobs.rotate-key")
            require(actor, Verb.KEY_ROTATE)
            folder = house.settings.in_data("keys", "blob").parent
            with house.database.write() as session:
                record(
                    session,
                    actor=actor.journal_id,
                    verb=Verb.KEY_ROTATE.value,
                    object_kind="blobs",
                    object_id=STORE,
                    at=house.clock(),
                )
                master = rotate_master_key(folder)  # if it fails, nothing was noted either
        if as_json:
            show_json({"current": master.current, "keys": len(master.keys)})
            return
        typer.echo(
            f"Neuer Hauptschlüssel: blob-{master.current}.key ({len(master.keys)} insgesamt)."
        )
        typer.echo(
            "Bitte jetzt den Ordner keys sichern und alle Prozesse neu starten: Erst danach gilt der neue Schlüssel."
        )

    return app
