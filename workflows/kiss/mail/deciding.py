"""What becomes of a mail that was read. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storage.mail import MailRefusedError, sendable
from workflows.kiss.anliegen.opening import Caller
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.duplicates.stripping import strip
from workflows.kiss.mail.automatic import is_ours, nobody_reads
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.parsing import ParsedMail, reports_success
from workflows.kiss.routing.complaints import is_about_a_person

NO_TEXT = "(Die E-Mail enthält keinen Text.)"
NOT_ARRIVED = "Ihre Antwort kam nicht an: Der Mailserver des Empfängers hat sie zurückgegeben."
LATE = "Ihre Antwort ist noch nicht angekommen; der Mailserver versucht es weiter."
_NOTED = 2_000
_KINDS = (
    (re.compile(r"\bbeschwer(de|en|t)", re.IGNORECASE), Kind.COMPLAINT),
    (re.compile(r"\b(lob|dank|danke|dankeschön|vielen dank)\b", re.IGNORECASE), Kind.PRAISE),
    (re.compile(r"\b(idee|vorschlag|anregung|verbesserungsvorschlag)\b", re.IGNORECASE), Kind.IDEA),
)


@dataclass(frozen=True, slots=True)
class Decision:
    """``why`` only where nothing is made of the mail."""

    fate: Fate
    why: str | None = None


def decide(mail: ParsedMail, *, belongs: bool) -> Decision:
    """``belongs``: whether a genuine mark leads to an Anliegen.

    What machines write never opens, never reopens and is never answered: it is a note where it belongs to something. What goes
    to many may be a person's; as a reply it may be an absence notice, so that somebody looks.
    """
    if mail.own or (mail.machine and not belongs):
        return Decision(Fate.IGNORED, mail.machine[0])
    if reports_success(mail):
        return Decision(Fate.IGNORED, "Das ist eine Empfangsbestätigung.")
    if mail.machine or (mail.bulk and belongs):
        return Decision(Fate.NOTED)
    return Decision(Fate.HEARD if belongs else Fate.OPENED)


def is_trusted(mail: ParsedMail, known: Iterable[str]) -> bool:
    """Whether it comes from one of these addresses, however it is spelled, and names no other sender.

    Only the From is believed: it is what mail servers check (DMARC, RFC 7489, 3.1); where answers are to go anybody may write.
    """
    return mail.one_sender and any(is_same_address(mail.sender, each) for each in known)


def is_same_address(one: str, other: str) -> bool:
    """Large or small letters, and a domain with umlauts or as servers write it, make no difference."""
    return _plain(one) == _plain(other)


def _plain(address: str) -> str:
    try:
        return sendable(address).lower()
    except MailRefusedError:
        return address.lower()


def caller(mail: ParsedMail, inboxes: frozenset[str]) -> Caller:
    """Who is answered: where the sender wants answers sent (RFC 5322, 3.6.2); nobody where nobody reads there."""
    wished = mail.reply_to[0] if len(mail.reply_to) == 1 else mail.sender
    name = mail.name[:200] or None
    try:
        address = sendable(wished)
    except MailRefusedError:
        return Caller(name)
    if nobody_reads(address) or is_ours(address, inboxes):
        return Caller(name)
    return Caller(name, address, language="en" if mail.english else "de")


def kind_of(mail: ParsedMail) -> Kind:
    """As its subject calls it; whether it is about a person is seen where Anliegen are opened."""
    return next((kind for words, kind in _KINDS if words.search(mail.subject)), Kind.FAULT)


def complains(mail: ParsedMail) -> bool:
    """Whether a person's reply, not what it quotes, reads like a complaint about a person of the house."""
    names = [each.name for each in mail.attachments]
    return not mail.machine and is_about_a_person(strip(mail.text), names=names)


def note_of(mail: ParsedMail) -> str:
    """What the house is told of a machine's mail."""
    if mail.bounce:
        opening = LATE if mail.action == "delayed" else NOT_ARRIVED
    else:
        opening = f"Automatische Nachricht von {mail.sender or 'unbekannt'}: {mail.subject}"
    return f"{opening}\n\n{mail.text[:_NOTED]}".strip()


def written(mail: ParsedMail) -> str:
    return mail.text.strip() or NO_TEXT
