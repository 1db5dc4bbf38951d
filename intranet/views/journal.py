"""What the journal tells of some objects, sealed entries and pending ones, with the names of the people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from storage.journal.tables import JournalEntry, JournalPending
from storage.organisation.queries import names

LIMIT = 100


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry. ``who`` is empty for what the house did by itself."""

    at: datetime
    verb: str
    object_id: str
    who: str


def deeds(session: Session, objects: Collection[str], verbs: Collection[str]) -> Sequence[Deed]:
    """The latest first. The caller has made sure that the person may see the objects."""
    both = union_all(
        *(
            select(table.at, table.actor, table.verb, table.object_id).where(
                table.object_id.in_(objects), table.verb.in_(verbs)
            )
            for table in (JournalEntry, JournalPending)
        )
    ).subquery()
    rows = session.execute(select(both).order_by(both.c.at.desc()).limit(LIMIT)).all()
    people = {row.actor: UUID(row.actor[7:]) for row in rows if row.actor.startswith("person:")}
    known = names(session, people.values())
    return [
        Deed(
            row.at,
            row.verb,
            row.object_id,
            known.get(people[row.actor], "") if row.actor in people else "",
        )
        for row in rows
    ]
