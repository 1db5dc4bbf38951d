"""Signing in: one neutral answer for every failure, and the same time for known and unknown names."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from presence.authenticators import SOURCES, Authenticator, SourceAwayError
from presence.brake import Brake
from presence.devices import describe
from presence.logins import same_login
from presence.sessions import issue
from presence.sign_in_log import note_sign_in
from presence.tables import Account
from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import person_by_login
from storage.organisation.tables import Person

REFUSED = "Anmeldename oder Passwort stimmen nicht, oder das Konto ist vorübergehend gesperrt."
AWAY = (
    "Die Anmeldung ist gerade nicht möglich. Bitte versuchen Sie es in einigen Minuten noch einmal."
)

MAXIMUM_LOGIN = 120


@dataclass(frozen=True, slots=True)
class Refusal:
    """No. ``message`` is for people and tells nothing about which accounts exist, but to whom the account belongs."""

    message: str = REFUSED


@dataclass(frozen=True, slots=True)
class Token:
    """Yes: a new session's token, to be set as cookie and never logged."""

    value: str


class AccountChangedError(Exception):
    """The account was changed between the check of the password and the opening of the session."""


def sign_in(
    house: House,
    login: str,
    password: str,
    address: str,
    *,
    user_agent: str = "",
    authenticator: Authenticator | None = None,
) -> Token | Refusal:
    """Check the password and open a session. ``address`` is the client's, behind the trusted proxy if there is one."""
    login = same_login(login)
    brake = Brake(house, address)
    possible = login and len(login) <= MAXIMUM_LOGIN and "\0" not in login
    if not possible or not brake.admits(login):
        return Refusal()
    before = _known(house, login)
    source = authenticator or SOURCES[house.settings.sign_in_source](house)
    try:
        proof = source.authenticate(login, password, brake.admits)
    except SourceAwayError:
        brake.take_back()
        return Refusal(AWAY)
    if proof is None:
        return Refusal()
    brake.forgive()
    if not_here := _not_here(house, proof.person):
        return Refusal(not_here)
    seen = before[1] if before and before[0] == proof.person else None
    try:
        return open_session(
            house, proof.person, user_agent=user_agent, source=proof.source, seen=seen
        )
    except AccountChangedError:
        return Refusal()


def _not_here(house: House, person: UUID) -> str | None:
    """Why somebody who has proved who they are does not get in: another system still, or already, knows them."""
    today = local_date(house.clock())
    with house.database.read() as session:
        row = session.get_one(Person, person)
        begins, ends = row.valid_from, row.valid_to
    ask = (
        "Wenn das nicht stimmt, wenden Sie sich bitte an das Personalamt oder die Systemverwaltung."
    )
    if ends is not None and ends <= today:
        last = f"{ends - timedelta(days=1):%d.%m.%Y}"
        return f"Ihr Konto ist beendet: Ihr letzter Arbeitstag war der {last}. {ask}"
    if begins > today:
        return f"Ihr Konto gilt ab dem {begins:%d.%m.%Y}. {ask}"
    return None


def _known(house: House, login: str) -> tuple[UUID, int] | None:
    """The person of this login and the revision of their account, before the password is looked at."""
    with house.database.read() as session:
        person = person_by_login(session, login, local_date(house.clock()))
        account = session.get(Account, person.id) if person else None
    return (account.person_id, account.revision) if account else None


def open_session(
    house: House, person: UUID, *, user_agent: str, source: str, seen: int | None = None
) -> Token:
    """Somebody has proved who they are. ``source`` says where.

    Raises ``AccountChangedError`` where the account's revision is another than the ``seen`` one: the password was
    reset or the account disabled while it was being checked, so the old password must not open a session.
    """
    settings, now = house.settings, house.clock()
    with house.database.write() as session:
        if seen is not None:
            account = session.get(Account, person, with_for_update=True)
            if account is None or account.revision != seen or account.disabled:
                raise AccountChangedError
        device = describe(user_agent)
        token = issue(
            session,
            person,
            device=device,
            hours=settings.session_hours,
            idle_minutes=settings.session_idle_minutes,
            source=source,
            now=now,
        )
        note_sign_in(session, person, device=device, source=source, now=now)
    return Token(token)
