"""Files that old programs write into a mail's text: ``begin 644 name`` … ``end`` (POSIX uuencode)."""

import binascii
import re
from collections.abc import Iterator

_BLOCK = re.compile(
    r"^begin [0-7]{3,4} (?P<name>[^\r\n]{1,250})\n(?P<lines>(?:[ -`]{1,90}\n)*?)(?:[ `]\n)?end[ \t]*$",
    re.MULTILINE,
)


def uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without its uuencoded files, and the files by name. What can't be decoded stays text."""
    if "\nend" not in text or "begin " not in text:
        return text, []
    files: list[tuple[str, bytes]] = []
    kept, at = [], 0
    for found in _BLOCK.finditer(text):
        try:
            content = b"".join(_decoded(found["lines"]))
        except (binascii.Error, ValueError):
            continue
        files.append((found["name"].strip(), content))
        kept.append(text[at : found.start()])
        at = found.end()
    return "".join([*kept, text[at:]]), files


def _decoded(lines: str) -> Iterator[bytes]:
    for line in lines.splitlines():
        if not line.strip(" `"):
            continue
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders write too much behind the last group: count the length out of the first sign.
            size = ((ord(line[0]) - 32) & 63) * 4 + 5
            yield binascii.a2b_uu(line[: 1 + size // 3])
