"""Who belonged to a group is known as long as that they worked here."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from storage.clock import local_date
from storage.organisation.leaving import long_gone
from workflows.kiss.anliegen.tables import GroupMember


def forget_members(session: Session, now: datetime) -> int:
    """Delete in which groups they were who left three years ago (nightly). Returns how many rows went."""
    old = GroupMember.person_id.in_(long_gone(local_date(now)))
    return len(session.scalars(delete(GroupMember).where(old).returning(GroupMember.id)).all())
