"""Outgoing mail: written with the deed that causes it, sent later by the engine.

Without a mail server in the settings, mails become ``.eml`` files in ``data_dir/mail``. The Message-ID follows from
the mail's key: should the process die between the server's "accepted" and our commit, the second copy carries the
same id and is recognised as a duplicate by whoever receives it (RFC 5322 section 3.6.4).
"""

import hashlib
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID

import idna
from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from config.settings import Settings
from storage.clock import local, new_id, utc_now
from storage.jobs import queue
from storage.jobs.handlers import JobContext, JobKind, PermanentError, TemporaryError
from storage.jobs.queue import ClaimedJob
from storage.jobs.tables import Job, Mail, MailAttachment
from storage.keyfiles import replace_durably
from storage.os_errors import reason
from storage.upsert import insert_into

SMTP_TIMEOUT = 30.0
UNSENT_KEPT = timedelta(days=90)
"""Attempts end after three days; until then somebody may mend what was wrong and send it again."""
LATE = timedelta(minutes=10)
"""After this the status warns of mails that are not sent."""
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(\.{_ATOM})*")
"""RFC 5322 section 3.2.3, dot-atom: no quotes, no comments, no letters that need SMTPUTF8."""
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of what ends a line, steers a terminal, or is no text: never in a header."""
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,200}>", re.ASCII)
_IDS = frozenset({"message-id", "in-reply-to", "references"})
MOST_REFERENCES = 20
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; *[\w-]+=[\w.-]+)*", re.ASCII)


class MailRefusedError(ValueError):
    """An address or header that can't be sent. The message is for people, in German."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """``media_type`` may carry parameters: ``text/calendar; method=REQUEST``."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a mail belongs: its own Message-ID, the one it answers, and the earlier ones (RFC 5322, 3.6.4).

    ``sender``: the address it comes from; what can't be delivered comes back there, or where replies go.
    Message-IDs with angle brackets; those that are none are left out, as they come from strangers.
    """

    sender: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    earlier: Sequence[str] = ()

    def __post_init__(self) -> None:
        found = self.message_id
        if found is not None and (not _MESSAGE_ID.fullmatch(found) or "/" in found):
            raise ValueError("no Message-ID")

    @property
    def answered(self) -> str | None:
        found = self.in_reply_to
        return found if found and _MESSAGE_ID.fullmatch(found) else None

    @property
    def thread(self) -> str | None:
        """The first and the latest of the earlier ones: RFC 5322 sets no limit, but servers do."""
        named = [*self.earlier, *filter(None, (self.in_reply_to,))]
        whole = list(dict.fromkeys(each for each in named if _MESSAGE_ID.fullmatch(each)))
        return " ".join([*whole[:1], *whole[1:][-MOST_REFERENCES:]]) or None


NO_CONVERSATION = Conversation()


class _Policy(EmailPolicy):
    """Message-IDs go out as they are: folded as words they would be taken apart and encoded (RFC 2047 forbids it)."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _IDS:
            return f"{name}: " + f"{self.linesep} ".join(value.split()) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _IDS:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n")


def send_later(
    session: Session,
    to: str,
    subject: str,
    text: str,
    key: str,
    reply_to: str | None = None,
    attachments: Sequence[Attachment] = (),
    *,
    conversation: Conversation = NO_CONVERSATION,
    automatic: bool = True,
    now: datetime | None = None,
) -> UUID:
    """Write a mail in the caller's transaction; the same key is the same mail and goes out once.

    ``automatic``: no person wrote it, and the mail says so. Raises ``MailRefusedError`` for anything that is not one plain
    address, or would smuggle a header in.
    """
    to = sendable(to)
    reply_to = None if reply_to is None else sendable(reply_to)
    for header in (subject, *(attachment.name for attachment in attachments)):
        if any(unicodedata.category(sign) in _BREAKS for sign in header):
            raise MailRefusedError("Betreff und Dateinamen dürfen keine Steuerzeichen enthalten.")
    if any(not _MEDIA_TYPE.fullmatch(attachment.media_type) for attachment in attachments):
        raise MailRefusedError("Der Dateityp einer Anlage ist nicht gültig.")
    written: UUID | None = session.scalar(
        insert_into(session, Mail)
        .values(
            id=new_id(),
            key=key,
            recipient=to,
            subject=subject,
            text=text,
            reply_to=reply_to,
            sender=None if conversation.sender is None else sendable(conversation.sender),
            message_id=conversation.message_id,
            in_reply_to=conversation.answered,
            thread=conversation.thread,
            automatic=automatic,
            created_at=now or utc_now(),
        )
        .on_conflict_do_nothing()
        .returning(Mail.id)
    )
    if written is None:
        existing: UUID = session.scalars(select(Mail.id).where(Mail.key == key)).one()
        return existing
    session.add_all(
        MailAttachment(
            mail_id=written,
            position=position,
            name=attachment.name,
            media_type=attachment.media_type,
            content=attachment.content,
        )
        for position, attachment in enumerate(attachments)
    )
    session.flush()
    queue.enqueue(session, MAIL.name, str(written), {"mail": str(written)}, now=now)
    return written


def warn_unsent(session: Session, now: datetime) -> list[str]:
    """For the status: mails that have waited for a while, and what the mail server said."""
    waiting = (Job.kind == MAIL.name, Job.state.in_(("waiting", "running")))
    number, oldest = session.execute(
        select(func.count(), func.min(Job.created_at)).where(*waiting, Job.created_at < now - LATE)
    ).one()
    if not number:
        return []
    reason = session.scalars(
        select(Job.reason).where(*waiting, Job.reason.is_not(None)).order_by(Job.run_after.desc())
    ).first()
    mails = "Eine E-Mail wartet" if number == 1 else f"{number} E-Mails warten"
    told = f": {reason}" if reason else ", die Ablaufsteuerung hat sie noch nicht versendet."
    return [f"{mails} seit {local(oldest):%d.%m.%Y %H:%M} Uhr auf den Versand{told}"]


def sendable(address: str) -> str:
    """The address as it goes over the wire: one plain mailbox, its domain in ASCII (IDNA 2008, RFC 5891).

    Raises ``MailRefusedError``. An RFC 2047 word as local part would be decoded on the way, into other recipients.
    """
    local_part, _, domain = address.rpartition("@")
    try:
        host = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        host = ""
    if (
        not _LOCAL_PART.fullmatch(local_part)
        or "=?" in local_part
        or len(local_part) > 64
        or not _DOMAIN.fullmatch(host.lower())
        or len(host) > 253
    ):
        raise MailRefusedError("Die E-Mail-Adresse ist nicht gültig.")
    return f"{local_part}@{host}"


def message_id(key: str, mail_from: str) -> str:
    """The Message-ID of the mail with this key, angle brackets included."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{mail_from.rpartition('@')[2]}>"


def compose(mail: Mail, attachments: Sequence[MailAttachment], mail_from: str) -> EmailMessage:
    """The mail as it goes out: the same row gives the same bytes, apart from MIME boundaries."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = mail.sender or mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(local(mail.created_at))
    message["Message-ID"] = mail.message_id or message_id(mail.key, mail_from)
    if mail.in_reply_to:
        message["In-Reply-To"] = mail.in_reply_to
    if mail.thread:
        message["References"] = mail.thread
    if (
        mail.automatic is not False
    ):  # not set yet means yes; RFC 3834: no out-of-office answers, please
        message["Auto-Submitted"] = "auto-replied" if mail.in_reply_to else "auto-generated"
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message.set_content(mail.text, cte="quoted-printable")
    for attachment in attachments:
        media_type, *parameters = (part.strip() for part in attachment.media_type.split(";"))
        main, _, sub = media_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=main, subtype=sub, filename=attachment.name
        )
        part = list(message.iter_attachments())[-1]
        for name, _, value in (parameter.partition("=") for parameter in parameters):
            part.set_param(name, value)
    return message


def _send(context: JobContext, job: ClaimedJob) -> None:
    house = context.house
    mail_id = UUID(job.payload["mail"])
    with house.database.read() as session:
        mail = session.get(Mail, mail_id)
        attachments = session.scalars(
            select(MailAttachment)
            .where(MailAttachment.mail_id == mail_id)
            .order_by(MailAttachment.position)
        ).all()
    if mail is None:
        raise PermanentError("Die E-Mail wurde vor dem Versand gelöscht.")
    if mail.sent_at is None:
        message = compose(mail, attachments, house.settings.mail_from)
        if house.settings.smtp_host:
            _by_smtp(message, house.settings, mail.sender and (mail.reply_to or mail.sender))
        else:
            _as_file(message, house.settings.data_dir / "mail")
    with house.database.write() as session:
        now = house.clock()
        session.execute(
            update(Mail).where(Mail.id == mail_id, Mail.sent_at.is_(None)).values(sent_at=now)
        )
        queue.complete(session, job, now)


def _as_file(message: EmailMessage, folder: Path) -> None:
    """One file per Message-ID, complete or absent."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = message["Message-ID"].strip("<>").partition("@")[0]
    try:
        replace_durably(folder / f"{name}.eml", message.as_bytes())
    except OSError as error:
        raise TemporaryError(
            f"Die E-Mail konnte nicht abgelegt werden: {reason(error)}."
        ) from error


def _by_smtp(message: EmailMessage, settings: Settings, failures_to: str | None) -> None:
    assert settings.smtp_host is not None
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_TIMEOUT) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password or "")
            server.send_message(message, from_addr=failures_to)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _refused(code, text, "Der Mailserver nimmt den Empfänger nicht an") from error
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused) as error:
        # Ours to mend in the settings: the mail waits.
        raise TemporaryError(
            f"Der Mailserver weist unsere Anmeldung oder den Absender ab ({error.smtp_code})."
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(
            error.smtp_code, error.smtp_error, "Der Mailserver weist die E-Mail ab"
        ) from error
    except ssl.SSLError as error:
        raise TemporaryError(
            f"Die verschlüsselte Verbindung zum Mailserver kam nicht zustande: {error.reason}"
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryError(f"Der Mailserver ist nicht erreichbar: {error}") from error


def _refused(code: int, text: bytes | str, what: str) -> Exception:
    """RFC 5321 section 4.2.1: 4yz asks for another try, 5yz for none."""
    del text  # it may quote the address
    return (PermanentError if code >= 500 else TemporaryError)(f"{what} (Antwort {code}).")


def forget_sent(session: Session, now: datetime, keep: timedelta = timedelta(days=30)) -> int:
    """Delete mails sent longer ago than ``keep``, and what could not be sent within ``UNSENT_KEPT``; attachments included.

    Returns their number.
    """
    over = or_(
        Mail.sent_at < now - keep,
        and_(Mail.sent_at.is_(None), Mail.created_at < now - UNSENT_KEPT),
    )
    old = select(Mail.id).where(over)
    session.execute(delete(MailAttachment).where(MailAttachment.mail_id.in_(old)))
    return len(session.scalars(delete(Mail).where(over).returning(Mail.id)).all())


MAIL = JobKind(
    "mail",
    "E-Mails versenden",
    handle_one=_send,
    max_attempts=80,  # about three days with the back-off's cap of one hour
    concurrency=2,
    lease=timedelta(minutes=5),
)
