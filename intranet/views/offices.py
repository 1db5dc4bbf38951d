"""The offices as pages choose between them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import ProtectionClass, Scope, Staff
from storage.organisation.queries import offices
from storage.organisation.tables import Office
from storage.rights import Verb, may


@dataclass(frozen=True, slots=True)
class OfficeChoice:
    """An office in a list; ``mine`` where the person works there."""

    id: UUID
    name: str
    short: str
    mine: bool


def all_offices(session: Session, staff: Staff, day: date) -> list[OfficeChoice]:
    """Every office of the day, one's own first."""
    rows = [
        OfficeChoice(row.id, row.name, row.short, staff.works_in(row.id))
        for row in offices(session, day)
    ]
    return sorted(rows, key=lambda office: not office.mine)


def office_name(session: Session, office: UUID) -> str:
    """The office's name, also where it no longer exists."""
    found = session.get(Office, office)
    return found.name if found else "ein früheres Amt"


def inboxes(session: Session, staff: Staff, day: date) -> list[OfficeChoice]:
    """The offices into whose inbox this person may put post, one's own first."""
    return [
        office
        for office in all_offices(session, staff, day)
        if may(staff, Verb.DOCUMENT_RECEIVE, Scope(office.id, ProtectionClass.UNFILED))
    ]
