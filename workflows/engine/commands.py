"""``rathaus engine`` and ``rathaus schedules`` (contracts.md, System)."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from config import logs
from storage import schedules
from storage.actors import Actor
from storage.clock import local
from storage.command_line import As, AsJson, acting, explained, fail, show_json, show_table
from storage.cron import CronError
from storage.house import House
from storage.jobs.handlers import JobKind
from storage.schedules import ScheduleDefinition, ScheduleLine
from workflows.engine.runs import STATES

OpenHouse = Callable[[], House]
Key = Annotated[str, typer.Argument(help="Schlüssel des Zeitplans, siehe „list“", metavar="KEY")]
Kinds = Callable[[], Sequence[JobKind]]
Definitions = Callable[[], Sequence[ScheduleDefinition]]


def commands(open_house: OpenHouse) -> typer.Typer:
    """``rathaus schedules ...``"""
    app = typer.Typer(help="Zeitpläne der Ablaufsteuerung", no_args_is_help=True)

    @app.command("list")
    def list_(*, as_: As = None, as_json: AsJson = False) -> None:
        """Zeigt alle Zeitpläne mit nächstem und letztem Lauf."""
        house = open_house()
        with explained():
            actor = acting(house, as_, "schedules.list")
            with house.database.read() as session:
                lines = schedules.lines(session, actor)
        if as_json:
            show_json([as_contract(line) for line in lines])
            return
        columns = ("Schlüssel", "Zeitplan", "Wann", "Nächster Lauf", "Letzter Lauf")
        show_table("Zeitpläne", columns, [_row(line) for line in lines])

    @app.command()
    def run(key: Key, *, as_: As = None) -> None:
        """Startet einen Zeitplan jetzt, auch einen angehaltenen."""
        _do(open_house(), as_, "run", lambda s, a, n: schedules.run_now(s, a, key, n))
        typer.echo("Der Lauf ist angefordert; die Ablaufsteuerung beginnt ihn sofort.", err=True)

    @app.command()
    def pause(key: Key, *, as_: As = None) -> None:
        """Hält einen Zeitplan an."""
        _do(open_house(), as_, "pause", lambda s, a, n: schedules.pause(s, a, key, n))
        typer.echo("Der Zeitplan ist angehalten.", err=True)

    @app.command()
    def resume(key: Key, *, as_: As = None) -> None:
        """Setzt einen angehaltenen Zeitplan fort."""
        _do(open_house(), as_, "resume", lambda s, a, n: schedules.resume(s, a, key, n))
        typer.echo("Der Zeitplan läuft wieder.", err=True)

    @app.command("set")
    def set_(
        key: Key,
        *,
        cron: Annotated[str, typer.Option("--cron", help="z. B. „15 6 * * 1-5“", metavar="CRON")],
        as_: As = None,
    ) -> None:
        """Ändert die Zeit eines Zeitplans (Minute Stunde Tag Monat Wochentag)."""
        _do(open_house(), as_, "set", lambda s, a, n: schedules.change(s, a, key, cron, n))
        typer.echo(f"Der Zeitplan läuft künftig {schedules.cron.in_words(cron)}.", err=True)

    return app


def register_engine(
    app: typer.Typer, open_house: OpenHouse, kinds: Kinds, definitions: Definitions
) -> None:
    """Add ``rathaus engine``; kinds and definitions are asked for when it starts, they import heavy rooms."""

    @app.command()
    def engine() -> None:
        """Startet die Ablaufsteuerung: Aufträge, Zeitpläne, Versiegelung des Journals."""
        from workflows.engine.resident import run as run_resident

        house = open_house()
        logs.set_up("engine", house.settings.log_level)
        try:
            run_resident(house, kinds(), definitions())
        finally:
            house.close()


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


def _do(
    house: House, as_: str | None, verb: str, deed: Callable[[Session, Actor, Any], None]
) -> None:
    with explained():
        actor = acting(house, as_, f"schedules.{verb}")
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
