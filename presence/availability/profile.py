"""What people arrange for themselves: working hours, standing substitute, usual way and place, delegates."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from presence.availability.current import CurrentStore
from presence.availability.rights import require_own
from presence.availability.substitutes import Naming, settled
from presence.availability.tables import (
    AbsenceNotice,
    AvailabilityProfile,
    CalendarLink,
    OfficeVisibility,
    StatusDelegate,
    WorkingWeek,
)
from presence.availability.week import Hours, checked, loaded, stored
from storage.actors import Actor, ProtectionClass, Scope
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.organisation.queries import valid_on
from storage.organisation.tables import Absence, Person
from storage.rights import Verb, require
from storage.upsert import insert_into

CHANNELS = ("Telefon", "E-Mail", "Chat", "Video", "vorbeikommen")


def set_working_hours(
    session: Session,
    actor: Actor,
    person: UUID,
    hours: Iterable[Hours],
    *,
    valid_from: date,
    now: datetime,
) -> None:
    """One's week from a day on; an empty one says "no regular hours". Later weeks entered before are replaced.

    Raises ``ConflictError`` for hours that overlap, or a day in the past.
    """
    require_own(actor, person)
    week = checked(hours)
    if valid_from < local_date(now):
        raise ConflictError("Arbeitszeiten können ab heute geändert werden, nicht im Nachhinein.")
    session.execute(
        delete(WorkingWeek).where(
            WorkingWeek.person_id == person, WorkingWeek.valid_from >= valid_from
        )
    )
    for row in session.scalars(select(WorkingWeek).where(WorkingWeek.person_id == person)):
        if row.valid_to is None or row.valid_to > valid_from:
            row.valid_to = valid_from
    session.flush()
    session.add(
        WorkingWeek(person_id=person, valid_from=valid_from, valid_to=None, hours=stored(week))
    )
    session.flush()


def working_hours(session: Session, actor: Actor, person: UUID, day: date) -> tuple[Hours, ...]:
    """One's own week of a day; empty where none was entered."""
    require_own(actor, person)
    for row in session.scalars(
        select(WorkingWeek).where(WorkingWeek.person_id == person, WorkingWeek.valid_from <= day)
    ):
        if row.valid_to is None or row.valid_to > day:
            return loaded(row.hours)
    return ()


def forget_old_weeks(session: Session, today: date) -> int:
    """Weeks that no longer count are nobody's business any more (nightly)."""
    return len(
        session.scalars(
            delete(WorkingWeek).where(WorkingWeek.valid_to <= today).returning(WorkingWeek.id)
        ).all()
    )


def forget_leavers(session: Session, today: date) -> int:
    """Whoever no longer works here has no hours, habits, delegates or calendar any more (nightly).

    Returns how many rows went.
    """
    left = select(Person.id).where(Person.valid_to <= today)
    gone = 0
    for column in (
        WorkingWeek.person_id,
        AvailabilityProfile.person_id,
        StatusDelegate.person_id,
        StatusDelegate.delegate_id,
        CalendarLink.person_id,
        Absence.person_id,
        AbsenceNotice.person_id,
        AbsenceNotice.by_id,
    ):
        gone += len(
            session.execute(delete(column.class_).where(column.in_(left)).returning(column)).all()
        )
    return gone


def forget_strangers(session: Session, store: CurrentStore, today: date) -> int:
    """Nightly: of whoever is not (or no longer) one of the people here, the store knows nothing. Returns how many."""
    known = store.people()
    here = session.scalars(select(Person.id).where(Person.id.in_(known), valid_on(Person, today)))
    strangers = known.difference(here)
    if strangers:
        store.forget(*strangers)
    return len(strangers)


def set_profile(
    session: Session,
    actor: Actor,
    person: UUID,
    *,
    substitute: UUID | None,
    channel: str | None,
    place: str | None,
    tells_return: bool = False,
    now: datetime,
) -> None:
    """Whom to ask while one is busy, how one is best reached, where one usually is, and whether the whole house may
    know until when one is absent.
    """
    require_own(actor, person)
    if substitute == person:
        raise ConflictError("Bitte wählen Sie als Vertretung jemand anderen.")
    if substitute is not None and not _works_here(session, substitute, now):
        raise ConflictError("Die gewählte Vertretung arbeitet nicht mehr hier.")
    if channel is not None and channel not in CHANNELS:
        raise ConflictError("Bitte wählen Sie einen der angebotenen Wege.")
    renewed = {
        "substitute_id": substitute,
        "channel": channel,
        "place": (place or "").strip()[:60] or None,
        "tells_return": tells_return,
    }
    session.execute(
        insert_into(session, AvailabilityProfile)
        .values(person_id=person, revision=1, **renewed)
        .on_conflict_do_update(
            index_elements=["person_id"],
            set_={**renewed, "revision": AvailabilityProfile.revision + 1},
        )
    )
    settled(session, person, Naming.ALWAYS, now)


def allow_delegate(
    session: Session, actor: Actor, person: UUID, delegate: UUID, *, now: datetime
) -> None:
    """Let somebody set one's status and absences; allowing twice changes nothing."""
    require_own(actor, person)
    if delegate == person:
        raise ConflictError("Das dürfen Sie ohnehin selbst.")
    if not _works_here(session, delegate, now):
        raise ConflictError("Diese Person arbeitet nicht mehr hier.")
    made = session.scalars(
        insert_into(session, StatusDelegate)
        .values(id=new_id(), person_id=person, delegate_id=delegate)
        .on_conflict_do_nothing()
        .returning(StatusDelegate.id)
    ).all()
    if made:
        _note(session, actor, "delegate.allow", person, delegate, now)


def withdraw_delegate(
    session: Session, actor: Actor, person: UUID, delegate: UUID, *, now: datetime
) -> None:
    """From now on they may not any more."""
    require_own(actor, person)
    gone = session.scalars(
        delete(StatusDelegate)
        .where(StatusDelegate.person_id == person, StatusDelegate.delegate_id == delegate)
        .returning(StatusDelegate.id)
    ).all()
    if gone:
        _note(session, actor, "delegate.withdraw", person, delegate, now)


def show_office(
    session: Session, actor: Actor, office: UUID, *, whole_house: bool, now: datetime
) -> None:
    """The head decides whether the whole house may see this office's availability, or its own people only."""
    require(actor, Verb.AVAILABILITY_OPEN, Scope(office, ProtectionClass.INTERNAL))
    renewed = {"whole_house": whole_house}
    session.execute(
        insert_into(session, OfficeVisibility)
        .values(office_id=office, revision=1, **renewed)
        .on_conflict_do_update(
            index_elements=["office_id"],
            set_={**renewed, "revision": OfficeVisibility.revision + 1},
        )
    )
    record(
        session,
        actor=actor.journal_id,
        verb="availability.open" if whole_house else "availability.close",
        object_kind="office",
        object_id=office,
        at=now,
    )


def _works_here(session: Session, person: UUID, now: datetime) -> bool:
    found = select(Person.id).where(Person.id == person, valid_on(Person, local_date(now)))
    return session.scalar(found) is not None


def _note(
    session: Session, actor: Actor, verb: str, person: UUID, delegate: UUID, now: datetime
) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="person",
        object_id=person,
        details={"delegate": delegate.hex},
        at=now,
    )
