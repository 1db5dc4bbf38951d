"""Outlook's packed RTF (MS-OXRTFCP): a sliding window that starts filled with common RTF words."""

import struct

from ocr.documents import UnreadableError

_WINDOW = 4096
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans "
    rb"SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_PACKED, _PLAIN = b"LZFu", b"MELA"
_LARGEST = 64 * 1024 * 1024


def unpack_rtf(packed: bytes) -> bytes:
    """The RTF markup. Raises UnreadableError (``damaged``)."""
    if len(packed) < 16:
        raise _damaged()
    size, kind = struct.unpack_from("<I4s", packed, 4)
    if kind == _PLAIN:
        return packed[16 : 16 + size]
    if kind != _PACKED or size > _LARGEST:
        raise _damaged()
    return _unpack(packed, size)


def _unpack(packed: bytes, size: int) -> bytes:
    output = bytearray(_START)
    wanted = len(_START) + size
    position = 16
    while len(output) < wanted and position < len(packed):
        control = packed[position]
        position += 1
        for bit in range(8):
            if len(output) >= wanted or position >= len(packed):
                break
            if not control >> bit & 1:
                output.append(packed[position])
                position += 1
                continue
            reference = int.from_bytes(packed[position : position + 2], "big")
            position += 2
            offset, length = reference >> 4, (reference & 0xF) + 2
            # Offsets count in the window; one at the writing position ends the text.
            distance = (len(output) - offset) % _WINDOW
            if distance == 0:
                return bytes(output[len(_START) : wanted])
            if distance > len(output):
                raise _damaged()
            for _ in range(length):
                output.append(output[-distance])
    return bytes(output[len(_START) : wanted])


def _damaged() -> UnreadableError:
    return UnreadableError("damaged", "Der Text dieser Outlook-Datei ist beschädigt.")
