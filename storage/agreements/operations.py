"""Entering, confirming and ending Dienstvereinbarungen: always both sides, so that neither switches on alone."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Role, Staff
from storage.agreements.subjects import SUBJECTS
from storage.agreements.tables import Agreement
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.rights import NotAllowedError, Verb, require
from storage.upsert import insert_into

LONGEST_TITLE = 300
LONGEST_NUMBER = 100


def record_agreement(
    session: Session,
    actor: Staff,
    *,
    key: str,
    title: str,
    file_number: str,
    signed_on: date,
    valid_from: date,
    valid_to: date | None = None,
    now: datetime,
) -> Agreement:
    """Enter a signed agreement. It counts once the other side has confirmed it.

    The Personalrat or the Systemverwaltung enters; entering the same key and file number again finds the one that is
    there. Raises ``ConflictError`` where a field is missing or the days don't fit.
    """
    require(actor, Verb.AGREEMENT_RECORD)
    title, file_number = title.strip(), file_number.strip()
    _check(key, title, file_number, signed_on, valid_from, valid_to, local_date(now))
    made = session.scalars(
        insert_into(session, Agreement)
        .values(
            id=new_id(),
            key=key,
            title=title,
            file_number=file_number,
            signed_on=signed_on,
            valid_from=valid_from,
            valid_to=valid_to,
            recorded_by=actor.person,
            recorded_at=now,
            by_council=actor.has(Role.COUNCIL),
            revision=1,
        )
        .on_conflict_do_nothing()
        .returning(Agreement)
    ).one_or_none()
    if made is None:
        return session.scalars(
            select(Agreement).where(Agreement.key == key, Agreement.file_number == file_number)
        ).one()
    _note(session, actor, "agreement.record", made, now)
    return made


def confirm_agreement(session: Session, actor: Staff, agreement: UUID, *, now: datetime) -> None:
    """The other side says that it is so: from now on the agreement counts. Confirming twice changes nothing.

    Raises ``NotAllowedError`` for the person and for the side that entered it.
    """
    require(actor, Verb.AGREEMENT_RECORD)
    row = _load(session, agreement)
    if row.confirmed_at is not None:
        return
    side = Role.ADMIN if row.by_council else Role.COUNCIL
    if actor.person == row.recorded_by or not actor.has(side):
        other = "die Systemverwaltung" if row.by_council else "der Personalrat"
        raise NotAllowedError(f"Diese Dienstvereinbarung bestätigt {other}.")
    row.confirmed_by, row.confirmed_at = actor.person, now
    row.revision += 1
    _note(session, actor, "agreement.confirm", row, now)


def end_agreement(
    session: Session, actor: Staff, agreement: UUID, *, last_day: date, now: datetime
) -> None:
    """Let it end after ``last_day``; each side may do that alone. What it had allowed is off from the next day on.

    The past stays as it was: the earliest last day is yesterday, which ends the agreement at once.
    """
    require(actor, Verb.AGREEMENT_RECORD)
    row = _load(session, agreement)
    first_without = date.fromordinal(last_day.toordinal() + 1)
    if first_without < local_date(now):
        raise ConflictError("Bitte geben Sie als letzten Tag frühestens gestern an.")
    if row.valid_to is not None and row.valid_to <= first_without:
        return
    row.valid_to = first_without
    row.revision += 1
    _note(session, actor, "agreement.end", row, now)


def _check(
    key: str,
    title: str,
    file_number: str,
    signed_on: date,
    valid_from: date,
    valid_to: date | None,
    today: date,
) -> None:
    if key not in SUBJECTS:
        raise ConflictError("Bitte wählen Sie, was die Dienstvereinbarung erlaubt.")
    if not title or len(title) > LONGEST_TITLE:
        raise ConflictError(
            f"Bitte geben Sie einen Titel mit höchstens {LONGEST_TITLE} Zeichen an."
        )
    if not file_number or len(file_number) > LONGEST_NUMBER:
        raise ConflictError("Bitte geben Sie das Aktenzeichen der Dienstvereinbarung an.")
    if signed_on > today:
        raise ConflictError(
            "Eine Dienstvereinbarung wird erst eingetragen, wenn sie geschlossen ist."
        )
    if valid_from < signed_on:
        raise ConflictError(
            "Die Dienstvereinbarung kann nicht vor dem Tag gelten, an dem sie geschlossen wurde."
        )
    if valid_to is not None and valid_to <= valid_from:
        raise ConflictError("Das Ende liegt vor dem Beginn. Bitte prüfen Sie die Tage.")


def _load(session: Session, agreement: UUID) -> Agreement:
    row = session.scalars(
        select(Agreement).where(Agreement.id == agreement).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row


def _note(session: Session, actor: Staff, verb: str, row: Agreement, now: datetime) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="agreement",
        object_id=row.id,
        details={"key": row.key, "valid_from": row.valid_from, "valid_to": row.valid_to},
        at=now,
    )
