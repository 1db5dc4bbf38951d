"""Changing the organisation: every change is dated, journalled and leaves the past as it was."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import ROLE_NAMES, Actor, ProtectionClass, Role, Staff
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.organisation.queries import valid_on
from storage.organisation.shut_out import shut_out
from storage.organisation.tables import HOUSE, ClassGrant, Membership, Office, Person, RoleGrant
from storage.organisation.telling import tell_of_opened_class
from storage.rights import NotAllowedError, Verb, require

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]*")

HOUSE_ROLES = frozenset({Role.ADMIN, Role.PRIVACY, Role.ARCHIVIST})
"""Roles whose rights concern the house as a whole (people, schedules, the journal), never a single office."""
WHOLE_HOUSE = HOUSE_ROLES | {
    Role.REGISTRY,
    Role.COUNCIL,
    Role.CASH,
    Role.STRATEGY,
    Role.PERSONNEL,
    Role.TRAINER,
}
"""Roles that serve all offices unless one is named; the others are held in single ones."""
NOT_TO_ONESELF = "Den Zugang zu geschützten Akten öffnet niemand sich selbst. Bitten Sie eine Kollegin oder einen Kollegen."
APART = {Role.ADMIN: Role.COUNCIL, Role.COUNCIL: Role.ADMIN}
"""Roles nobody holds both of: who switches on what could monitor, and who has to agree (LPVG BW § 75)."""


def add_office(
    session: Session,
    actor: Actor,
    *,
    key: str,
    number: str,
    name: str,
    short: str,
    valid_from: date,
    now: datetime,
    mailbox: str | None = None,
    phone: str | None = None,
    keywords: list[str] | None = None,
    parent: UUID | None = None,
) -> Office:
    """Found an office. Raises ``ConflictError`` where the key is taken."""
    require(actor, Verb.PEOPLE_CHANGE)
    if session.scalar(select(Office.id).where(Office.key == key)):
        raise ConflictError(f"Das Amt „{key}“ gibt es schon.")
    office = Office(
        key=key,
        number=number,
        name=name,
        short=short,
        mailbox=mailbox,
        phone=phone,
        keywords=keywords or [],
        parent_id=parent,
        valid_from=valid_from,
        valid_to=None,
    )
    session.add(office)
    session.flush()
    record(
        session,
        actor=actor.journal_id,
        verb="office.add",
        object_kind="office",
        object_id=office.id,
        at=now,
    )
    return office


def add_person(
    session: Session,
    actor: Actor,
    *,
    login: str,
    name: str,
    office: UUID | None,
    valid_from: date,
    now: datetime,
    salutation: str | None = None,
    title: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    room: str | None = None,
    origin: str = HOUSE,
) -> Person:
    """Enter somebody who starts to work here. Raises ``ConflictError`` where the login is taken.

    Logins given by the house are plain letters; a directory's (``origin``) are taken as they are.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    login = login.strip().lower()
    if not login or not name.strip():
        raise ConflictError("Bitte geben Sie Anmeldenamen und Namen an.")
    if origin == HOUSE and not _LOGIN.fullmatch(login):
        raise ConflictError(
            f"„{login}“ kann kein Anmeldename sein: Er beginnt mit einem Buchstaben a bis z oder einer Ziffer,"
            " dann folgen Buchstaben, Ziffern, Punkte, Binde- oder Unterstriche."
        )
    if session.scalar(select(Person.id).where(Person.login == login)):
        raise ConflictError(f"Den Anmeldenamen „{login}“ gibt es schon.")
    person = Person(
        login=login,
        name=name.strip(),
        salutation=salutation,
        title=title,
        email=email,
        phone=phone,
        room=room,
        valid_from=valid_from,
        valid_to=None,
    )
    session.add(person)
    session.flush()
    if office is not None:
        session.add(
            Membership(person_id=person.id, office_id=office, valid_from=valid_from, valid_to=None)
        )
    record(
        session,
        actor=actor.journal_id,
        verb="person.add",
        object_kind="person",
        object_id=person.id,
        at=now,
    )
    return person


def grant_role(
    session: Session,
    actor: Actor,
    person: UUID,
    role: Role,
    office: UUID | None,
    *,
    now: datetime,
    origin: str = HOUSE,
) -> None:
    """Give a role from today on; giving it twice changes nothing. House and directory (``origin``) give it apart.

    Raises ``ConflictError`` for a role of the whole house that is to be given in one office (it would count nowhere),
    for Systemverwaltung and Personalrat in one hand, and for a Personalrat from the directory, whose groups the
    administration keeps.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    _keep_apart(session, person, role, origin, local_date(now))
    if office is not None and role in HOUSE_ROLES:
        raise ConflictError(
            f"Die Rolle „{ROLE_NAMES[role]}“ gilt nur im ganzen Haus. Bitte wählen Sie dort kein Amt."
        )
    today = local_date(now)
    if _held(session, RoleGrant, today, person, role=role.value, office_id=office, origin=origin):
        return
    session.add(
        RoleGrant(
            person_id=person, role=role.value, office_id=office, origin=origin,
            valid_from=today, valid_to=None,
        )
    )  # fmt: skip
    _note(session, actor, "role.grant", person, _role_details(role, office), now)


def _keep_apart(session: Session, person: UUID, role: Role, origin: str, day: date) -> None:
    if role is Role.COUNCIL and origin != HOUSE:
        raise ConflictError(f"Die Rolle „{ROLE_NAMES[role]}“ kommt nie aus dem Verzeichnis.")
    other = APART.get(role)
    if (
        other is None or origin != HOUSE
    ):  # what the directory gives counts for the house (agreements/sides.py)
        return
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == person, RoleGrant.role == other.value, valid_on(RoleGrant, day)
    )
    if session.scalars(held).first() is not None:
        raise ConflictError(
            f"„{ROLE_NAMES[role]}“ und „{ROLE_NAMES[other]}“ hat niemand zugleich: Die eine Seite schaltet ein, was "
            "Beschäftigte überwachen könnte, die andere stimmt zu."
        )


def withdraw_role(
    session: Session,
    actor: Actor,
    person: UUID,
    role: Role,
    office: UUID | None,
    *,
    now: datetime,
    origin: str = HOUSE,
) -> None:
    """Take a role away from today on, where ``origin`` gave it.

    Raises ``ConflictError`` for the house's last administrator, and for a role that the directory gives and the
    house can't take.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    today = local_date(now)
    held = _held(session, RoleGrant, today, person, role=role.value, office_id=office)
    own = [grant for grant in held if grant.origin == origin]
    if held and not own and origin == HOUSE:
        raise ConflictError("Diese Rolle kommt aus dem Verzeichnis und wird dort entzogen.")
    if len(own) == len(held) and role is Role.ADMIN and office is None:
        keep_an_administrator(session, {person}, today)
    for grant in own:
        grant.valid_to = today
        _note(session, actor, "role.withdraw", person, _role_details(role, office), now)


def keep_an_administrator(session: Session, leaving: Collection[UUID], day: date) -> None:
    """Raises ``ConflictError`` where the house would be without an administrator on ``day`` or any day after it."""
    for left in _administrators(session, day):
        if left and left <= set(leaving):
            raise ConflictError(
                "Das ist die letzte Person mit Systemverwaltung. Bitte geben Sie die Rolle erst weiter."
            )


def _administrators(session: Session, day: date) -> list[set[UUID]]:
    """Who administers the whole house and may enter it: on that day, and on each later one from which somebody no
    longer does.

    Locked first and read then, so that two who leave, or who withdraw each other, come one after the other and the
    second sees what the first did: a statement that waited for a lock sees other tables as they were before.
    """
    ours = (RoleGrant.role == Role.ADMIN.value, RoleGrant.office_id.is_(None))
    session.execute(select(RoleGrant.id).where(*ours).order_by(RoleGrant.id).with_for_update())
    rows = session.execute(
        select(
            RoleGrant.person_id, RoleGrant.valid_from, RoleGrant.valid_to, Person.valid_from,
            Person.valid_to,
        )
        .join(Person, Person.id == RoleGrant.person_id)
        .where(*ours)
    ).all()  # fmt: skip
    closed = shut_out(session, {row[0] for row in rows})
    spans = [
        (person, max(granted, began), min(filter(None, (until, left)), default=None))
        for person, granted, until, began, left in rows
        if person not in closed
    ]
    days = {day} | {end for _, _, end in spans if end and end > day}
    return [
        {person for person, begins, end in spans if begins <= each and (end is None or end > each)}
        for each in sorted(days)
    ]


def open_class(
    session: Session,
    actor: Actor,
    person: UUID,
    office: UUID,
    protection: ProtectionClass,
    *,
    now: datetime,
) -> None:
    """Open a protection class of an office to somebody by name; the data protection officers hear of it.

    Raises ``NotAllowedError`` where somebody would open it to themselves.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    if isinstance(actor, Staff) and actor.person == person:
        raise NotAllowedError(NOT_TO_ONESELF)
    today = local_date(now)
    if _held(session, ClassGrant, today, person, office_id=office, protection=protection.value):
        return
    session.add(
        ClassGrant(
            person_id=person, office_id=office, protection=protection.value,
            valid_from=today, valid_to=None,
        )
    )  # fmt: skip
    _note(session, actor, "class.open", person, _class_details(office, protection), now)
    if isinstance(actor, Staff):
        tell_of_opened_class(session, actor, person, office, protection, today, now)


def close_class(
    session: Session,
    actor: Actor,
    person: UUID,
    office: UUID,
    protection: ProtectionClass,
    *,
    now: datetime,
) -> None:
    """Close a protection class to somebody from today on."""
    require(actor, Verb.PEOPLE_CHANGE)
    today = local_date(now)
    for grant in _held(
        session, ClassGrant, today, person, office_id=office, protection=protection.value
    ):
        grant.valid_to = today
        _note(session, actor, "class.close", person, _class_details(office, protection), now)


G = TypeVar("G", RoleGrant, ClassGrant)


def _held(
    session: Session, table: type[G], day: date, person: UUID, **what: str | UUID | None
) -> Sequence[G]:
    """What somebody holds that day of exactly this kind; ``None`` is a value, too."""
    exactly = [getattr(table, name) == value for name, value in what.items()]
    return session.scalars(
        select(table).where(table.person_id == person, valid_on(table, day), *exactly)
    ).all()


def _role_details(role: Role, office: UUID | None) -> dict[str, str | None]:
    return {"role": role.value, "office": office.hex if office else None}


def _class_details(office: UUID, protection: ProtectionClass) -> dict[str, str | None]:
    return {"office": office.hex, "protection": protection.value}


def _note(
    session: Session,
    actor: Actor,
    verb: str,
    person: UUID,
    details: dict[str, str | None],
    now: datetime,
) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="person",
        object_id=person,
        details=details,
        at=now,
    )
