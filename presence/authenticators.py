"""The seam for sources of identity: local accounts, a directory (LDAP), or OpenID Connect (``presence.oidc``).

A source says who has proved to be whom. Throttle, sessions and rights are the house's own for every source.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from presence.passwords import NOBODY, hash_password, needs_rehash, verify
from presence.tables import Account
from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import person_by_login


class Admits(Protocol):
    """Whether the password of the account of this login may be tried just now, or sent on (``presence.brake``)."""

    def __call__(self, login: str, /, *, sent_on: bool = False) -> bool: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody has proved to be this person; ``source`` is who knew the password."""

    person: UUID
    source: Literal["local", "ldap"]


class Authenticator(Protocol):
    """Checks a login and password. ``None`` for every kind of "no", in the same time."""

    def authenticate(self, login: str, password: str, admits: Admits, /) -> Proof | None:
        """Who it is, or ``None``. May raise ``SourceAwayError``.

        ``login`` has been admitted; a source that knows its account by another name asks for that one as well, before
        it looks at the password.
        """
        ...


class SourceAwayError(Exception):
    """The source can't be asked just now; this is no failed attempt."""


class LocalAccounts:
    """Accounts of the house's own database."""

    def __init__(self, house: House) -> None:
        self._house = house

    def authenticate(self, login: str, password: str, _admits: Admits, /) -> Proof | None:
        with self._house.database.read() as session:
            person = person_by_login(session, login, local_date(self._house.clock()))
            account = session.get(Account, person.id) if person else None
        if account is None or account.disabled:
            verify(NOBODY, password)
            return None
        if not verify(account.password_hash, password):
            return None
        if needs_rehash(account.password_hash):
            self._renew(account.person_id, account.password_hash, password)
        return Proof(account.person_id, "local")

    def _renew(self, person: UUID, seen: str, password: str) -> None:
        fresh = hash_password(password)
        with self._house.database.write() as session:
            account = session.get(Account, person)
            if account is not None and account.password_hash == seen:
                account.password_hash = fresh


def _directory(house: House) -> Authenticator:
    from presence.directory.authenticator import DirectoryAccounts

    return DirectoryAccounts(house)


SOURCES: dict[str, Callable[[House], Authenticator]] = {
    "local": LocalAccounts,
    "ldap": _directory,
    "oidc": LocalAccounts,
}
"""By the name that a setting gives. OpenID Connect asks for no password; local accounts stay beside it."""
