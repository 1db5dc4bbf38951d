"""Brakes on forms: so many of one purpose from one address within a span. Addresses are kept as keyed hashes only."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from presence.citizens.tables import FormAttempt
from presence.keys import keyed_hash

KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` within ``span`` (one day at most, for longer nothing is kept)."""

    most: int
    span: timedelta


def source(address: str) -> str:
    """What counts as one sender: an IPv4 address, or the /64 network that one IPv6 customer gets."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return str(parsed)


def one_at_a_time(session: Session, name: str) -> None:
    """Until the transaction ends, nobody else passes here with the same name: for what is counted before it is done."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers take turns anyway
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


def booked(
    session: Session, key: bytes, purpose: str, sender: str, span: timedelta, *, now: datetime
) -> int:
    """How many attempts were booked within the span."""
    hashed = keyed_hash(key, f"form:{purpose}", sender.lower())
    counted = select(func.count()).where(
        FormAttempt.sender_key == hashed, FormAttempt.at > now - span
    )
    return session.scalar(counted) or 0


def reserve(
    session: Session,
    key: bytes,
    purpose: str,
    sender: str,
    limits: Sequence[Limit],
    *,
    now: datetime,
) -> bool:
    """Book one attempt before it counts, so that many at once don't slip through. False: refused, not booked.

    ``sender`` is a ``source``, or a mail address that would be written to.
    """
    hashed = keyed_hash(key, f"form:{purpose}", sender.lower())
    one_at_a_time(session, hashed)
    for limit in limits:
        booked = session.scalar(
            select(func.count())
            .select_from(FormAttempt)
            .where(FormAttempt.sender_key == hashed, FormAttempt.at > now - limit.span)
        )
        if (booked or 0) >= limit.most:
            return False
    session.add(FormAttempt(sender_key=hashed, at=now))
    session.execute(delete(FormAttempt).where(FormAttempt.at < now - KEEP))
    return True
