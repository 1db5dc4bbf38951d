"""What would fall due before its holder is back, and what belongs to people who have left, goes to somebody who is there.

A substitute who may see it does it in the holder's stead, and nothing changes. Otherwise an internal one returns to its
group. A protected one goes to somebody to whom its scope was opened, a complaint about a person to the next superior who
is there; else to who leads the office, at last to who leads the coordination's. What can wait for its holder waits.

A protected one that nobody has goes the same way: to its group it may be out of sight.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES
from storage.clock import local_date
from storage.organisation.queries import load_staff
from storage.organisation.substitution import absent_at, acting_substitute, ruling
from storage.organisation.tables import Absence, Person
from workflows.kiss.anliegen.assigning import pass_on
from workflows.kiss.anliegen.sight import may_see
from workflows.kiss.anliegen.states import RUNNING_VALUES
from workflows.kiss.anliegen.successors import successor
from workflows.kiss.anliegen.tables import Anliegen


def relieve(session: Session, now: datetime) -> int:
    """Pass on what can't wait for its holder. Returns how many went over; again, it finds nothing."""
    away = {person: each.substitute_id for person, each in ruling(absent_at(session, now)).items()}
    passed = 0
    for holder, waiting in _waiting(session, now):
        acting = acting_substitute(holder, away)
        stands_in = load_staff(session, acting, local_date(now)) if acting else None
        for anliegen in waiting:
            if stands_in is None or not may_see(session, stands_in, anliegen):
                passed += _pass_on(session, anliegen, holder, {holder, *away}, now)
    for anliegen in _with_nobody(session):
        passed += _pass_on(session, anliegen, None, {*away}, now)
    return passed


def _with_nobody(session: Session) -> Sequence[UUID]:
    return session.scalars(
        select(Anliegen.id)
        .where(
            Anliegen.state.in_(RUNNING_VALUES),
            Anliegen.merged_into_id.is_(None),
            Anliegen.person_id.is_(None),
            Anliegen.protection.not_in(sorted(each.value for each in SHARED_CLASSES)),
        )
        .order_by(Anliegen.due_at)
    ).all()


def _waiting(session: Session, now: datetime) -> Iterator[tuple[UUID, Sequence[UUID]]]:
    """People who are away beyond a due time, or have left, with the Anliegen they have."""
    too_long = exists().where(
        Absence.person_id == Anliegen.person_id, Absence.starts <= now, Absence.ends > now,
        Absence.ends > Anliegen.due_at,
    )  # fmt: skip
    left = exists().where(Person.id == Anliegen.person_id, Person.valid_to <= local_date(now))
    rows = session.execute(
        select(Anliegen.person_id, Anliegen.id)
        .where(
            Anliegen.state.in_(RUNNING_VALUES),
            Anliegen.merged_into_id.is_(None),
            Anliegen.person_id.is_not(None),
            or_(too_long, left),
        )
        .order_by(Anliegen.person_id, Anliegen.due_at)
    ).all()
    for holder, theirs in groupby(rows, key=lambda row: row[0]):
        yield holder, [anliegen for _, anliegen in theirs]


def _pass_on(
    session: Session, anliegen: UUID, holder: UUID | None, away: Collection[UUID], now: datetime
) -> bool:
    row = session.scalars(
        select(Anliegen)
        .where(Anliegen.id == anliegen, Anliegen.person_id == holder)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    found = successor(session, row, away, now) if row is not None else None
    if row is None or found is None:
        return False
    pass_on(session, row, *found, now)
    return True
