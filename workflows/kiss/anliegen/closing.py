"""The end of an Anliegen, and what citizens say to it: done, not done after all, how content they are."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import Actor, Citizen, Staff
from storage.blobs.store import BlobStore
from storage.conflicts import ConflictError
from workflows.kiss.anliegen.answering import tell_later
from workflows.kiss.anliegen.contributing import end_asking
from workflows.kiss.anliegen.conversation import Reply, find_holder, hear, leave_note
from workflows.kiss.anliegen.four_eyes import must_wait_for_nobody
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.progress import journal, move, take_turn
from workflows.kiss.anliegen.requesters import ENDED, tell_requester
from workflows.kiss.anliegen.sight import load_anliegen, load_for_work
from workflows.kiss.anliegen.states import Deed, State
from workflows.kiss.anliegen.tables import Anliegen

BEST = 5


def close(
    session: Session, actor: Actor, anliegen: UUID, revision: int, note: str = "", *, now: datetime
) -> None:
    """It is done. Who was not answered yet is told; ``note`` says inside why it ends like this.

    Raises ``ConflictError`` where an answer still waits for a second pair of eyes.
    """
    row = load_for_work(session, actor, anliegen)
    must_wait_for_nobody(session, row)
    was = State(row.state)
    take_turn(session, row, revision)
    if note.strip():
        leave_note(session, actor, row, note, now)
    move(session, row, Deed.CLOSE, now)
    end_asking(session, row, now)
    if was is not State.ANSWERED:
        tell_later(session, row, "closed", now)
        author = actor.person if isinstance(actor, Staff) else None
        tell_requester(session, row, author, now, ENDED)
    journal(session, actor, "close", row, now)


def reopen(session: Session, actor: Actor, anliegen: UUID, revision: int, *, now: datetime) -> None:
    """It was not done after all, says somebody in the house."""
    hold_family(session, anliegen)
    row = load_for_work(session, actor, anliegen)
    if row.merged_into_id is not None:
        raise ConflictError(
            "Dieses Anliegen ist zusammengeführt. Bitte trennen Sie es erst wieder."
        )
    take_turn(session, row, revision)
    find_holder(session, row, now)
    move(session, row, Deed.REOPEN, now)
    journal(session, actor, "reopen", row, now)


def not_done(
    session: Session,
    actor: Citizen,
    reply: Reply,
    *,
    blobs: BlobStore | None = None,
    now: datetime,
) -> None:
    """„Doch nicht erledigt“, says who came with it: it reaches who had it. Twice is once (``reply.key``)."""
    hear(session, actor, actor.link, replace(reply, objects=True), blobs=blobs, now=now)


def rate(session: Session, actor: Citizen, points: int, *, now: datetime) -> None:
    """How content somebody is, 1 to 5; changing one's mind is fine. Raises ``ConflictError``."""
    if not 1 <= points <= BEST:
        raise ConflictError("Bitte wählen Sie eine Bewertung von 1 bis 5.")
    row = load_anliegen(session, actor, actor.link)
    if not _is_over(row):
        raise ConflictError("Bewerten können Sie, sobald Ihr Anliegen beantwortet ist.")
    row.satisfaction = points
    journal(session, actor, "rate", row, now)


def _is_over(row: Anliegen) -> bool:
    return State(row.state) in {State.ANSWERED, State.CLOSED}
