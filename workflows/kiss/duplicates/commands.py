"""``rathaus kiss duplicates``: which rows of a table are the same message."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from storage.command_line import AsJson, fail, show_json, show_table
from storage.house import House
from workflows.kiss.delimited import TableError, read_columns
from workflows.kiss.duplicates.finding import find_duplicates


def add_commands(app: typer.Typer, house: Callable[[], House]) -> None:
    """Add the command to ``rathaus kiss``; it needs no database."""
    del house

    @app.command("duplicates")
    def duplicates(
        file: Annotated[Path, typer.Argument(help="Tabelle (CSV)")],
        *,
        text: Annotated[str, typer.Option("--text", help="Spalte mit dem Text")],
        as_json: AsJson = False,
    ) -> None:
        """Findet Nachrichten, die dieselben sind: weitergeleitet, gekürzt, abgetippt."""
        try:
            texts = [row[0] for row in read_columns(file, [text])]
        except TableError as error:
            fail(str(error))
        found = find_duplicates(texts)
        if as_json:
            show_json([{"a": pair.a, "b": pair.b, "score": pair.score} for pair in found])
            return
        rows = [
            (p.a, p.b, f"{p.score:.2f}".replace(".", ","), " ".join(texts[p.a].split())[:60])
            for p in found
        ]
        show_table("Doppelte Nachrichten", ("Zeile", "und Zeile", "Ähnlichkeit", "Beginn"), rows)
