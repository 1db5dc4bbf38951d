"""Who left: three years later the house knows no more of them than that somebody was here (``STAFF_RETENTION``).

Three years are the period of limitation (BGB § 195) of whatever somebody may still ask about their time here. The row
itself stays, nameless, because Akten and Anliegen that are kept longer point to it.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from storage.actors import System
from storage.clock import local_date, years_before
from storage.journal.entries import record
from storage.journal.erasure import erase_details
from storage.organisation.tables import Addressee, ClassGrant, Membership, Person, RoleGrant

YEARS = 3
BATCH = 200
FORMER = "Ehemalige Person"
"""What somebody is called whose name the house has forgotten."""
ACTOR = System("people.nacht")


def left_by(day: date) -> Select[UUID]:
    """Who no longer works here on that day."""
    return select(Person.id).where(Person.valid_to <= day)


def long_gone(day: date) -> Select[UUID]:
    """Who left three years ago or earlier."""
    return left_by(years_before(day, YEARS))


def forget_leavers(session: Session, now: datetime) -> int:
    """Take name and rights from who left three years ago, and what the journal tells of them; its entries stay.

    ``BATCH`` people at a time, so call it until it finds nobody. Returns how many.
    """
    rows = session.scalars(
        select(Person)
        .where(Person.id.in_(long_gone(local_date(now))), Person.name != FORMER)
        .order_by(Person.id)
        .limit(BATCH)
        .with_for_update()
    ).all()
    people = [row.id for row in rows]
    for table in (Membership, RoleGrant, ClassGrant, Addressee):
        session.execute(
            delete(table).where(table.person_id.in_(people)),
            execution_options={"synchronize_session": False},
        )
    for row in rows:
        row.login, row.name = f"~{row.id.hex}", FORMER
        row.salutation = row.title = row.email = row.phone = row.room = None
        row.revision += 1
        erase_details(
            session, object_kind="person", object_id=row.id, actor=ACTOR.journal_id, at=now
        )
        record(
            session,
            actor=ACTOR.journal_id,
            verb="person.forget",
            object_kind="person",
            object_id=row.id,
            at=now,
        )
    return len(rows)
