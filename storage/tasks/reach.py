"""Whom tasks about a kind of object reach beside their person, office or role, and who may not get them.

Sight of objects is decided in the rooms above, so this is a port: a room says here how to ask about its own kind.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.tasks.tables import Task

Ask = Callable[[Session, Staff], ColumnElement[bool]]
"""A condition on ``Task``, for tasks of the room's own kind."""


@dataclass(frozen=True, slots=True)
class Reach:
    """``sees``: the person may see what the task is about; ``also``: it waits for them, too (a team of several offices)."""

    sees: Ask
    also: Ask


_told: dict[str, Reach] = {}


def told_by(object_kind: str, reach: Reach) -> None:
    """Add who knows about tasks with this ``object_kind``; called once, where the room's sight is defined."""
    _told[object_kind] = reach


def waits_also(session: Session, actor: Staff) -> list[ColumnElement[bool]]:
    """What else waits for the person, each condition for itself."""
    return [
        and_(Task.object_kind == kind, reach.also(session, actor)) for kind, reach in _told.items()
    ]


def in_sight(session: Session, actor: Staff) -> list[ColumnElement[bool]]:
    """Conditions that all hold: whatever way a task came, it stays with those who may see what it is about."""
    return [
        or_(Task.object_kind != kind, reach.sees(session, actor)) for kind, reach in _told.items()
    ]
