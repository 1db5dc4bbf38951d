"""Topics that can be chosen."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.organisation.queries import valid_on
from workflows.kiss.anliegen.tables import Topic


def topics(session: Session, now: datetime, *, public: bool = False) -> Sequence[Topic]:
    """The topics of the day by title; ``public``: only those offered to citizens."""
    wanted = select(Topic).where(valid_on(Topic, local_date(now))).order_by(Topic.title)
    return session.scalars(wanted.where(Topic.public) if public else wanted).all()


def load_topic(session: Session, topic: UUID, now: datetime) -> Topic:
    """Raises ``NotFoundError`` where it does not count (any more)."""
    row = session.scalars(
        select(Topic).where(Topic.id == topic, valid_on(Topic, local_date(now)))
    ).one_or_none()
    if row is None:
        raise NotFoundError("Dieses Thema gibt es nicht mehr. Bitte wählen Sie ein anderes.")
    return row
