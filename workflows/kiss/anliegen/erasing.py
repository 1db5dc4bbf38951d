"""An Anliegen is erased with all that was said and done about it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from storage.blobs.store import BlobStore
from storage.schema import Table
from workflows.kiss.anliegen.tables import (
    Anliegen,
    Contribution,
    Likeness,
    Merge,
    Message,
    MessageFile,
    SignatureBand,
    Step,
    TextSignature,
)
from workflows.kiss.mail.tables import MailItem
from workflows.kiss.routing.tables import RoutingDecision


def erase(session: Session, blobs: BlobStore, ids: Sequence[UUID]) -> None:
    """Rows and bytes; who came with it (``Contact``) is the caller's to erase."""
    messages = select(Message.id).where(Message.anliegen_id.in_(ids))
    for file in session.scalars(select(MessageFile).where(MessageFile.message_id.in_(messages))):
        for name in (file.sha256, file.shown_sha256):
            if name is not None:
                blobs.release(session, name)
    session.execute(delete(MessageFile).where(MessageFile.message_id.in_(messages)))
    kept = select(Message.original).where(
        Message.anliegen_id.in_(ids), Message.original.is_not(None)
    )
    for original in session.scalars(kept):
        blobs.release(session, original or "")
    session.execute(update(MailItem).where(MailItem.anliegen_id.in_(ids)).values(anliegen_id=None))
    session.execute(update(Message).where(Message.via_id.in_(ids)).values(via_id=None))
    tables: tuple[type[Table], ...] = (
        Message, Contribution, Step, RoutingDecision, SignatureBand, TextSignature,
    )  # fmt: skip
    for table in tables:
        session.execute(delete(table).where(table.anliegen_id.in_(ids)))  # type: ignore[attr-defined]
    session.execute(delete(Merge).where(or_(Merge.anliegen_id.in_(ids), Merge.into_id.in_(ids))))
    session.execute(
        delete(Likeness).where(or_(Likeness.first_id.in_(ids), Likeness.second_id.in_(ids)))
    )
    session.execute(update(Anliegen).where(Anliegen.id.in_(ids)).values(merged_into_id=None))
    session.execute(delete(Anliegen).where(Anliegen.id.in_(ids)))
