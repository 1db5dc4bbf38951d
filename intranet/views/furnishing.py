"""What "Gebäude und Räume" shows: what the person may change there, and what stands in the way of a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intranet import words
from presence.spaces.altering import InTheWay
from presence.spaces.closures import Closure
from presence.spaces.fees import Price, in_words
from presence.spaces.notices import when
from presence.spaces.queries import load_space, prices_of, terms_of
from presence.spaces.states import PARTY_NAMES
from presence.spaces.tables import Space
from storage.actors import ProtectionClass, Scope, Staff
from storage.conflicts import NotFoundError
from storage.organisation.tables import Office
from storage.rights import Verb, may


@dataclass(frozen=True, slots=True)
class SpaceSheet:
    """A space with what belongs to it. ``offices``: those the person may give it to."""

    space: Space
    closures: Sequence[Closure]
    prices: Sequence[Price]
    offices: dict[UUID, str]


def may_change(staff: Staff, office: UUID) -> bool:
    """Whether the person may change spaces that this office looks after."""
    return may(staff, Verb.SPACE_CHANGE, Scope(office, ProtectionClass.INTERNAL))


def spaces_to_change(session: Session, staff: Staff, floor: UUID, today: date) -> list[Space]:
    """Desks and rooms of a floor that the person may change, by name; what has ended comes last."""
    rows = session.scalars(select(Space).where(Space.floor_id == floor).order_by(Space.name))
    found = [row for row in rows if may_change(staff, row.office_id)]
    return sorted(found, key=lambda row: row.valid_to is not None and row.valid_to <= today)


def sheet_of(session: Session, staff: Staff, space: UUID, today: date) -> SpaceSheet:
    """Raises ``NotFoundError``, also for what the person may not change."""
    row = load_space(session, space)
    if not may_change(staff, row.office_id):
        raise NotFoundError
    offices = {
        each.id: each.name
        for each in session.scalars(select(Office).order_by(Office.name))
        if may_change(staff, each.id) and (each.valid_to is None or each.valid_to > today)
    }
    offices.setdefault(row.office_id, session.get_one(Office, row.office_id).name)
    coming = [each for each in terms_of(row).closures if each.last >= today]
    prices = sorted(prices_of(session, space), key=lambda each: (each.party, each.valid_from))
    return SpaceSheet(row, coming, prices, offices)


def standing(row: Space, today: date) -> str:
    """In a word or two: usable, out of order, ended."""
    if row.valid_to is not None:
        return "beendet" if row.valid_to <= today else f"endet am {words.day(row.valid_to)}"
    shut = next((each for each in terms_of(row).closures if each.first <= today <= each.last), None)
    return "gesperrt" if shut else "buchbar"


def price_row(price: Price) -> tuple[str, str, str, str, str]:
    return (
        PARTY_NAMES[price.party],
        words.day(price.valid_from),
        in_words(price.per_hour),
        in_words(price.per_day),
        price.source,
    )


def in_the_way(bookings: Sequence[InTheWay], *, named: bool) -> list[tuple[str, str]]:
    """Bookings that no longer fit, in words; desks without what they were for."""
    return [(when(row.starts, row.ends), row.title if named else "Platz") for row in bookings]
