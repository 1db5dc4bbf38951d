"""A visiting card as a file (vCard 4.0, RFC 6350): what colleagues may take along. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

LONGEST_LINE = 75
"""Octets; longer lines are folded (RFC 6350, 3.2)."""
_TITLES = ("Prof.", "Dr.", "Dipl.-Ing.")


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
    titles = [word for word in words if word in _TITLES]
    rest = [word for word in words if word not in _TITLES]
    family, given = (rest[-1], rest[:-1]) if rest else ("", [])
    return f"{_text(family)};{_text(' '.join(given))};;{_text(' '.join(titles))};"


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
