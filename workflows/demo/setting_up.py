"""What ``rathaus up`` does before it starts the processes: schema, the demo city the first time, and where to go then.

What only a founding needs is imported there: this process stays, small, as the supervisor of the others.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from config.rooms import Room
from config.settings import Settings
from storage.house import House, open_house
from storage.jobs.handlers import JobKind
from storage.migration import upgrade
from storage.schedules import ScheduleDefinition
from workflows.demo import founding

Say = Callable[[str], None]
Work = Callable[[House], AbstractContextManager[tuple[list[JobKind], list[ScheduleDefinition]]]]
"""Opens what the house's engine can do, with the reader processes it needs."""


def prepare(house: House, work: Work, say: Say) -> None:
    """Schema, and the demo city where there is no organisation yet, or where its founding was broken off."""
    upgrade(house.database)
    founded = founding.is_founded(house)
    if founded and not founding.is_begun(house):
        return
    if not founded:
        say("Die Demostadt wird gegründet: Ämter, Personen, Aktenplan …")
        founding.begin(house)
        founding.found_city(house)
    if house.settings.is_on(Room.EAKTE):  # else the post comes when the room is switched on
        _receive_post(house, work, say)
    if house.settings.is_on(Room.KISS):
        from workflows.demo.kiss_history import found_history

        say("Die Anliegen des letzten Vierteljahrs werden durchlebt …")
        found_history(house)
    if house.settings.is_on(Room.EAKTE):
        founding.finish(house)


def _receive_post(house: House, work: Work, say: Say) -> None:
    """The post of the last weeks: received, read, and some of it filed."""
    from storage.processes import this_process
    from workflows.engine.once import drain_once
    from workflows.engine.reconcile import reconcile

    say("Die Post der letzten Wochen geht ein …")
    letters = founding.receive_post(house, say)
    with work(house) as (kinds, _):
        own = this_process("command", house.clock()).owner
        reconcile(house, {kind.name: kind for kind in kinds}, own)  # of a founding that was killed
        drain_once(house, kinds, until=lambda: founding.are_read(house, letters))
    filed = founding.file_post(house, letters)
    say(f"{filed} Schreiben sind abgelegt, die übrigen liest gleich die Ablaufsteuerung.")


def greeting(settings: Settings) -> str:
    """Where to go and as whom."""
    house = open_house(settings)
    lines = [
        "",
        "Rathauswerk ist bereit.",
        f"  Intranet:      {settings.staff_url}",
        f"  Bürgerseiten:  http://{settings.host}:{settings.public_port}",
        *([f"  Scan-Ordner:   {settings.inbox_folder}"] if settings.is_on(Room.EAKTE) else []),
        "",
    ]
    people = founding.people_to_try(house)
    if people:
        lines += ["  Zum Ausprobieren (alle mit demselben Passwort):"]
        lines += [f"    {login:<28} {name}, {what}" for login, name, what in people]
        lines += [f"  Passwort: {founding.demo_password(house)}", ""]
    house.close()
    return "\n".join([*lines, "  Beenden mit Strg+C."]) + "\n"
