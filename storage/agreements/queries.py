"""Whether an agreement counts on a day. Everybody may know: an agreement is announced in the house."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from storage.agreements.tables import Agreement


def _counts(day: date) -> ColumnElement[bool]:
    return and_(
        Agreement.confirmed_at.is_not(None),
        Agreement.valid_from <= day,
        or_(Agreement.valid_to.is_(None), Agreement.valid_to > day),
    )


def in_force(session: Session, key: str, day: date) -> bool:
    """Whether an agreement about ``key`` (``storage.agreements.subjects``) counts on that day."""
    wanted = select(Agreement.id).where(Agreement.key == key, _counts(day)).limit(1)
    return session.scalar(wanted) is not None


def keys_in_force(session: Session, day: date) -> frozenset[str]:
    """All keys for which an agreement counts on that day."""
    return frozenset(session.scalars(select(Agreement.key).where(_counts(day))))


def agreements(session: Session) -> Sequence[Agreement]:
    """All that were ever entered, the latest first."""
    return session.scalars(
        select(Agreement).order_by(Agreement.valid_from.desc(), Agreement.id.desc())
    ).all()
