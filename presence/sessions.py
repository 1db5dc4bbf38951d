"""Signed-in sessions, kept on the server: the browser holds nothing but a random token."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from presence.directory.queries import is_active
from presence.tables import Account, WebSession
from storage.actors import Staff
from storage.clock import local_date
from storage.database import Database, StorageBusyError, patience
from storage.organisation.queries import load_staff

SEEN_EVERY = timedelta(minutes=1)
NOTE_PATIENCE = 0.2
"""Seconds a request may wait to note that the session is in use."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in with a token, as of this request."""

    staff: Staff
    must_change: bool
    """The password was given out by an administrator and has to be replaced first."""


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A line in the person's own list. ``id`` is a prefix of the token's hash: enough to end it, no use to enter."""

    id: str
    device: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def alive(row: WebSession, now: datetime) -> bool:
    """Neither past its end nor idle for too long."""
    return now < row.expires_at and now < row.last_seen_at + timedelta(minutes=row.idle_minutes)


def issue(
    session: Session,
    person: UUID,
    *,
    device: str,
    hours: int,
    idle_minutes: int,
    now: datetime,
    source: str = "local",
) -> str:
    """Open a session with a new token (256 random bits); ended ones of everybody are swept out on the way."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(WebSession).where(WebSession.expires_at <= now))
    session.add(
        WebSession(
            token_hash=token_hash(token),
            person_id=person,
            device=device[:80],
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=hours),
            idle_minutes=idle_minutes,
            source=source,
        )
    )
    return token


def check(
    database: Database, token: str | None, now: datetime, *, active: bool = True
) -> SignedIn | None:
    """Who comes with this token, with the rights of this moment; ``None`` for nobody.

    Notes that the session is in use, at most once a minute; not where nobody is ``active`` (a page that refreshes
    itself), else an unattended screen would stay signed in. Where others hold the database, the note is left for the
    next request: nobody waits for it.
    """
    if not token or len(token) > 100:
        return None
    key = token_hash(token)
    with database.read() as session:
        row = session.get(WebSession, key)
        if row is None or not alive(row, now):
            return None
        account = session.get(Account, row.person_id)
        staff = load_staff(session, row.person_id, local_date(now))
        local = row.source == "local"
        vouched_for = not local and is_active(session, row.person_id)
    if staff is None or (account is None and not vouched_for) or (account and account.disabled):
        return None
    if active and now - row.last_seen_at >= SEEN_EVERY:
        with suppress(StorageBusyError), patience(NOTE_PATIENCE), database.write() as session:
            session.execute(
                update(WebSession).where(WebSession.token_hash == key).values(last_seen_at=now)
            )
    return SignedIn(staff, account is not None and account.must_change and not vouched_for)


def sign_out(session: Session, token: str) -> None:
    """End this session; an unknown token changes nothing."""
    session.execute(delete(WebSession).where(WebSession.token_hash == token_hash(token)))


def sign_out_everywhere(session: Session, person: UUID, except_token: str | None = None) -> int:
    """End all sessions of the person (but one, where given). Returns how many."""
    kept = token_hash(except_token) if except_token else ""
    ended = session.scalars(
        delete(WebSession)
        .where(WebSession.person_id == person, WebSession.token_hash != kept)
        .returning(WebSession.token_hash)
    ).all()
    return len(ended)


def own_sessions(
    session: Session, person: UUID, token: str | None, now: datetime
) -> Sequence[OwnSession]:
    """Where the person is signed in, the latest first."""
    current = token_hash(token) if token else ""
    rows = session.scalars(
        select(WebSession)
        .where(WebSession.person_id == person)
        .order_by(WebSession.last_seen_at.desc())
    )
    return [
        OwnSession(
            row.token_hash[:16],
            row.device,
            row.created_at,
            row.last_seen_at,
            row.token_hash == current,
        )
        for row in rows
        if alive(row, now)
    ]
