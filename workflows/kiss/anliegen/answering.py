"""Answers to citizens: written, seen by a second pair of eyes where the topic demands it, and sent by the engine."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.actors import Actor, Staff
from storage.blobs.store import BlobStore
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.queue import enqueue
from storage.organisation.queries import load_staff, names
from storage.tasks.drafts import load_draft, save_draft
from storage.tasks.list import finish_task, open_task
from storage.upsert import insert_into
from workflows.kiss.anliegen.conversation import FileIn, SharedFile, keep_files, leave_note, said
from workflows.kiss.anliegen.four_eyes import (
    ask_second,
    must_have_second,
    must_wait_for_nobody,
    needs_second,
    second_key,
)
from workflows.kiss.anliegen.placeholders import left_open
from workflows.kiss.anliegen.progress import (
    ask_to_look,
    journal,
    learn_later,
    link,
    move,
    reference,
    take_turn,
)
from workflows.kiss.anliegen.reach import OBJECT_KIND
from workflows.kiss.anliegen.requesters import tell_requester
from workflows.kiss.anliegen.sight import load_for_work, works_on
from workflows.kiss.anliegen.states import Deed, State, allowed
from workflows.kiss.anliegen.tables import Anliegen, Answering, Message

TELL = "kiss.tell"
STILL_WRITING = timedelta(minutes=3)
"""So long it is told on after the last sign; the page gives one each ``STILL_OPEN`` while it is open."""
STILL_OPEN = timedelta(minutes=1)


def answer(
    session: Session,
    actor: Staff,
    anliegen: UUID,
    revision: int,
    text: str,
    *,
    asks: bool = False,
    files: Sequence[FileIn | SharedFile] = (),
    blobs: BlobStore | None = None,
    now: datetime,
) -> Message:
    """Write to the citizen: an answer, or (``asks``) a question whose reply is waited for, while the clock pauses.

    Where the topic demands two pairs of eyes, the answer waits for a colleague. Raises ``ConflictError``.
    """
    row = load_for_work(session, actor, anliegen)
    deed = Deed.ASK_CITIZEN if asks else Deed.ANSWER
    if not allowed(State(row.state), deed):
        move(session, row, deed, now)  # says why not
    _refuse_gaps(text)
    must_wait_for_nobody(session, row)
    second = needs_second(session, row)
    if second:
        must_have_second(session, actor, row, now)
    take_turn(session, row, revision)
    message = Message(
        id=new_id(), revision=1, anliegen_id=row.id, key=f"answer:{new_id().hex}",
        kind="question" if asks else "answer", state="waiting", author_id=actor.person,
        text=said(text), at=now,
    )  # fmt: skip
    session.add(message)
    session.flush()
    keep_files(session, message, files, blobs)
    stop_writing(session, actor, row.id)
    finish_task(session, returned_key(row.id), now)
    if second:
        row.changed_at = now
        ask_second(session, row, message.id, now)
    else:
        _send(session, row, message, now)
    journal(session, actor, "answer", row, now, message=message.id)
    return message


def release(
    session: Session, actor: Staff, message_id: UUID, revision: int, *, now: datetime
) -> None:
    """The second pair of eyes: somebody else than the author lets the answer go out."""
    message, row = _waiting(session, actor, message_id, revision)
    if message.author_id == actor.person:
        raise ConflictError(
            "Die eigene Antwort gibt jemand anderes frei: vier Augen sehen mehr als zwei."
        )
    message.released_by = actor.person
    finish_task(session, second_key(message.id), now)
    _send(session, row, message, now)
    row.revision += 1
    journal(session, actor, "release", row, now, message=message.id)


def send_back(
    session: Session, actor: Staff, message_id: UUID, revision: int, why: str, *, now: datetime
) -> None:
    """Give an answer back to its author, with what should be different."""
    message, row = _waiting(session, actor, message_id, revision)
    leave_note(session, actor, row, f"Antwort nicht freigegeben: {said(why)}", now)
    _return(session, row, message, now)
    author = message.author_id if message.author_id != actor.person else None
    there = load_staff(session, author, local_date(now)) if author else None
    if there is not None and works_on(session, there, row):
        open_task(
            session, key=returned_key(row.id), kind="kiss.returned",
            title=f"Antwort überarbeiten: Anliegen {reference(row)}", link=link(row.id),
            object_kind=OBJECT_KIND, object_id=row.id, person=author, due_at=row.due_at, now=now,
        )  # fmt: skip
    else:
        ask_to_look(session, row, now)
    journal(session, actor, "send_back", row, now, message=message.id)


def take_back(
    session: Session, actor: Staff, message_id: UUID, revision: int, *, now: datetime
) -> None:
    """Who wrote an answer that waits for a second pair of eyes writes on at it."""
    message, row = _waiting(session, actor, message_id, revision)
    if message.author_id != actor.person:
        raise ConflictError("Zurückziehen kann eine Antwort nur, wer sie geschrieben hat.")
    _return(session, row, message, now)
    journal(session, actor, "take_back", row, now, message=message.id)


def _return(session: Session, row: Anliegen, message: Message, now: datetime) -> None:
    """What was written lies in the author's draft again, before anything they have begun since."""
    message.state = "returned"
    message.revision += 1
    finish_task(session, second_key(message.id), now)
    if message.author_id is not None:
        begun = load_draft(session, message.author_id, draft_key(row.id)) or {}
        text = "\n\n".join(each for each in (message.text, begun.get("text", "")) if each)
        save_draft(session, message.author_id, draft_key(row.id), {"text": text}, now)
    row.changed_at = now
    row.revision += 1


def start_writing(session: Session, actor: Staff, anliegen: UUID, now: datetime) -> None:
    """Say that one is writing. Raises ``NotFoundError`` or ``NotAllowedError``."""
    load_for_work(session, actor, anliegen)
    renewed = {"until": now + STILL_WRITING}
    session.execute(
        insert_into(session, Answering)
        .values(anliegen_id=anliegen, person_id=actor.person, **renewed)
        .on_conflict_do_update(index_elements=["anliegen_id", "person_id"], set_=renewed)
    )


def who_writes(session: Session, actor: Staff, anliegen: UUID, now: datetime) -> list[str]:
    """The names of who else is writing."""
    others = session.scalars(
        select(Answering.person_id).where(
            Answering.anliegen_id == anliegen,
            Answering.until > now,
            Answering.person_id != actor.person,
        )
    ).all()
    return sorted(names(session, others).values())


def stop_writing(session: Session, actor: Staff, anliegen: UUID) -> None:
    session.execute(
        delete(Answering).where(
            Answering.anliegen_id == anliegen, Answering.person_id == actor.person
        )
    )


def forget_writing(session: Session, now: datetime) -> int:
    """Take away who stopped without a word. Returns how many."""
    gone = session.scalars(
        delete(Answering).where(Answering.until <= now).returning(Answering.person_id)
    ).all()
    return len(gone)


def tell_later(session: Session, row: Anliegen, what: str, now: datetime, key: str = "") -> None:
    """Have a mail to the citizen written by the engine, which holds the key of the links."""
    enqueue(
        session, TELL, f"{row.id.hex}:{what}:{key or f'{now.timestamp():.6f}'}",
        {"anliegen": row.id.hex, "what": what}, now=now,
    )  # fmt: skip


def _send(session: Session, row: Anliegen, message: Message, now: datetime) -> None:
    message.state, message.sent_at = "sent", now
    message.revision += 1
    if message.kind == "answer" and row.first_answer_at is None:
        row.first_answer_at = now
    move(session, row, Deed.ASK_CITIZEN if message.kind == "question" else Deed.ANSWER, now)
    tell_later(session, row, "message", now, message.id.hex)
    tell_requester(session, row, message.author_id, now)
    if message.kind == "answer":
        learn_later(session, row, now)


def draft_key(anliegen: UUID) -> str:
    """Where an answer is kept while somebody writes it."""
    return f"anliegen:{anliegen.hex}"


def returned_key(anliegen: UUID) -> str:
    return f"anliegen.returned:{anliegen.hex}"


def _refuse_gaps(text: str) -> None:
    gaps = left_open(text)
    if gaps:
        raise ConflictError(
            f"In der Antwort steht noch der Platzhalter {gaps[0]}. Bitte schreiben Sie dort, was gemeint ist."
        )


def _waiting(
    session: Session, actor: Actor, message_id: UUID, revision: int
) -> tuple[Message, Anliegen]:
    message = session.get(Message, message_id)
    if message is None:
        raise NotFoundError("Diese Antwort gibt es nicht, oder Sie dürfen sie nicht sehen.")
    row = load_for_work(session, actor, message.anliegen_id)
    session.refresh(message)
    if message.state != "waiting" or message.revision != revision:
        raise ConflictError("Über diese Antwort hat gerade jemand anders entschieden.")
    return message, row
