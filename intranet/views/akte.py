"""What happened to an Akte, from the journal's sealed and pending entries, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.journal.tables import JournalEntry, JournalPending
from storage.organisation.queries import names
from workflows.eakte.akten_queries import vorgaenge

VERBS = {
    "akte.open": "Akte angelegt",
    "akte.close": "Akte geschlossen",
    "akte.reopen": "Akte wieder geöffnet",
    "akte.rename": "Akte umbenannt",
    "vorgang.open": "Vorgang angelegt",
    "vorgang.close": "Vorgang geschlossen (z. d. A.)",
    "vorgang.reopen": "Vorgang wieder geöffnet",
}
LIMIT = 100


@dataclass(frozen=True, slots=True)
class AkteStep:
    """One line of the Akte's history."""

    at: datetime
    text: str
    who: str


def akte_history(session: Session, staff: Staff, akte: UUID) -> Sequence[AkteStep]:
    """The latest steps of the Akte and its Vorgänge. Raises ``NotFoundError`` outside the person's sight."""
    titles = {str(row.id): row.title for row, _ in vorgaenge(session, staff, akte)}
    objects = [str(akte), *titles]
    both = union_all(
        *(
            select(table.at, table.actor, table.verb, table.object_id).where(
                table.object_id.in_(objects), table.verb.in_(VERBS)
            )
            for table in (JournalEntry, JournalPending)
        )
    ).subquery()
    rows = session.execute(select(both).order_by(both.c.at.desc()).limit(LIMIT)).all()
    people = {row.actor: UUID(row.actor[7:]) for row in rows if row.actor.startswith("person:")}
    known = names(session, people.values())
    return [
        AkteStep(
            row.at,
            f"{VERBS[row.verb]} „{titles[row.object_id]}“"
            if row.object_id in titles
            else VERBS[row.verb],
            known.get(people.get(row.actor, akte), ""),
        )
        for row in rows
    ]
