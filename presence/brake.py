"""The brake on one sign-in: an attempt is booked under every name of the account before its password is looked at."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from presence.keys import keyed_hash, load_key
from presence.logins import alike
from presence.throttle import failures_since, forgive, reserve, take_back
from storage.house import House


def account_key(key: bytes, login: str) -> str:
    """Where failed attempts at an account are counted: once for all spellings of its login."""
    return keyed_hash(key, "account", alike(login))


class Brake:
    """One sign-in from an address. ``address`` is whatever the attempts come from, as text."""

    def __init__(self, house: House, address: str) -> None:
        self._house = house
        self._key = load_key(house.settings, "anmeldung")
        self._address = keyed_hash(self._key, "address", address)
        self._booked: dict[str, UUID] = {}

    def admits(self, login: str, /, *, sent_on: bool = False) -> bool:
        """Book an attempt at this account, once. False where too many have failed: nothing is booked then.

        ``sent_on``: the password goes on to a directory, which must not lock the account because of us.
        """
        account = account_key(self._key, login)
        if account not in self._booked and not self._book(account):
            return False
        if sent_on and self._would_lock(account):
            self.take_back()
            return False
        return True

    def _would_lock(self, account: str) -> bool:
        """Those that are checked at this moment count as failed: of several at once rather none goes on."""
        settings = self._house.settings
        if not settings.ldap_lockout_attempts:
            return False
        since = self._house.clock() - timedelta(minutes=settings.ldap_lockout_minutes)
        with self._house.database.read() as session:
            return failures_since(session, account, since) >= settings.ldap_lockout_attempts

    def _book(self, account: str) -> bool:
        settings = self._house.settings
        with self._house.database.write() as session:
            booked = reserve(
                session,
                account,
                self._address,
                allowed=settings.sign_in_attempts,
                pause=timedelta(minutes=settings.sign_in_pause_minutes),
                now=self._house.clock(),
            )
        if booked is None:
            return False
        self._booked[account] = booked
        return True

    def take_back(self) -> None:
        """The password could not be checked; earlier failures stay."""
        booked, self._booked = self._booked, {}

        def undo(session: Session) -> None:
            for attempt in booked.values():
                take_back(session, attempt)

        self._house.database.run(undo)

    def forgive(self) -> None:
        """It was the right password: the account starts anew from this address."""

        def begin_anew(session: Session) -> None:
            for account in self._booked:
                forgive(session, account, self._address)

        self._house.database.run(begin_anew)
