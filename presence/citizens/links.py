"""Signed links: who holds one may see and do what it was made for, until it expires or is revoked. Pure.

A link is 45 bytes in base64url: object id (16), expiry in seconds since 1970 (5), revision (3), and 21 bytes of
HMAC-SHA-256 over the purpose and those. The purpose stands only in the signature, so a link for one purpose opens
nothing else. ``revision`` has to be the one the object holds: raising it there revokes all links given out before.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from config.settings import Settings
from presence.keys import load_key

LENGTH = 60
_MAC = 21
_TOKEN = re.compile(rf"[\w-]{{{LENGTH}}}", re.ASCII)
KEY_NAME = "oeffentlich"
"""The citizens' own key: what the staff web signs is worth nothing here, and the other way round."""


class LinkError(Exception):
    """The link opens nothing (any more). The message is for people and says what to do."""


INVALID = "Dieser Link ist nicht gültig. Bitte prüfen Sie, ob Sie ihn vollständig aus der E-Mail übernommen haben."
EXPIRED = "Dieser Link ist abgelaufen."


@dataclass(frozen=True, slots=True)
class SignedLink:
    """What a genuine link says."""

    id: UUID
    revision: int
    expires: datetime


class Links:
    """Makes and reads links with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, object_id: UUID, *, expires: datetime, revision: int = 1) -> str:
        """The last part of the link's address: 60 letters, digits, ``-`` and ``_``."""
        payload = (
            object_id.bytes
            + int(expires.timestamp()).to_bytes(5, "big")
            + revision.to_bytes(3, "big")
        )
        return base64.urlsafe_b64encode(payload + self._mac(purpose, payload)).decode()

    def read(self, purpose: str, token: str, now: datetime) -> SignedLink:
        """Raises ``LinkError`` for a forged, foreign or expired one; compares in constant time."""
        if not _TOKEN.fullmatch(token):
            raise LinkError(INVALID)
        data = base64.urlsafe_b64decode(token)
        payload, mac = data[:-_MAC], data[-_MAC:]
        if not hmac.compare_digest(mac, self._mac(purpose, payload)):
            raise LinkError(INVALID)
        expires = datetime.fromtimestamp(int.from_bytes(payload[16:21], "big"), UTC)
        if expires <= now:
            raise LinkError(EXPIRED)
        return SignedLink(UUID(bytes=payload[:16]), int.from_bytes(payload[21:], "big"), expires)

    def _mac(self, purpose: str, payload: bytes) -> bytes:
        message = b"link\0" + purpose.encode() + b"\0" + payload
        return hmac.new(self._key, message, hashlib.sha256).digest()[:_MAC]


def links_of(settings: Settings) -> Links:
    """The links of this installation."""
    return Links(load_key(settings, KEY_NAME))
