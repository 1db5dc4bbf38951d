"""The versions of a document in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.organisation.queries import names
from storage.tasks.tables import Task
from workflows.eakte.queries import versions, visible_document
from workflows.eakte.tables import Document


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version; ``state`` says which one counts, and which was not turned to yet."""

    number: int
    file_name: str
    size: int
    who: str
    created_at: datetime
    note: str
    state: str


def load(session: Session, staff: Staff, document: Document) -> Sequence[VersionLine]:
    """All versions, oldest first. The document counts as the newest version that could be read."""
    rows = versions(session, staff, document.id)
    known = names(session, {row.author_id for row in rows if row.author_id})
    refused = refusal(session, staff, document) or ""
    current = max((row.number for row in rows if row.sha256 == document.sha256), default=0)
    return [
        VersionLine(
            row.number,
            row.file_name,
            row.size,
            known.get(row.author_id, "") if row.author_id else "",
            row.created_at,
            row.note or "",
            "nicht lesbar"
            if refused.startswith(f"Fassung {row.number} „")
            else _state(row.number, current, len(rows)),
        )
        for row in rows
    ]


def refusal(session: Session, staff: Staff, document: Document) -> str | None:
    """The sentence of the task that says why the newest version could not be read, as long as that stands."""
    visible_document(session, staff, document.id)
    wanted = select(Task.title).where(
        Task.key == f"version:{document.id.hex}", Task.done_at.is_(None)
    )
    return session.scalars(wanted).first()


def _state(number: int, current: int, count: int) -> str:
    if count == 1:
        return ""
    if number == current:
        return "gilt"
    return "noch nicht gelesen" if number > current else ""
