"""What the head of a mail says that could not be read: enough for people to know whom to ask. Pure.

Only header lines are looked at, at most ``HEAD`` bytes of them; nothing is unpacked and nothing decoded but words.
"""

from dataclasses import dataclass
from datetime import date
from email.parser import BytesHeaderParser
from email.policy import compat32

from ocr.detection import MAIL, detect
from ocr.documents import UnreadableError
from ocr.readers.mail import addresses, envelope, header
from workflows.kiss.mail.parsing import one_line
from workflows.kiss.routing.unopened import claimed

HEAD = 256 * 1024
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Glance:
    """``None`` where the head does not say."""

    sender: str | None = None
    subject: str | None = None


NOTHING = Glance()


def glance(content: bytes) -> Glance:
    """Sender and subject as they are written; of what is no mail nothing."""
    head = content[:HEAD]
    try:
        if detect(head, "mail.eml") != MAIL:
            return NOTHING
    except UnreadableError:
        return NOTHING
    message = BytesHeaderParser(policy=compat32).parsebytes(head)
    shown, address = next(iter(addresses(message, "From")), ("", ""))
    sender = f"{shown} <{address}>" if shown and address else address or shown
    return Glance(_short(sender), _short(header(message, "Subject")))


def others_post(content: bytes, today: date) -> str | None:
    """The rule whose post it is by its head, so that it must not be opened here (HinSchG § 8 and others)."""
    rule = claimed(envelope(content[:HEAD]), today)
    return rule.key if rule is not None else None


def _short(text: str) -> str | None:
    return one_line(text)[:_LONGEST].strip() or None
