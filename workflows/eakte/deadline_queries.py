"""The nearest deadlines of post that is not filed yet, within the actor's sight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from storage.actors import Actor
from workflows.eakte.deadlines import LONG_AGO
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import Document


@dataclass(frozen=True, slots=True)
class Nearest:
    """A document and the deadline of it that comes next."""

    document: UUID
    title: str
    day: date


def nearest(session: Session, actor: Actor, today: date, limit: int) -> Sequence[Nearest]:
    """Deadlines found or entered in unfiled post. What passed long ago comes last, lest it hides what can still be kept."""
    day = _next_day(session, today)
    long_ago = day < (today - LONG_AGO).isoformat()
    rows = session.execute(
        select(Document.id, Document.title, day.label("day"))
        .where(in_sight(session, actor), Document.state == "ready", day.is_not(None))
        .order_by(long_ago, case((long_ago, None), else_=day), day.desc())
        .limit(limit)
    )
    return [Nearest(row.id, row.title, date.fromisoformat(row.day)) for row in rows]


def _next_day(session: Session, today: date) -> ColumnElement[str | None]:
    """``deadlines.next_of`` for the database: the first day not past, else the one that was next when it was noted."""
    if session.get_bind().dialect.name == "sqlite":
        days = func.json_each(Document.details, "$.deadlines").table_valued("value")
    else:
        days = func.jsonb_array_elements_text(Document.details["deadlines"]).table_valued("value")
    following = (
        select(func.min(days.c.value))
        .where(days.c.value >= today.isoformat())
        .correlate(Document)
        .scalar_subquery()
    )
    confirmed = Document.details["confirmed"]["deadline"].as_string()
    return func.coalesce(following, confirmed, Document.details["deadline"].as_string())
