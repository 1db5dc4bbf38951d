"""Outlook's own files (.msg, MS-OXMSG)."""

from email.message import Message
from io import BytesIO
from pathlib import Path
from typing import Any

from ocr.detection import OUTLOOK
from ocr.documents import Attachment, Reading, UnreadableError
from ocr.encoding import decode
from ocr.layout import clean
from ocr.limits import Limits
from ocr.names import safe_name
from ocr.readers.archive import type_of
from ocr.readers.mail import addresses, header_properties
from ocr.readers.outlook_rtf import unpack_rtf
from ocr.readers.web import readable
from ocr.readers.word import as_pages, rtf_text

_FAULTS = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, LookupError,
           RecursionError, OverflowError, EOFError, ArithmeticError, NotImplementedError)  # fmt: skip
_HTML, _PACKED_RTF = 0x1013, 0x1009  # PidTagHtml, PidTagRtfCompressed
_DAMAGED = "Diese Outlook-Datei ist beschädigt oder unvollständig. Bitte erneut anfordern."


def _recipient_kind(recipient: Any) -> int:
    """PidTagRecipientType: 1 to, 2 cc, 3 bcc."""
    try:
        return int(recipient.properties.int_prop_value(0x0C15) or 1)
    except _FAULTS:
        return 1


def _properties(message: Any) -> dict[str, Any]:
    """The same keys as a mail's; transport headers where Outlook kept them, else its own fields."""
    kept: Message[str, str] = Message()
    for name, value in message.message_headers.items():
        kept[name] = value
    properties = header_properties(kept)
    if not properties["from"]:
        wrapper: Message[str, str] = Message()
        wrapper["From"] = message.sender or ""
        found = addresses(wrapper, "From")
        properties["from_name"], properties["from"] = found[0] if found else ("", "")
    if not properties["to"]:
        people = [
            (_recipient_kind(person), clean(person.email_address)) for person in message.recipients
        ]
        properties["to"] = [address for kind, address in people if kind == 1 and address]
        properties["cc"] = [address for kind, address in people if kind == 2 and address]
    properties["subject"] = properties["subject"] or clean(message.subject)
    if not properties["date"] and message.sent_date is not None:
        properties["date"] = message.sent_date.isoformat()
    properties["defects"] = []
    return properties


def _body(message: Any) -> str:
    plain = message.body
    if plain and plain.strip():
        return clean(plain.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    markup = message.properties.binary_prop_value(_HTML)
    if markup:
        return readable(decode(markup, _charset(message)))
    packed = message.properties.binary_prop_value(_PACKED_RTF)
    if packed:
        return _rtf_text(packed)
    html = message.html_body
    return readable(html) if html else ""


def _charset(message: Any) -> str | None:
    try:
        return str(message.properties.body_encoding)
    except _FAULTS:
        return None


def _rtf_text(packed: bytes) -> str:
    """The text of a body kept as RTF; HTML in RTF clothing (MS-OXRTFEX) comes out as text too."""
    return clean(rtf_text(unpack_rtf(packed))).strip("\n")


def _attachments(message: Any, limits: Limits, warnings: list[str]) -> list[Attachment]:
    found: list[Attachment] = []
    total = 0
    for number, attachment in enumerate(message.attachments, start=1):
        try:
            content = attachment.file_bytes
            name = safe_name(attachment.file_name, f"Anhang-{number}")
        except _FAULTS:
            content, name = None, f"Anhang-{number}"
        if content is None:  # an attached Outlook item lives in a storage of its own
            warnings.append(
                f"Der Anhang „{name}“ ist ein Outlook-Element und wird nicht ausgepackt."
            )
            continue
        total += len(content)
        if len(found) >= limits.members or total > limits.unpacked:
            warnings.append("Die Nachricht hat zu viele oder zu große Anhänge; einige fehlen.")
            break
        found.append(Attachment(name, type_of(content, name), len(content), content))
    return found


def read_outlook(source: bytes | Path, limits: Limits) -> Reading:
    """Reads an .msg file like a mail."""
    from oxmsg import Message as OutlookMessage

    data = source if isinstance(source, bytes) else source.read_bytes()
    warnings: list[str] = []
    try:
        message = OutlookMessage.load(BytesIO(data))
        properties = _properties(message)
        text = _body(message)[: limits.text]
        attachments = _attachments(message, limits, warnings)
    except _FAULTS as error:
        raise UnreadableError("damaged", _DAMAGED) from error
    return Reading(OUTLOOK, as_pages([text]), tuple(attachments), properties, tuple(warnings))
