"""The register of Dienstvereinbarungen as a page shows it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intranet import words
from storage.actors import Staff
from storage.agreements.queries import agreements
from storage.agreements.sides import Side, side_of
from storage.agreements.subjects import SUBJECTS
from storage.agreements.tables import Agreement
from storage.clock import local_date


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """``state``: gilt, wartet auf …, gilt ab …, beendet. ``mine``: the visitor's side has to confirm it."""

    id: UUID
    subject: str
    title: str
    file_number: str
    span: str
    state: str
    in_force: bool
    mine: bool
    ended: bool


def load(session: Session, staff: Staff, now: datetime) -> list[AgreementLine]:
    today = local_date(now)
    side = side_of(session, staff, today)
    return [_line(row, staff, side, today) for row in agreements(session)]


def _line(row: Agreement, staff: Staff, side: Side | None, today: date) -> AgreementLine:
    last = words.day(row.valid_to - timedelta(days=1)) if row.valid_to else None
    ended = row.valid_to is not None and row.valid_to <= today
    other = Side.HOUSE if row.by_council else Side.COUNCIL
    state = "gilt"
    if ended:
        state = "beendet"
    elif row.confirmed_at is None:
        state = f"wartet auf {'die Systemverwaltung' if row.by_council else 'den Personalrat'}"
    elif row.valid_from > today:
        state = f"gilt ab {words.day(row.valid_from)}"
    return AgreementLine(
        row.id,
        SUBJECTS[row.key].title if row.key in SUBJECTS else row.key,
        row.title,
        row.file_number,
        f"{words.day(row.valid_from)} bis {last or 'auf Weiteres'}",
        state,
        state == "gilt",
        row.confirmed_at is None
        and not ended
        and side is other
        and staff.person != row.recorded_by,
        ended,
    )
