"""``rathaus engine`` and ``rathaus schedules`` (contracts.md, System)."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from storage import schedules
from storage.actors import Actor
from storage.clock import local
from storage.command_line import AsJson, acting, explained, fail, show_json, show_table
from storage.cron import CronError, in_words
from storage.house import House
from storage.schedules import ScheduleLine
from workflows.engine.runs import STATES

OpenHouse = Callable[[], House]
Key = Annotated[str, typer.Argument(help="Schlüssel des Zeitplans, siehe „list“", metavar="KEY")]


def commands(open_house: OpenHouse) -> typer.Typer:
    """``rathaus schedules ...``"""
    app = typer.Typer(help="Zeitpläne der Ablaufsteuerung", no_args_is_help=True)

    @app.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """Zeigt alle Zeitpläne mit nächstem und letztem Lauf."""
        house = open_house()
        with explained():
            actor = acting(house, "schedules.list")
            with house.database.read() as session:
                lines = schedules.lines(session, actor)
        if as_json:
            show_json([as_contract(line) for line in lines])
            return
        columns = ("Schlüssel", "Zeitplan", "Wann", "Nächster Lauf", "Letzter Lauf")
        show_table("Zeitpläne", columns, [_row(line) for line in lines])

    @app.command()
    def run(key: Key) -> None:
        """Startet einen Zeitplan jetzt, auch einen angehaltenen."""
        _do(open_house(), "run", lambda s, a, n: schedules.run_now(s, a, key, n))
        typer.echo("Der Lauf ist angefordert; die Ablaufsteuerung beginnt ihn sofort.", err=True)

    @app.command()
    def pause(key: Key) -> None:
        """Hält einen Zeitplan an."""
        _do(open_house(), "pause", lambda s, a, n: schedules.pause(s, a, key, n))
        typer.echo("Der Zeitplan ist angehalten.", err=True)

    @app.command()
    def resume(key: Key) -> None:
        """Setzt einen angehaltenen Zeitplan fort."""
        _do(open_house(), "resume", lambda s, a, n: schedules.resume(s, a, key, n))
        typer.echo("Der Zeitplan läuft wieder.", err=True)

    @app.command("set")
    def set_(
        key: Key,
        *,
        cron: Annotated[str, typer.Option("--cron", help="z. B. „15 6 * * 1-5“", metavar="CRON")],
    ) -> None:
        """Ändert die Zeit eines Zeitplans (Minute Stunde Tag Monat Wochentag)."""
        _do(open_house(), "set", lambda s, a, n: schedules.change(s, a, key, cron, n))
        typer.echo(f"Der Zeitplan läuft künftig {in_words(cron)}.", err=True)

    return app


def as_contract(line: ScheduleLine) -> dict[str, Any]:
    """A line of ``schedules list --json``."""
    last = line.last_run
    return {
        "key": line.key,
        "title": line.title,
        "cron": line.cron,
        "words": line.words,
        "timezone": line.timezone,
        "paused": line.paused,
        "next_run": line.next_run and line.next_run.isoformat(),
        "last_run": last
        and {"at": last.at.isoformat(), "state": last.state, "seconds": last.seconds},
    }


def _do(house: House, verb: str, deed: Callable[[Session, Actor, Any], None]) -> None:
    with explained():
        actor = acting(house, f"schedules.{verb}")
        try:
            house.database.run(lambda session: deed(session, actor, house.clock()))
        except CronError as error:
            fail(str(error))


def _row(line: ScheduleLine) -> tuple[str, ...]:
    following = "angehalten" if line.next_run is None else f"{local(line.next_run):%d.%m.%Y %H:%M}"
    last = line.last_run
    ended = (
        "noch keiner" if last is None else f"{local(last.at):%d.%m.%Y %H:%M}, {STATES[last.state]}"
    )
    return line.key, line.title, line.words, following, ended
