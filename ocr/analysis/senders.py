"""Who wrote to whom: names from the mail's header, address blocks, letterhead and closing; the kind of sender."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ocr.analysis import profiles
from ocr.analysis.gazetteers import Gazetteers
from ocr.analysis.layout import TITLE_WORD, Block, Letter, first_column
from ocr.analysis.names import plain_name
from ocr.analysis.profiles import Zone
from ocr.analysis.sheet import fold
from ocr.documents import Evidence, Field, Finding

_PARTS = re.compile(r"\s*(?:[,·|•;]|\s[-–—*]\s)\s*")
_PREFIX = re.compile(
    r"^(?:(?:Absender|Von|Empfänger|Lieferanschrift|Rechnungsanschrift)\s*:|(?:Herrn?|Frau|Firma|Fa\.|An(?: das| die| den)?|Familie"
    r"|z\. ?Hd\.)(?![\w])\s*:?)\s*"
)
_STREET_LINE = re.compile(r"\d{1,4}\s?[a-z]?$|^Postfach|\d{5}")


@dataclass(frozen=True, slots=True)
class Parties:
    """Sender and recipient, and the places that stand for the sender when its kind is judged."""

    sender: Field
    recipient: Field
    sender_zones: tuple[Zone, ...]


def _mail_sender(properties: dict[str, Any]) -> Field | None:
    """Who a mail says it is from: the display name, else the address."""
    stated = properties.get("from")
    if not isinstance(stated, str) or not stated.strip():
        return None
    written, address = parseaddr(stated)
    name = str(properties.get("from_name") or "").strip() or written
    sure = 0.95 if name else 0.4
    proof = f"{name} <{address}>" if name and address else name or address or stated.strip()
    return Field(
        name or address or stated.strip(),
        sure,
        (Evidence(None, None, None, proof, "mail_header", sure),),
    )


def _mail_recipient(properties: dict[str, Any], gazetteers: Gazetteers) -> Field | None:
    """Whom a mail names first; an address of the own domain without a name stands for the administration."""
    stated = properties.get("to")
    first = stated[0] if isinstance(stated, (list, tuple)) and stated else stated
    if not isinstance(first, str) or not first.strip():
        return None
    name, address = parseaddr(first)
    value, sure = name or address or first.strip(), 0.95
    if not name and gazetteers.organisations:
        local, _, domain = address.lower().partition("@")
        town = _latin(gazetteers.organisations[0].split()[-1])
        if town in domain:
            staff = {
                _latin(plain_name(person)).replace(" ", "."): person for person in gazetteers.staff
            }
            value, sure = staff.get(local, gazetteers.organisations[0]), 0.85
    return Field(value, sure, (Evidence(None, None, None, first.strip(), "mail_header", sure),))


_SPELLED: dict[int, str] = {
    ord(c): spelled for c, spelled in zip("äöüßı", ("ae", "oe", "ue", "ss", "i"), strict=True)
}


def _latin(text: str) -> str:
    """As names are written in addresses: lower case, umlauts spelled out, other accents dropped."""
    spelled = text.lower().translate(_SPELLED)
    return "".join(c for c in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(c))


def find_parties(
    letter: Letter, findings: Sequence[Finding], properties: dict[str, Any], gazetteers: Gazetteers
) -> Parties:
    """Sender and recipient of the document; ``None`` values where nothing tells."""
    own = _own_words(gazetteers)
    sender_block, recipient_block = _blocks(letter, own)
    page = letter.sheet.number
    sender = _mail_sender(properties)
    zones: list[Zone] = []
    if sender is not None:
        zones = [_zone(e.text, None, None) for e in sender.evidence]
        if sender.confidence < 0.5:
            sender = _closing_name(letter, findings) or sender
    else:
        sender = (
            _from_block(sender_block, findings, page)
            or _letterhead(letter, findings, recipient_block)
            or _closing_name(letter, findings)
            or Field(None, 0.0)
        )
        zones = [_zone(e.text, e.page, e.start) for e in sender.evidence]
        if sender_block is not None:
            printed = letter.sheet.text[sender_block.start : sender_block.end]
            zones.append(_zone(printed, page, sender_block.start))
    recipient = (
        _mail_recipient(properties, gazetteers)
        or _from_block(recipient_block, findings, page)
        or _own_mention(letter, own, sender)
    )
    return Parties(sender, recipient, tuple(zones))


def _zone(text: str, page: int | None, start: int | None) -> Zone:
    return Zone("sender", fold(text), text, page, start)


@lru_cache(maxsize=4)
def _staff(gazetteers: Gazetteers) -> frozenset[str]:
    return frozenset(map(plain_name, gazetteers.staff))


@lru_cache(maxsize=4)
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
    for first, second in pairwise(blocks):
        if first.on_one_line and not second.on_one_line:
            return first, second
    owned = [block for block in blocks if _is_own(block.text, own)]
    if owned and owned[0] is not blocks[0]:
        recipient = owned[0]
    elif addressed:
        recipient = addressed[0]
    else:
        recipient = blocks[1]
    others = [block for block in blocks if block is not recipient]
    return others[0], recipient


_BUYER = re.compile(r"Rechnungsempfänger|Käufer|Kunde\b|Empfänger", re.IGNORECASE)


def _shown(
    page: int, start: int, text: str, rule: str, sure: float, value: str | None = None
) -> Field:
    """A field with the span that proves it."""
    evidence = Evidence(page, start, start + len(text), text, rule, sure)
    return Field(value or text, sure, (evidence,))


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
            start, printed = (
                _whole_name(block, first) if kind == "organisation" else (first.start, first.value)
            )
            value = " ".join(printed.split()) if printed != first.value else str(first.normalized)
            return _shown(page, start, printed, f"address_block.{kind}", sure, value)
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


def _whole_name(block: Block, found: Finding) -> tuple[int, str]:
    """An organisation that begins its line is called what stands there up to the next comma."""
    for line in block.lines:
        if line.start == found.start:
            part = _PARTS.split(line.text)[0].strip()
            if len(part) > len(found.value) and not any(c.isdigit() for c in part):
                return line.start, part
    return found.start, found.value


def _letterhead(
    letter: Letter, findings: Sequence[Finding], recipient: Block | None
) -> Field | None:
    """The first organisation above the text that begins its line and is not the recipient; a public body's
    own first line.
    """
    page = letter.sheet.number
    starts = {line.start for line in letter.head if len(line.text) < 70}
    first = letter.lines[0] if letter.lines else None
    if first and _PUBLIC_LINE.search(first.text) and not TITLE_WORD.search(first.text):
        column = first_column(first)
        return _shown(page, column.start, column.text, "letterhead", 0.65)
    for finding in findings:
        if finding.page == page and finding.kind == "organisation" and finding.start in starts:
            inside = recipient is not None and recipient.start <= finding.start < recipient.end
            if not inside:
                return _shown(
                    page, finding.start, finding.value, "letterhead", 0.75, str(finding.normalized)
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
        return _shown(last.page, last.start, last.value, "closing", 0.75, str(last.normalized))
    at = letter.closing
    following = letter.lines[at + 1 : at + 3] if at is not None else ()
    for line in following:
        if (
            3 <= len(line.text) <= 50
            and line.text[0].isupper()
            and not any(c.isdigit() for c in line.text)
        ):
            return _shown(letter.sheet.number, line.start, line.text, "closing", 0.55)
    return None


def _own_mention(letter: Letter, own: Sequence[str], sender: Field) -> Field:
    """Our own name on a line of its own in the head, where it is not the sender."""
    if sender.value and _is_own(sender.value, own):
        return Field(None, 0.0)
    taken = {evidence.start for evidence in sender.evidence}
    for line in letter.head:
        text = _PREFIX.sub("", line.text)
        start = line.start + line.text.index(text)
        if start not in taken and len(text) < 60 and fold(text).startswith(tuple(own)):
            return _shown(letter.sheet.number, start, text, "own_name", 0.6)
    return Field(None, 0.0)


_BY_KIND = {
    "Rechnung": {"company": 1.5},
    "Gutschrift": {"company": 1.5},
    "Angebot": {"company": 1.5},
    "Lieferschein": {"company": 1.5},
    "Vermerk": {"internal": 2.0},
    "Protokoll": {"internal": 0.5},
    "Urteil": {"court": 2.0},
    "Ladung": {"court": 1.0},
    "Zustellungsurkunde": {"company": 2.0, "citizen": -2.0},
}
_COUNCIL = re.compile(r"gemeinderat|fraktion|ortschaftsrat|stadtrat|kreistag", re.IGNORECASE)


def find_sender_kind(
    parties: Parties,
    zones: Sequence[Zone],
    findings: Sequence[Finding],
    gazetteers: Gazetteers,
    kind: str | None = None,
) -> Field:
    """citizen, company, authority, court, council or internal; ``None`` where nothing tells.
    ``kind``: the document's kind, which some senders own (a Vermerk is written in the house).
    """
    _, senders = profiles.seed()
    mine = [*parties.sender_zones, *(zone for zone in zones if zone.name == "text")]
    sender = plain_name(parties.sender.value or "")
    block = " ".join(zone.raw for zone in parties.sender_zones) or sender
    staff = _staff(gazetteers)
    bonus: dict[str, float] = dict(_BY_KIND.get(kind or "", {}))
    if _COUNCIL.search(block):
        pass  # „Gemeinderat der Stadt Musterstadt“ is the council, not the administration
    elif _is_own(block, _own_words(gazetteers)) or sender in staff:
        bonus |= {"internal": 7.0, "authority": -6.0}
    elif parties.recipient.value is None and any(f.rule == "person.gazetteer" for f in findings):
        bonus["internal"] = bonus.get("internal", 0.0) + 2.0
    named = {str(f.normalized): f.kind for f in findings if f.kind in {"person", "organisation"}}
    if named.get(sender) == "person" and sender not in staff:
        bonus["citizen"] = 2.0
    elif named.get(sender) == "organisation":
        bonus["company"] = 0.5
    return profiles.decide(mine, senders, bonus, rule="sender_kind")
