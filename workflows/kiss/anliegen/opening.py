"""An Anliegen comes in: by mail, form, telephone, from inside, from the e-Akte. Kept first, routed right after.

The row, its first message, its files and the job that finds who is responsible commit together; until that is done the
coordination of Feedback LE has it. A complaint about a person goes to the superior at once, and no model reads it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.actors import Actor, ProtectionClass, Scope, Staff
from storage.blobs.store import BlobStore
from storage.clock import local, local_date, new_id
from storage.conflicts import ConflictError
from storage.jobs.queue import enqueue
from storage.mail import MailRefusedError, sendable
from storage.rights import Verb, require
from storage.schema import as_core
from workflows.kiss.anliegen.conversation import LONGEST_TEXT, FileIn, SharedFile, keep_files
from workflows.kiss.anliegen.groups import coordination_group
from workflows.kiss.anliegen.holders import (
    Holder,
    confidential,
    superior_or_coordination,
    unnamed_holder,
)
from workflows.kiss.anliegen.links import blotted
from workflows.kiss.anliegen.progress import journal, note_step, set_clock, wait_for_holder
from workflows.kiss.anliegen.sight import enter_scope
from workflows.kiss.anliegen.states import Kind, State
from workflows.kiss.anliegen.tables import (
    Anliegen,
    AnliegenCounter,
    Contact,
    Message,
    Topic,
)
from workflows.kiss.anliegen.targets import handed_over
from workflows.kiss.anliegen.topics import load_topic
from workflows.kiss.routing.complaints import is_about_a_person
from workflows.kiss.routing.unopened import refuse_reports

ROUTE = "kiss.route"
LONGEST_TITLE = 120
MOST_RECIPIENTS = 50


_COUNTER = as_core(AnliegenCounter)
_COUNT = {  # every Anliegen pays for it: made once, no ORM in the way
    name: made.insert(_COUNTER)
    .on_conflict_do_update(index_elements=["year"], set_={"last": _COUNTER.c.last + 1})
    .returning(_COUNTER.c.last)
    for name, made in (("sqlite", sqlite), ("postgresql", postgresql))
}


class Channel(StrEnum):
    """How it came."""

    MAIL = "mail"
    FORM = "form"
    PHONE = "phone"
    INTERNAL = "internal"
    EAKTE = "eakte"
    OPEN311 = "open311"


CHANNEL_NAMES: dict[Channel, str] = {
    Channel.MAIL: "E-Mail",
    Channel.FORM: "Formular",
    Channel.PHONE: "Telefon",
    Channel.INTERNAL: "aus dem Haus",
    Channel.EAKTE: "aus der E-Akte",
    Channel.OPEN311: "Meldedienst (Open311)",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who came with it, as far as told. An address that can't be written to is refused by ``checked``."""

    name: str | None = None
    mail: str | None = None
    phone: str | None = None
    language: str = "de"

    def __bool__(self) -> bool:
        return bool(self.name or self.mail or self.phone)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is: in words, and by WGS 84 degrees where somebody pointed at a map."""

    words: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """What somebody wants. ``key`` names where it came from: the same mail or form twice is one Anliegen.

    ``about`` is whom a complaint is about, ``suspected`` who has what it follows from and does not get it, ``topic`` what was chosen from the list. To a mail belong ``recipients`` (addresses),
    ``addressed`` (key of the office whose mailbox it came by), ``message_id`` and ``original`` (the SHA-256 of the stored mail).
    """

    key: str
    channel: Channel
    kind: Kind
    text: str
    title: str = ""
    caller: Caller = Caller()
    place: Place = Place()
    topic: UUID | None = None
    about: UUID | None = None
    suspected: Collection[UUID] = ()
    files: Sequence[FileIn | SharedFile] = ()
    sender: str | None = None
    recipients: Sequence[str] = ()
    addressed: str | None = None
    message_id: str | None = None
    original: str | None = None


def open_anliegen(
    session: Session,
    actor: Actor,
    incoming: Incoming,
    *,
    blobs: BlobStore | None = None,
    now: datetime,
) -> Anliegen:
    """Take it in. The same ``key`` again gives the Anliegen that is there. What reads like a complaint about a person becomes one.

    Raises ``ConflictError`` for a report to the reporting office, an empty text, an address that can't be written to, or a house without coordination;
    ``NotFoundError`` for an unknown topic.
    """
    require(actor, Verb.ANLIEGEN_OPEN)
    known = session.scalars(select(Message).where(Message.key == incoming.key)).one_or_none()
    if known is not None:
        return session.get_one(Anliegen, known.anliegen_id)
    text = blotted(incoming.text.strip()[:LONGEST_TEXT])
    if not text:
        raise ConflictError("Bitte beschreiben Sie, worum es geht.")
    incoming = _protected(actor, incoming, now)
    topic = load_topic(session, incoming.topic, now) if incoming.topic else None
    holder, scope = _first_holder(session, incoming, now)
    row = _enter(session, actor, incoming, _title(incoming.title, text), topic, holder, scope, now)
    message = Message(
        id=new_id(), revision=1, anliegen_id=row.id, key=incoming.key, kind="incoming", state="received",
        author_id=actor.person if isinstance(actor, Staff) else None, sender=incoming.sender,
        trusted=True, subject=incoming.title or None, text=text, message_id=incoming.message_id,
        original=incoming.original, at=now, addressed=incoming.addressed,
        recipients=list(incoming.recipients[:MOST_RECIPIENTS]) or None,
    )  # fmt: skip
    session.add(message)
    session.flush()
    keep_files(session, message, incoming.files, blobs)
    note_step(session, row, "open", now)
    wait_for_holder(session, row, now)
    journal(session, actor, "open", row, now, channel=incoming.channel.value)
    if incoming.kind is not Kind.SUPERVISORY:
        enqueue(session, ROUTE, row.id.hex, now=now)
    return row


def _protected(actor: Actor, incoming: Incoming, now: datetime) -> Incoming:
    """What is not for us is refused (mails were judged before they were opened), what is about a person stays away from them."""
    names = [each.name for each in incoming.files]
    if incoming.channel is not Channel.MAIL or isinstance(actor, Staff):
        refuse_reports(f"{incoming.title}\n\n{incoming.text}", local_date(now), names)
    if is_about_a_person(incoming.text, incoming.title, names):
        return replace(incoming, kind=Kind.SUPERVISORY, topic=None)
    return incoming


def _first_holder(session: Session, incoming: Incoming, now: datetime) -> tuple[Holder, Scope]:
    """The coordination; a complaint about somebody never passes through it."""
    if incoming.kind is Kind.SUPERVISORY and incoming.about is not None:
        holder = superior_or_coordination(session, incoming.about, now)
        return holder, confidential(holder.group)
    group = coordination_group(session, local_date(now))
    if incoming.kind is Kind.SUPERVISORY:
        text = f"{incoming.title}\n{incoming.text}"
        return unnamed_holder(session, text, now, suspected=incoming.suspected), confidential(group)
    return Holder(group, None), Scope(group.office_id, ProtectionClass.INTERNAL)


def _enter(
    session: Session,
    actor: Actor,
    incoming: Incoming,
    title: str,
    topic: Topic | None,
    holder: Holder,
    scope: Scope,
    now: datetime,
) -> Anliegen:
    year, number = _number(session, now)
    row = Anliegen(
        id=new_id(), revision=1, year=year, number=number, kind=incoming.kind.value,
        state=(State.ASSIGNED if holder.person else State.NEW).value, title=title,
        channel=incoming.channel.value, received_at=now, changed_at=now,
        topic_id=topic.id if topic else None, group_id=holder.group.id, person_id=holder.person,
        since_holder=now, about_id=incoming.about, contact_id=_contact(session, incoming.caller),
        opened_by=actor.person if isinstance(actor, Staff) else None, place=incoming.place.words,
        latitude=incoming.place.latitude, longitude=incoming.place.longitude, allowed=0, link_revision=1,
    )  # fmt: skip
    enter_scope(row, scope)
    allowed = timedelta(hours=topic.hours if topic else holder.group.hours)
    set_clock(row, handed_over(allowed, State(row.state), now))
    session.add(row)
    session.flush()
    return row


def _number(session: Session, now: datetime) -> tuple[int, int]:
    """The next number of the year, in order of arrival."""
    year = local(now).year
    counted = session.execute(
        _COUNT[session.get_bind().dialect.name], {"year": year, "last": 1}
    ).scalar_one()
    return year, int(counted)


def _contact(session: Session, caller: Caller) -> UUID | None:
    if not caller:
        return None
    if caller.mail:
        try:
            sendable(caller.mail)
        except MailRefusedError as error:
            raise ConflictError(str(error)) from None
    row = Contact(
        id=new_id(),
        name=caller.name,
        mail=caller.mail,
        phone=caller.phone,
        language=caller.language,
    )
    session.add(row)
    session.flush()
    return row.id


def _title(stated: str, text: str) -> str:
    """What it is called: its subject, or its beginning."""
    title = " ".join(stated.split()) or " ".join(text.split())
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
