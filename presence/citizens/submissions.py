"""Sending with confirmation by mail (double opt-in): nothing reaches the office before the address has proved right."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from presence.citizens.links import EXPIRED, LinkError
from presence.citizens.tables import Submission
from presence.citizens.throttle import one_at_a_time
from storage.clock import new_id
from storage.upsert import insert_into

KEEP = timedelta(days=2)


def submit(
    session: Session, kind: str, content: Mapping[str, Any], mail: str, *, key: str, now: datetime
) -> tuple[Submission, bool]:
    """Keep what was sent until it is confirmed. Gives the sending, and whether it is new (the same key: it is not)."""
    made = session.scalar(
        insert_into(session, Submission)
        .values(
            id=new_id(), kind=kind, content=dict(content), mail=mail, key=key, created_at=now,
            expires_at=now + KEEP, result_id=None,
        )
        .on_conflict_do_nothing()
        .returning(Submission.id)
    )  # fmt: skip
    row = session.scalars(select(Submission).where(Submission.key == key)).one()
    return row, made is not None


def is_sent(session: Session, key: str) -> bool:
    """Whether this very form has come already. Of two at once the second waits here until the first is done."""
    one_at_a_time(session, f"submission:{key}")
    return session.scalar(select(Submission.id).where(Submission.key == key)) is not None


def waiting(session: Session, kind: str, submission: UUID, now: datetime) -> Submission:
    """The sending behind a link. Raises ``LinkError`` where it was never made or has been forgotten."""
    return _found(session, kind, submission, now, locked=False)


def _found(
    session: Session, kind: str, submission: UUID, now: datetime, *, locked: bool
) -> Submission:
    asked = select(Submission).where(Submission.id == submission, Submission.kind == kind)
    row = session.scalars(asked.with_for_update() if locked else asked).one_or_none()
    if row is None or row.expires_at <= now:
        raise LinkError(EXPIRED)
    return row


def confirm(
    session: Session,
    kind: str,
    submission: UUID,
    deed: Callable[[Mapping[str, Any]], UUID],
    *,
    now: datetime,
) -> UUID:
    """Carry out what was sent, once, and give its id; a second confirmation finds it done."""
    row = _found(session, kind, submission, now, locked=True)
    if row.result_id is None:
        row.result_id = deed(row.content)
        row.content, row.mail = {}, ""
        session.flush()
    return row.result_id


def forget_submissions(session: Session, now: datetime) -> int:
    """Delete what nobody confirmed, and what remained of the confirmed ones. Returns how many."""
    gone = delete(Submission).where(Submission.expires_at <= now).returning(Submission.id)
    return len(session.scalars(gone).all())
