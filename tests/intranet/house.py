"""A small house for the pages: three offices, a few people, all invented; started in a process of its own."""

import sys
from datetime import date
from pathlib import Path

from config.settings import Settings
from presence.operations import create_account, preset_password
from storage.actors import Role, System
from storage.all_tables import create_all
from storage.house import House, open_house
from storage.organisation.operations import add_office, add_person, grant_role

PASSWORD = "salz-turm-eiche-42"
ACTOR = System("test")
LONG_AGO = date(2020, 1, 1)


def settings_in(folder: Path, port: int = 8500) -> Settings:
    return Settings(data_dir=folder, port=port, _env_file=None)


def furnish(house: House) -> None:
    """Fill an empty house: Anna works in the Ordnungsamt, Paula in the post room, Ada administers."""
    create_all(house.database.engine)
    now = house.clock()
    with house.database.write() as session:
        offices = {
            key: add_office(
                session,
                ACTOR,
                key=key,
                number=number,
                name=name,
                short=short,
                valid_from=LONG_AGO,
                now=now,
            )
            for key, number, name, short in (
                ("hauptamt", "10", "Hauptamt", "Hauptamt"),
                ("poststelle", "10.1", "Poststelle", "Post"),
                ("ordnungsamt", "32", "Ordnungsamt", "Ordnung"),
            )
        }
        for login, name, office, role in (
            ("anna.beispiel", "Anna Beispiel", "ordnungsamt", None),
            ("paula.post", "Paula Post", "poststelle", Role.REGISTRY),
            ("ada.admin", "Ada Admin", "hauptamt", Role.ADMIN),
            ("neu.hier", "Neu Hier", "ordnungsamt", None),
        ):
            person = add_person(
                session,
                ACTOR,
                login=login,
                name=name,
                office=offices[office].id,
                valid_from=LONG_AGO,
                now=now,
            )
            if role:
                grant_role(session, ACTOR, person.id, role, None, now=now)
            create_account(session, ACTOR, person.id, now=now)
            preset_password(session, ACTOR, person.id, PASSWORD, now=now)


def serve(folder: str, port: str) -> None:
    """What the child process runs: the product's own application under the product's own server."""
    from intranet.commands import run_web

    settings = settings_in(Path(folder), int(port))
    house = open_house(settings)
    run_web(lambda: house)


if __name__ == "__main__":
    serve(*sys.argv[1:])
