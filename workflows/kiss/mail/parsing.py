"""From a mail's bytes to what routing, threading and people need. Malformed mail is normal: whatever can be had is had.

``read_batch`` is what reader processes call (``ocr.isolation``): it takes bytes from strangers and gives plain values back.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any

from ocr.detection import MAIL, detect
from ocr.documents import Attachment, Reading, UnreadableError
from ocr.limits import MEBIBYTE, Limits
from ocr.readers.mail import addresses, envelope, header, read_mail
from workflows.kiss.duplicates.stripping import strip
from workflows.kiss.mail.automatic import Ours, look_at
from workflows.kiss.mail.defects import defects_of
from workflows.kiss.mail.marks import find_marks, where_marks_are
from workflows.kiss.routing.understanding import recipients_of
from workflows.kiss.routing.unopened import WHISTLEBLOWER, claimed, for_reporting_office

LIMITS = Limits(
    size=64 * MEBIBYTE,
    seconds=60.0,
    patience=30.0,
    memory=1536 * MEBIBYTE,
    output=192 * MEBIBYTE,
    members=200,
    unpacked=128 * MEBIBYTE,
    text=1_000_000,
)
"""What one mail may cost. Larger ones are kept unread."""
NOBODY = Ours()
_HEAD = 256 * 1024
_ACTION = re.compile(rb"^Action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_WORKS = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as it was understood. Addresses are as written, never checked for being sendable.

    ``key`` is the same for the same mail in two inboxes: Message-ID, sender, date, subject and content, but none of what
    servers add on the way. ``recipients``: whom it was written to, by header or by the server's word. ``machine`` and ``quiet`` say why it is automatic (``automatic.Automatic``); ``action``: what a
    delivery report reports (RFC 3464, 2.3.3). ``marks``: claims of belonging to an Anliegen, the most telling first.
    """

    key: str
    message_id: str = ""
    sender: str = ""
    name: str = ""
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    one_sender: bool = False
    subject: str = ""
    date: str | None = None
    text: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    defects: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    own: bool = False
    bounce: bool = False
    bulk: bool = False
    action: str = ""
    marks: tuple[str, ...] = ()
    english: bool = False

    @property
    def automatic(self) -> bool:
        return bool(self.machine or self.quiet)


def read_batch(
    mails: Sequence[bytes],
    domain: str,
    inboxes: frozenset[str],
    today: date,
    belong: bool = False,
) -> list[dict[str, Any]]:
    """For each mail its parts; ``{"unopened": rule, "marks": claims}`` where it is others' post, ``{"reason": why}`` where it
    can't be read.

    Others' post is known by its head, before the body is looked at; but for reports to the reporting office, which are known by
    their text as well, and nothing of them is given back. ``belong``: these were found to be replies to what is here, so only
    a report stays closed.
    """
    ours = Ours(domain, inboxes)
    return [_read_one(mail, ours, today, belong=belong) for mail in mails]


def _read_one(data: bytes, ours: Ours, today: date, *, belong: bool) -> dict[str, Any]:
    try:
        head = envelope(data[:_HEAD])
        rule = claimed(head, today)
        if rule is not None and not (belong and rule.key != WHISTLEBLOWER):
            return {"unopened": rule.key, "marks": tuple(map(str, find_marks(_places(head))))}
        parsed = parse(data, ours)
        if _is_report(parsed, today):
            return {"unopened": WHISTLEBLOWER}
    except UnreadableError as error:
        return {"reason": error.message}
    except MemoryError:
        return {"reason": "Die E-Mail braucht beim Lesen zu viel Speicher."}
    except Exception as error:  # noqa: BLE001 - one bad mail must not keep the others waiting
        return {"reason": f"Die E-Mail ist anders aufgebaut als erwartet ({type(error).__name__})."}
    return {each.name: getattr(parsed, each.name) for each in fields(parsed)}


def _is_report(mail: ParsedMail, today: date) -> bool:
    """Whether its text or a file's name says that it is a report. Of a reply only what is new counts, of what programs write nothing."""
    if mail.machine:
        return False
    said = strip(mail.text) if mail.marks else mail.text
    names = [each.name for each in mail.attachments]
    return for_reporting_office({}, said, today, names=names) is not None


def _places(stated: Mapping[str, Any]) -> list[str]:
    """Where a head may hold marks."""
    received_by = [*stated["to"], *stated["cc"], *stated["delivered-to"], *stated["x-original-to"]]
    return where_marks_are(received_by, stated["references"], stated["subject"])


def parse(data: bytes, ours: Ours = NOBODY, limits: Limits = LIMITS) -> ParsedMail:
    """Raises ``UnreadableError`` for what is no mail at all."""
    if len(data) > limits.size:
        raise UnreadableError("too_large", "Die E-Mail ist zu groß, um gelesen zu werden.")
    if detect(data, "mail.eml") != MAIL:
        raise UnreadableError("unsupported", "Die Datei ist keine E-Mail.")
    reading = read_mail(data, limits)
    message = BytesHeaderParser(policy=compat32).parsebytes(data[:_HEAD])
    return _put_together(data, message, reading, ours)


def _put_together(
    data: bytes, message: "Message[str, str]", reading: Reading, ours: Ours
) -> ParsedMail:
    stated = reading.properties
    judged = look_at(message, stated["from"], ours)
    places = _places(stated)
    action = ""
    if judged.bounce:
        action, more = _reported(reading)
        places += more
    return ParsedMail(
        key=content_key(data, stated),
        message_id=one_line(stated["message_id"]),
        sender=one_line(stated["from"]),
        one_sender=len(addresses(message, "From")) == 1,
        name=one_line(stated["from_name"]),
        reply_to=tuple(map(one_line, stated["reply_to"])),
        to=tuple(map(one_line, stated["to"])),
        cc=tuple(map(one_line, stated["cc"])),
        recipients=tuple(map(one_line, recipients_of(stated))),
        subject=one_line(stated["subject"]),
        date=stated["date"],
        text=reading.text,
        references=tuple(map(one_line, stated["references"])),
        attachments=reading.attachments,
        defects=tuple(defects_of(message, reading)),
        machine=judged.machine,
        quiet=judged.quiet,
        own=judged.own,
        bounce=judged.bounce,
        bulk=judged.bulk,
        action=action,
        marks=tuple(map(str, find_marks(places))),
        english=header(message, "Content-Language").lower().startswith("en"),
    )


def one_line(text: str) -> str:
    """Without line breaks and signs that can't be seen (overrides of direction among them)."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _reported(reading: Reading) -> tuple[str, list[str]]:
    """What a delivery report says happened, and where the mail it is about may hold a mark."""
    contents = [each.content[:_HEAD] for each in reading.attachments]
    found = next((hit for each in contents if (hit := _ACTION.search(each))), None)
    texts = [reading.text[:_HEAD], *(each.decode("ascii", "replace") for each in contents)]
    for attached in reading.attachments:
        if attached.type == MAIL:
            about = envelope(attached.content[:_HEAD])
            texts += [about["message_id"], about["subject"]]
    return found[1].decode().lower() if found else "", texts


def reports_success(mail: ParsedMail) -> bool:
    return mail.bounce and mail.action in _WORKS


def content_key(data: bytes, stated: dict[str, Any]) -> str:
    """SHA-256, in hex. Line ends and blanks at the end differ from server to server and don't count."""
    body = re.split(rb"\r?\n[ \t]*\r?\n", data, maxsplit=1)[-1]
    plain = b"\n".join(line.rstrip() for line in body.splitlines()).rstrip()
    told = "\0".join(
        [stated["message_id"], stated["from"], str(stated["date"]), stated["subject"]]
    ).encode("utf-8", "replace")
    return hashlib.sha256(told + b"\0" + hashlib.sha256(plain).digest()).hexdigest()
