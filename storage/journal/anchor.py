"""The journal's last tree head, signed and kept outside the database.

Whoever can write to the database alone can rewrite every row and every hash in it, but not this file: the head
tells how long the journal was and what its Merkle root was. The key lies below ``data_dir/keys``.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from config.settings import Settings
from storage.keyfiles import keep_secret, replace_durably


class JournalBrokenError(Exception):
    """The journal is not the one that was sealed. Nothing more is sealed until somebody has looked at it."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The Merkle root over the first ``size`` entries, as it was at the moment ``at``."""

    size: int
    root: bytes
    at: datetime

    def signed_text(self) -> bytes:
        moment = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return f"rathauswerk journal head 1\n{self.size}\n{self.root.hex()}\n{moment}\n".encode()


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A tree head with its Ed25519 signature (RFC 8032) and the public key that made it."""

    head: TreeHead
    key: bytes
    signature: bytes

    @property
    def genuine(self) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(
                self.signature, self.head.signed_text()
            )
        except (InvalidSignature, ValueError):
            return False
        return True

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)

    def to_json(self) -> dict[str, Any]:
        return {
            "size": self.head.size,
            "root": self.head.root.hex(),
            "at": self.head.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "key": self.key.hex(),
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "SignedHead":
        """Raises ``ValueError``, ``KeyError`` or ``TypeError`` where ``data`` is no head."""
        at = datetime.fromisoformat(data["at"])
        if not isinstance(data["size"], int) or at.tzinfo is None:
            raise ValueError("no tree head")
        head = TreeHead(data["size"], bytes.fromhex(data["root"]), at)
        return cls(head, bytes.fromhex(data["key"]), bytes.fromhex(data["signature"]))


def fingerprint(key: bytes) -> str:
    """The first half of a public key's SHA-256 in groups of four, as a town hall can publish it."""
    digits = sha256(key).hexdigest()[:32]
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


class Anchor:
    """Signs tree heads, and keeps the last one in a file."""

    def __init__(self, file: Path, key: Ed25519PrivateKey) -> None:
        self._file = file
        self._key = key

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        secret = keep_secret(
            settings.in_data("keys", "journal.key"),
            Ed25519PrivateKey.generate().private_bytes_raw(),
        )
        return cls(
            settings.in_data("journal", "head.json"), Ed25519PrivateKey.from_private_bytes(secret)
        )

    @property
    def fingerprint(self) -> str:
        return fingerprint(self._key.public_key().public_bytes_raw())

    def read(self) -> SignedHead | None:
        """The last head; None where there is none yet. Raises ``JournalBrokenError`` where it is not ours."""
        try:
            text = self._file.read_text("utf-8")
        except FileNotFoundError:
            return None
        try:
            signed = SignedHead.from_json(json.loads(text))
        except (ValueError, KeyError, TypeError) as error:
            raise JournalBrokenError(
                "Der außerhalb der Datenbank gesicherte Kopf des Journals ist unlesbar."
            ) from error
        if signed.key != self._key.public_key().public_bytes_raw() or not signed.genuine:
            raise JournalBrokenError(
                "Der außerhalb der Datenbank gesicherte Kopf des Journals trägt nicht unsere Unterschrift."
            )
        return signed

    def advance(self, head: TreeHead) -> None:
        """Keep a newer head durably; an older one (a slower sealer's) is passed over."""
        with self._alone():
            kept = self.read()
            if kept is None or kept.head.size < head.size:
                replace_durably(self._file, json.dumps(self.sign(head).to_json()).encode())

    def replace(self, head: TreeHead) -> None:
        """Keep this head whatever was kept before (see ``storage.journal.restart``)."""
        with self._alone():
            replace_durably(self._file, json.dumps(self.sign(head).to_json()).encode())

    def sign(self, head: TreeHead) -> SignedHead:
        key = self._key.public_key().public_bytes_raw()
        return SignedHead(head, key, self._key.sign(head.signed_text()))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
