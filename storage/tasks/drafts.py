"""Drafts: saved while somebody types, gone when the deed is done."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.clock import new_id
from storage.tasks.tables import Draft
from storage.upsert import insert_into


def save_draft(
    session: Session, person: UUID, key: str, content: dict[str, Any], now: datetime
) -> None:
    """Keep what was typed; of two windows the later one wins."""
    renewed = {"content": content, "changed_at": now}
    session.execute(
        insert_into(session, Draft)
        .values(id=new_id(), person_id=person, key=key, **renewed)
        .on_conflict_do_update(index_elements=["person_id", "key"], set_=renewed)
    )


def load_draft(session: Session, person: UUID, key: str) -> dict[str, Any] | None:
    return session.scalar(select(Draft.content).where(Draft.person_id == person, Draft.key == key))


def drop_draft(session: Session, person: UUID, key: str) -> None:
    session.execute(delete(Draft).where(Draft.person_id == person, Draft.key == key))
