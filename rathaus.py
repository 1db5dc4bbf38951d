"""The command line of Rathauswerk: assembles each room's commands, starts and supervises the processes."""

import logging
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from config.logs import set_up
from config.rooms import TITLES, Room
from config.settings import Settings, SettingsError, get_settings
from storage.command_line import (
    SERVICE_AWAY,
    WRONG_INPUT,
    AsJson,
    acting,
    explained,
    fail,
    is_named,
    show_json,
    show_table,
    take_as,
)

if TYPE_CHECKING:
    from storage.database import Database
    from storage.house import House

HELP = "Rathauswerk: Zusammenarbeit und Arbeitsabläufe einer Stadtverwaltung."
ANYTHING = {"ignore_unknown_options": True, "allow_extra_args": True}
EPILOG = "Mit --as NAME handelt jeder Befehl im Namen dieser Person."
OPERATING = frozenset({"up", "web", "public", "engine", "upgrade", "status"})
"""Commands on the installation as a whole: who is named by ``--as`` needs the right to see the system."""


def _house() -> "House":
    from storage.house import open_house

    house = open_house()
    if house.settings.video_address:
        from presence.spaces import hybrid

        hybrid.wire(hybrid.RoomsElsewhere(house.settings))
    return house


def _database() -> "Database":
    return _house().database


def _actor() -> Any:
    with explained():
        return acting(_house(), "command")


@contextmanager
def _engine_work(house: "House") -> Iterator[tuple[list[Any], list[Any]]]:
    """The kinds of jobs and schedules of all rooms that are switched on, with the reader processes they need."""
    from presence.citizens.telling import TELLING
    from storage.mail import MAIL
    from storage.organisation.offices import NAMES
    from workflows.eakte import work as eakte
    from workflows.kiss import work as kiss
    from workflows.routines import availability, citizens, directory, people, spaces

    is_on = house.settings.is_on
    with ExitStack() as stack:
        kinds = [MAIL, NAMES, TELLING, *kiss.job_kinds(house)]
        schedules = [
            *eakte.schedules(),
            *availability.schedules(),
            *people.schedules(),
            *spaces.schedules(),
            *citizens.schedules(),
            *directory.schedules(house.settings),
            *kiss.schedules(house.settings),
        ]
        if is_on(Room.EAKTE):
            kinds += eakte.job_kinds(house, stack.enter_context(eakte.reader_pool(house.settings)))
        yield (
            [kind for kind in kinds if is_on(kind.name)],
            [schedule for schedule in schedules if is_on(schedule.key)],
        )


def _drain(house: "House", enough: Callable[[], bool]) -> bool:
    """Read waiting documents here until it is enough, unless an engine is at work."""
    from storage.processes import engine_is_running
    from workflows.engine.once import drain_once

    if engine_is_running(house.database, house.clock()):
        return False
    with _engine_work(house) as (kinds, _):
        reading = [kind for kind in kinds if kind.name.startswith("document.")]
        while not enough():
            if not drain_once(house, reading, until=enough):
                time.sleep(0.2)  # a job waits for its next attempt
    return True


def _status(*, as_json: AsJson = False) -> None:
    """Zeigt Prozesse, Warteschlangen und Warnungen."""
    from storage.processes import status
    from workflows.warnings import warners

    house = _house()
    off, warn = house.settings.rooms_off, warners(house.settings)
    with explained():
        state = status(house.database, house.clock(), warn, rooms_off=off)
    if as_json:
        show_json(state)
        return
    show_table(
        "Prozesse",
        ("Name", "Zustand", "seit", "Neustarts"),
        [(p["name"], p["state"], p["since"], p["restarts"]) for p in state["processes"]],
    )
    show_table(
        "Warteschlangen",
        ("Art", "wartet", "ältester (s)"),
        [(q["kind"], q["waiting"], round(q["oldest_seconds"])) for q in state["queues"]],
    )
    for warning in state["warnings"]:
        typer.echo(f"Warnung: {warning}")


def _engine() -> None:
    """Die Ablaufsteuerung starten: Aufträge, Zeitpläne, Journal, Scan-Ordner."""
    from workflows.eakte.work import watching
    from workflows.engine.resident import run

    house = _house()
    set_up("engine", house.settings.log_level)
    folder = watching(house) if house.settings.is_on(Room.EAKTE) else nullcontext()
    with _engine_work(house) as (kinds, schedules), folder:
        run(house, kinds, schedules, prefect=house.settings.prefect)


def _upgrade() -> None:
    """Die Datenbank auf den Stand dieser Version bringen."""
    from storage.migration import upgrade

    with explained():
        upgrade(_database())
    typer.echo("Die Datenbank ist auf dem Stand dieser Version.")


def _set(name: str) -> Callable[[Any], Any]:
    """An option that is a setting: it counts before the command begins, and for the processes it starts."""

    def take(value: Any) -> Any:
        if value is not None:
            os.environ[name] = str(value.resolve() if isinstance(value, Path) else value)
            get_settings.cache_clear()
        return value

    return take


def _up(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Ordner für Daten und Schlüssel", callback=_set("RATHAUS_DATA_DIR")
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Port des Intranets", callback=_set("RATHAUS_PORT")),
    ] = None,
) -> None:
    """Alles starten: Datenbank, Demostadt beim ersten Mal, Intranet, Bürgerseiten, Ablaufsteuerung."""
    del data, port  # settings by now
    from storage.sole import require_free_port, sole_supervisor
    from workflows.demo.setting_up import prepare

    house = _house()
    settings = house.settings
    house.make_data_dir()
    with explained(), sole_supervisor(settings.data_dir / "up.lock"):
        require_free_port(settings.host, settings.port, "--port (RATHAUS_PORT)")
        require_free_port(settings.host, settings.public_port, "RATHAUS_PUBLIC_PORT")
        set_up("up", "WARNING")
        prepare(house, _engine_work, typer.echo)
        house.close()
        _supervise(settings)


def _supervise(settings: Settings) -> None:
    """Keep the processes running until a signal comes."""
    from storage.supervision import MARK, Program, Supervisor, answers

    this = (sys.executable, "-m", "rathaus")
    mark = secrets.token_hex(8)

    def serving(name: str, port: int) -> Program:
        ready = answers(f"http://{settings.host}:{port}/health", mark)
        return Program(name, (*this, name), {MARK: mark}, ready)

    programs = [
        serving("web", settings.port),
        serving("public", settings.public_port),
        Program("engine", (*this, "engine")),
    ]
    Supervisor(programs, on_ready=lambda: _greet(settings)).run()


def _greet(settings: Settings) -> None:
    """Print where to go and as whom."""
    from workflows.demo.setting_up import greeting

    sys.stdout.write(greeting(settings))
    sys.stdout.flush()


def build() -> typer.Typer:
    """The whole command line."""
    from intranet.commands import register
    from ocr.commands import app as ocr
    from presence.commands import commands as account
    from presence.commands import presence_commands
    from storage.blobs.commands import commands as blobs
    from storage.journal.commands import commands as journal
    from workflows.eakte.commands import commands as eakte
    from workflows.engine.commands import commands as schedules
    from workflows.kiss.commands import commands as kiss

    app = typer.Typer(
        help=HELP,
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.command("up")(_up)
    register(app, _house)
    app.command("engine")(_engine)
    app.command("status")(_status)
    app.command("upgrade")(_upgrade)
    app.add_typer(schedules(_house), name="schedules")
    app.add_typer(journal(_database, get_settings, _actor), name="journal")
    app.add_typer(blobs(_house), name="blobs")
    app.add_typer(account(_house), name="account")
    app.add_typer(presence_commands(_house), name="presence")
    app.add_typer(ocr, name="ocr")
    rooms: dict[Room, typer.Typer] = {Room.EAKTE: eakte(_house, _drain), Room.KISS: kiss(_house)}
    for room, commands in rooms.items():
        if get_settings().is_on(room):
            app.add_typer(commands, name=room.value)
        else:
            app.command(room.value, hidden=True, context_settings=ANYTHING)(_closed(room))
    return app


def _closed(room: Room) -> Callable[[], None]:
    """What stands in for the commands of a room that is switched off."""

    def closed() -> None:
        fail(f"Der Raum „{TITLES[room]}“ ist auf dieser Anlage abgeschaltet (RATHAUS_ROOMS_OFF).")

    return closed


def _act_first(command: Any, path: tuple[str, ...] = ()) -> None:
    """Have every command look up who is named by ``--as`` before it begins, also those that ask nobody."""
    for name, part in getattr(command, "commands", {}).items():
        _act_first(part, (*path, name))
    deed = command.callback
    if deed is None or hasattr(command, "commands"):
        return

    @wraps(deed)
    def deed_of_the_person(*arguments: Any, **options: Any) -> Any:
        if is_named():
            _appear(".".join(path))
        return deed(*arguments, **options)

    command.callback = deed_of_the_person


def _appear(command: str) -> None:
    """Refuse whom the house does not know, whose account is disabled, or who may not run it."""
    from storage.rights import Verb, require

    house = _house()
    try:
        with explained():
            actor = acting(house, command)
            if command in OPERATING:
                require(actor, Verb.SYSTEM_SEE)
    finally:
        house.close()


def main() -> None:
    """Entry point of the command line."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from storage.usage_errors import UsageError, explain

    logging.captureWarnings(capture=True)
    try:
        arguments = take_as(sys.argv[1:])
        command = typer.main.get_command(build())
        _act_first(command)
        sys.exit(command.main(arguments, prog_name="rathaus", standalone_mode=False))
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except UsageError as error:
        sys.stderr.write(explain(error) + "\n")
        sys.exit(WRONG_INPUT)
    except SettingsError as error:
        _end(str(error), WRONG_INPUT)
    except (OperationalError, ProgrammingError) as error:
        if isinstance(error, ProgrammingError) and not _has_no_tables(error):
            raise
        logging.getLogger(__name__).debug("database away", exc_info=error)
        _end(
            "Die Datenbank ist nicht erreichbar oder noch nicht eingerichtet. Bitte `rathaus up` oder `rathaus upgrade` ausführen.",
            SERVICE_AWAY,
        )


def _has_no_tables(error: Any) -> bool:
    """PostgreSQL's undefined table, column or schema: a database nobody has set up, or of an older release."""
    return getattr(error.orig, "sqlstate", None) in {"42P01", "42703", "3F000"}


def _end(message: str, code: int) -> NoReturn:
    """End the process with one line, outside of any command."""
    try:
        fail(message, code)
    except typer.Exit as end:
        sys.exit(end.exit_code)


if __name__ == "__main__":
    main()
