"""Founding the demo city: its offices, people, accounts and Aktenplan, and the post that has come in so far.

Uses the same verbs as everybody else, as the house itself. Each step looks what is there already, so that a founding
that was broken off goes on where it stopped (``is_begun``).
"""

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import seeds
from presence.operations import create_account
from presence.passwords import InitialPassword, hash_password
from presence.tables import Account
from storage.actors import ProtectionClass, Role, System
from storage.clock import local, local_date
from storage.house import House
from storage.jobs.queue import Priority
from storage.keyfiles import keep_secret, replace_durably
from storage.organisation.operations import (
    WHOLE_HOUSE,
    add_office,
    add_person,
    grant_role,
    open_class,
)
from storage.organisation.queries import office_by_key, person_by_login
from storage.organisation.tables import Office, Person
from storage.rights import NotAllowedError
from workflows.demo.availability import found_availability
from workflows.demo.documents import DemoDocument, generate
from workflows.demo.kiss import SINCE_LONG, found_kiss
from workflows.demo.monitors import found_monitors
from workflows.demo.people import found_people
from workflows.demo.spaces import found_spaces
from workflows.eakte.addressees import name_addressee
from workflows.eakte.akten import open_akte, open_vorgang
from workflows.eakte.filing import file_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Akte, Document, PlanEntry, Vorgang

FOUNDER = System("demo")
SINCE = date(2020, 1, 1)
SEED = 1
DOCUMENTS = 320
FILED = 45

Say = Callable[[str], None]


def _addressees(session: Session, now: datetime) -> None:
    """Who gets which unopened post, before any comes."""
    for seed in seeds.load_people():
        person = person_by_login(session, seed.login, local_date(now))
        if person is not None:
            for rule in seed.entrusted:
                name_addressee(session, FOUNDER, rule, person.id, now=now)


def is_founded(house: House) -> bool:
    """Whether the house has an organisation already."""
    with house.database.read() as session:
        return bool(session.scalar(select(func.count(Office.id))))


def begin(house: House) -> None:
    """Note that this house becomes the demo city, so that a founding that breaks off is known as one."""
    _note(house, "begun")


def is_begun(house: House) -> bool:
    """Whether a founding was broken off. A house with an organisation of its own never began one."""
    return _marker(house).exists() and _marker(house).read_text("ascii") == "begun"


def finish(house: House) -> None:
    """Note that the demo city is complete: from now on it belongs to who works in it."""
    _note(house, "founded")


def _marker(house: House) -> Path:
    return house.settings.in_data("demo-stadt")


def _note(house: House, state: str) -> None:
    replace_durably(_marker(house), state.encode("ascii"))


def demo_password(house: House) -> str:
    """The password of all demo accounts: made at random once per installation, kept beside the keys."""
    made = f"Ahle-{secrets.token_urlsafe(9)}".encode()
    return keep_secret(house.settings.in_data("keys", "demo-passwort"), made).decode()


def found_city(house: House) -> None:
    """Offices, Aktenplan, people with roles, opened classes and accounts, in one transaction."""
    now = house.clock()
    hashed = hash_password(demo_password(house))
    with house.database.write() as session:
        offices = {seed.key: _office(session, seed, now) for seed in seeds.load_offices()}
        for seed in seeds.load_offices():
            offices[seed.key].department = seed.department
            if seed.parent:
                offices[seed.key].parent_id = offices[seed.parent].id
        _plan(session, offices)
        for person in seeds.load_people():
            _person(session, person, offices, hashed, now)
        _addressees(session, now)
        session.flush()
        found_availability(session, now)
        found_people(session, now)
        found_spaces(session, now)
        found_monitors(session, now)
        found_kiss(session, now)


def _office(session: Session, seed: seeds.Office, now: datetime) -> Office:
    return office_by_key(session, seed.key, local_date(now)) or add_office(
        session,
        FOUNDER,
        key=seed.key,
        number=seed.number,
        name=seed.name,
        short=seed.short,
        mailbox=seed.email,
        phone=seed.phone,
        keywords=list(seed.tasks),
        valid_from=SINCE,
        now=now,
    )


def _plan(session: Session, offices: dict[str, Office]) -> None:
    if session.scalar(select(func.count(PlanEntry.id))):
        return
    plan = seeds.load_aktenplan()
    rows: dict[str, PlanEntry] = {}
    for heading in plan.headings:
        rows[heading.number] = PlanEntry(
            number=heading.number,
            title=heading.title,
            leaf=False,
            keywords=[],
            kinds=[],
            valid_from=SINCE,
            protection=ProtectionClass.OPEN.value,
            parent_id=rows[heading.parent].id if heading.parent else None,
        )
        session.add(rows[heading.number])
        session.flush()
    session.add_all(
        PlanEntry(
            number=entry.number,
            title=entry.title,
            leaf=True,
            keywords=list(entry.keywords),
            kinds=list(entry.kinds),
            office_id=offices[entry.office].id,
            protection=entry.protection,
            retention_years=entry.years,
            fate=entry.fate,
            parent_id=rows[entry.parent].id,
            valid_from=SINCE,
        )
        for entry in plan.entries
    )


def _person(
    session: Session, seed: seeds.Person, offices: dict[str, Office], hashed: str, now: datetime
) -> None:
    if person_by_login(session, seed.login, local_date(now)):
        return
    office = offices[seed.office]
    person = add_person(
        session,
        FOUNDER,
        login=seed.login,
        name=seed.name,
        salutation=seed.salutation,
        office=office.id,
        title=seed.job,
        email=seed.email,
        phone=seed.phone,
        room=seed.room,
        valid_from=SINCE,
        now=now,
    )
    for name in seed.roles:
        role = Role(name)
        if role is not Role.STAFF:
            grant_role(
                session,
                FOUNDER,
                person.id,
                role,
                None if role in WHOLE_HOUSE else office.id,
                now=now,
            )
    for protection in _classes_of(seed.office):
        open_class(session, FOUNDER, person.id, office.id, protection, now=now - SINCE_LONG)
    create_account(session, FOUNDER, person.id, InitialPassword("", hashed), now=now)
    session.get_one(Account, person.id).must_change = False


def _classes_of(office: str) -> Iterable[ProtectionClass]:
    """The protected classes an office works with, by the Aktenplan."""
    plain = {ProtectionClass.OPEN.value, ProtectionClass.INTERNAL.value}
    found = {entry.protection for entry in seeds.load_aktenplan().entries if entry.office == office}
    return [ProtectionClass(name) for name in sorted(found - plain)]


def receive_post(house: House, say: Say) -> list[tuple[UUID, DemoDocument]]:
    """Put the generated post into the inboxes: what is to be filed goes to its office, the rest to the Poststelle."""
    received = []
    with house.database.read() as session:
        offices = {row.key: row.id for row in session.scalars(select(Office))}
    for count, document in enumerate(generate(SEED, DOCUMENTS)):
        inbox = offices[document.truth["office"]] if count < FILED else offices["poststelle"]
        receipt = receive(
            house,
            FOUNDER,
            Incoming(
                document.name, document.data, inbox, source="upload", priority=Priority.BACKGROUND
            ),
        )
        if receipt.document is not None and count < FILED:
            received.append((receipt.document, document))
        if (count + 1) % 100 == 0:
            say(f"{count + 1} von {DOCUMENTS} Schreiben im Posteingang")
    return received


def are_read(house: House, letters: Iterable[tuple[UUID, DemoDocument]]) -> bool:
    """Whether none of these letters waits to be read any more."""
    with house.database.read() as session:
        waiting = select(func.count()).where(
            Document.id.in_([document for document, _ in letters]),
            Document.state.in_(("received", "reading")),
        )
        return not session.scalar(waiting)


def file_post(house: House, letters: Iterable[tuple[UUID, DemoDocument]]) -> int:
    """File the letters that have been read, each where it truly belongs."""
    filed = 0
    for document_id, letter in letters:
        with house.database.write() as session, suppress(NotAllowedError):
            document = session.get_one(Document, document_id)
            if document.state != "ready":
                continue
            vorgang = _place(session, letter, house.clock())
            file_document(
                session, FOUNDER, document.id, document.revision, vorgang.id, now=house.clock()
            )
            filed += 1
    return filed


def _place(session: Session, letter: DemoDocument, now: datetime) -> Vorgang:
    """An open Akte of the letter's entry (opened with the first one), and its running Vorgang."""
    entry = session.scalars(
        select(PlanEntry).where(PlanEntry.number == letter.truth["aktenplan"])
    ).one()
    akte = session.scalars(
        select(Akte).where(Akte.plan_entry_id == entry.id, Akte.state == "open").limit(1)
    ).first() or open_akte(
        session, FOUNDER, plan_entry=entry.id, title=f"{entry.title} {local(now).year}", now=now
    )
    vorgang = session.scalars(
        select(Vorgang).where(Vorgang.akte_id == akte.id, Vorgang.state == "open").limit(1)
    ).first()
    return vorgang or open_vorgang(session, FOUNDER, akte.id, "Laufende Eingänge", now=now)


def people_to_try(house: House) -> list[tuple[str, str, str]]:
    """Login, name and what they show, for the greeting after ``make up``."""
    tour = (
        (Role.REGISTRY, "Poststelle: Posteingang für das ganze Haus"),
        (Role.ADMIN, "Systemverwaltung: Zeitpläne, Läufe, Personen"),
        (Role.HEAD, "Leitung eines Amts"),
        (Role.LOTSE, "Digitallotse"),
        (Role.PRIVACY, "Datenschutz: Journal prüfen"),
    )
    found = []
    people = seeds.load_people()
    with house.database.read() as session:
        known = set(session.scalars(select(Person.login)))
    for role, what in tour:
        person = next(
            (each for each in people if role.value in each.roles and each.login in known), None
        )
        if person is not None:
            found.append((person.login, person.name, what))
    clerk = next(
        (each for each in people if each.office == "baurecht" and each.roles == ("staff",)), None
    )
    if clerk is not None:
        found.append((clerk.login, clerk.name, "Sachbearbeitung im Baurechtsamt"))
    return found
