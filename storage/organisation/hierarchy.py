"""Which office is above which on a day.

An office keeps the parent it was given, also one that was closed since: from that day on it hangs below who carries on.
So the chart of every day stays as it was, and what is planned for a later day shows from that day on.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.organisation.queries import office_in_charge, successions
from storage.organisation.tables import Office


def parents_on(session: Session, day: date) -> dict[UUID, UUID | None]:
    """The office above each one on that day, ``None`` where it stands for itself."""
    given = {row.id: row.parent_id for row in session.execute(select(Office.id, Office.parent_id))}
    passed_on = successions(session, day)
    return {office: parent_of(office, given, passed_on) for office in given}


def parent_of(
    office: UUID, given: Mapping[UUID, UUID | None], passed_on: Mapping[UUID, UUID]
) -> UUID | None:
    """Who carries on for the parent it was given; where it carries on itself, what was above that one. Pure."""
    seen = {office}
    above = given.get(office)
    while above is not None and above not in seen:
        seen.add(above)
        heir = passed_on.get(above, above)
        if heir != office:
            return heir
        above = given.get(above)
    return None


def line_above(session: Session, office: UUID, day: date) -> list[UUID]:
    """The office, or who carries on for it, and those above it, each once even where parents go in a circle."""
    parents = parents_on(session, day)
    line: list[UUID] = []
    following: UUID | None = office_in_charge(session, office, day)
    while following is not None and following not in line:
        line.append(following)
        following = parents.get(following)
    return line
