"""When somebody signed in: a log of its own that forgets, so that misuse of an account can be noticed and cleared up.

It is not the journal's: that keeps for good, and who signed in when, day by day, is a picture of their working time.
Nobody but the person reads it here ("Meine Einstellungen"); after a break-in, the city's data protection officer decides
who else does (docs/dienstvereinbarung-anwesenheit.md, § 5).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from presence.tables import SignIn

KEPT = timedelta(days=90)
"""Long enough to look into a misuse that is noticed late, no longer."""


def note_sign_in(
    session: Session, person: UUID, *, device: str, source: str, now: datetime
) -> None:
    """In the transaction that opens the session."""
    session.add(SignIn(person_id=person, device=device[:80], source=source, at=now))


def own_sign_ins(session: Session, person: UUID, limit: int = 10) -> Sequence[SignIn]:
    """The person's own last ones, the latest first."""
    return session.scalars(
        select(SignIn)
        .where(SignIn.person_id == person)
        .order_by(SignIn.at.desc(), SignIn.id.desc())
        .limit(limit)
    ).all()


def forget_sign_ins(session: Session, now: datetime) -> int:
    """Nightly. Returns how many rows went."""
    return len(
        session.scalars(delete(SignIn).where(SignIn.at <= now - KEPT).returning(SignIn.id)).all()
    )
