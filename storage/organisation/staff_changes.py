"""What happens to people between their first and their last day: new facts, another office, leaving, coming back."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.organisation.operations import keep_an_administrator
from storage.organisation.queries import valid_on
from storage.organisation.tables import HOUSE, Membership, Person
from storage.rights import Verb, require

FACTS = ("name", "salutation", "title", "email", "phone", "room")


def change_person(
    session: Session, actor: Actor, person: UUID, facts: Mapping[str, str | None], *, now: datetime
) -> bool:
    """Correct facts (keys of ``FACTS``). Says whether anything changed; what stays the same leaves no trace."""
    require(actor, Verb.PEOPLE_CHANGE)
    row = session.get_one(Person, person)
    changed = [key for key in FACTS if key in facts and getattr(row, key) != facts[key]]
    if "name" in changed and not facts["name"]:
        raise ConflictError("Bitte geben Sie einen Namen an.")
    for key in changed:
        setattr(row, key, facts[key])
    if changed:
        row.revision += 1
        _note(session, actor, "person.change", person, now, {"changed": ",".join(changed)})
    return bool(changed)


def rename_logins(
    session: Session, actor: Actor, logins: Mapping[UUID, str], *, now: datetime
) -> None:
    """Give people other login names, all at once, so that two may swap. Raises ``ConflictError`` for a taken one."""
    require(actor, Verb.PEOPLE_CHANGE)
    taken = session.scalar(
        select(Person.login).where(
            Person.login.in_(list(logins.values())), Person.id.not_in(list(logins))
        )
    )
    if taken:
        raise ConflictError(f"Den Anmeldenamen „{taken}“ gibt es schon.")
    rows = [session.get_one(Person, person) for person in logins]
    for row in rows:
        row.login = f"~{row.id.hex}"
    session.flush()  # the names are unique at every moment
    for row in rows:
        row.login = logins[row.id]
        row.revision += 1
        _note(session, actor, "person.rename", row.id, now)
    session.flush()


def end_person(session: Session, actor: Actor, person: UUID, *, now: datetime) -> bool:
    """From today on somebody no longer works here; nothing is deleted. Says whether they did until now.

    Raises ``ConflictError`` for the house's last administrator.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    today = local_date(now)
    row = session.get_one(Person, person)
    if row.valid_to is not None and row.valid_to <= today:
        return False
    keep_an_administrator(session, {person}, today)
    row.valid_to = today
    row.revision += 1
    _note(session, actor, "person.end", person, now)
    return True


def return_person(
    session: Session, actor: Actor, person: UUID, *, until: date | None = None, now: datetime
) -> bool:
    """Somebody who had left works here again, ``until`` a day (exclusive) where that is known.

    Says whether they had left; a last day to come stays as it is.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    row = session.get_one(Person, person)
    if row.valid_to is None or row.valid_to > local_date(now):
        return False
    row.valid_to = until
    row.revision += 1
    _note(session, actor, "person.return", person, now)
    return True


def join_office(
    session: Session,
    actor: Actor,
    person: UUID,
    office: UUID,
    *,
    now: datetime,
    origin: str = HOUSE,
) -> None:
    """Somebody works in an office from today on; joining twice changes nothing."""
    require(actor, Verb.PEOPLE_CHANGE)
    today = local_date(now)
    held = session.scalar(
        select(Membership.id).where(
            Membership.person_id == person,
            Membership.office_id == office,
            Membership.origin == origin,
            valid_on(Membership, today),
        )
    )
    if held:
        return
    session.add(
        Membership(
            person_id=person, office_id=office, origin=origin, valid_from=today, valid_to=None
        )
    )
    _note(session, actor, "office.join", person, now, {"office": office.hex})


def leave_office(
    session: Session,
    actor: Actor,
    person: UUID,
    office: UUID,
    *,
    now: datetime,
    origin: str = HOUSE,
) -> None:
    """Somebody no longer works in an office from today on, as far as ``origin`` put them there."""
    require(actor, Verb.PEOPLE_CHANGE)
    today = local_date(now)
    held = session.scalars(
        select(Membership).where(
            Membership.person_id == person,
            Membership.office_id == office,
            Membership.origin == origin,
            valid_on(Membership, today),
        )
    ).all()
    for row in held:
        row.valid_to = today
        _note(session, actor, "office.leave", person, now, {"office": office.hex})


def _note(
    session: Session,
    actor: Actor,
    verb: str,
    person: UUID,
    now: datetime,
    details: dict[str, str] | None = None,
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
