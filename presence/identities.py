"""Who somebody is in other systems (directory, OpenID Connect), and taking that back where it was the wrong person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.directory.conflicts import (
    CONFLICT,
    PROVIDER_CONFLICT,
    link_about,
    open_about,
    settle,
)
from presence.directory.plan import newcomer_key
from presence.directory.queries import LDAP
from presence.directory.tables import DirectoryIdentity
from presence.oidc.accounts import unclear
from presence.sessions import sign_out_everywhere
from storage.actors import Actor, Role
from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.journal.entries import record
from storage.organisation.operations import withdraw_role
from storage.organisation.queries import valid_on
from storage.organisation.staff_changes import leave_office, rename_logins
from storage.organisation.tables import DIRECTORY, Membership, Person, RoleGrant
from storage.rights import Verb, require


@dataclass(frozen=True, slots=True)
class Identity:
    """One of a person's identities. ``issuer`` is empty for the directory; ``active``: they may sign in with it."""

    id: UUID
    issuer: str
    active: bool
    since: datetime


def identities_of(session: Session, actor: Actor, person: UUID) -> Sequence[Identity]:
    """Everything other systems know the person by."""
    require(actor, Verb.PEOPLE_CHANGE)
    rows = session.scalars(
        select(DirectoryIdentity)
        .where(DirectoryIdentity.person_id == person)
        .order_by(DirectoryIdentity.changed_at, DirectoryIdentity.id)
    )
    return [
        Identity(row.id, "" if row.source == LDAP else row.source, row.active, row.changed_at)
        for row in rows
    ]


def question_about(session: Session, actor: Actor, login: str) -> str | None:
    """What nobody has settled yet: somebody at the provider who came as this login and may be somebody else."""
    require(actor, Verb.PEOPLE_CHANGE)
    return open_about(session, unclear(login), PROVIDER_CONFLICT)


def answer_question(session: Session, actor: Actor, login: str, *, now: datetime) -> None:
    """It is settled who that is; who comes again as somebody else is asked about again."""
    require(actor, Verb.PEOPLE_CHANGE)
    settle(session, unclear(login), PROVIDER_CONFLICT, now)


def newcomer_question(session: Session, actor: Actor, person: UUID) -> tuple[str, str] | None:
    """Somebody in the directory who may be this expected person: the question in German, and their login there."""
    require(actor, Verb.PEOPLE_CHANGE)
    about = newcomer_key(person)
    text, link = open_about(session, about, CONFLICT), link_about(session, about, CONFLICT)
    login = dict(parse_qsl(urlsplit(link or "").query)).get("heisst")
    return (text, login) if text and login else None


def is_the_newcomer(session: Session, actor: Actor, person: UUID, *, now: datetime) -> None:
    """Yes: the expected person has the directory's login from now on, by which the next sync or sign-in links them.

    Raises ``NotFoundError`` where nobody asks (any more), ``ConflictError`` where somebody else has the login.
    """
    asked = newcomer_question(session, actor, person)
    if asked is None:
        raise NotFoundError("Diese Frage ist schon geklärt.")
    rename_logins(session, actor, {person: asked[1]}, now=now)
    settle(session, newcomer_key(person), CONFLICT, now)


def unlink(session: Session, actor: Actor, identity: UUID, *, now: datetime) -> UUID:
    """Take back that somebody there is this person here, who is signed out everywhere and loses what the directory gave.

    Whoever signs in next, or the next sync, is linked anew if login and name agree. Returns the person. Raises
    ``NotFoundError`` where it was unlinked already, ``ConflictError`` for the house's last administrator.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    row = session.get(DirectoryIdentity, identity, with_for_update=True)
    if row is None:
        raise NotFoundError("Diese Verknüpfung gibt es nicht mehr.")
    person, of_directory = row.person_id, row.source == LDAP
    if of_directory:
        _withdraw_all(session, actor, person, now)
    session.delete(row)
    sign_out_everywhere(session, person)
    settle(session, unclear(session.get_one(Person, person).login), PROVIDER_CONFLICT, now)
    record(
        session,
        actor=actor.journal_id,
        verb="identity.unlink",
        object_kind="person",
        object_id=person,
        details={"source": "directory" if of_directory else "provider"},
        at=now,
    )
    return person


def _withdraw_all(session: Session, actor: Actor, person: UUID, now: datetime) -> None:
    """What the directory gave is nobody's any more who could take it back."""
    today = local_date(now)
    for grant in session.scalars(
        select(RoleGrant).where(
            RoleGrant.person_id == person,
            RoleGrant.origin == DIRECTORY,
            valid_on(RoleGrant, today),
        )
    ).all():
        role, office = Role(grant.role), grant.office_id
        withdraw_role(session, actor, person, role, office, now=now, origin=DIRECTORY)
    for held in session.scalars(
        select(Membership).where(
            Membership.person_id == person,
            Membership.origin == DIRECTORY,
            valid_on(Membership, today),
        )
    ).all():
        leave_office(session, actor, person, held.office_id, now=now, origin=DIRECTORY)
