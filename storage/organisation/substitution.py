"""Who stands in for whom: chains of substitutes, with a guard against circles."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.clock import LOCAL, local_date
from storage.organisation.tables import Absence, Person


def acting_substitute(person: UUID, substitutes: Mapping[UUID, UUID | None]) -> UUID | None:
    """Who acts for an absent person: the first in the chain who is there.

    ``substitutes`` names the substitute of everybody who is not there (``substitutes_at``). ``None`` where the chain ends with somebody absent
    who named nobody, or goes in a circle: then nobody acts.
    """
    seen = {person}
    following = substitutes.get(person)
    while following is not None and following in substitutes:
        if following in seen:
            return None
        seen.add(following)
        following = substitutes[following]
    return following


def ruling(absences: Iterable[Absence]) -> dict[UUID, Absence]:
    """Of absences that overlap, the one that counts for each person: which began last, then which was entered last."""
    found: dict[UUID, Absence] = {}
    for each in sorted(absences, key=lambda absence: (absence.starts, absence.id)):
        found[each.person_id] = each
    return found


def local_day(day: date) -> tuple[datetime, datetime]:
    """The day on the town hall's clock, from its midnight to the next: 23 to 25 hours."""
    return (
        datetime.combine(day, time(), LOCAL),
        datetime.combine(day + timedelta(days=1), time(), LOCAL),
    )


def absent_at(session: Session, now: datetime) -> Sequence[Absence]:
    """All absences of the house at this moment."""
    return session.scalars(select(Absence).where(Absence.starts <= now, Absence.ends > now)).all()


def substitutes_at(
    session: Session, now: datetime, named: Collection[UUID] = ()
) -> dict[UUID, UUID | None]:
    """Who stands in for everybody who is not there at this moment, as ``acting_substitute`` asks.

    Who has left is not there either, and nobody stands in for them but who did in an absence of theirs. ``named``:
    whom else somebody counts on, beside the substitutes of absences.
    """
    found = {person: row.substitute_id for person, row in ruling(absent_at(session, now)).items()}
    counted_on = {each for each in found.values() if each is not None} | set(named)
    left = select(Person.id).where(Person.id.in_(counted_on), Person.valid_to <= local_date(now))
    return {**dict.fromkeys(session.scalars(left).all()), **found}


def standing_in_at(session: Session, person: UUID, now: datetime) -> frozenset[UUID]:
    """The absent people for whom this person stands in at this very moment, also along a chain: who may act, where
    ``stand_in_for`` says who sees the work of a day.
    """
    substitutes = substitutes_at(session, now)
    found: set[UUID] = set()
    frontier = {person}
    while frontier:
        following = {absent for absent, each in substitutes.items() if each in frontier}
        frontier = following - found - {person}
        found |= frontier
    return frozenset(found)


def stand_in_for(session: Session, person: UUID, day: date) -> frozenset[UUID]:
    """The absent people whose work goes to this person on a day, also along a chain (whose middle ones are absent).

    Absent for an hour counts for the day: nothing is taken away from the absent person, the substitute sees more.
    """
    begins, ends = local_day(day)
    found: set[UUID] = set()
    frontier = {person}
    while frontier:
        following = session.scalars(
            select(Absence.person_id).where(
                Absence.substitute_id.in_(frontier), Absence.starts < ends, Absence.ends > begins
            )
        )
        frontier = set(following) - found - {person}
        found |= frontier
    return frozenset(found)
