"""Screens: whose they are, and whether one may still show something."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from presence.monitor.subjects import Kind, Mode, Spec, Subject, Theme, subject_of, subjects
from presence.monitor.tables import MonitorDevice
from presence.monitor.tokens import LONGEST, hash_of
from storage.actors import Actor, Device
from storage.alphabet import place_of
from storage.rights import Verb, may


@dataclass(frozen=True, slots=True)
class Standing:
    """A screen as the fan-out knows it. ``ended`` says in German why it shows nothing any more."""

    device: Device
    token_hash: str
    spec: Spec
    theme: Theme
    ended: str | None


def by_token(session: Session, token: str | None, day: date) -> Standing | None:
    """The screen that shows this token; ``None`` for nobody."""
    if not token or len(token) > LONGEST:
        return None
    row = session.scalars(
        select(MonitorDevice).where(MonitorDevice.token_hash == hash_of(token))
    ).one_or_none()
    return _standing(row, day) if row else None


def standing(session: Session, devices: Collection[UUID], day: date) -> dict[UUID, Standing]:
    """How these screens stand now."""
    rows = session.scalars(select(MonitorDevice).where(MonitorDevice.id.in_(devices)))
    return {row.id: _standing(row, day) for row in rows}


def monitors(session: Session, actor: Actor) -> list[tuple[MonitorDevice, Subject | None]]:
    """The screens this person is responsible for, by name; those that were taken off come last."""
    found = []
    for row in session.scalars(select(MonitorDevice)):
        subject = subject_of(session, Kind(row.kind), row.subject_id)
        if may(actor, Verb.MONITOR_CHANGE, subject.scope if subject else None):
            found.append((row, subject))
    return sorted(found, key=lambda each: (each[0].revoked_at is not None, place_of(each[0].name)))


def subjects_for(session: Session, actor: Actor, day: date) -> list[Subject]:
    """What this person may set up screens for."""
    return [each for each in subjects(session, day) if may(actor, Verb.MONITOR_CHANGE, each.scope)]


def note_seen(session: Session, devices: Collection[UUID], now: datetime) -> None:
    """These screens are connected: replaces when they last were, to the minute."""
    session.execute(
        update(MonitorDevice)
        .where(MonitorDevice.id.in_(devices))
        .values(seen_at=now.replace(second=0, microsecond=0))
    )


def _standing(row: MonitorDevice, day: date) -> Standing:
    ended = None
    if row.revoked_at is not None:
        ended = "Dieser Monitor wurde abgemeldet."
    elif row.valid_to is not None and row.valid_to <= day:
        ended = "Die Zeit, für die dieser Monitor eingerichtet war, ist vorbei."
    spec = Spec(Kind(row.kind), row.subject_id, Mode(row.mode))
    return Standing(Device(row.id), row.token_hash, spec, Theme(row.theme), ended)
