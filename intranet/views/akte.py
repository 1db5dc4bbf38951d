"""What happened to an Akte, from the journal's sealed and pending entries, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intranet.views.journal import deeds
from storage.actors import Staff
from workflows.eakte.akten_queries import vorgaenge

VERBS = {
    "akte.open": "Akte angelegt",
    "akte.close": "Akte geschlossen",
    "akte.reopen": "Akte wieder geöffnet",
    "akte.rename": "Akte umbenannt",
    "akte.hold": "Aussonderung gesperrt",
    "akte.release": "Sperre der Aussonderung aufgehoben",
    "vorgang.open": "Vorgang angelegt",
    "vorgang.close": "Vorgang geschlossen (z. d. A.)",
    "vorgang.reopen": "Vorgang wieder geöffnet",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a history."""

    at: datetime
    text: str
    who: str


def akte_history(session: Session, staff: Staff, akte: UUID) -> Sequence[Step]:
    """The latest steps of the Akte and its Vorgänge. Raises ``NotFoundError`` outside the person's sight."""
    titles = {str(row.id): row.title for row, _ in vorgaenge(session, staff, akte)}
    objects = [str(akte), *titles]
    return [
        Step(
            row.at,
            f"{VERBS[row.verb]} „{titles[row.object_id]}“"
            if row.object_id in titles
            else VERBS[row.verb],
            row.who,
        )
        for row in deeds(session, objects, VERBS)
    ]
