"""Erasing what an entry tells, while the entry keeps its place in the chain."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    String,
    cast,
    delete,
    exists,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from storage.actors import System
from storage.database import Database
from storage.journal.entries import record
from storage.journal.tables import JournalDetail, JournalEntry, JournalPending
from storage.schema import WithId

BATCH = 1000


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


def forget_details(
    database: Database,
    object_kind: str,
    tables: Sequence[type[WithId]],
    actor: System,
    at: datetime,
) -> int:
    """Erase what sealed entries tell of objects that are no more, and record for each batch how much; how many.

    Details are kept as long as what they are about (``JournalDetail``); ``tables`` are those its id may stand in.
    """
    erased = 0
    while True:
        with database.write() as session:
            gone = _forget_batch(session, object_kind, tables)
            if gone:
                record(
                    session,
                    actor=actor.journal_id,
                    verb="journal.forget_details",
                    object_kind="journal",
                    object_id=object_kind,
                    details={"count": gone},
                    at=at,
                )
        erased += gone
        if gone < BATCH:
            return erased


def _forget_batch(session: Session, object_kind: str, tables: Sequence[type[WithId]]) -> int:
    old = (
        select(JournalEntry.number)
        .join(JournalDetail, JournalDetail.number == JournalEntry.number)
        .where(JournalEntry.object_kind == object_kind)
        .where(*(~exists().where(_is(session, table)) for table in tables))
        .order_by(JournalEntry.number)
        .limit(BATCH)
    )
    return len(
        session.scalars(
            delete(JournalDetail)
            .where(JournalDetail.number.in_(old))
            .returning(JournalDetail.number)
            .execution_options(synchronize_session=False)
        ).all()
    )


def _is(session: Session, table: type[WithId]) -> ColumnElement[bool]:
    """The row an entry speaks of; SQLite keeps ids without hyphens."""
    if session.get_bind().dialect.name == "sqlite":
        return type_coerce(table.id, String) == func.replace(JournalEntry.object_id, "-", "")
    return cast(table.id, String) == JournalEntry.object_id
