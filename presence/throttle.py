"""Brakes on guessing passwords: per account and address, and, more generously, per account and per address alone.

A colleague behind the town hall's one address must not be locked out by another's typing errors: so the pair counts
first, the single ones at their multiples. Who fails often enough from several addresses (25 times from five, by
default) does lock a known account for the pause, from everywhere: else many addresses could guess without end.
What goes on to a directory that locks accounts itself stays below its count as well (``presence.brake``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from presence.tables import SignInAttempt

ACCOUNT_FACTOR = 5
ADDRESS_FACTOR = 20
KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed attempts within the pause: of this account from this address, of the account, from the address."""

    pair: int
    account: int
    address: int


def blocked(failures: Failures, allowed: int) -> bool:
    """Whether one more attempt is refused unheard."""
    return (
        failures.pair >= allowed
        or failures.account >= allowed * ACCOUNT_FACTOR
        or failures.address >= allowed * ADDRESS_FACTOR
    )


def failures(
    session: Session, account_key: str, address_key: str, *, pause: timedelta, now: datetime
) -> Failures:
    """What the table says about the pause up to now."""
    account = SignInAttempt.account_key == account_key
    address = SignInAttempt.address_key == address_key

    def count(*conditions: object) -> int:
        wanted = select(func.count()).select_from(SignInAttempt)
        return (
            session.scalar(wanted.where(*conditions, SignInAttempt.at > now - pause)) or 0  # type: ignore[arg-type]
        )

    return Failures(count(account, address), count(account), count(address))


def reserve(
    session: Session,
    account_key: str,
    address_key: str,
    *,
    allowed: int,
    pause: timedelta,
    now: datetime,
) -> UUID | None:
    """Book an attempt before it is checked, so that many at once don't slip through. None: refused, not booked."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers take turns anyway
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(account_key))))
    if blocked(failures(session, account_key, address_key, pause=pause, now=now), allowed):
        return None
    attempt = SignInAttempt(account_key=account_key, address_key=address_key, at=now)
    session.add(attempt)
    session.flush()
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - KEEP))
    return attempt.id


def failures_since(session: Session, account_key: str, since: datetime) -> int:
    """Attempts at the account from everywhere, the one that is being checked included."""
    counted = SignInAttempt.account_key == account_key, SignInAttempt.at > since
    return session.scalar(select(func.count()).select_from(SignInAttempt).where(*counted)) or 0


def take_back(session: Session, attempt: UUID) -> None:
    """It could not be checked. Earlier failures stay: who makes a source stumble gains nothing."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt))


def forgive(session: Session, account_key: str, address_key: str) -> None:
    """The right password was given: the pair starts anew."""
    session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.account_key == account_key, SignInAttempt.address_key == address_key
        )
    )
