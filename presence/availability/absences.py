"""Absences: one entry feeds the board, the people finder and the task list. No reason is asked for, none is kept.

They stand in no journal: an append-only record of who was away when would be the history that must not exist. Whose
absence somebody else entered, changed or ended is told so (``telling``).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from presence.availability.rights import require_absence
from presence.availability.substitutes import Naming, settled
from presence.availability.telling import note_absence
from storage.actors import Actor
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.organisation.queries import valid_on
from storage.organisation.tables import Absence, Person

LONGEST = timedelta(days=3 * 366)
"""Parental leave is the longest; what is longer is a slip of the pen."""


def enter_absence(
    session: Session,
    actor: Actor,
    person: UUID,
    *,
    starts: datetime,
    ends: datetime,
    substitute: UUID | None,
    now: datetime,
) -> Absence:
    """Somebody will be away. Several, also overlapping ones, may be entered; the same one twice is one.

    Raises ``ConflictError`` where the span is empty, over or unbelievably long, or where the substitute doesn't fit.
    """
    require_absence(session, actor, person, local_date(now))
    _check(session, person, starts, ends, substitute, now)
    session.scalar(
        select(Person.id).where(Person.id == person).with_for_update(key_share=True)
    )  # two clicks
    same = session.scalars(
        select(Absence).where(
            Absence.person_id == person, Absence.starts == starts, Absence.ends == ends
        )
    ).first()
    if same is not None:
        if same.substitute_id != substitute:
            same.substitute_id = substitute
            same.revision += 1
            _told(session, actor, person, now)
        return same
    absence = Absence(person_id=person, starts=starts, ends=ends, substitute_id=substitute)
    session.add(absence)
    session.flush()
    note_absence(session, actor, person, now)
    return absence


def change_absence(
    session: Session,
    actor: Actor,
    absence: UUID,
    revision: int,
    *,
    starts: datetime,
    ends: datetime,
    substitute: UUID | None,
    now: datetime,
) -> None:
    """Other days or another substitute. Raises ``ConflictError`` where somebody else changed it meanwhile."""
    row = _load(session, absence)
    require_absence(session, actor, row.person_id, local_date(now))
    if row.revision != revision:
        raise ConflictError(
            "Die Abwesenheit wurde inzwischen geändert. Bitte sehen Sie sie noch einmal an."
        )
    _check(session, row.person_id, starts, ends, substitute, now)
    row.starts, row.ends, row.substitute_id = starts, ends, substitute
    row.revision += 1
    _told(session, actor, row.person_id, now)


def end_absence(session: Session, actor: Actor, absence: UUID, *, now: datetime) -> None:
    """Back earlier, or it won't happen: the absence is over now, and its row is gone. Doing it twice is fine."""
    row = session.get(Absence, absence)
    if row is None:
        return
    require_absence(session, actor, row.person_id, local_date(now))
    session.delete(row)
    _told(session, actor, row.person_id, now)


def come_back(session: Session, actor: Actor, person: UUID, *, now: datetime) -> int:
    """Back at work: every absence under way ends. Returns how many."""
    require_absence(session, actor, person, local_date(now))
    rows = session.scalars(
        select(Absence).where(
            Absence.person_id == person, Absence.starts <= now, Absence.ends > now
        )
    ).all()
    for row in rows:
        session.delete(row)
    if rows:
        _told(session, actor, person, now)
    return len(rows)


def absences_of(session: Session, actor: Actor, person: UUID, now: datetime) -> Sequence[Absence]:
    """What is under way or to come, for whoever may change it."""
    require_absence(session, actor, person, local_date(now))
    return session.scalars(
        select(Absence)
        .where(Absence.person_id == person, Absence.ends > now)
        .order_by(Absence.starts, Absence.id)
    ).all()


def standing_in(session: Session, substitute: UUID, now: datetime) -> Sequence[Absence]:
    """For whom this person is named as substitute, now and later: they have to know."""
    return session.scalars(
        select(Absence)
        .where(Absence.substitute_id == substitute, Absence.ends > now)
        .order_by(Absence.starts, Absence.id)
    ).all()


def forget_over(session: Session, now: datetime) -> int:
    """Delete what is over (nightly). Returns how many."""
    gone: CursorResult[tuple[()]] = session.execute(  # type: ignore[assignment]
        delete(Absence).where(Absence.ends <= now)
    )
    return gone.rowcount


def _told(session: Session, actor: Actor, person: UUID, now: datetime) -> None:
    """Whoever changed it: the person is told, and need not look after a substitute who left any more."""
    note_absence(session, actor, person, now)
    settled(session, person, Naming.AWAY, now)


def _check(
    session: Session,
    person: UUID,
    starts: datetime,
    ends: datetime,
    substitute: UUID | None,
    now: datetime,
) -> None:
    if ends <= starts:
        raise ConflictError("Das Ende liegt vor dem Beginn. Bitte prüfen Sie die Tage.")
    if ends <= now:
        raise ConflictError("Die Abwesenheit ist schon vorbei und wird nicht mehr eingetragen.")
    if ends - starts > LONGEST:
        raise ConflictError("Eine Abwesenheit kann höchstens drei Jahre dauern.")
    if substitute is None:
        return
    if substitute == person:
        raise ConflictError("Bitte wählen Sie als Vertretung jemand anderen.")
    works_here = select(Person.id).where(Person.id == substitute, valid_on(Person, local_date(now)))
    if session.scalar(works_here) is None:
        raise ConflictError("Die gewählte Vertretung arbeitet nicht mehr hier.")


def _load(session: Session, absence: UUID) -> Absence:
    row = session.scalars(
        select(Absence).where(Absence.id == absence).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row
