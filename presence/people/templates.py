"""The steps of coming and going as dated data: what the house entered, else what is delivered."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from presence.people.steps import KINDS, Kind, Step, read, stored
from presence.people.tables import LaufzettelTemplate
from storage.actors import Actor
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.organisation.queries import valid_on
from storage.rights import Verb, require


@lru_cache(maxsize=1)
def _delivered() -> dict[str, Any]:
    file = resources.files("config") / "seed" / "laufzettel.yaml"
    loaded: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return loaded


def delivered(kind: Kind) -> list[Step]:
    """The steps that come with the product."""
    return read(_delivered()[kind])


def steps_on(session: Session, kind: Kind, day: date) -> list[Step]:
    """The steps that count for a Laufzettel opened that day."""
    row = session.scalars(
        select(LaufzettelTemplate).where(
            LaufzettelTemplate.kind == kind, valid_on(LaufzettelTemplate, day)
        )
    ).first()
    return read(row.steps) if row else delivered(kind)


def set_steps(
    session: Session,
    actor: Actor,
    kind: Kind,
    steps: Iterable[Step],
    valid_from: date,
    *,
    now: datetime,
) -> None:
    """Other steps from a day on; those planned for that day or later are replaced. Open Laufzettel stay as they are."""
    require(actor, Verb.LAUFZETTEL_TEMPLATE)
    if valid_from < local_date(now):
        raise ConflictError("Schritte können ab heute geändert werden, nicht im Nachhinein.")
    told = stored(read(stored(steps)))
    rows = session.scalars(
        select(LaufzettelTemplate).where(LaufzettelTemplate.kind == kind).with_for_update()
    ).all()
    for row in rows:
        if row.valid_from >= valid_from:
            session.delete(row)
        elif row.valid_to is None or row.valid_to > valid_from:
            row.valid_to = valid_from
    session.flush()
    template = LaufzettelTemplate(kind=kind, steps=told, valid_from=valid_from, valid_to=None)
    try:
        with session.begin_nested():
            session.add(template)
    except IntegrityError:
        raise ConflictError(
            "Jemand anders hat gerade Schritte für diesen Tag eingetragen. Bitte sehen Sie sie sich noch einmal an."
        ) from None
    record(
        session,
        actor=actor.journal_id,
        verb="laufzettel.template",
        object_kind="laufzettel",
        object_id=template.id,
        details={"kind": KINDS[kind], "day": valid_from},
        at=now,
    )
