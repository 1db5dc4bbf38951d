"""The signed mark by which a reply finds its Anliegen, „2026-00042-k7x2mq4pw3ra“. Pure.

Number and 60 bits of HMAC-SHA-256 over the Anliegen's id, in base32: letters and digits, the same in capitals, so that it
lives through subjects, Message-IDs and the part of an address behind the plus. The number alone opens nothing.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

_SIGNS = 12
_MARK = re.compile(
    rf"(?<![\w-])(\d{{4}})-(\d{{5,9}})-([a-z2-7]{{{_SIGNS}}})(?![\w-])", re.IGNORECASE | re.ASCII
)
_OURS = re.compile(
    rf"(\d{{4}}-\d{{5,9}}-[a-z2-7]{{{_SIGNS}}}\.[0-9a-f]{{16}}|[0-9a-f]{{40}})", re.IGNORECASE
)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark claims; whether it is genuine only ``Marks`` knows."""

    year: int
    number: int
    seal: str

    def __str__(self) -> str:
        return f"{self.year}-{self.number:05d}-{self.seal}"


class Marks:
    """Makes and checks marks with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, anliegen: UUID, year: int, number: int) -> Mark:
        message = b"mail\0" + anliegen.bytes + f"{year}-{number}".encode()
        digest = hmac.new(self._key, message, hashlib.sha256).digest()
        return Mark(year, number, base64.b32encode(digest).decode()[:_SIGNS].lower())

    def is_genuine(self, mark: Mark, anliegen: UUID) -> bool:
        """Compares in constant time."""
        mine = self.of(anliegen, mark.year, mark.number)
        return hmac.compare_digest(mine.seal, mark.seal)


def find_marks(texts: Iterable[str]) -> list[Mark]:
    """All marks in order, each once; there is no point in looking at more than fifty."""
    found: dict[Mark, None] = {}
    for text in texts:
        for year, number, seal in _MARK.findall(text):
            found.setdefault(Mark(int(year), int(number), seal.lower()))
            if len(found) >= _MOST:
                return list(found)
    return list(found)


def where_marks_are(
    recipients: Sequence[str], references: Sequence[str], subject: str
) -> list[str]:
    """The places of a mail that may hold marks, the most telling first: address, latest reference, subject."""
    return [*recipients, *reversed(references), subject]


def message_id_of(mark: Mark, key: str, domain: str) -> str:
    """The Message-ID of an outgoing mail: the mark, and what makes it this mail's own."""
    return f"<{mark}.{hashlib.sha256(key.encode()).hexdigest()[:16]}@{domain}>"


def is_our_message_id(message_id: str, domain: str) -> bool:
    """Whether it has the form of those we give (``storage.mail`` as well): our own mail came back."""
    local_part, _, host = message_id.strip().strip("<>").rpartition("@")
    return host.lower() == domain.lower() and bool(_OURS.fullmatch(local_part))


def plus_address(address: str, mark: Mark) -> str:
    """``post@stadt.example`` with the mark behind a plus (RFC 5233)."""
    local_part, _, host = address.rpartition("@")
    return f"{local_part}+{mark}@{host}"
