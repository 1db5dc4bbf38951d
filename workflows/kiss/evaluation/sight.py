"""Who may see evaluations, and of which offices: the one place that says so."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor, Role, Staff
from storage.rights import NotAllowedError, Verb, may
from workflows.kiss.anliegen.tables import Group

_OF_AN_OFFICE = frozenset({Role.HEAD, Role.LOTSE})


def offices_seen(actor: Actor) -> frozenset[UUID] | None:
    """``None``: all (coordination and Stabsstelle of the whole house). Heads and Lotsen see the offices they are that
    for; who is Lotse of the whole house accompanies there but sees the ways of the own offices.
    """
    if may(actor, Verb.EVALUATION_SEE):
        return None
    if not isinstance(actor, Staff):
        return frozenset()
    held = {grant.office for grant in actor.grants if grant.role in _OF_AN_OFFICE}
    own = actor.memberships if None in held else frozenset()
    return frozenset(each for each in held if each) | own


def evaluates(actor: Actor) -> bool:
    """Whether there is anything to see."""
    seen = offices_seen(actor)
    return seen is None or bool(seen)


def require_sight(actor: Actor) -> frozenset[UUID] | None:
    """``offices_seen``. Raises ``NotAllowedError`` for who sees none."""
    if not evaluates(actor):
        raise NotAllowedError
    return offices_seen(actor)


def groups_seen(session: Session, actor: Actor) -> frozenset[UUID] | None:
    """The groups of the offices in sight; ``None``: all."""
    seen = offices_seen(actor)
    if seen is None:
        return None
    return frozenset(session.scalars(select(Group.id).where(Group.office_id.in_(sorted(seen)))))
