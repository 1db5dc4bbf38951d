"""Two Anliegen that are one: merged by a person, never by itself, never across protection classes; and undone.

Each keeps its contact and its link: who came with the second one is answered with the first.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.blobs.store import BlobRef, BlobStore
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.upsert import insert_into
from workflows.kiss.anliegen.answering import tell_later
from workflows.kiss.anliegen.contributing import end_asking
from workflows.kiss.anliegen.conversation import SharedFile, find_holder, keep_files
from workflows.kiss.anliegen.four_eyes import must_wait_for_nobody
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.progress import enter_state, journal, take_turn
from workflows.kiss.anliegen.queries import files_of
from workflows.kiss.anliegen.requesters import ENDED, tell_requester
from workflows.kiss.anliegen.sight import load_for_work
from workflows.kiss.anliegen.states import OPEN_STATES, State
from workflows.kiss.anliegen.tables import Anliegen, Likeness, Merge, Message


def merge(
    session: Session,
    actor: Staff,
    anliegen: UUID,
    revision: int,
    into: UUID,
    *,
    tells: bool = True,
    blobs: BlobStore | None = None,
    now: datetime,
) -> None:
    """``anliegen`` goes on in ``into``, which then holds the answers for both. Merging twice is merging once.

    Where that one was answered already, ``tells`` sends its last answer to these people as well (files need ``blobs``); else
    nobody would answer them any more.
    """
    if anliegen == into:
        raise ConflictError("Bitte wählen Sie ein anderes Anliegen.")
    loaded = {each: load_for_work(session, actor, each) for each in sorted((anliegen, into))}
    row, main = loaded[anliegen], loaded[into]
    if row.merged_into_id == main.id:
        return
    if row.protection != main.protection:
        raise ConflictError("Anliegen verschiedener Schutzklassen werden nicht zusammengeführt.")
    if row.merged_into_id is not None or main.merged_into_id is not None:
        raise ConflictError("Eines der beiden ist schon mit einem dritten zusammengeführt.")
    if row.about_id != main.about_id:
        raise ConflictError("Diese Beschwerden betreffen verschiedene Personen.")
    must_wait_for_nobody(session, row)
    take_turn(session, row, revision)
    if children(session, row.id):
        raise ConflictError(
            "Mit diesem sind schon andere zusammengeführt. Bitte gehen Sie von dort aus."
        )
    session.add(
        Merge(id=new_id(), anliegen_id=row.id, into_id=main.id, state_before=row.state, at=now)
    )
    waited, row.merged_into_id = State(row.state) in OPEN_STATES, main.id
    enter_state(session, row, State.CLOSED, "merge", now)
    end_asking(session, row, now)
    if tells and waited and State(main.state) not in OPEN_STATES:
        _tell(session, row, main, blobs, now)
    main.changed_at = now
    main.revision += 1
    decide_likeness(session, row.id, main.id, same=True)
    journal(session, actor, "merge", row, now, into=main.id)


def last_answer(session: Session, row: Anliegen) -> Message | None:
    """What was answered to everybody last."""
    return session.scalars(
        select(Message)
        .where(
            Message.anliegen_id == row.id, Message.kind == "answer", Message.state == "sent",
            Message.via_id.is_(None),
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    ).first()  # fmt: skip


def _tell(
    session: Session, row: Anliegen, main: Anliegen, blobs: BlobStore | None, now: datetime
) -> None:
    """The answer once more, for these people alone; what ended without one is told as the end."""
    given = last_answer(session, main)
    if given is None:
        tell_later(session, row, "closed", now)
        tell_requester(session, row, None, now, ENDED)
        return
    told = Message(
        id=new_id(), revision=1, anliegen_id=main.id, via_id=row.id, key=f"answer:{new_id().hex}",
        kind="answer", state="sent", author_id=given.author_id, released_by=given.released_by,
        text=given.text, at=now, sent_at=now,
    )  # fmt: skip
    session.add(told)
    session.flush()
    files = files_of(session, [given.id]).get(given.id, [])
    shared = [
        SharedFile(each.name, each.media_type, BlobRef(each.sha256, each.size)) for each in files
    ]
    keep_files(session, told, shared, blobs)
    row.first_answer_at = row.first_answer_at or now
    tell_later(session, row, "message", now, told.id.hex)
    tell_requester(session, row, None, now)


def unmerge(
    session: Session, actor: Staff, anliegen: UUID, revision: int, *, now: datetime
) -> None:
    """They are two after all: it stands again where it stood, with the clock going on."""
    hold_family(session, anliegen)
    row = load_for_work(session, actor, anliegen)
    last = session.scalars(
        select(Merge)
        .where(Merge.anliegen_id == row.id, Merge.undone_at.is_(None))
        .order_by(Merge.id.desc())
        .limit(1)
    ).first()
    if row.merged_into_id is None or last is None:
        raise ConflictError("Dieses Anliegen ist mit keinem anderen zusammengeführt.")
    take_turn(session, row, revision)
    into, row.merged_into_id, last.undone_at = row.merged_into_id, None, now
    session.execute(
        update(Message).where(Message.via_id == row.id).values(anliegen_id=row.id, via_id=None)
    )
    before = State(last.state_before)
    if before in OPEN_STATES:
        find_holder(session, row, now)
    enter_state(session, row, State.REOPENED if before in OPEN_STATES else before, "unmerge", now)
    decide_likeness(session, row.id, into, same=False)
    journal(session, actor, "unmerge", row, now, into=into)


def keep_apart(
    session: Session, actor: Staff, anliegen: UUID, other: UUID, *, now: datetime
) -> None:
    """They only look alike; they are not suggested again."""
    rows = [load_for_work(session, actor, each) for each in sorted((anliegen, other))]
    decide_likeness(session, anliegen, other, same=False)
    journal(session, actor, "keep_apart", rows[0], now, other=rows[1].id)


def children(session: Session, anliegen: UUID) -> Sequence[Anliegen]:
    """What was merged into it."""
    return session.scalars(
        select(Anliegen).where(Anliegen.merged_into_id == anliegen).order_by(Anliegen.id)
    ).all()


def decide_likeness(session: Session, one: UUID, other: UUID, *, same: bool) -> None:
    first, second = sorted((one, other))
    decided = {"state": "same" if same else "different"}
    session.execute(
        insert_into(session, Likeness)
        .values(
            id=new_id(), revision=1, first_id=first, second_id=second, score=1.0, reasons=[], **decided
        )
        .on_conflict_do_update(index_elements=["first_id", "second_id"], set_=decided)
    )  # fmt: skip
