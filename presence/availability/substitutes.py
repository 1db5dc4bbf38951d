"""Substitutes who have left: by night nobody is referred to them any more, and who had named them is told.

Until then they act for nobody already (``storage.organisation.substitution.substitutes_at``).
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from presence.availability.tables import AvailabilityProfile
from storage.clock import local_date
from storage.organisation.queries import valid_on
from storage.organisation.tables import Absence, Person
from storage.tasks.list import finish_task, open_task
from storage.tasks.tables import Task


class Naming(StrEnum):
    """``ALWAYS``: the standing substitute of a profile; ``AWAY``: that of an absence."""

    ALWAYS = "always"
    AWAY = "away"


_KIND = {each: f"availability.substitute_left.{each}" for each in Naming}
_TOLD = {
    Naming.ALWAYS: "Ihre Vertretung arbeitet nicht mehr hier: Bitte nennen Sie unter „Mein Status“ eine neue.",
    Naming.AWAY: "Ihre Vertretung arbeitet nicht mehr hier: Bitte nennen Sie für Ihre Abwesenheit eine neue.",
}


def let_leavers_go(session: Session, now: datetime) -> int:
    """Take who has left out of profiles and absences (nightly). Returns how many named them."""
    today = local_date(now)
    left = select(Person.id).where(Person.valid_to <= today)
    count = 0
    for what, table in ((Naming.ALWAYS, AvailabilityProfile), (Naming.AWAY, Absence)):
        owners = session.scalars(
            update(table)
            .where(table.substitute_id.in_(left))
            .values(substitute_id=None, revision=table.revision + 1)
            .returning(table.person_id),
            execution_options={"synchronize_session": False},
        ).all()
        count += len(owners)
        here = select(Person.id).where(Person.id.in_(owners), valid_on(Person, today))
        for owner in session.scalars(here).all():
            open_task(
                session,
                key=_key(what, owner),
                kind=_KIND[what],
                title=_TOLD[what],
                link="/mein-status",
                object_kind="availability",
                object_id=owner,
                person=owner,
                now=now,
            )
    return count


def settled(session: Session, person: UUID, what: Naming, now: datetime) -> None:
    """Somebody has looked at whom they name, and left it so or not: nothing waits any more."""
    finish_task(session, _key(what, person), now)


def settle_past(session: Session, now: datetime) -> None:
    """What waited for an absence that is over by now (nightly)."""
    coming = select(Absence.person_id).where(Absence.ends > now)
    session.execute(
        update(Task)
        .where(Task.kind == _KIND[Naming.AWAY], Task.done_at.is_(None))
        .where(Task.person_id.not_in(coming))
        .values(done_at=now)
    )


def _key(what: Naming, person: UUID) -> str:
    return f"{_KIND[what]}:{person.hex}"
