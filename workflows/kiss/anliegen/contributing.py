"""Several offices work on one Anliegen: others are asked for their part, one stays responsible."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES, ProtectionClass, Staff
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.tasks.list import finish_task, open_task
from workflows.kiss.anliegen.conversation import find_holder, said
from workflows.kiss.anliegen.groups import load_group
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.progress import journal, link, move, reference, take_turn
from workflows.kiss.anliegen.reach import OBJECT_KIND, PART
from workflows.kiss.anliegen.sight import is_asked, load_anliegen, load_for_work
from workflows.kiss.anliegen.states import Deed, State
from workflows.kiss.anliegen.tables import Anliegen, Contribution


def ask_group(
    session: Session,
    actor: Staff,
    anliegen: UUID,
    revision: int,
    group: UUID,
    question: str,
    *,
    waits: bool = True,
    now: datetime,
) -> Contribution:
    """Ask another group for its part; from now on it and its office see the Anliegen. ``waits``: nothing goes on without it."""
    row = load_for_work(session, actor, anliegen)
    if ProtectionClass(row.protection) not in SHARED_CLASSES:
        raise ConflictError(
            "Dieses Anliegen ist geschützt und darf keiner anderen Stelle gezeigt werden. Bitte fragen Sie ohne Angaben zur Person."
        )
    asked = load_group(session, group, local_date(now))
    if asked.id == row.group_id:
        raise ConflictError("Diese Gruppe bearbeitet das Anliegen schon.")
    take_turn(session, row, revision)
    found = Contribution(
        id=new_id(), revision=1, anliegen_id=row.id, group_id=asked.id, office_id=asked.office_id,
        question=said(question), asked_by=actor.person, asked_at=now,
    )  # fmt: skip
    session.add(found)
    session.flush()
    if waits:
        move(session, row, Deed.ASK_OFFICE, now)
    open_task(
        session, key=_key(found.id), kind="kiss.contribute",
        title=f"Um einen Beitrag gebeten: Anliegen {reference(row)}", link=link(row.id),
        object_kind=OBJECT_KIND, object_id=row.id, office=asked.office_id, due_at=row.due_at, now=now,
    )  # fmt: skip
    journal(session, actor, "ask_group", row, now, group=asked.id)
    return found


def contribute(
    session: Session, actor: Staff, contribution: UUID, revision: int, text: str, *, now: datetime
) -> None:
    """Give one's part; when all asked have, work goes on where it waited for them."""
    found = session.get(Contribution, contribution)
    if found is None:
        raise NotFoundError("Diese Bitte gibt es nicht mehr.")
    hold_family(session, found.anliegen_id)
    row = load_anliegen(session, actor, found.anliegen_id)
    session.refresh(found)
    if not is_asked(session, actor, found):
        raise NotFoundError("Um diesen Beitrag wurde eine andere Stelle gebeten.")
    if found.answered_at is not None or found.revision != revision:
        raise ConflictError("Jemand anders von Ihrer Stelle hat schon geantwortet.")
    found.answer, found.answered_by, found.answered_at = said(text), actor.person, now
    found.revision += 1
    finish_task(session, _key(found.id), now)
    session.flush()
    row.changed_at = now
    row.revision += 1
    if State(row.state) is State.WAITS_OFFICE and not _open(session, row):
        find_holder(session, row, now)
        move(session, row, Deed.HEAR, now)
    journal(session, actor, "contribute", row, now)


def end_asking(session: Session, row: Anliegen, now: datetime) -> None:
    """What is closed needs no contribution any more."""
    for each in _open(session, row):
        finish_task(session, _key(each), now)


def _open(session: Session, row: Anliegen) -> list[UUID]:
    return list(
        session.scalars(
            select(Contribution.id).where(
                Contribution.anliegen_id == row.id, Contribution.answered_at.is_(None)
            )
        )
    )


def _key(contribution: UUID) -> str:
    return f"{PART}{contribution.hex}"
