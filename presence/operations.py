"""Verbs on accounts. Each locks out old sessions where it has to, and stands in the journal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.passwords import check_new, generate, hash_password, verify
from presence.sessions import sign_out_everywhere
from presence.tables import Account
from storage.actors import Actor, Staff
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.organisation.tables import Person
from storage.rights import NotAllowedError, Verb, require


def create_account(session: Session, actor: Actor, person: UUID, *, now: datetime) -> str:
    """Let a person sign in. Returns the initial password, which is shown once and kept nowhere.

    Raises ``ConflictError`` where there is an account already.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    if session.get(Account, person) is not None:
        raise ConflictError("Für diese Person gibt es schon ein Konto.")
    password = generate()
    session.add(
        Account(
            person_id=person,
            password_hash=hash_password(password),
            must_change=True,
            changed_at=now,
        )
    )
    _note(session, actor, "account.create", person, now)
    return password


def reset_password(session: Session, actor: Actor, person: UUID, *, now: datetime) -> str:
    """Give out a new initial password; all sessions of the person end."""
    require(actor, Verb.PEOPLE_CHANGE)
    account = _account(session, person)
    password = generate()
    account.password_hash = hash_password(password)
    account.must_change, account.changed_at = True, now
    account.revision += 1
    sign_out_everywhere(session, person)
    _note(session, actor, "account.reset", person, now)
    return password


def set_password(
    session: Session,
    actor: Staff,
    *,
    old: str,
    new: str,
    current_token: str | None,
    now: datetime,
) -> None:
    """Change one's own password; the other sessions end, this one stays.

    Raises ``NotAllowedError`` where the old one is wrong, ``PasswordRefusedError`` where the new one is too weak.
    """
    account = _account(session, actor.person)
    if not verify(account.password_hash, old):
        raise NotAllowedError("Das bisherige Passwort stimmt nicht.")
    person = session.get_one(Person, actor.person)
    if old == new:
        raise ConflictError("Bitte wählen Sie ein anderes Passwort als das bisherige.")
    check_new(new, person.login)
    account.password_hash = hash_password(new)
    account.must_change, account.changed_at = False, now
    account.revision += 1
    sign_out_everywhere(session, actor.person, except_token=current_token)
    _note(session, actor, "account.password", actor.person, now)


def preset_password(
    session: Session, actor: Actor, person: UUID, password: str, *, now: datetime
) -> None:
    """Set a known password that need not be changed: for the demo city and for tests, never for real people."""
    require(actor, Verb.PEOPLE_CHANGE)
    account = _account(session, person)
    account.password_hash = hash_password(password)
    account.must_change, account.changed_at = False, now
    account.revision += 1
    _note(session, actor, "account.preset", person, now)


def disable_account(session: Session, actor: Actor, person: UUID, *, now: datetime) -> None:
    """Nobody signs in as this person any more, from this moment on. One's own account stays."""
    require(actor, Verb.PEOPLE_CHANGE)
    if isinstance(actor, Staff) and actor.person == person:
        raise ConflictError("Das eigene Konto können Sie nicht sperren.")
    account = _account(session, person)
    account.disabled = True
    account.revision += 1
    sign_out_everywhere(session, person)
    _note(session, actor, "account.disable", person, now)


def enable_account(session: Session, actor: Actor, person: UUID, *, now: datetime) -> None:
    """Let the person sign in again, with the password they had."""
    require(actor, Verb.PEOPLE_CHANGE)
    account = _account(session, person)
    account.disabled = False
    account.revision += 1
    _note(session, actor, "account.enable", person, now)


def _account(session: Session, person: UUID) -> Account:
    account = session.get(Account, person)
    if account is None:
        raise ConflictError("Für diese Person gibt es kein Konto.")
    return account


def _note(session: Session, actor: Actor, verb: str, person: UUID, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="person",
        object_id=person,
        at=now,
    )
