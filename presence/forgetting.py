"""What is forgotten by night of accounts, sessions and attempts, and of who people were in other systems."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from presence.directory.tables import DirectoryIdentity
from presence.tables import Account, SignInAttempt, WebSession
from presence.throttle import KEEP
from storage.actors import System
from storage.clock import local_date
from storage.journal.entries import record
from storage.organisation.leaving import left_by, long_gone

ACTOR = System("presence.nacht")


def forget_accounts(session: Session, now: datetime) -> int:
    """Accounts of who left, with what is open in their name. Who comes back gets a new one. Returns how many."""
    left = left_by(local_date(now))
    session.execute(delete(WebSession).where(WebSession.person_id.in_(left)))
    gone = session.scalars(
        delete(Account).where(Account.person_id.in_(left)).returning(Account.person_id)
    ).all()
    for person in gone:
        record(
            session,
            actor=ACTOR.journal_id,
            verb="account.forget",
            object_kind="person",
            object_id=person,
            at=now,
        )
    return len(gone)


def forget_traces(session: Session, now: datetime) -> None:
    """Sessions that ended and attempts a day old, which else go with the next ones only."""
    session.execute(delete(WebSession).where(WebSession.expires_at <= now))
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - KEEP))


def forget_identities(session: Session, now: datetime) -> int:
    """What other systems called those who left three years ago. Returns how many."""
    old = DirectoryIdentity.person_id.in_(long_gone(local_date(now)))
    return len(
        session.scalars(delete(DirectoryIdentity).where(old).returning(DirectoryIdentity.id)).all()
    )
