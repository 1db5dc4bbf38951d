"""Internet mail (RFC 5322, MIME). Malformed mail is normal: whatever can be had is had, nothing raises."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from email import errors as mail_errors
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeAlias

from ocr.detection import MAIL
from ocr.documents import Attachment, Reading, UnreadableError
from ocr.encoding import decode
from ocr.layout import clean
from ocr.limits import Limits
from ocr.names import safe_name
from ocr.readers.archive import type_of
from ocr.readers.signed import signed_content
from ocr.readers.tnef import unpack_tnef
from ocr.readers.uuencode import uuencoded
from ocr.readers.web import readable
from ocr.readers.word import as_pages

Part: TypeAlias = "Message[str, str]"

_DEEPEST = 20  # multiparts within multiparts
_SMALL_INLINE = 20_000  # bytes: a logo in a signature
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_UNVERIFIED = "Die Nachricht ist elektronisch signiert; die Signatur wurde nicht geprüft."
_ENCRYPTED = "Die Nachricht ist verschlüsselt (S/MIME) und kann nicht gelesen werden. Bitte unverschlüsselt anfordern."
_FAULTS = (ValueError, LookupError, AttributeError, TypeError, AssertionError, mail_errors.MessageError,
           RecursionError, OverflowError)  # fmt: skip


def _raw(message: Part, name: str) -> list[str]:
    """The header's values as they stand in the file; bytes outside ASCII as surrogates."""
    wanted = name.lower()
    return [str(value) for key, value in message.raw_items() if key.lower() == wanted]


def _plain(raw: str) -> str:
    """A raw value decoded (RFC 2047) to one line; raw eight-bit values are guessed."""
    try:
        text = raw.encode("utf-8", "surrogateescape")
        pieces = decode_header(decode(text)) if b"=?" in text else [(decode(text), None)]
        value = "".join(
            decode(piece, charset) if isinstance(piece, bytes) else piece
            for piece, charset in pieces
        )
    except _FAULTS:
        return ""
    return " ".join(clean(re.sub(r"[\r\n]+", " ", value)).split())


def header(message: Part, name: str) -> str:
    """The first header of this name, decoded; empty if there is none."""
    values = _raw(message, name)
    return _plain(values[0]) if values else ""


def addresses(message: Part, name: str) -> list[tuple[str, str]]:
    """Names and addresses of a header that may occur several times."""
    try:
        # Parsed before decoding: an encoded name may hide commas and angle brackets.
        parsed = getaddresses([" ".join(value.split()) for value in _raw(message, name)])
    except _FAULTS:
        return []
    return [
        (_plain(shown), clean(address).strip()) for shown, address in parsed if address or shown
    ]


def is_automatic(message: Part) -> bool:
    """Sent by a machine, or to many at once."""
    return is_by_machine(message) or bool(sent_to_many(message))


def sent_to_many(message: Part) -> str:
    """„bulk“ or „list“ where it says so: lists and newsletters do, and some programs that answer by themselves („bulk“)."""
    found = header(message, "Precedence").lower()
    return found if found in {"bulk", "list"} else ""


def is_by_machine(message: Part) -> bool:
    """Sent by a machine (RFC 3834 and the older habits that mean the same)."""
    submitted = header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if header(message, "Precedence").lower() in {"junk", "auto_reply"}:
        return True
    if header(message, "Return-Path") == "<>":
        return True
    return any(
        bool(_raw(message, name)) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")
    )


def _date(message: Part) -> str | None:
    with suppress(*_FAULTS):
        value = header(message, "Date")
        return parsedate_to_datetime(value).isoformat() if value else None
    return None


def header_properties(message: Part) -> dict[str, Any]:
    """What the headers state, in the shape of ``rathaus kiss parse``."""
    sender = (addresses(message, "From") or addresses(message, "Sender") or [("", "")])[0]
    references = f"{header(message, 'References')} {header(message, 'In-Reply-To')}".split()
    return {
        "from": sender[1],
        "from_name": sender[0],
        "to": [address for _, address in addresses(message, "To")],
        "cc": [address for _, address in addresses(message, "Cc")],
        "reply_to": [address for _, address in addresses(message, "Reply-To")],
        "subject": header(message, "Subject"),
        "date": _date(message),
        "message_id": header(message, "Message-ID"),
        "references": list(dict.fromkeys(references)),
        "automatic": is_automatic(message),
        "list": any(_raw(message, name) for name in ("List-Id", "List-Unsubscribe")),
        "delivered-to": [address for _, address in addresses(message, "Delivered-To")],
        "x-original-to": [address for _, address in addresses(message, "X-Original-To")],
        "sensitivity": header(message, "Sensitivity"),
    }


def envelope(head: bytes) -> dict[str, Any]:
    """The headers of a mail alone, from its first bytes; the body is not looked at."""
    return header_properties(BytesHeaderParser(policy=compat32).parsebytes(head))


def _opened(part: Part) -> "Part | None":
    """The message that a signed one wraps (RFC 8551 section 3.5.2)."""
    content = signed_content(_bytes(part)) if part.get_content_type() in _SMIME else None
    return None if content is None else message_from_bytes(content, policy=compat32)


def _parts(message: Part) -> "list[Part] | None":
    """The parts of a message that has some. Asking others for their content already decodes it, which may fail."""
    if not message.is_multipart():
        return None
    return [part for part in message.get_payload() if isinstance(part, Message)]


def _leaves(message: Part, depth: int = 0) -> Iterator[tuple[Part, bool]]:
    """Parts in order, each with whether it belongs to the body; attached mails are leaves."""
    kind = message.get_content_type()
    if depth <= _DEEPEST and (inner := _opened(message)) is not None:
        yield from _leaves(inner, depth + 1)
        return
    payload = _parts(message)
    if payload is None or kind.startswith("message/") or depth > _DEEPEST:
        yield message, _is_body(message)
        return
    if kind == "multipart/alternative":
        yield from _alternative(payload, depth)
        return
    for part in payload:
        yield from _leaves(part, depth + 1)


def _alternative(choices: list[Part], depth: int) -> Iterator[tuple[Part, bool]]:
    """Of several shapes of one text the plain one, or the first that says something."""
    spread = [list(_leaves(choice, depth + 1)) for choice in choices]

    def says(kind: str) -> Callable[[list[tuple[Part, bool]]], bool]:
        return lambda leaves: any(
            body and part.get_content_type() == kind and _text(part).strip()
            for part, body in leaves
        )

    chosen = next(
        (leaves for kind in ("text/plain", "text/html") for leaves in spread if says(kind)(leaves)),
        None,
    )
    for leaves in spread:
        for part, body in leaves:
            if body and leaves is not chosen and part.get_content_maintype() == "text":
                continue  # the same text in another shape
            yield part, body


def _is_body(part: Part) -> bool:
    if part.get_content_type() not in {"text/plain", "text/html"}:
        return False
    try:
        return part.get_content_disposition() != "attachment" and not part.get_filename()
    except _FAULTS:
        return True


def _bytes(part: Part) -> bytes:
    """The decoded content; whatever is there if the encoding is broken."""
    try:
        payload = part.get_payload(decode=True)
    except _FAULTS:
        payload = None
    if isinstance(payload, bytes):
        return payload
    with suppress(*_FAULTS):
        inner = part.get_payload()
        if isinstance(inner, list):
            return b"".join(item.as_bytes() for item in inner if isinstance(item, Message))
        return str(inner).encode("utf-8", "surrogateescape")
    return b""


def _text(part: Part) -> str:
    try:
        charset = part.get_content_charset()
    except _FAULTS:
        charset = None
    text = decode(_bytes(part), charset)
    return readable(text) if part.get_content_type() == "text/html" else text


def _filename(part: Part, number: int) -> str:
    try:
        raw = part.get_filename() or ""
    except _FAULTS:
        raw = ""
    if not raw and part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        subject = header(first, "Subject") if isinstance(first, Message) else ""
        return safe_name(f"{subject or 'Nachricht'}.eml".replace("/", "-"), "Nachricht.eml")
    ending = {"text/html": ".html", "text/plain": ".txt"}.get(part.get_content_type(), "")
    return safe_name(_plain(raw), f"Anhang-{number}{ending}")


def _is_tnef(part: Part, name: str) -> bool:
    return name.lower() == "winmail.dat" or part.get_content_type() in _TNEF


def _files(parts: list[Part], limits: Limits, warnings: list[str]) -> Iterator[Attachment]:
    """The attached files; Outlook's winmail.dat is taken apart."""
    for number, part in enumerate(parts, start=1):
        content, name = _bytes(part), _filename(part, number)
        if _is_tnef(part, name):
            unpacked = unpack_tnef(content, limits)
            if unpacked is None or not unpacked.complete:
                warnings.append(
                    f"Der Anhang „{name}“ ist beschädigt und wurde nicht ganz ausgepackt."
                )
                yield Attachment(name, "application/ms-tnef", len(content), content)
            for inner, (stated, held) in enumerate(unpacked.files if unpacked else (), start=1):
                shown = safe_name(stated, f"Anhang-{number}-{inner}")
                yield Attachment(shown, type_of(held, shown), len(held), held)
            continue
        kind = MAIL if part.get_content_type() == "message/rfc822" else type_of(content, name)
        yield Attachment(name, kind, len(content), content)


def _attachments(parts: list[Part], limits: Limits, warnings: list[str]) -> list[Attachment]:
    found: list[Attachment] = []
    total = 0
    for attachment in _files(parts, limits, warnings):
        total += attachment.size
        if len(found) >= limits.members or total > limits.unpacked:
            warnings.append("Die Nachricht hat zu viele oder zu große Anhänge; einige fehlen.")
            break
        found.append(attachment)
    return found


def _written(files: list[tuple[str, bytes]]) -> list[Attachment]:
    """Files that stood in the text itself."""
    named = [
        (safe_name(name, f"Datei-{number}"), held) for number, (name, held) in enumerate(files, 1)
    ]
    return [Attachment(name, type_of(held, name), len(held), held) for name, held in named]


def _tnef_text(parts: list[Part], limits: Limits) -> str:
    """The text that Outlook kept in its winmail.dat."""
    for number, part in enumerate(parts, start=1):
        if _is_tnef(part, _filename(part, number)):
            unpacked = unpack_tnef(_bytes(part), limits)
            if unpacked is not None and unpacked.text:
                return unpacked.text
    return ""


def _remarks(message: Part, leaves: list[tuple[Part, bool]]) -> Iterator[str]:
    """What to say of signed and encrypted messages."""
    parts = [message, *(_parts(message) or ())]
    if any(_opened(part) is not None for part in parts):
        yield _UNVERIFIED
    if any(part.get_content_type() in _SMIME for part, _ in leaves):
        yield _ENCRYPTED


def _is_decoration(part: Part) -> bool:
    """A small picture that the HTML shows: a logo or a line."""
    inline = bool(_raw(part, "Content-ID")) and part.get_content_maintype() == "image"
    return inline and len(_bytes(part)) < _SMALL_INLINE


def read_mail(source: bytes | Path, limits: Limits) -> Reading:
    """Headers as properties, the body as one page, attachments (attached mails too) as attachments."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    warnings: list[str] = []
    try:
        message = message_from_bytes(data, policy=compat32)
        leaves = list(_leaves(message))
    except RecursionError:
        message = BytesHeaderParser(policy=compat32).parsebytes(data)
        leaves = []
        warnings.append("Die Nachricht ist zu tief verschachtelt; gelesen wurde nur der Kopf.")
    except _FAULTS as error:
        raise UnreadableError(
            "damaged", "Diese E-Mail ist beschädigt. Bitte erneut anfordern."
        ) from error
    properties = header_properties(message)
    warnings.extend(_remarks(message, leaves))
    others = [part for part, body in leaves if not body and not _is_decoration(part)]
    others = [part for part in others if _bytes(part) or part.get_filename()]
    bodies = [
        _text(part).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        for part, body in leaves
        if body
    ]
    text = clean("\n\n".join(body for body in bodies if body.strip()))
    text = text or _tnef_text(others, limits)
    if len(text) > limits.text:
        text = text[: limits.text]
        warnings.append("Die Nachricht enthält sehr viel Text; gelesen wurde nur der Anfang.")
    text, written = uuencoded(text)
    attachments = _attachments(others, limits, warnings) + _written(written)
    properties["defects"] = sorted(
        {
            type(defect).__name__
            for part in (message, *(part for part, _ in leaves))
            for defect in part.defects
        }
    )
    return Reading(MAIL, as_pages([text]), tuple(attachments), properties, tuple(warnings))
