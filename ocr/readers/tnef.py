"""Outlook's winmail.dat taken apart (TNEF, MS-OXTNEF): the attached files and the text."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ocr.encoding import decode
from ocr.layout import clean
from ocr.limits import Limits
from ocr.readers.outlook_rtf import unpack_rtf
from ocr.readers.web import readable
from ocr.readers.word import rtf_text

_SIGNATURE = b"\x78\x9f\x3e\x22"
_RECORD = struct.Struct("<BII")  # level, attribute, length (section 2.1.3)
_BEGINS, _TITLE, _DATA = 0x00069002, 0x00018010, 0x0006800F  # attAttachRendData, attAttachTitle, …
_MESSAGE_PROPERTIES, _FILE_PROPERTIES = 0x00069003, 0x00069005
_LONG_NAME, _NAME = 0x3707, 0x3704
_BODY, _HTML, _PACKED_RTF = 0x1000, 0x1013, 0x1009
_SIZES = {
    0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16,
}  # fmt: skip
_VARIABLE = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_UNICODE, _MANY, _NAMED = 0x1F, 0x1000, 0x8000


@dataclass(slots=True)
class Unpacked:
    """``files`` are names (empty where there is none) and contents."""

    text: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    complete: bool = True


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6  # signature and key
    while at < len(data):
        _, attribute, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if at + length > len(data):
            raise ValueError("record is cut off")
        yield attribute, data[at : at + length]
        at += length + 2  # checksum


def _properties(data: bytes) -> dict[int, bytes]:
    """The variable properties of a list (section 2.1.3.4), the first value of each; text as UTF-8."""
    found: dict[int, bytes] = {}
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(count):
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= _NAMED:
            (by_text,) = struct.unpack_from("<I", data, at + 16)
            (length,) = struct.unpack_from("<I", data, at + 20)
            at += 24 + (-(-length // 4) * 4 if by_text else 0)
        values, many, kind = 1, kind & _MANY, kind & ~_MANY
        if many or kind in _VARIABLE:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        if kind not in _VARIABLE:
            at += values * _SIZES[kind]
            continue
        for _ in range(values):
            (length,) = struct.unpack_from("<I", data, at)
            value = data[at + 4 : at + 4 + length]
            at += 4 + -(-length // 4) * 4
            if at > len(data) + 3:
                raise ValueError("property is cut off")
            if kind == _UNICODE:
                value = value.decode("utf-16-le", "replace").encode()
            found.setdefault(name, value)
    return found


def _string(value: bytes) -> str:
    return clean(decode(value.rstrip(b"\0"))).strip()


def _text(properties: dict[int, bytes]) -> str:
    if plain := properties.get(_BODY):
        return _string(plain)
    if markup := properties.get(_HTML):
        return readable(decode(markup))
    packed = properties.get(_PACKED_RTF)
    return clean(rtf_text(unpack_rtf(packed))).strip("\n") if packed else ""


def _filled(name: str, held: bytes, attribute: int, content: bytes) -> tuple[str, bytes]:
    """Name and content of an attached file after one more record of it."""
    if attribute == _DATA:
        held = content
    elif attribute == _TITLE and not name:
        name = _string(content)
    elif attribute == _FILE_PROPERTIES:
        stated = _properties(content)
        name = _string(stated.get(_LONG_NAME) or stated.get(_NAME) or b"") or name
    return name, held


def unpack_tnef(data: bytes, limits: Limits) -> Unpacked | None:
    """What the file holds, as far as it is whole and keeps to the limits; ``None`` where it is no TNEF."""
    if not data.startswith(_SIGNATURE):
        return None
    found = Unpacked()
    try:
        for attribute, content in _records(data):
            if attribute == _MESSAGE_PROPERTIES:
                found.text = _text(_properties(content))[: limits.text]
            elif attribute == _BEGINS:
                if len(found.files) >= limits.members:
                    found.complete = False
                    break
                found.files.append(("", b""))
            elif found.files:
                found.files[-1] = _filled(*found.files[-1], attribute, content)
    except (struct.error, ValueError, LookupError):
        found.complete = False
    return found
