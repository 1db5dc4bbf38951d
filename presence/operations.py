"""Verbs on accounts. Each locks out old sessions where it has to, and stands in the journal."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from presence.brake import account_key
from presence.keys import keyed_hash, load_key
from presence.passwords import InitialPassword, check_new, hash_password, verify
from presence.sessions import sign_out_everywhere
from presence.tables import Account
from presence.throttle import forgive, reserve
from storage.actors import Actor, Staff
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.house import House
from storage.journal.entries import record
from storage.organisation.operations import keep_an_administrator
from storage.organisation.tables import Person
from storage.rights import NotAllowedError, Verb, require


def create_account(
    session: Session, actor: Actor, person: UUID, initial: InitialPassword, *, now: datetime
) -> str:
    """Let a person sign in. Returns the initial password, which is shown once and kept nowhere.

    Raises ``ConflictError`` where there is an account already.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    if session.get(Account, person) is not None:
        raise ConflictError("Für diese Person gibt es schon ein Konto.")
    session.add(
        Account(person_id=person, password_hash=initial.stored, must_change=True, changed_at=now)
    )
    _note(session, actor, "account.create", person, now)
    return initial.text


def reset_password(
    session: Session, actor: Actor, person: UUID, initial: InitialPassword, *, now: datetime
) -> str:
    """Give out a new initial password; all sessions of the person end, and sign-ins under way with the old one fail."""
    require(actor, Verb.PEOPLE_CHANGE)
    account = _account(session, person)
    account.password_hash = initial.stored
    account.must_change, account.changed_at = True, now
    account.revision += 1
    sign_out_everywhere(session, person)
    _note(session, actor, "account.reset", person, now)
    return initial.text


def set_password(
    house: House, actor: Staff, *, old: str, new: str, current_token: str | None
) -> None:
    """Change one's own password; the other sessions end, this one stays.

    Raises ``NotAllowedError`` where the old one is wrong, or was wrong too often just now (an open session is no place
    to guess it), ``PasswordRefusedError`` where the new one is too weak. Both are hashed outside of the transaction.
    """
    now, settings = house.clock(), house.settings
    with house.database.read() as session:
        login = session.get_one(Person, actor.person).login
        account = _account(session, actor.person)
    if old == new:
        raise ConflictError("Bitte wählen Sie ein anderes Passwort als das bisherige.")
    check_new(new, login)
    key = load_key(settings, "anmeldung")
    keys = account_key(key, login), keyed_hash(key, "own-password", actor.person.hex)
    pause = timedelta(minutes=settings.sign_in_pause_minutes)
    with house.database.write() as session:
        booked = reserve(session, *keys, allowed=settings.sign_in_attempts, pause=pause, now=now)
    if booked is None:
        raise NotAllowedError(
            "Das bisherige Passwort war zu oft falsch."
            f" Bitte versuchen Sie es in {settings.sign_in_pause_minutes} Minuten noch einmal."
        )
    if not verify(account.password_hash, old):
        raise NotAllowedError("Das bisherige Passwort stimmt nicht.")
    hashed = hash_password(new)
    with house.database.write() as session:
        _replace(session, actor, account.revision, hashed, now)
        sign_out_everywhere(session, actor.person, except_token=current_token)
        forgive(session, *keys)


def _replace(session: Session, actor: Staff, seen: int, hashed: str, now: datetime) -> None:
    account = _account(session, actor.person)
    if account.revision != seen or account.disabled:
        raise ConflictError(
            "Ihr Konto wurde in diesem Augenblick geändert. Bitte melden Sie sich neu an."
        )
    account.password_hash = hashed
    account.must_change, account.changed_at = False, now
    account.revision += 1
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
    """Nobody signs in as this person any more, from this moment on. One's own and the last administrator's stay."""
    require(actor, Verb.PEOPLE_CHANGE)
    if isinstance(actor, Staff) and actor.person == person:
        raise ConflictError("Das eigene Konto können Sie nicht sperren.")
    keep_an_administrator(session, {person}, local_date(now))
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
    """Locked for the rest of the transaction, so that a sign-in comes before the change or after it."""
    account = session.get(Account, person, with_for_update=True)
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
