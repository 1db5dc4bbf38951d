"""Entering, confirming and ending Dienstvereinbarungen: always both sides, so that neither switches on alone.

Administrators can give roles, so a role alone must not make one of them the staff council: see ``sides.side_of``.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.agreements.sides import Side, side_of
from storage.agreements.subjects import offered
from storage.agreements.tables import Agreement
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.one_line import one_line
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

    The Personalrat or the Systemverwaltung enters; the same one sent twice by the same person is one. Raises
    ``ConflictError`` where a field is missing, the days don't fit, or the file number is taken.
    """
    require(actor, Verb.AGREEMENT_RECORD)
    side = side_of(session, actor, local_date(now))
    if side is None:
        raise NotAllowedError(
            "Wer im letzten Jahr die Systemverwaltung hatte, trägt nicht für den Personalrat ein."
        )
    title, file_number = one_line(title), one_line(file_number)
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
            by_council=side is Side.COUNCIL,
            revision=1,
        )
        .on_conflict_do_nothing()
        .returning(Agreement)
    ).one_or_none()
    if made is None:
        there = session.scalars(
            select(Agreement).where(Agreement.key == key, Agreement.file_number == file_number)
        ).one()
        wanted = (actor.person, title, signed_on, valid_from, valid_to, None)
        if wanted != (
            there.recorded_by,
            there.title,
            there.signed_on,
            there.valid_from,
            there.valid_to,
            there.confirmed_at,
        ):
            raise ConflictError(_taken(there, local_date(now)))
        return there
    _note(session, actor, "agreement.record", made, now)
    return made


def confirm_agreement(session: Session, actor: Staff, agreement: UUID, *, now: datetime) -> None:
    """The other side says that it is so: from now on the agreement counts. Confirming twice changes nothing.

    Raises ``NotAllowedError`` for the person and for the side that entered it, and for whoever can't speak for the
    council because they administer the house, or did so within the last year.
    """
    require(actor, Verb.AGREEMENT_RECORD)
    row = _load(session, agreement)
    if row.confirmed_at is not None:
        return
    if actor.person == row.recorded_by:
        raise NotAllowedError(
            "Sie haben diese Dienstvereinbarung eingetragen. Bestätigen muss sie jemand anderes."
        )
    other = Side.HOUSE if row.by_council else Side.COUNCIL
    if side_of(session, actor, local_date(now)) is not other:
        raise NotAllowedError(
            f"Diese Dienstvereinbarung bestätigt {other.value}. Wer die Systemverwaltung hat oder im letzten Jahr "
            "hatte, bestätigt nicht für den Personalrat."
        )
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
    if key not in offered():
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


def _taken(there: Agreement, today: date) -> str:
    """Why nothing was entered: what stands there under this file number, and how one goes on."""
    last = there.valid_to - timedelta(days=1) if there.valid_to else None
    if there.valid_to is not None and there.valid_to <= today:
        state = f"beendet am {last:%d.%m.%Y}"
    elif there.confirmed_at is None:
        state = "noch nicht bestätigt"
    else:
        state = f"gilt ab {there.valid_from:%d.%m.%Y}" + (f" bis {last:%d.%m.%Y}" if last else "")
    return (
        f"Unter dem Aktenzeichen „{there.file_number}“ steht schon „{there.title}“ ({state}). Nichts wurde geändert. "
        "Eine neue Dienstvereinbarung braucht ein eigenes Aktenzeichen."
    )


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
