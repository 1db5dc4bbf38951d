"""The offices as an administrator sees them: today's and tomorrow's, what is planned, and who took over from whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from intranet import words
from storage.actors import Staff
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership, Office, OfficeName
from storage.rights import Verb, require


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """``plans``: what will change or has been, in German; ``lasting``: not closed, nor is it planned."""

    id: UUID
    revision: int
    number: str
    name: str
    short: str
    key: str
    people: int
    plans: Sequence[str]
    begun: bool
    lasting: bool


def load(session: Session, staff: Staff, day: date) -> list[OfficeLine]:
    """Every office that is or will be, then those that are closed. Raises ``NotAllowedError``."""
    require(staff, Verb.PEOPLE_CHANGE)
    rows = session.scalars(
        select(Office).order_by(
            or_(Office.valid_to.is_(None), Office.valid_to > day).desc(), Office.number, Office.id
        )
    ).all()
    names = {row.id: row.name for row in rows}
    counted = session.execute(
        select(Membership.office_id, func.count(Membership.person_id.distinct()))
        .where(valid_on(Membership, day))
        .group_by(Membership.office_id)
    )
    people = {row[0]: row[1] for row in counted}
    coming = session.scalars(select(OfficeName).where(OfficeName.valid_from > day)).all()
    renamed = {row.office_id: row for row in coming}
    return [
        OfficeLine(
            row.id, row.revision, row.number, row.name, row.short, row.key, people.get(row.id, 0),
            _plans(row, renamed.get(row.id), names, day),
            row.valid_from <= day, row.valid_to is None,
        )
        for row in rows
    ]  # fmt: skip


def _plans(
    office: Office, renamed: OfficeName | None, names: dict[UUID, str], day: date
) -> list[str]:
    found = []
    if office.valid_from > day:
        found.append(f"öffnet am {words.day(office.valid_from)}")
    if renamed is not None:
        found.append(f"heißt ab {words.day(renamed.valid_from)} „{renamed.name}“")
    if office.valid_to is not None:
        verb = "geschlossen seit" if office.valid_to <= day else "schließt am"
        heir = names.get(office.successor_id) if office.successor_id else None
        follows = f", Nachfolge: {heir}" if heir else ", ohne Nachfolge"
        found.append(f"{verb} {words.day(office.valid_to)}{follows}")
    return found
