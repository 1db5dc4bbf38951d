"""What the e-Akte keeps for an office: it can't be closed without a successor while there is any of it."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.actors import System
from storage.organisation.queries import valid_on
from workflows.eakte.queries import INBOX_STATES
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import Akte, Document, PlanEntry

HOUSE = System("office")


def belongings(session: Session, office: UUID, day: date) -> list[str]:
    """German lines with numbers only, whatever the classes: nobody's post may be left lying."""
    inbox = session.scalar(
        select(func.count()).where(
            in_sight(session, HOUSE),
            Document.office_id == office,
            Document.state.in_(INBOX_STATES),
        )
    )
    akten = session.scalar(
        select(func.count()).where(in_sight(session, HOUSE, Akte), Akte.office_id == office)
    )
    entries = session.scalar(
        select(func.count()).where(PlanEntry.office_id == office, valid_on(PlanEntry, day))
    )
    return [
        f"{number} {one if number == 1 else many}"
        for number, one, many in (
            (inbox, "Dokument im Posteingang", "Dokumente im Posteingang"),
            (akten, "Akte", "Akten"),
            (entries, "Eintrag im Aktenplan", "Einträge im Aktenplan"),
        )
        if number
    ]
