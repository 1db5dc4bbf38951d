"""The seam for sources of identity: local accounts, a directory (LDAP), or OpenID Connect (``presence.oidc``).

A source says who has proved to be whom. Throttle, sessions and rights are the house's own for every source.
"""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from presence.passwords import NOBODY, hash_password, needs_rehash, verify
from presence.tables import Account
from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import person_by_login


class Authenticator(Protocol):
    """Checks a login and password. ``None`` for every kind of "no", in the same time."""

    def authenticate(self, login: str, password: str) -> UUID | None:
        """The person's id, or ``None``. May raise ``SourceAwayError``."""
        ...


class SourceAwayError(Exception):
    """The source can't be asked just now; this is no failed attempt."""


class LocalAccounts:
    """Accounts of the house's own database."""

    def __init__(self, house: House) -> None:
        self._house = house

    def authenticate(self, login: str, password: str) -> UUID | None:
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
        return account.person_id

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
