"""What is wrong with a mail, in German sentences for people who decide what to believe of it. Pure."""

import re
from collections.abc import Iterator
from email.message import Message

from ocr.documents import Reading
from ocr.readers.mail import addresses, header

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_MANY = 100
_SINGLE = ("From", "Subject", "Date", "Message-ID", "To", "Reply-To", "In-Reply-To", "References")
"""At most one of each (RFC 5322, 3.6)."""
_BY_PYTHON = {
    "MissingHeaderBodySeparatorDefect": "Zwischen Kopf und Text fehlt die Leerzeile.",
    "NoBoundaryInMultipartDefect": "Die Teile der E-Mail sind nicht voneinander getrennt.",
    "StartBoundaryNotFoundDefect": "Der Anfang der Teile fehlt.",
    "CloseBoundaryNotFoundDefect": "Das Ende der E-Mail fehlt.",
    "MultipartInvariantViolationDefect": "Die Teile der E-Mail sind nicht zu erkennen.",
    "InvalidMultipartContentTransferEncodingDefect": "Die Kodierung der Teile ist nicht erlaubt.",
    "InvalidBase64PaddingDefect": "Ein Teil ist unvollständig (Base64).",
    "InvalidBase64CharactersDefect": "Ein Teil ist beschädigt (Base64).",
    "InvalidBase64LengthDefect": "Ein Teil ist unvollständig (Base64).",
    "FirstHeaderLineIsContinuationDefect": "Der Kopf beginnt mitten in einer Zeile.",
    "MisplacedEnvelopeHeaderDefect": "Im Kopf steht eine Zeile, die dort nicht hingehört.",
    "MalformedHeaderDefect": "Eine Kopfzeile ist beschädigt.",
}


def defects_of(message: "Message[str, str]", reading: Reading) -> list[str]:
    """Each once."""
    return list(dict.fromkeys(_all(message, reading)))


def _all(message: "Message[str, str]", reading: Reading) -> Iterator[str]:
    stated = reading.properties
    yield from _of_sender(message)
    if not stated["subject"]:
        yield "Der Betreff fehlt."
    if not header(message, "Date"):
        yield "Das Datum fehlt."
    elif stated["date"] is None:
        yield "Das Datum ist nicht zu lesen."
    if not stated["message_id"]:
        yield "Die Kennung der Nachricht (Message-ID) fehlt."
    if not reading.text.strip():
        yield "Die E-Mail enthält keinen Text."
    if len(stated["to"]) + len(stated["cc"]) > _MANY:
        yield f"Die E-Mail ging an {len(stated['to']) + len(stated['cc'])} Empfänger."
    for name in _SINGLE:
        if len(message.get_all(name, [])) > 1:
            yield f"Die Kopfzeile {name} steht mehrmals da."
    for name in stated["defects"]:
        yield _BY_PYTHON.get(name, f"Die E-Mail hält sich nicht an die Regeln ({name}).")
    yield from reading.warnings


def _of_sender(message: "Message[str, str]") -> Iterator[str]:
    found = addresses(message, "From")
    if not found or not found[0][1]:
        yield "Der Absender fehlt."
        return
    if len(found) > 1:
        yield "Die E-Mail nennt mehrere Absender."
    shown, address = found[0]
    claimed = _ADDRESS.search(shown)
    if claimed and claimed.group().lower() != address.lower():
        yield "Der Name des Absenders sieht aus wie eine andere E-Mail-Adresse."
    if "@" not in address:
        yield "Die Adresse des Absenders ist unvollständig."
