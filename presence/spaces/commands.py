"""``rathaus presence furnish``: buildings, floors, desks and rooms from a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from presence.spaces.plan_file import furnish
from presence.spaces.plan_svg import LARGEST
from storage.command_line import AsJson, acting, explained, fail, show_json, show_table
from storage.house import House


def register(app: typer.Typer, open_house: Callable[[], House]) -> None:
    """Add the command to ``rathaus presence``."""

    @app.command("furnish")
    def furnish_from(
        file: Annotated[Path, typer.Argument(help="Gebäudedatei (YAML)")],
        *,
        as_json: AsJson = False,
    ) -> None:
        """Trägt Gebäude, Geschosse, Plätze und Räume ein; was schon da ist, bleibt, wie es ist."""
        house = open_house()
        with explained():
            counts = _furnish(house, file)
        if as_json:
            show_json(counts)
            return
        show_table("Eingetragen oder schon da", ("Was", "Anzahl"), list(counts.items()))


def _furnish(house: House, file: Path) -> dict[str, int]:
    import yaml

    try:
        data = yaml.safe_load(_text(file))
    except yaml.YAMLError:
        fail("Die Gebäudedatei ist kein gültiges YAML. Bitte prüfen Sie Einrückungen und Klammern.")
    actor = acting(house, "presence.furnish")

    def svg(name: str) -> str:
        path = file.parent / name
        if not path.resolve().is_relative_to(file.parent.resolve()):
            fail(f"Der Plan „{name}“ liegt nicht im Ordner der Gebäudedatei.")
        return _text(path)

    with house.database.write() as session:
        return furnish(session, actor, data, now=house.clock(), svg=svg)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as source:
            return source.read(4 * LARGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        fail(
            f"Die Datei „{file.name}“ ist nicht lesbar. Bitte prüfen Sie Pfad und Zeichensatz (UTF-8)."
        )
