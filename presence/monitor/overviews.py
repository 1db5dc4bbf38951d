"""Boards for a visitor of the intranet: the same offices, floors and groups as on walls, as far as they may see them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.availability.current import CurrentStore
from presence.availability.queries import (
    BOARDS,
    BoardLine,
    NotAgreedError,
    lines_of,
    may_see_office,
    offices_to_see,
)
from presence.monitor.audience import audience
from presence.monitor.subjects import Kind, Subject, subjects
from presence.people.queries import groups_of
from storage.actors import Staff
from storage.agreements.queries import in_force
from storage.clock import local_date
from storage.rights import NotAllowedError


def subjects_to_see(session: Session, actor: Staff, day: date) -> list[Subject]:
    """Offices whose availability this person may see, all floors and all groups; of each kind one's own come first."""
    own = {group for group, _ in groups_of(session, actor.person, day)}
    everything = subjects(session, day)
    offices = [each.id for each in everything if each.kind is Kind.OFFICE]
    seen = offices_to_see(session, actor, offices)
    found = [each for each in everything if each.kind is not Kind.OFFICE or each.id in seen]
    return sorted(found, key=lambda each: not (actor.works_in(each.id) or each.id in own))


def overview(
    session: Session, store: CurrentStore, actor: Staff, kind: Kind, subject: UUID, now: datetime
) -> list[BoardLine]:
    """Who is on the board, by name; of offices below, floors and groups those whose office the actor may see.

    Raises ``NotAgreedError`` while no Dienstvereinbarung allows boards, and ``NotAllowedError`` for an office that keeps
    its availability to its own people.
    """
    if not in_force(session, BOARDS, local_date(now)):
        raise NotAgreedError
    if kind is Kind.OFFICE and not may_see_office(session, actor, subject):
        raise NotAllowedError(
            "Dieses Amt zeigt seine Erreichbarkeit nur den eigenen Beschäftigten."
        )
    meant = audience(session, kind, subject, now)
    parts = meant.parts if meant else ()
    offices = offices_to_see(session, actor, [part.office for part in parts])
    seen = [part.people for part in parts if part.office in offices]
    return lines_of(session, store, frozenset().union(*seen), now)
