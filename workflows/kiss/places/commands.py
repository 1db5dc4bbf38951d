"""``rathaus kiss places``: take the list of places over from a table."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from storage.command_line import AsJson, acting, explained, fail, show_json, show_table
from storage.house import House
from workflows.kiss.delimited import TableError
from workflows.kiss.places.keeping import Taken, import_places
from workflows.kiss.places.table import COLUMNS, read_places


def add_commands(app: typer.Typer, open_house: Callable[[], House]) -> None:
    """Add the command to ``rathaus kiss``."""

    @app.command("places")
    def places(
        file: Annotated[Path, typer.Argument(help=f"Tabelle (CSV) mit {', '.join(COLUMNS)}")],
        *,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Nur prüfen")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Übernimmt Straßen, Plätze und Parks für die Formulare; mit Fehlern in der Tabelle gar nichts."""
        house = open_house()
        with explained():
            actor = acting(house, "kiss.places")
            try:
                rows, faults = read_places(file)
            except TableError as error:
                fail(str(error))
            except OSError:
                fail(f"Die Datei „{file.name}“ ist nicht lesbar. Bitte prüfen Sie den Pfad.")
            taken = Taken(0, 0, 0)
            if not faults and not dry_run:
                taken = house.database.run(
                    lambda session: import_places(session, actor, rows, now=house.clock())
                )
        if as_json:
            show_json({**asdict(taken), "errors": [asdict(each) for each in faults]})
        elif faults:
            show_table(
                "Fehler; nichts wurde übernommen", ("Zeile", "Spalte", "Was"),
                [(each.row, each.column, each.message) for each in faults],
            )  # fmt: skip
        elif dry_run:
            show_table("Nur geprüft", ("Orte ohne Fehler",), [(len(rows),)])
        else:
            show_table(
                "Orte", ("neu", "geändert", "unverändert"),
                [(taken.created, taken.changed, taken.unchanged)],
            )  # fmt: skip
        if faults:
            raise typer.Exit(1)
