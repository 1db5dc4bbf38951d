"""Mails to citizens, composed by the engine, which holds the keys of links and marks.

Everybody whose Anliegen was merged into another gets its answers, with their own link and mark and no word of the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.mailboxes import Mailbox, MailboxesError, read_mailboxes
from config.translations import catalogue
from storage.actors import SHARED_CLASSES, ProtectionClass
from storage.house import House
from storage.jobs import queue
from storage.jobs.handlers import JobContext, JobKind, PermanentError
from storage.jobs.queue import ClaimedJob
from storage.jobs.tables import Mail
from storage.mail import Attachment, Conversation, MailRefusedError, send_later, sendable
from workflows.kiss.anliegen.answering import TELL
from workflows.kiss.anliegen.conversation import add_note
from workflows.kiss.anliegen.links import AnliegenLinks
from workflows.kiss.anliegen.merging import children
from workflows.kiss.anliegen.progress import look_at, reference
from workflows.kiss.anliegen.queries import files_of
from workflows.kiss.anliegen.tables import Anliegen, Contact, Message, MessageFile
from workflows.kiss.mail import letters
from workflows.kiss.mail.belonging import ACTOR, mark_of, marks_of
from workflows.kiss.mail.deciding import is_same_address
from workflows.kiss.mail.marks import message_id_of, plus_address
from workflows.kiss.mail.parsing import one_line
from workflows.kiss.mail.tables import MailItem

MESSAGE = "message"
_CALLED = {
    letters.RECEIVED: "Die Bestätigung des Eingangs",
    letters.CLOSED: "Die Nachricht über das Ende",
    letters.LINK: "Der neue Link",
}
"""How notes call what was not written by a person."""
DAY = timedelta(days=1)
MOST_BYTES = 12 * 1024 * 1024
"""Of attachments in one mail: base64 makes them a third larger, and most servers take 20 MB."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to one person."""

    to: str
    who: str
    what: str
    subject: str
    text: str
    key: str
    reply_to: str | None
    conversation: Conversation
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class _Unreached:
    """Somebody who can't be written to: the number of their Anliegen, and why not.

    No name, no address: notes stay when the contact is forgotten.
    """

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What is told: a message somebody wrote with its files, or one of the house's own letters."""

    what: str
    text: str = ""
    files: Sequence[Attachment] = ()
    too_large: bool = False


def write(context: JobContext, job: ClaimedJob) -> None:
    """The handler: everything of one job is written in one transaction, each mail once by its key.

    Whoever can't be written to takes it from nobody else; who has the Anliegen is told.
    """
    house = context.house
    unreached: list[_Unreached] = []
    with house.database.read() as session:
        composed = list(_compose(session, house, job, unreached))
    with house.database.write() as session:
        now = house.clock()
        for mail in composed:
            if mail.what not in letters.BY_PEOPLE and not _may_notify(session, house, mail, now):
                context.warn(
                    "Zu viele automatische E-Mails an eine Adresse: eine blieb ungesendet."
                )
                continue
            try:
                send_later(
                    session, mail.to, mail.subject, mail.text, mail.key, mail.reply_to, mail.attachments,
                    conversation=mail.conversation, automatic=mail.what not in letters.BY_PEOPLE, now=now,
                )  # fmt: skip
            except MailRefusedError as error:
                unreached.append(_Unreached(mail.who, str(error)))
        if unreached:
            _say_whom_not(session, job, unreached, now)
            context.warn(f"Anliegen {job.payload['anliegen']}: {len(unreached)} nicht erreicht")
        queue.complete(session, job, now)


def _say_whom_not(
    session: Session, job: ClaimedJob, unreached: Sequence[_Unreached], now: datetime
) -> None:
    """A note for who has it, once for each job, and a task to look at it."""
    row = session.get_one(Anliegen, UUID(job.payload["anliegen"]))
    whom = " ".join(f"{each.who}: {each.why}" for each in unreached)
    what = _CALLED.get(str(job.payload["what"]), "Ihre Antwort")
    note = f"{what} kam nicht an bei {whom}"
    key = f"unreached:{job.key}"
    add_note(session, ACTOR, row.merged_into_id or row.id, note, key=key, now=now)
    look_at(session, row, now)


def _compose(
    session: Session, house: House, job: ClaimedJob, unreached: list[_Unreached]
) -> Iterator[Outgoing]:
    """A mail for each to be told; who can't be is added to ``unreached``."""
    row = session.get(Anliegen, UUID(job.payload["anliegen"]))
    said = _said(session, house, job)
    if row is None or said is None:
        return
    told = (
        [row]
        if said.what in {letters.RECEIVED, letters.LINK}
        else [row, *children(session, row.id)]
    )
    written: list[str] = []
    for each in told:
        contact = session.get(Contact, each.contact_id) if each.contact_id else None
        if contact is None or not contact.mail:
            continue
        if any(is_same_address(contact.mail, other) for other in written):
            continue  # one person sent it twice, and is answered once
        written.append(contact.mail)
        who = f"Anliegen {reference(each)}"
        try:
            yield _to(session, house, each, contact, said, f"{TELL}:{job.key}:{each.id.hex}", who)
        except MailRefusedError as error:
            unreached.append(_Unreached(who, str(error)))


def _said(session: Session, house: House, job: ClaimedJob) -> _Said | None:
    what = str(job.payload["what"])
    if what != MESSAGE:
        return _Said(what) if what in letters.OPENINGS else None
    message = session.get(Message, UUID(job.key.rpartition(":")[2]))
    if message is None or message.state != "sent":
        return None
    files = files_of(session, [message.id]).get(message.id, [])
    if sum(file.size for file in files) > MOST_BYTES:
        return _Said(message.kind, message.text, too_large=True)
    return _Said(message.kind, message.text, [_attachment(house, file) for file in files])


def _attachment(house: House, file: MessageFile) -> Attachment:
    """Mails and reports go as plain files: packed for the way they would be no mails any more (RFC 2046, 5.2.1)."""
    whole = file.media_type.partition("/")[0] not in {"message", "multipart"}
    return Attachment(
        file.name,
        file.media_type if whole else "application/octet-stream",
        house.blobs.read(file.sha256),
    )


def _to(
    session: Session, house: House, row: Anliegen, contact: Contact, said: _Said, key: str, who: str
) -> Outgoing:
    assert contact.mail is not None
    settings = house.settings
    mark = mark_of(marks_of(settings), row)
    inbox = _inbox(session, house, row)
    shown = ProtectionClass(row.protection) in SHARED_CLASSES
    about = letters.About(
        reference(row), mark, AnliegenLinks(settings).status(row),
        one_line(row.title) if shown else None, can_reply=inbox is not None,
    )  # fmt: skip
    subject, text = letters.letter(
        catalogue(contact.language), said.what, about, said.text, without_files=said.too_large
    )
    sender = inbox.address if inbox is not None else None
    reply_to = plus_address(inbox.address, mark) if inbox is not None and inbox.plus else None
    domain = settings.mail_from.rpartition("@")[2]
    return Outgoing(
        contact.mail, who, said.what, subject, text, key, reply_to,
        _conversation(session, row, contact.mail, sender, message_id_of(mark, key, domain)),
        said.files,
    )  # fmt: skip


def _conversation(
    session: Session, row: Anliegen, address: str, sender: str | None, message_id: str
) -> Conversation:
    """What this person sent and got so far, in order; the last mail they sent is what is answered."""
    said = session.scalars(
        select(Message)
        .where(
            Message.anliegen_id.in_({row.id, row.merged_into_id or row.id}),
            Message.kind == "incoming",
            Message.trusted,
            Message.message_id.is_not(None),
        )
        .order_by(Message.id)
    ).all()
    theirs = [
        (each.at, each.message_id)
        for each in said
        if each.message_id and each.sender and is_same_address(each.sender, address)
    ]
    told = session.execute(
        select(Mail.created_at, Mail.message_id).where(
            Mail.recipient == sendable(address),
            Mail.key.startswith(f"{TELL}:", autoescape=True),
            Mail.key.endswith(row.id.hex, autoescape=True),
        )
    )
    before = sorted([*theirs, *((at, found) for at, found in told if found)])
    return Conversation(
        sender=sender,
        message_id=message_id,
        in_reply_to=theirs[-1][1] if theirs else None,
        earlier=[each for _, each in before],
    )


def _inbox(session: Session, house: House, row: Anliegen) -> Mailbox | None:
    """Where replies go: the mailbox it came by, else the first one."""
    try:
        mailboxes = read_mailboxes(house.settings.mailboxes)
    except MailboxesError as error:
        raise PermanentError(str(error)) from error
    item = session.scalars(
        select(MailItem).where(MailItem.anliegen_id == row.id).order_by(MailItem.id).limit(1)
    ).first()
    came_by = item.mailboxes if item else []
    named = [each for each in mailboxes if each.name in came_by]
    return next(iter([*named, *mailboxes]), None)


def _may_notify(session: Session, house: House, mail: Outgoing, now: datetime) -> bool:
    """Loops with machines that don't say they are: one address gets so many automatic mails a day and no more."""
    sent = session.scalar(
        select(func.count()).where(
            Mail.recipient == sendable(mail.to),
            Mail.created_at > now - DAY,
            Mail.automatic,
            Mail.key.startswith(f"{TELL}:"),
            Mail.key != mail.key,
        )
    )
    return (sent or 0) < house.settings.notices_per_day


TELLING = JobKind(
    TELL, "E-Mails zu Anliegen schreiben", handle_one=write, concurrency=1, parallel=1
)
