"""Who may set whose status and enter whose absence.

Oneself and the delegates one has named; an absence, which somebody taken ill can't enter, also the head of one of the
person's offices and the personnel office.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.availability.tables import StatusDelegate
from storage.actors import Actor, ProtectionClass, Scope, Staff, System
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership
from storage.rights import NotAllowedError, Verb, may


def require_own(actor: Actor, person: UUID) -> None:
    """Raise ``NotAllowedError`` unless it is the actor's own."""
    if not (isinstance(actor, System) or (isinstance(actor, Staff) and actor.person == person)):
        raise NotAllowedError


def require_status(session: Session, actor: Actor, person: UUID) -> None:
    """Raise ``NotAllowedError`` unless the actor may set this person's status."""
    if not _own_or_delegate(session, actor, person):
        raise NotAllowedError(
            "Den Status setzen nur die Person selbst und wem sie das erlaubt hat."
        )


def require_absence(session: Session, actor: Actor, person: UUID, day: date) -> None:
    """Raise ``NotAllowedError`` unless the actor may enter this person's absence."""
    if _own_or_delegate(session, actor, person):
        return
    offices = session.scalars(
        select(Membership.office_id).where(
            Membership.person_id == person, valid_on(Membership, day)
        )
    )
    if not any(
        may(actor, Verb.ABSENCE_ENTER, Scope(office, ProtectionClass.INTERNAL))
        for office in offices
    ):
        raise NotAllowedError


def absences_to_enter(session: Session, actor: Staff, day: date) -> list[UUID]:
    """People of the offices whose absences the actor may enter by role."""
    members = session.execute(
        select(Membership.office_id, Membership.person_id).where(valid_on(Membership, day))
    )
    allowed: dict[UUID, bool] = {}
    found = []
    for office, person in members:
        if office not in allowed:
            scope = Scope(office, ProtectionClass.INTERNAL)
            allowed[office] = may(actor, Verb.ABSENCE_ENTER, scope)
        if allowed[office]:
            found.append(person)
    return found


def _own_or_delegate(session: Session, actor: Actor, person: UUID) -> bool:
    if isinstance(actor, System):
        return True
    if not isinstance(actor, Staff):
        return False
    named = select(StatusDelegate.id).where(
        StatusDelegate.person_id == person, StatusDelegate.delegate_id == actor.person
    )
    return actor.person == person or session.scalar(named) is not None
