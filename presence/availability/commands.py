"""``rathaus presence board`` and ``rathaus presence busy``."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from presence.availability.calendar.isolation import read_file
from presence.availability.calendar.reading import LARGEST, BusyTimes, CalendarError
from presence.availability.current import current_store
from presence.availability.queries import BoardLine, board
from storage.clock import LOCAL, local, local_date
from storage.command_line import AsJson, acting_person, explained, fail, show_json, show_table
from storage.house import House
from storage.organisation.queries import office_by_key


def register(app: typer.Typer, open_house: Callable[[], House]) -> None:
    """Add the commands of availability to ``rathaus presence``."""

    @app.command("board")
    def show_board(
        office: Annotated[str, typer.Argument(help="Amt (Kürzel, Nummer oder Kurzname)")],
        *,
        as_json: AsJson = False,
    ) -> None:
        """Zeigt, wie die Beschäftigten eines Amts gerade zu erreichen sind."""
        house = open_house()
        with explained():
            lines = _board(house, office)
        if as_json:
            show_json([_as_json(line) for line in lines])
            return
        show_table(
            f"Erreichbarkeit: {office}",
            ("Name", "Stufe", "bis", "Ort", "Vertretung", "weil"),
            [_row(line) for line in lines],
        )

    @app.command("busy")
    def show_busy(
        file: Annotated[Path, typer.Argument(help="Kalenderdatei (ICS)")],
        *,
        begins: Annotated[str, typer.Option("--from", help="ab wann (ISO 8601)")],
        ends: Annotated[str, typer.Option("--to", help="bis wann, ausschließlich (ISO 8601)")],
        as_json: AsJson = False,
    ) -> None:
        """Zeigt, wann der Kalender in einem Zeitraum belegt ist."""
        window = _moment(begins), _moment(ends)
        busy = _busy(file, *window)
        for warning in busy.warnings:
            typer.echo(f"Hinweis: {warning}", err=True)
        rows = [
            {
                "start": local(max(one, window[0])).isoformat(),
                "end": local(min(other, window[1])).isoformat(),
                "status": status,
            }
            for one, other, status in busy.rows()
        ]
        if as_json:
            show_json(rows)
            return
        shown = [(row["start"], row["end"], _STATUS[row["status"]]) for row in rows]
        show_table("Belegte Zeiten", ("von", "bis", "Art"), shown)


_STATUS = {"busy": "belegt", "tentative": "vorläufig", "away": "abwesend"}


def _board(house: House, office: str) -> list[BoardLine]:
    now = house.clock()
    actor = acting_person(house, "presence.board")
    with house.database.read() as session:
        where = office_by_key(session, office, local_date(now))
        if where is None:
            fail(f"Das Amt „{office}“ gibt es nicht. Bitte geben Sie Kürzel oder Nummer an.")
        return board(session, current_store(house), actor, where.id, now)


def _row(line: BoardLine) -> tuple[str | None, ...]:
    """A line for people: the moment without seconds and zone."""
    answer = line.availability
    until = f"{local(answer.until):%d.%m. %H:%M}" if answer.until else None
    return line.name, answer.label, until, answer.place, line.substitute, answer.because


def _as_json(line: BoardLine) -> dict[str, Any]:
    answer = line.availability
    return {
        "person": line.name,
        "level": int(answer.level),
        "label": answer.label,
        "until": local(answer.until).isoformat() if answer.until else None,
        "place": answer.place,
        "substitute": line.substitute,
        "because": answer.because,
        "channel": answer.channel,
        "message": answer.message,
    }


def _moment(text: str) -> datetime:
    """A moment given on the command line; without a zone it is the town hall's, a day alone is its midnight."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"„{text}“ ist kein Zeitpunkt. Bitte schreiben Sie ihn wie 2026-10-14T09:00.")
    return moment.replace(tzinfo=LOCAL) if moment.tzinfo is None else moment


def _busy(file: Path, begins: datetime, ends: datetime) -> BusyTimes:
    if begins >= ends:
        fail("Das Ende des Zeitraums liegt vor seinem Beginn. Bitte prüfen Sie --from und --to.")
    try:
        with file.open("rb") as source:
            data = source.read(LARGEST + 1)
        return read_file(data, begins, ends)
    except OSError:
        fail("Die Kalenderdatei ist nicht lesbar. Bitte prüfen Sie den Pfad.")
    except CalendarError as error:
        fail(str(error))
