"""The list of places: taken over from a table, found, and ended one by one. The coordination keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.alphabet import place_of
from storage.clock import local_date, new_id
from storage.conflicts import NotFoundError
from storage.organisation.queries import valid_on
from storage.rights import Verb, require
from workflows.kiss.anliegen.tables import KnownPlace
from workflows.kiss.places.table import PlaceRow
from workflows.kiss.routing.responsibility import note

FEW = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """What a table changed."""

    created: int
    changed: int
    unchanged: int


def import_places(
    session: Session, actor: Actor, rows: Sequence[PlaceRow], *, now: datetime
) -> Taken:
    """Take a table over, by name: new places begin, known ones move, ended ones count again; others stay as they are."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    day = local_date(now)
    known = {
        row.name.casefold(): row for row in session.scalars(select(KnownPlace).with_for_update())
    }
    created = changed = 0
    for each in rows:
        row = known.get(each.name.casefold())
        if row is None:
            created += 1
            session.add(
                KnownPlace(
                    id=new_id(), name=each.name, district=each.district, latitude=each.latitude,
                    longitude=each.longitude, valid_from=day, valid_to=None,
                )
            )  # fmt: skip
            continue
        old = (row.name, row.district, row.latitude, row.longitude, row.valid_to)
        new = (each.name, each.district, each.latitude, each.longitude, None)
        if old != new:
            changed += 1
            row.name, row.district, row.latitude, row.longitude, row.valid_to = new
    session.flush()
    taken = Taken(created, changed, len(rows) - created - changed)
    if created or changed:
        note(session, actor, "places", "places", now)
    return taken


def end_place(session: Session, actor: Actor, place: UUID, *, now: datetime) -> None:
    """From today on it is offered no more. Twice is once."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = session.get(KnownPlace, place, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diesen Ort gibt es nicht.")
    if row.valid_to is None or row.valid_to > local_date(now):
        row.valid_to = local_date(now)
        note(session, actor, "place.end", row.id, now)


def find_places(
    session: Session, text: str, now: datetime, limit: int = FEW
) -> tuple[Sequence[KnownPlace], int]:
    """The first places of the day whose name or district holds the words, by name, and how many there are."""
    wanted = select(KnownPlace).where(valid_on(KnownPlace, local_date(now)))
    for word in text.split():
        wanted = wanted.where(
            (KnownPlace.name + " " + KnownPlace.district).icontains(word, autoescape=True)
        )
    rows = sorted(session.scalars(wanted), key=lambda row: place_of(row.name))
    return rows[:limit], len(rows)
