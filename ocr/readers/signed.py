"""What an opaquely signed S/MIME message holds (CMS SignedData, RFC 5652 section 5). The signature is not verified."""

from collections.abc import Iterator
from typing import NamedTuple

_SIGNED = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2, id-signedData
_SEQUENCE, _SET, _OBJECT, _OCTETS, _EXPLICIT = 0x30, 0x31, 0x06, 0x04, 0xA0
_CONSTRUCTED = 0x20
_DEEPEST = 12


class _Element(NamedTuple):
    """A BER element; its content is ``data[start:end]``, the next one begins at ``after``."""

    tag: int
    start: int
    end: int
    after: int


def _element(data: bytes, at: int, depth: int = 0) -> _Element:
    """The element at ``at``, also of indefinite length (X.690 section 8.1.3). Raises ValueError or IndexError."""
    tag, length = data[at], data[at + 1]
    start = at + 2
    if tag & 0x1F == 0x1F or depth > _DEEPEST:
        raise ValueError("not an element of CMS")
    if length == 0x80:
        end = start
        while data[end : end + 2] != b"\0\0":
            end = _element(data, end, depth + 1).after
        return _Element(tag, start, end, end + 2)
    if length & 0x80:
        width = length & 0x7F
        length = int.from_bytes(data[start : start + width], "big")
        start += width
    if start + length > len(data):
        raise ValueError("element is cut off")
    return _Element(tag, start, start + length, start + length)


def _children(data: bytes, parent: _Element) -> Iterator[_Element]:
    at = parent.start
    while at < parent.end:
        child = _element(data, at)
        yield child
        at = child.after


def _within(data: bytes, parent: _Element, *tags: int) -> Iterator[_Element]:
    """The first children, which must have these tags."""
    for tag, child in zip(tags, _children(data, parent), strict=False):
        if child.tag & ~_CONSTRUCTED != tag & ~_CONSTRUCTED:
            raise ValueError("not what CMS has here")
        yield child


def _octets(data: bytes, element: _Element, depth: int = 0) -> bytes:
    """The bytes of an octet string, which may come in pieces."""
    if not element.tag & _CONSTRUCTED:
        return data[element.start : element.end]
    if depth > _DEEPEST:
        raise ValueError("octet string nested too deep")
    return b"".join(_octets(data, piece, depth + 1) for piece in _children(data, element))


def signed_content(data: bytes) -> bytes | None:
    """The signed message in ``data`` (DER or BER); ``None`` where it is no signed message or does not hold it."""
    try:
        kind, body = _within(data, _element(data, 0), _OBJECT, _EXPLICIT)
        if data[kind.start : kind.end] != _SIGNED:
            return None
        (signed,) = _within(data, body, _SEQUENCE)
        _, _, inner = _within(data, signed, 0x02, _SET, _SEQUENCE)
        _, content = _within(data, inner, _OBJECT, _EXPLICIT)
        (octets,) = _within(data, content, _OCTETS)
        return _octets(data, octets)
    except (ValueError, IndexError):
        return None
