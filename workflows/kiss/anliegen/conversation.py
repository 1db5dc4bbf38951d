"""What is said about an Anliegen: what comes in, and what the house notes for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor, Citizen, Staff, System
from storage.blobs.store import BlobRef, BlobStore, Staged
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.tasks.list import finish_task
from workflows.kiss.anliegen.links import blotted
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.progress import ask_to_look, journal, look_key, move
from workflows.kiss.anliegen.sight import load_anliegen, load_for_work
from workflows.kiss.anliegen.states import Deed, State, allowed
from workflows.kiss.anliegen.successors import resettle
from workflows.kiss.anliegen.tables import Anliegen, Message, MessageFile
from workflows.kiss.anliegen.thanks import is_thanks

LONGEST_TEXT = 100_000
NEWS = "Neue Nachricht"


@dataclass(frozen=True, slots=True)
class FileIn:
    """A file that came along; its bytes are staged already."""

    name: str
    media_type: str
    staged: Staged


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file the house has already; its bytes are shared, not copied."""

    name: str
    media_type: str
    ref: BlobRef


@dataclass(frozen=True, slots=True)
class Reply:
    """What a citizen adds. ``trusted``: it came by the signed link, or from the address we write to; ``objects``: they say that it
    is not done.
    """

    key: str
    text: str
    sender: str | None = None
    subject: str | None = None
    trusted: bool = True
    message_id: str | None = None
    original: str | None = None
    files: Sequence[FileIn] = ()
    objects: bool = False


def keep_files(
    session: Session,
    message: Message,
    files: Sequence[FileIn | SharedFile],
    blobs: BlobStore | None,
) -> None:
    """Hang files onto a message, their bytes into the blob store, in the caller's transaction."""
    for position, file in enumerate(files, start=1):
        if blobs is None:
            raise ValueError("files need a blob store")
        kept = (
            blobs.share(session, file.ref.sha256)
            if isinstance(file, SharedFile)
            else blobs.put(session, file.staged)
        )
        session.add(
            MessageFile(
                id=new_id(), message_id=message.id, position=position, name=file.name,
                media_type=file.media_type, size=kept.size, sha256=kept.sha256,
            )
        )  # fmt: skip


def add_note(
    session: Session,
    actor: Actor,
    anliegen: UUID,
    text: str,
    *,
    key: str | None = None,
    now: datetime,
) -> Message:
    """A note for the house; whoever sees the Anliegen may leave one. Citizens never see it.

    The same ``key`` again changes nothing.
    """
    row = load_anliegen(session, actor, anliegen)
    if isinstance(actor, Citizen):
        raise ConflictError("Bitte antworten Sie, statt eine Notiz zu schreiben.")
    known = session.scalars(select(Message).where(Message.key == key)).first() if key else None
    if known is not None:
        return known
    note = leave_note(session, actor, row, text, now, key)
    row.changed_at = now
    journal(session, actor, "note", row, now)
    return note


def leave_note(
    session: Session, actor: Actor, row: Anliegen, text: str, now: datetime, key: str | None = None
) -> Message:
    """The note of a deed, in its transaction. Raises ``ConflictError`` for an empty one."""
    note = Message(
        id=new_id(), revision=1, anliegen_id=row.id, key=key or f"note:{new_id().hex}", kind="note",
        state="received", author_id=actor.person if isinstance(actor, Staff) else None,
        text=said(text), at=now,
    )  # fmt: skip
    session.add(note)
    session.flush()
    return note


def hear(
    session: Session,
    actor: Actor,
    anliegen: UUID,
    reply: Reply,
    *,
    blobs: BlobStore | None = None,
    now: datetime,
) -> Message:
    """A citizen's reply. What was waited for goes on; what was answered or closed reaches who had it, as open again.

    A stranger's mail is kept and marked, and changes no state; nor does a reply of nothing but thanks. The same ``key`` again
    changes nothing.
    """
    known = session.scalars(select(Message).where(Message.key == reply.key)).one_or_none()
    if known is not None:
        return known
    hold_family(session, anliegen)
    row = load_anliegen(session, actor, anliegen)
    return take_reply(session, actor, row, reply, blobs=blobs, now=now)


def take_reply(
    session: Session,
    actor: Actor,
    row: Anliegen,
    reply: Reply,
    *,
    author: UUID | None = None,
    blobs: BlobStore | None = None,
    now: datetime,
) -> Message:
    """The same for the locked row; ``author``: somebody of the house whose own Anliegen it is."""
    via = None
    if row.merged_into_id is not None:  # the other one holds the answers for both
        via = row.id
        row = load_anliegen(session, System("kiss.merged"), row.merged_into_id)
    message = Message(
        id=new_id(), revision=1, anliegen_id=row.id, via_id=via, key=reply.key, kind="incoming", state="received",
        author_id=author, sender=reply.sender, trusted=reply.trusted, subject=reply.subject,
        text=blotted(said(reply.text) if not reply.files else reply.text.strip()[:LONGEST_TEXT]),
        message_id=reply.message_id, original=reply.original, at=now,
    )  # fmt: skip
    session.add(message)
    session.flush()
    keep_files(session, message, reply.files, blobs)
    row.changed_at = now
    row.revision += 1
    if not reply.trusted:
        ask_to_look(session, row, now)
    elif reply.objects or reply.files or not _stays_done(row, reply):
        go_on(session, row, now)
    journal(session, actor, "hear", row, now)
    return message


def _stays_done(row: Anliegen, reply: Reply) -> bool:
    return State(row.state) in {State.ANSWERED, State.CLOSED} and is_thanks(reply.text)


def go_on(session: Session, row: Anliegen, now: datetime) -> None:
    """What was waited for is here, or it was not done after all: whoever had it has it again. Who is at it is told."""
    if State(row.state) is State.WAITS_CITIZEN:
        find_holder(session, row, now)
        move(session, row, Deed.HEAR, now)
    elif allowed(State(row.state), Deed.REOPEN):
        find_holder(session, row, now)
        move(session, row, Deed.REOPEN, now)
    else:
        ask_to_look(session, row, now, NEWS)


def seen(session: Session, actor: Staff, anliegen: UUID, *, now: datetime) -> None:
    """Who has it has read what came."""
    row = load_for_work(session, actor, anliegen)
    finish_task(session, look_key(row.id), now)
    journal(session, actor, "seen", row, now)


def find_holder(session: Session, row: Anliegen, now: datetime) -> None:
    """Before it goes on: whoever had it may have left, their group may have ended. Then it says where it lies now."""
    holder = resettle(session, row, now)
    if holder is not None:
        leave_note(
            session, System("kiss.resettle"), row, f"Liegt jetzt bei „{holder.group.name}“.", now
        )
        journal(session, System("kiss.resettle"), "assign", row, now, group=row.group_id)


def said(text: str) -> str:
    """What was written, without blank ends. Raises ``ConflictError`` where there is nothing."""
    found = text.strip()[:LONGEST_TEXT]
    if not found:
        raise ConflictError("Bitte schreiben Sie etwas.")
    return found
