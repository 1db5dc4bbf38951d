"""Bytes of unknown encoding become text. German offices send UTF-8, Windows-1252, ISO 8859-15 and, rarely, DOS text."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# ä ö ü Ä Ö Ü ß next to letters, as Windows and as DOS (code page 850) write them.
_WINDOWS_LETTERS = re.compile(
    rb"(?<=[A-Za-z])[\xe4\xf6\xfc\xdf]|[\xc4\xd6\xdc\xe4\xf6\xfc](?=[a-z])"
)
_DOS_LETTERS = re.compile(rb"(?<=[A-Za-z])[\x84\x94\x81\xe1]|[\x8e\x99\x9a\x84\x94\x81](?=[a-z])")
_C1 = re.compile(rb"[\x80-\x9f]")


def decode(data: bytes, declared: str | None = None) -> str:
    """``data`` as text. ``declared`` (from a header) is believed if the bytes bear it out; nothing ever fails, bytes
    without meaning become U+FFFD.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    for encoding in filter(None, (declared, "utf-8")):
        if encoding.lower() in {"us-ascii", "ascii", "iso-8859-1", "latin-1"}:
            continue  # what follows reads these too, and the € that senders put into them
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode(_eight_bit(data), "replace")


def _eight_bit(data: bytes) -> str:
    sample = data[:65_536]
    zeros_even, zeros_odd = sample[::2].count(0), sample[1::2].count(0)
    if max(zeros_even, zeros_odd) > len(sample) // 5:
        return "utf-16-be" if zeros_even > zeros_odd else "utf-16-le"
    if len(_DOS_LETTERS.findall(sample)) > len(_WINDOWS_LETTERS.findall(sample)):
        return "cp850"
    # 0xA4 is the euro sign in ISO 8859-15; as ¤ of Windows-1252 hardly anybody types it.
    return "iso-8859-15" if b"\xa4" in sample and not _C1.search(sample) else "cp1252"
