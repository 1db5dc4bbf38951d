"""Setting up screens, changing them, and taking them off. The token is given out once and never stored."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.monitor.subjects import Kind, Mode, Subject, Theme, subject_of, subjects
from presence.monitor.tables import MonitorDevice
from presence.monitor.tokens import hash_of, new_token
from storage.actors import Actor
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.one_line import one_line
from storage.rights import Verb, require
from storage.upsert import insert_into

LONGEST = 80


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a screen is to be. ``valid_to`` is the first day on which it shows nothing any more."""

    name: str
    place: str
    kind: Kind
    subject: UUID
    mode: Mode
    theme: Theme = Theme.AUTO
    valid_to: date | None = None


def create_monitor(
    session: Session, actor: Actor, wanted: Wanted, *, now: datetime, device: UUID | None = None
) -> tuple[MonitorDevice, str | None]:
    """Set up a screen; with it comes its token, to be shown once.

    Set up already under the id ``device``, it is found as it is, and without a token. Raises ``ConflictError`` in
    German, ``NotAllowedError`` for whoever neither administers nor leads the office.
    """
    today = local_date(now)
    subject = _subject(session, wanted, today)
    require(actor, Verb.MONITOR_CHANGE, subject.scope)
    name, place = _named(wanted.name, wanted.place)
    _later(wanted.valid_to, today)
    token = new_token()
    made = session.scalars(
        insert_into(session, MonitorDevice)
        .values(
            id=device or new_id(),
            name=name,
            place=place,
            kind=wanted.kind.value,
            subject_id=wanted.subject,
            mode=wanted.mode.value,
            theme=wanted.theme.value,
            token_hash=hash_of(token),
            created_at=now,
            valid_to=wanted.valid_to,
            revision=1,
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(MonitorDevice)
    ).one_or_none()
    if made is None:
        return session.get_one(MonitorDevice, device), None
    _note(session, actor, "monitor.create", made, now)
    return made, token


def change_monitor(
    session: Session,
    actor: Actor,
    device: UUID,
    revision: int,
    *,
    name: str,
    place: str,
    theme: Theme,
    valid_to: date | None,
    now: datetime,
) -> None:
    """Rename or move it. What it shows and to whom stays: that is a new screen with a new token."""
    row = _load(session, actor, device)
    if row.revision != revision:
        raise ConflictError(
            "Der Monitor wurde inzwischen geändert. Bitte sehen Sie ihn noch einmal an."
        )
    if row.revoked_at is not None:
        raise ConflictError("Dieser Monitor ist abgemeldet. Bitte richten Sie ihn neu ein.")
    if valid_to != row.valid_to:
        _later(valid_to, local_date(now))
    row.name, row.place = _named(name, place)
    row.theme, row.valid_to = theme.value, valid_to
    row.revision += 1
    _note(session, actor, "monitor.change", row, now)


def rotate_monitor(session: Session, actor: Actor, device: UUID, *, now: datetime) -> str:
    """A new token. The old one is worth nothing from this moment, and whoever shows it is cut off."""
    row = _load(session, actor, device)
    if row.revoked_at is not None:
        raise ConflictError("Dieser Monitor ist abgemeldet. Bitte richten Sie ihn neu ein.")
    token = new_token()
    row.token_hash = hash_of(token)
    row.revision += 1
    _note(session, actor, "monitor.rotate", row, now)
    return token


def revoke_monitor(session: Session, actor: Actor, device: UUID, *, now: datetime) -> None:
    """Take it off for good. Twice is once."""
    row = _load(session, actor, device)
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    row.revision += 1
    _note(session, actor, "monitor.revoke", row, now)


def _subject(session: Session, wanted: Wanted, day: date) -> Subject:
    for each in subjects(session, day):
        if each.kind is wanted.kind and each.id == wanted.subject:
            return each
    raise NotFoundError("Was der Monitor zeigen soll, gibt es nicht (mehr).")


def _load(session: Session, actor: Actor, device: UUID) -> MonitorDevice:
    """The screen, locked, for whoever is responsible for what it shows."""
    row = session.get(MonitorDevice, device, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diesen Monitor gibt es nicht.")
    subject = subject_of(session, Kind(row.kind), row.subject_id)
    require(actor, Verb.MONITOR_CHANGE, subject.scope if subject else None)
    return row


def _named(name: str, place: str) -> tuple[str, str]:
    name, place = one_line(name), one_line(place)
    if not name or not place:
        raise ConflictError("Bitte geben Sie an, wie der Monitor heißt und wo er hängt.")
    if max(len(name), len(place)) > LONGEST:
        raise ConflictError(f"Name und Standort dürfen höchstens {LONGEST} Zeichen lang sein.")
    return name, place


def _later(valid_to: date | None, today: date) -> None:
    if valid_to is not None and valid_to <= today:
        raise ConflictError("Der letzte Tag liegt in der Vergangenheit. Bitte prüfen Sie ihn.")


def _note(session: Session, actor: Actor, verb: str, row: MonitorDevice, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="monitor",
        object_id=row.id,
        details={"kind": row.kind, "subject": row.subject_id, "mode": row.mode},
        at=now,
    )
