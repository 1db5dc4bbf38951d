"""Drafts: saved while somebody types, gone when the deed is done."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.tasks.tables import Draft


def save_draft(
    session: Session, person: UUID, key: str, content: dict[str, Any], now: datetime
) -> None:
    draft = session.scalar(select(Draft).where(Draft.person_id == person, Draft.key == key))
    if draft is None:
        session.add(Draft(person_id=person, key=key, content=content, changed_at=now))
    else:
        draft.content, draft.changed_at = content, now


def load_draft(session: Session, person: UUID, key: str) -> dict[str, Any] | None:
    return session.scalar(select(Draft.content).where(Draft.person_id == person, Draft.key == key))


def drop_draft(session: Session, person: UUID, key: str) -> None:
    session.execute(delete(Draft).where(Draft.person_id == person, Draft.key == key))
