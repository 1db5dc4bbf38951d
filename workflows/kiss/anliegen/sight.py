"""Who sees an Anliegen, and who may work on it. Every query and every verb goes through here.

An internal Anliegen is seen by the office and the group that have it, by those asked for a part, and by the coordination
of Feedback LE. A group's people count wherever they work. A protected one (personnel, social, tax, youth) only by people to whom that very scope was opened, and by
the person who has it: a complaint about somebody goes to the superior alone. Whom it is about sees it nowhere, whatever
else they may see; until somebody has said who that is, it is nobody's but the holder's.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session

from storage.actors import (
    SHARED_CLASSES,
    Actor,
    Citizen,
    ProtectionClass,
    Role,
    Scope,
    Staff,
    System,
)
from storage.conflicts import NotFoundError
from storage.organisation.queries import office_ids
from storage.rights import NotAllowedError
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Contribution, GroupMember

_UNNAMED = and_(Anliegen.kind == Kind.SUPERVISORY.value, Anliegen.about_id.is_(None))
_SHARED = tuple(sorted(each.value for each in SHARED_CLASSES))


def scope_of(row: Anliegen) -> Scope:
    return Scope(row.office_id, ProtectionClass(row.protection))


def enter_scope(row: Anliegen, scope: Scope) -> None:
    """Put an Anliegen into a scope; the three columns always change together."""
    row.office_id, row.protection, row.access = scope.office, scope.protection.value, scope.token


def coordinates(actor: Actor) -> bool:
    """Whether the actor is the coordination of Feedback LE, for the whole house."""
    return isinstance(actor, System) or (
        isinstance(actor, Staff)
        and any(g.role is Role.FEEDBACK and g.office is None for g in actor.grants)
    )


def visible_tokens(session: Session, actor: Staff) -> frozenset[str]:
    """The scopes whose Anliegen the actor sees without being asked for a part."""
    offices = office_ids(session) if coordinates(actor) else actor.memberships
    return frozenset(
        Scope(office, protection).token for office in offices for protection in SHARED_CLASSES
    ) | {scope.token for scope in actor.classes}


def in_sight(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The WHERE condition that keeps a query on ``Anliegen`` within the actor's sight."""
    if isinstance(actor, System):
        return true()
    if isinstance(actor, Citizen):
        return Anliegen.id == actor.link
    if not isinstance(actor, Staff):
        return false()
    theirs = own_groups(actor)
    asked = select(Contribution.anliegen_id).where(
        or_(
            Contribution.office_id.in_(sorted(actor.memberships)), Contribution.group_id.in_(theirs)
        )
    )
    return and_(
        or_(Anliegen.about_id.is_(None), Anliegen.about_id != actor.person),
        or_(
            and_(~_UNNAMED, Anliegen.access.in_(sorted(visible_tokens(session, actor)))),
            Anliegen.person_id == actor.person,
            and_(Anliegen.protection.in_(_SHARED), Anliegen.group_id.in_(theirs)),
            and_(Anliegen.protection.in_(_SHARED), Anliegen.id.in_(asked)),
        ),
    )


def own_groups(actor: Staff) -> Select[UUID]:
    """The groups the person belongs to by name; their offices need not be the person's."""
    return select(GroupMember.group_id).where(
        GroupMember.person_id == actor.person, GroupMember.valid_to.is_(None)
    )


def belongs_to(session: Session, actor: Staff, group: UUID) -> bool:
    """Whether the person belongs to the group by name."""
    mine = own_groups(actor).where(GroupMember.group_id == group)
    return session.scalars(mine.limit(1)).first() is not None


def is_asked(session: Session, actor: Staff, part: Contribution) -> bool:
    """Whether the person may give this part: the office that was asked, or the group, wherever its people work."""
    return actor.works_in(part.office_id) or belongs_to(session, actor, part.group_id)


def may_see(session: Session, actor: Actor, anliegen: UUID) -> bool:
    """Whether the Anliegen is within the actor's sight."""
    found = select(Anliegen.id).where(Anliegen.id == anliegen, in_sight(session, actor))
    return session.scalars(found).first() is not None


def load_anliegen(session: Session, actor: Actor, anliegen: UUID) -> Anliegen:
    """The Anliegen, locked for this transaction. Raises ``NotFoundError`` outside the actor's sight."""
    found = session.scalars(
        select(Anliegen)
        .where(Anliegen.id == anliegen, in_sight(session, actor))
        .with_for_update(of=Anliegen)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFoundError("Dieses Anliegen gibt es nicht, oder Sie dürfen es nicht sehen.")
    return found


def works_on(session: Session, actor: Actor, row: Anliegen) -> bool:
    """Whether the actor may do something about it: the office or group that has it, who has it, the coordination."""
    if isinstance(actor, System):
        return True
    if not isinstance(actor, Staff) or row.about_id == actor.person:
        return False
    unnamed = row.kind == Kind.SUPERVISORY.value and row.about_id is None
    if row.person_id == actor.person or (scope_of(row) in actor.classes and not unnamed):
        return True
    return row.protection in _SHARED and is_near(session, actor, row)


def is_near(session: Session, actor: Staff, row: Anliegen) -> bool:
    """Whether the person is of the office or group that has it, or of the coordination: whoever is may take over what is shared."""
    if actor.works_in(row.office_id) or coordinates(actor):
        return True
    return belongs_to(session, actor, row.group_id)


def load_for_work(session: Session, actor: Actor, anliegen: UUID) -> Anliegen:
    """The Anliegen, locked, for somebody who may work on it. Raises ``NotFoundError`` or ``NotAllowedError``."""
    row = load_anliegen(session, actor, anliegen)
    if not works_on(session, actor, row):
        raise NotAllowedError(
            "Dieses Anliegen liegt bei einer anderen Stelle. Sie können ihr Ihren Teil beitragen."
        )
    return row
