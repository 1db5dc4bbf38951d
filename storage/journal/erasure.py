"""Erasing what an entry tells, while the entry keeps its place in the chain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.journal.entries import record
from storage.journal.tables import JournalDetail, JournalEntry, JournalPending


def erase_details(
    session: Session, *, object_kind: str, object_id: UUID | str, actor: str, at: datetime
) -> int:
    """Erase the details of all entries about an object (GDPR Art. 17), and record that it was done; how many."""
    about = {"object_kind": object_kind, "object_id": str(object_id)}
    # Waiting entries first: a sealer at work makes this wait, and then its entries are seen below.
    waiting = session.execute(
        update(JournalPending)
        .filter_by(**about)
        .where(JournalPending.details.is_not(None))
        .values(details=None, salt=None)
        .returning(JournalPending.id)
        .execution_options(synchronize_session=False)
    ).all()
    numbers = select(JournalEntry.number).filter_by(**about)
    sealed = session.execute(
        delete(JournalDetail)
        .where(JournalDetail.number.in_(numbers))
        .returning(JournalDetail.number)
        .execution_options(synchronize_session=False)
    ).all()
    erased = len(sealed) + len(waiting)
    if erased:
        record(
            session,
            actor=actor,
            verb="journal.erase_details",
            at=at,
            object_kind=object_kind,
            object_id=object_id,
        )
    return erased
