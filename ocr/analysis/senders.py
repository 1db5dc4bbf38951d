"""Who wrote to whom: names from the mail's header, address blocks, letterhead and closing; the kind of sender."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from ocr.analysis import profiles
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.kinds import fold
from ocr.analysis.layout import Block, Letter
from ocr.analysis.profiles import Zone
from ocr.analysis.sheet import Line
from ocr.documents import Evidence, Field, Finding

_PARTS = re.compile(r"\s*(?:[,·|•;]|\s[-–—*]\s)\s*")
_PREFIX = re.compile(
    r"^(?:Absender|Von|Herrn?|Frau|Firma|Fa\.|An(?: das| die| den)?|Familie|z\. ?Hd\.)\s*:?\s*"
)
_STREET_LINE = re.compile(r"\d{1,4}\s?[a-z]?$|^Postfach|\d{5}")


@dataclass(frozen=True, slots=True)
class Parties:
    """Sender and recipient, and the text that stands for the sender when its kind is judged."""

    sender: Field
    recipient: Field
    sender_zone: Zone | None


def header_name(value: Any) -> str | None:
    """The display name of a mail header, else its address."""
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    if not isinstance(value, str) or not value.strip():
        return None
    name, address = parseaddr(value)
    return name or address or value.strip()


def find_parties(
    letter: Letter, findings: Sequence[Finding], properties: dict[str, Any], gazetteers: Gazetteers
) -> Parties:
    """Sender and recipient of the document; ``None`` values where nothing tells."""
    own = _own_words(gazetteers)
    sender_block, recipient_block = _blocks(letter, own)
    mail_from, mail_to = header_name(properties.get("from")), header_name(properties.get("to"))
    page = letter.sheet.number
    recipient = (
        _from_header(mail_to, "mail_header")
        or _from_block(recipient_block, findings, page)
        or _own_mention(letter, own, sender_block)
    )
    if mail_from:
        zone = Zone(
            "sender", fold(str(properties.get("from"))), str(properties.get("from")), None, None
        )
        return Parties(_from_header(mail_from, "mail_header") or Field(None, 0.0), recipient, zone)
    sender = _from_block(sender_block, findings, page)
    if sender is None or sender.confidence < 0.5:
        sender = (
            _letterhead(letter, findings, recipient_block)
            or _closing_name(letter, findings)
            or sender
            or Field(None, 0.0)
        )
    head = sender_block.text if sender_block else ""
    raw = f"{sender.value or ''}\n{head}"
    start = sender_block.start if sender_block else None
    zone = Zone("sender", fold(raw), raw, page if start is not None else None, None)
    return Parties(sender, recipient, zone)


def _own_words(gazetteers: Gazetteers) -> tuple[str, ...]:
    return tuple(
        fold(name)
        for name in (*gazetteers.organisations, *(office.name for office in gazetteers.offices))
    )


def _is_own(text: str, own: Sequence[str]) -> bool:
    folded = fold(text)
    return any(name in folded for name in own)


def _blocks(letter: Letter, own: Sequence[str]) -> tuple[Block | None, Block | None]:
    """The sender's and the recipient's address block among those of the head."""
    blocks = [block for block in letter.blocks if block.lines]
    if not blocks:
        return None, None
    addressed = [block for block in blocks if block.addressed]
    if len(blocks) == 1:
        block = blocks[0]
        is_window = block.addressed or _is_own(block.text, own) or _BUYER.search(block.text)
        return (None, block) if is_window else (block, None)
    if addressed:
        recipient = addressed[0]
    else:
        later = [block for block in blocks[1:] if _is_own(block.text, own)]
        recipient = (
            later[0]
            if later
            else blocks[0]
            if _is_own(blocks[0].text, own) and len(blocks[0].lines) > 1
            else blocks[1]
        )
    others = [block for block in blocks if block is not recipient]
    return others[0], recipient


_BUYER = re.compile(r"Rechnungsempfänger|Käufer|Kunde\b|Empfänger", re.IGNORECASE)


def _from_header(name: str | None, rule: str) -> Field | None:
    if not name:
        return None
    return Field(name, 0.95, (Evidence(None, None, None, name, rule, 0.95),))


def _from_block(block: Block | None, findings: Sequence[Finding], page: int) -> Field | None:
    """The name an address block begins with: its organisation, else its person, else its first line."""
    if block is None:
        return None
    inside = [
        f for f in findings if f.page == page and block.start <= f.start and f.end <= block.end
    ]
    for kind, sure in (("organisation", 0.9), ("person", 0.85)):
        named = [f for f in inside if f.kind == kind]
        if named:
            first = named[0]
            return Field(
                str(first.normalized),
                sure,
                (
                    Evidence(
                        page, first.start, first.end, first.value, f"address_block.{kind}", sure
                    ),
                ),
            )
    for line in block.lines:
        part = _PARTS.split(line.text)[0].strip()
        rest = _PREFIX.sub("", part)
        if len(rest) >= 4 and not _STREET_LINE.search(rest) and not rest.endswith(":"):
            start = line.start + line.text.index(rest)
            return Field(
                rest,
                0.7,
                (Evidence(page, start, start + len(rest), rest, "address_block.first_line", 0.7),),
            )
    return None


def _letterhead(
    letter: Letter, findings: Sequence[Finding], recipient: Block | None
) -> Field | None:
    """The first organisation above the text that is not the recipient; a court's or council's own first line."""
    page = letter.sheet.number
    end = letter.head[-1].end if letter.head else 0
    for finding in findings:
        if finding.page == page and finding.kind == "organisation" and finding.start < end:
            inside = recipient is not None and recipient.start <= finding.start < recipient.end
            if not inside:
                return Field(
                    str(finding.normalized),
                    0.75,
                    (
                        Evidence(
                            page, finding.start, finding.end, finding.value, "letterhead", 0.75
                        ),
                    ),
                )
    first = letter.lines[0] if letter.lines else None
    if first and _PUBLIC_LINE.search(first.text) and len(first.text) < 70:
        return Field(
            first.text,
            0.65,
            (Evidence(page, first.start, first.end, first.text, "letterhead", 0.65),),
        )
    return None


_PUBLIC_LINE = re.compile(
    r"fraktion|gemeinderat|stadtrat|gericht|ministerium|präsidium|amt\b|verein|stelle\b|rat\b|kanzlei|verband|werk|dienst|GmbH",
    re.IGNORECASE,
)


def _closing_name(letter: Letter, findings: Sequence[Finding]) -> Field | None:
    """The person who signed, else the first person who signed anywhere in the text."""
    signed = [f for f in findings if f.rule in {"person.closing", "person.signed"}]
    if signed:
        last = signed[-1]
        return Field(
            str(last.normalized),
            0.75,
            (Evidence(last.page, last.start, last.end, last.value, "closing", 0.75),),
        )
    at = letter.closing
    following = letter.lines[at + 1 : at + 3] if at is not None else ()
    for line in following:
        if (
            3 <= len(line.text) <= 50
            and line.text[0].isupper()
            and not any(c.isdigit() for c in line.text)
        ):
            return Field(
                line.text,
                0.55,
                (Evidence(letter.sheet.number, line.start, line.end, line.text, "closing", 0.55),),
            )
    return None


def _own_mention(letter: Letter, own: Sequence[str], sender: Block | None) -> Field:
    """Our own name in the head, where it is not the sender's block."""
    for line in letter.head:
        if sender is not None and sender.start <= line.start < sender.end:
            continue
        if _is_own(line.text, own):
            text = _PREFIX.sub("", line.text)
            start = line.start + line.text.index(text)
            return Field(
                text,
                0.6,
                (Evidence(letter.sheet.number, start, start + len(text), text, "own_name", 0.6),),
            )
    return Field(None, 0.0)


def find_sender_kind(
    parties: Parties, zones: Sequence[Zone], findings: Sequence[Finding], gazetteers: Gazetteers
) -> Field:
    """citizen, company, authority, court, council or internal; ``None`` where nothing tells."""
    _, senders = profiles.seed()
    mine = [zone for zone in zones if zone.name == "text"]
    if parties.sender_zone is not None:
        mine = [parties.sender_zone, *mine]
    bonus: dict[str, float] = {}
    sender = parties.sender.value or ""
    block = parties.sender_zone.raw if parties.sender_zone else ""
    if _is_own(block or sender, _own_words(gazetteers)) or sender in gazetteers.staff:
        bonus["internal"] = 6.0
    named = {str(f.normalized): f.kind for f in findings if f.kind in {"person", "organisation"}}
    if named.get(sender) == "person":
        bonus["citizen"] = 2.0
    elif named.get(sender) == "organisation":
        bonus["company"] = 0.5
    return profiles.decide(mine, senders, bonus, rule="sender_kind")


def line_evidence(line: Line, page: int, rule: str, weight: float) -> Evidence:
    """A whole line as evidence."""
    return Evidence(page, line.start, line.end, line.text, rule, weight)
