"""A visiting card as a file (vCard 4.0, RFC 6350): what colleagues may take along. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

LONGEST_LINE = 75
"""Octets; longer lines are folded (RFC 6350, 3.2)."""
_TITLE = re.compile(r"(?:Prof|Dr|Dipl|Mag|Ing|PD|[a-z]+)\.(?:-?[A-Za-z]+\.?)*|PD")
"""As before a name: "Prof.", "Dr.-Ing.", "Dipl.-Verww.", "med."."""
_OF_THE_FAMILY = re.compile(
    "v[ao]n|vom|zu[rm]?|de[rnilm]?|della|d[iau]|l[ae]|[ea]l|te[nr]|bin|ibn"
    "|Frei(?:herr|frau|in)|Graf|Gräfin|Fürst(?:in)?|Prinz(?:essin)?|Ritter"
)
"""What stands before the last word of a family name; titles of nobility are part of it (Weimar constitution, Art. 109)."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What stands on the card; numbers as they are written."""

    person: UUID
    name: str
    organisation: Sequence[str]
    """City, then office."""
    title: str | None = None
    phone: str | None = None
    email: str | None = None
    room: str | None = None


def vcard(visitor: Visitor) -> bytes:
    """The file, UTF-8 with CRLF. What people wrote can't begin a line of its own: line breaks are escaped."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"UID:urn:uuid:{visitor.person}",
        "KIND:individual",
        f"FN:{_text(visitor.name)}",
        f"N:{_parts(visitor.name)}",
        f"ORG:{';'.join(_text(each) for each in visitor.organisation)}",
    ]
    if visitor.title:
        lines.append(f"TITLE:{_text(visitor.title)}")
    if visitor.phone:
        lines.append(f"TEL;VALUE=text;TYPE=work:{_text(visitor.phone)}")
    if visitor.email:
        lines.append(f"EMAIL;TYPE=work:{_text(visitor.email)}")
    if visitor.room:
        lines.append(f"NOTE:{_text(f'Raum {visitor.room}')}")
    lines.append("END:VCARD")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _parts(name: str) -> str:
    """Family name; given names; (none); titles before the name; (none)."""
    words = name.split()
    first = next((place for place, word in enumerate(words) if not _TITLE.fullmatch(word)), 0)
    titles, rest = words[:first], words[first:]
    begins = len(rest) - 1
    while begins > 1 and _OF_THE_FAMILY.fullmatch(rest[begins - 1]):
        begins -= 1
    family, given = rest[max(begins, 0) :], rest[: max(begins, 0)]
    return f"{_text(' '.join(family))};{_text(' '.join(given))};;{_text(' '.join(titles))};"


def _text(value: str) -> str:
    """Escaped as RFC 6350, 3.4 says; other control characters are dropped."""
    escaped = value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    escaped = "\\n".join(escaped.splitlines())
    return "".join(sign for sign in escaped if sign.isprintable())


def _folded(line: str) -> list[str]:
    """Parts of at most 75 octets, each but the first begun by a blank; no letter is cut in two."""
    parts, part, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LONGEST_LINE:
            parts.append(part)
            part, size = " ", 1
        part, size = part + sign, size + octets
    return [*parts, part]
