"""Whom tasks about Anliegen reach: a group's people wherever they work, and nobody who may not see the Anliegen.

Substitutes, successors and heads get a task by the general rules of the task list; whether it shows is decided here.
What nobody is left for is passed on by ``relieving``.
"""

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session

from config.rooms import Room
from storage.actors import Staff
from storage.tasks import reach
from storage.tasks.tables import Task
from workflows.kiss.anliegen.sight import in_sight, own_groups
from workflows.kiss.anliegen.tables import Anliegen, Contribution, Group

OBJECT_KIND = f"{Room.KISS.value}.anliegen"
"""What tasks about Anliegen name as their object."""
PART = "anliegen.contribution:"
"""How the key of a task begins that asks a group for its part; its id follows."""


def _sees(session: Session, actor: Staff) -> ColumnElement[bool]:
    return exists().where(Anliegen.id == Task.object_id, in_sight(session, actor))


def _also(session: Session, actor: Staff) -> ColumnElement[bool]:
    """What waits for an office because of a group of it, for all of the group."""
    mine = session.execute(
        select(Group.id, Group.office_id).where(Group.id.in_(own_groups(actor)))
    ).all()
    if not mine:
        return false()
    ids = [group for group, _ in mine]
    parts = select(
        literal(PART).concat(func.replace(cast(Contribution.id, String), "-", ""))
    ).where(Contribution.group_id.in_(ids), Contribution.answered_at.is_(None))
    theirs = exists().where(Anliegen.id == Task.object_id, Anliegen.group_id.in_(ids))
    asked = Task.key.startswith(PART, autoescape=True)
    return and_(
        Task.person_id.is_(None),
        Task.role.is_(None),
        Task.office_id.in_({office for _, office in mine}),
        or_(and_(asked, Task.key.in_(parts)), and_(~asked, theirs)),
    )


reach.told_by(OBJECT_KIND, reach.Reach(_sees, _also))
