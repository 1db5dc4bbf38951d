"""Telling people what others did for them: who else set their status or their absence, and when, until they read it.

Neither days nor level are kept with it: what counts now stands on "Mein Status". About an absence it is an ordinary row,
written in the transaction of the deed; about a status it lies in the store that forgets, like the status itself.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from presence.availability.current import NOTICE_DAYS, CurrentStore, Deed
from presence.availability.tables import AbsenceNotice
from storage.actors import Actor, Staff
from storage.clock import new_id
from storage.organisation.queries import names
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Told:
    """``name`` did it; ``what`` is ``absence`` or ``status``."""

    name: str
    what: str
    at: datetime


def deed_of(actor: Actor, person: UUID, now: datetime) -> Deed | None:
    """What this person has to be told; ``None`` where they did it themselves, or the house did."""
    if not isinstance(actor, Staff) or actor.person == person:
        return None
    return Deed(actor.person, now)


def note_absence(session: Session, actor: Actor, person: UUID, now: datetime) -> None:
    """Somebody entered, changed or ended an absence; of the same somebody the latest time counts."""
    deed = deed_of(actor, person, now)
    if deed is None:
        return
    session.execute(
        insert_into(session, AbsenceNotice)
        .values(id=new_id(), person_id=person, by_id=deed.by, at=now)
        .on_conflict_do_update(index_elements=["person_id", "by_id"], set_={"at": now})
    )


def told(session: Session, store: CurrentStore, actor: Staff) -> list[Told]:
    """What others did for this person and they have not read yet, the latest first."""
    rows = session.execute(
        select(AbsenceNotice.by_id, AbsenceNotice.at).where(AbsenceNotice.person_id == actor.person)
    )
    found = [(row.by_id, "absence", row.at) for row in rows]
    found += [(deed.by, "status", deed.at) for deed in store.deeds(actor.person)]
    called = names(session, {by for by, *_ in found})
    return sorted(
        (Told(called.get(by, "Jemand"), what, at) for by, what, at in found),
        key=lambda each: each.at,
        reverse=True,
    )


def read(session: Session, store: CurrentStore, actor: Staff, until: datetime) -> None:
    """They have read what was done up to this moment: it is forgotten."""
    session.execute(
        delete(AbsenceNotice).where(
            AbsenceNotice.person_id == actor.person, AbsenceNotice.at <= until
        )
    )
    store.read_deeds(actor.person, until)


def forget_notices(session: Session, now: datetime) -> None:
    """Nightly: what nobody read for a month."""
    session.execute(delete(AbsenceNotice).where(AbsenceNotice.at <= now - NOTICE_DAYS))
