"""A small house for the pages: three offices, a few people, all invented; started in a process of its own."""

import sys
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Settings
from presence.operations import create_account, preset_password
from presence.passwords import initial_password
from storage.actors import Role, System
from storage.all_tables import create_all
from storage.house import House, open_house
from storage.organisation.operations import add_office, add_person, grant_role
from storage.organisation.tables import Office
from workflows.eakte.tables import PlanEntry
from workflows.eakte.work import job_kinds, reader_pool
from workflows.engine.once import drain_once

PASSWORD = "salz-turm-eiche-42"
ACTOR = System("test")
LONG_AGO = date(2020, 1, 1)


def settings_in(folder: Path, port: int = 8500) -> Settings:
    return Settings(data_dir=folder, port=port, _env_file=None)


def furnish(house: House, *, create: bool = True) -> None:
    """Fill an empty house: Anna works in the Ordnungsamt, Paula in the post room, Ada administers."""
    if create:
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
            let_in(session, person.id, now)


def let_in(session: Session, person: UUID, now: datetime) -> None:
    """Give somebody an account with the password all have here."""
    create_account(session, ACTOR, person, initial_password(), now=now)
    preset_password(session, ACTOR, person, PASSWORD, now=now)


def office(session: Session, key: str) -> UUID:
    return session.scalars(select(Office.id).where(Office.key == key)).one()


def plan(house: House) -> None:
    """A small Aktenplan: bills go to the Ordnungsamt, complaints to the post room."""
    with house.database.write() as session:
        offices = {row.key: row.id for row in session.scalars(select(Office))}
        top = PlanEntry(
            number="C",
            title="Finanzen",
            parent_id=None,
            leaf=False,
            keywords=[],
            kinds=[],
            office_id=None,
            protection="internal",
            retention_years=10,
            fate=None,
            valid_from=LONG_AGO,
            valid_to=None,
        )
        session.add(top)
        session.flush()
        for number, title, words, office in (
            ("C1.01", "Rechnungen", ["Rechnung", "Rechnungsbetrag", "überweisen"], "ordnungsamt"),
            ("C1.02", "Beschwerden", ["Beschwerde", "Lärm", "Ruhestörung"], "poststelle"),
        ):
            session.add(
                PlanEntry(
                    number=number,
                    title=title,
                    parent_id=top.id,
                    leaf=True,
                    keywords=words,
                    kinds=[],
                    office_id=offices[office],
                    protection="internal",
                    retention_years=10,
                    fate="vernichten",
                    valid_from=LONG_AGO,
                    valid_to=None,
                )
            )


BILL = """Musterbau Beispiel GmbH
Hafenweg 3, 78901 Ahlenfurt

Stadt Ahlenfurt
Ordnungsamt

Datum: 12.02.2026

Rechnung 2026-117

Sehr geehrte Damen und Herren,
wir stellen Ihnen für Absperrgitter in Rechnung. Bitte überweisen Sie den Rechnungsbetrag
von 1.190,00 EUR bis zum 12.03.2026 auf unser Konto DE89 3704 0044 0532 0130 00.

Mit freundlichen Grüßen
Walter Tannhäußer
"""


_TRADES = ("dach", "gerüst", "glas", "holz", "putz", "stahl", "stein", "tor", "wand", "zaun")


def bill(number: str) -> str:
    """A bill of a number like ``2026-117``, from a sender of its own: where a sender's letters lie decides where the next is to go,
    and the tests of a file share their house.
    """
    first, *_, last = number.removeprefix("2026-")[:3]
    sender = f"Muster{_TRADES[int(first)]}{_TRADES[int(last)]}"
    return BILL.replace("2026-117", number).replace("Musterbau", sender)


def pdf(text: str) -> bytes:
    """A page of print, as a PDF with a text layer."""
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for number, line in enumerate(text.splitlines()):
        canvas.drawString(72, 770 - 16 * number, line)
    canvas.save()
    return out.getvalue()


def read_post(house: House) -> int:
    """Do what the engine would do: read everything that waits. Returns the number of documents."""
    with reader_pool(house.settings) as pool:
        return drain_once(house, job_kinds(house, pool))


def serve(folder: str, port: str, watch_every: str | None = None) -> None:
    """What the child process runs: the product's own application under the product's own server.

    ``watch_every``: seconds between two looks at a page's session, for tests that wait for it.
    """
    from intranet import guard
    from intranet.commands import run_web

    if watch_every is not None:
        guard.WATCH_EVERY = float(watch_every)
    settings = settings_in(Path(folder), int(port))
    house = open_house(settings)
    run_web(lambda: house)


if __name__ == "__main__":
    serve(*sys.argv[1:])
