"""``rathaus kiss analyse``: hand-overs, ping-pong and revisits of an event log."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from storage.command_line import AsJson, fail, show_json, show_table
from storage.house import House
from workflows.kiss.evaluation.event_log import LogError
from workflows.kiss.evaluation.handing_over import HandOvers, hand_overs
from workflows.kiss.evaluation.reading import read_log
from workflows.kiss.evaluation.wording import CLASSES, HAND_OVER_WORDS, number


def add_commands(app: typer.Typer, house: Callable[[], House]) -> None:
    """Add the command to ``rathaus kiss``; it needs no database."""
    del house

    @app.command("analyse")
    def analyse(
        log: Annotated[Path, typer.Argument(help="Protokoll (.xes, .xes.gz oder .csv)")],
        *,
        group: Annotated[str, typer.Option("--group", help="Merkmal, das die Stelle nennt")],
        as_json: AsJson = False,
    ) -> None:
        """Wertet ein Protokoll aus: Weitergaben, Hin und Her, Rückkehr zu einer Stelle."""
        try:
            figures = hand_overs(read_log(log, group))
        except LogError as error:
            fail(str(error))
        if as_json:
            show_json(_as_json(figures))
            return
        show_table(f"Auswertung von {log.name}", ("Kennzahl", "Wert", "Bedeutung"), _rows(figures))


def _as_json(figures: HandOvers) -> dict[str, Any]:
    counts = {name: getattr(figures, name) for name in HAND_OVER_WORDS}
    return {**counts, "median_duration_days": figures.median_days}


def _rows(figures: HandOvers) -> list[tuple[str, str, str]]:
    counts = [
        (word.title, number(getattr(figures, name)), word.definition)
        for name, word in HAND_OVER_WORDS.items()
    ]
    medians = [
        (f"Median der Dauer in Tagen: {title}", number(figures.median_days[name]), definition)
        for name, (title, definition) in CLASSES.items()
    ]
    return counts + medians
