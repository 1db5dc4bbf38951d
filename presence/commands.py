"""``rathaus account`` (also for the first administrator of an installation) and ``rathaus presence``."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.seeds import login_of
from presence.directory import commands as directory_commands
from presence.identities import identities_of, unlink
from presence.logins import same_login
from presence.operations import create_account
from presence.passwords import initial_password
from storage.actors import ROLE_NAMES, Actor, Role
from storage.clock import local_date
from storage.command_line import AsJson, acting, explained, show_json
from storage.conflicts import ConflictError
from storage.house import House
from storage.organisation.operations import WHOLE_HOUSE, add_office, add_person, grant_role
from storage.organisation.queries import office_by_key, office_ids, person_by_login
from storage.organisation.tables import Office, Person

KEY = re.compile(r"[^a-z0-9]+")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """``rathaus account ...``"""
    app = typer.Typer(help="Konten der Beschäftigten", no_args_is_help=True)

    @app.callback()
    def account() -> None:
        """Konten der Beschäftigten"""

    @app.command()
    def create(
        name: Annotated[str, typer.Argument(help="Name oder Anmeldename der Person")],
        *,
        role: Annotated[Role, typer.Option(help="Rolle")],
        office: Annotated[str, typer.Option(help="Amt (Kürzel, Nummer oder Kurzname)")],
        as_json: AsJson = False,
    ) -> None:
        """Legt ein Konto an und zeigt das Passwort für die erste Anmeldung, dieses eine Mal."""
        house = open_house()
        with explained():
            login, password = _create(house, acting(house, "account.create"), name, role, office)
        if as_json:
            show_json({"login": login, "password": password, "role": role.value})
            return
        typer.echo(f"Konto angelegt ({ROLE_NAMES[role]}).")
        typer.echo(f"Anmeldename: {login}")
        typer.echo(f"Passwort für die erste Anmeldung: {password}")

    @app.command("unlink")
    def take_back(
        login: Annotated[str, typer.Argument(help="Anmeldename der Person")],
        *,
        directory: Annotated[
            bool, typer.Option("--directory", help="Vom Verzeichnis statt vom Anmeldedienst lösen")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Löst eine Person von ihrem Konto beim Anmeldedienst (OpenID Connect) und meldet sie überall ab."""
        house = open_house()
        with explained():
            count = _unlink(house, acting(house, "account.unlink"), login, directory=directory)
        if as_json:
            show_json({"login": login, "unlinked": count})
            return
        typer.echo(
            "Gelöst und überall abgemeldet. Bei der nächsten Anmeldung oder dem nächsten Abgleich wird neu "
            "verknüpft, wenn Anmeldename und Name übereinstimmen."
        )

    return app


def presence_commands(open_house: Callable[[], House]) -> typer.Typer:
    """``rathaus presence ...``: each area of the room adds its own."""
    from presence.availability.commands import register as availability
    from presence.spaces.commands import register as spaces

    app = typer.Typer(help="Personen, Erreichbarkeit, Plätze und Räume", no_args_is_help=True)

    @app.callback()
    def presence() -> None:
        """Personen, Erreichbarkeit, Plätze und Räume"""

    availability(app, open_house)
    directory_commands.register(app, open_house)
    spaces(app, open_house)
    return app


def _unlink(house: House, actor: Actor, login: str, *, directory: bool) -> int:
    """How many links were taken back."""
    now = house.clock()
    with house.database.write() as session:
        person = session.scalar(select(Person.id).where(Person.login == same_login(login)))
        if person is None:
            raise ConflictError(f"Den Anmeldenamen „{login}“ gibt es nicht.")
        links = [
            each for each in identities_of(session, actor, person) if directory != bool(each.issuer)
        ]
        if not links:
            where = "dem Verzeichnis" if directory else "dem Anmeldedienst"
            raise ConflictError(f"„{login}“ ist mit {where} nicht verknüpft.")
        for each in links:
            unlink(session, actor, each.id, now=now)
    return len(links)


def _create(house: House, actor: Actor, name: str, role: Role, office: str) -> tuple[str, str]:
    """Login and initial password. The person is entered where nobody of that login works here."""
    now = house.clock()
    today = local_date(now)
    initial = initial_password()
    with house.database.write() as session:
        where = office_by_key(session, office, today)
        if where is None and not office_ids(session):
            where = _first_office(session, actor, office, today, now)
        if where is None:
            raise ConflictError(f"Das Amt „{office}“ gibt es nicht.")
        login = name.strip().lower() if " " not in name.strip() else login_of(name)
        person = person_by_login(session, login, today) or add_person(
            session,
            actor,
            login=login,
            name=name.strip(),
            office=where.id,
            valid_from=today,
            now=now,
        )
        if role is not Role.STAFF:
            grant_role(
                session, actor, person.id, role, None if role in WHOLE_HOUSE else where.id, now=now
            )
        return login, create_account(session, actor, person.id, initial, now=now)


def _first_office(session: Session, actor: Actor, name: str, day: date, now: datetime) -> Office:
    """A house without any office begins with this one; its name and number are changed on the page Organisation."""
    key = KEY.sub("-", name.lower().translate(UMLAUTS)).strip("-")
    if not key:
        raise ConflictError(f"„{name}“ ist kein Name für ein Amt.")
    written = name.strip()[:1].upper() + name.strip()[1:]
    return add_office(
        session, actor, key=key, number="10", name=written, short=written, valid_from=day, now=now
    )
