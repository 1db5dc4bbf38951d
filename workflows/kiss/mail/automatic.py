"""Which mails no person wrote, or whose sender wants no automatic answer. Pure.

Two kinds: ``machine`` are written by machines (RFC 3834 and older habits), and nobody is told anything because of them.
``quiet`` ones may be a person's: they are taken in, and get no automatic answer.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from email.message import Message

from ocr.readers.mail import header, is_automatic, is_by_machine, sent_to_many
from workflows.kiss.mail.marks import is_our_message_id

_NOBODY = re.compile(
    r"(mailer-?daemon|postmaster|no-?_?reply.*|.*[._-]no-?_?reply|do-?_?not-?_?reply.*|noreply.*|nicht-?antworten"
    r"|keine-?antwort.*|bounces?|.*[+=-]bounces?.*)",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"(mailer-?daemon|postmaster)", re.IGNORECASE)
_SUBJECTS = re.compile(
    r"(abwesenheitsnotiz|automatische (antwort|rückantwort|empfangsbestätigung)|automatisch generierte antwort"
    r"|out of (the )?office|automatic reply|auto(matic)?[ -]?response|autoreply|abwesend:)\b",
    re.IGNORECASE,
)
_SUPPRESS = frozenset({"all", "oof", "autoreply"})


@dataclass(frozen=True, slots=True)
class Ours:
    """What is ours: the domain our mails come from, and the addresses of our inboxes (lower case)."""

    domain: str = ""
    inboxes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Automatic:
    """Why a mail counts as automatic (German words); ``own``: a mail of ours came back; ``bulk``: it says that it went to
    many, as some programs do that answer by themselves.
    """

    machine: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    own: bool = False
    bounce: bool = False
    bulk: bool = False


def look_at(message: "Message[str, str]", sender: str, ours: Ours) -> Automatic:
    """Judged by the headers alone."""
    own = bool(ours.domain) and is_our_message_id(header(message, "Message-ID"), ours.domain)
    report = message.get_content_type() == "multipart/report"
    nobody = header(message, "Return-Path").strip() == "<>"
    local_part = sender.rpartition("@")[0] or sender
    bounce = (report and _report_type(message) in {"delivery-status", ""}) or (
        bool(_DAEMON.fullmatch(local_part)) and (nobody or is_automatic(message))
    )
    machine = [
        reason
        for holds, reason in (
            (own, "Das ist eine E-Mail von uns."),
            (report, "Das ist eine Zustell- oder Lesebestätigung."),
            (nobody, "Der Absender nimmt keine Antworten an (Return-Path)."),
            (is_by_machine(message), "Die Kopfzeilen nennen die E-Mail automatisch."),
            (bool(_SUBJECTS.match(header(message, "Subject"))), "Der Betreff nennt die E-Mail automatisch."),
        )
        if holds
    ]  # fmt: skip
    quiet = [
        reason
        for holds, reason in (
            (_suppresses(message), "Es sind keine automatischen Antworten erwünscht."),
            (bool(_NOBODY.fullmatch(local_part)), "Die Adresse des Absenders nimmt keine Antworten an."),
            (is_ours(sender, ours.inboxes), "Der Absender ist unser eigenes Postfach."),
            (bool(header(message, "List-Id") or sent_to_many(message)), "Die E-Mail kam über einen Verteiler."),
        )
        if holds
    ]  # fmt: skip
    return Automatic(tuple(machine), tuple(quiet), own, bounce, sent_to_many(message) == "bulk")


def _report_type(message: "Message[str, str]") -> str:
    value = message.get_param("report-type")
    return value.lower() if isinstance(value, str) else ""


def _suppresses(message: "Message[str, str]") -> bool:
    """MS-OXCMAIL 2.1.3.2.22."""
    words = re.split(r"[\s,;]+", header(message, "X-Auto-Response-Suppress").lower())
    return any(word in _SUPPRESS for word in words)


def nobody_reads(address: str) -> bool:
    """Whether the address says that nobody reads what is sent there."""
    return bool(_NOBODY.fullmatch(address.rpartition("@")[0]))


def is_ours(address: str, inboxes: Collection[str]) -> bool:
    """Whether it is one of our inboxes, with or without something behind a plus."""
    local_part, _, host = address.lower().rpartition("@")
    return f"{local_part.partition('+')[0]}@{host}" in inboxes or address.lower() in inboxes
