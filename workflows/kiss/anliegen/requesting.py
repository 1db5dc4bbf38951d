"""What people of the house do about their own internal Anliegen: see what was said to them, reply, and give callers the link."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from workflows.kiss.anliegen.conversation import Reply, take_reply
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.progress import journal
from workflows.kiss.anliegen.requesters import requested_by, taken_down_by, was_read
from workflows.kiss.anliegen.sight import load_anliegen, works_on
from workflows.kiss.anliegen.tables import Anliegen, Contact, Message
from workflows.kiss.routing.complaints import is_about_a_person
from workflows.kiss.routing.unopened import refuse_reports

ABOUT_A_PERSON = "Das liest sich wie eine Beschwerde über eine Person. Bitte stellen Sie sie als eigenes Anliegen: Dann sieht sie nur die Leitung."
GONE = "Dieses Anliegen gibt es nicht, oder Sie dürfen es nicht sehen."
REACHED = "Der Statuslink ist für Menschen ohne E-Mail. Wer dieses Anliegen gestellt hat, bekommt die Antworten auch so."


def requests(
    session: Session, actor: Staff, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Anliegen]:
    """The internal Anliegen the person came with, the newest first, paged by key."""
    query = select(Anliegen).where(requested_by(actor))
    if before is not None:
        query = query.where(Anliegen.id < before)
    return session.scalars(query.order_by(Anliegen.id.desc()).limit(limit)).all()


def request(session: Session, actor: Staff, anliegen: UUID, now: datetime) -> Anliegen:
    """One of them, or a call they just took down. Raises ``NotFoundError``."""
    mine = or_(requested_by(actor), taken_down_by(actor, now))
    row = session.scalars(select(Anliegen).where(Anliegen.id == anliegen, mine)).one_or_none()
    if row is None:
        raise NotFoundError(GONE)
    return row


def add_to_request(
    session: Session, actor: Staff, anliegen: UUID, text: str, key: str, *, now: datetime
) -> Message:
    """Their reply: it reaches who has it, as a citizen's does. The same ``key`` again changes nothing.

    Raises ``ConflictError`` for a report to the reporting office or a complaint about a person: whom it is about may have this.
    """
    known = session.scalars(select(Message).where(Message.key == key)).one_or_none()
    if known is not None:
        return known
    refuse_reports(text, local_date(now), ())
    if is_about_a_person(text):
        raise ConflictError(ABOUT_A_PERSON)
    hold_family(session, anliegen)
    row = session.scalars(
        select(Anliegen)
        .where(Anliegen.id == anliegen, requested_by(actor))
        .with_for_update(of=Anliegen)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError(GONE)
    was_read(session, row.id, now)
    return take_reply(session, actor, row, Reply(key, text), author=actor.person, now=now)


def read_request(session: Session, actor: Staff, anliegen: UUID, *, now: datetime) -> None:
    """They have seen the answer."""
    request(session, actor, anliegen, now)
    was_read(session, anliegen, now)


def give_link(session: Session, actor: Staff, anliegen: UUID, *, now: datetime) -> Anliegen:
    """The Anliegen whose status link is shown to somebody without e-mail; kept in the journal.

    For who works on it, and for who took the call down that day. Raises ``NotFoundError``, and ``ConflictError`` where
    answers reach who came with it anyway.
    """
    taken = select(Anliegen).where(Anliegen.id == anliegen, taken_down_by(actor, now))
    row = session.scalars(taken).one_or_none()
    if row is None:
        row = load_anliegen(session, actor, anliegen)
        if not works_on(session, actor, row):
            raise NotFoundError(GONE)
    if not needs_link(row, session.get(Contact, row.contact_id) if row.contact_id else None):
        raise ConflictError(REACHED)
    journal(session, actor, "give_link", row, now)
    return row


def needs_link(row: Anliegen, contact: Contact | None) -> bool:
    """Whether the link is the only way to the answers: no e-mail is known, and it is no colleague's."""
    return row.channel != Channel.INTERNAL.value and not (contact and contact.mail)
