"""What an entry is, how it is hashed, and how a verb leaves one behind."""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from storage.clock import new_id
from storage.journal.merkle import leaf_hash
from storage.journal.tables import JournalPending
from storage.schema import as_core

SALT_BYTES = 16
FIRST_CHAIN = bytes(32)
_INSERT = insert(as_core(JournalPending))  # every verb pays for it: no ORM in the way
_OPAQUE = re.compile(r"[A-Za-z0-9:._/-]{1,120}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry as it is hashed. ``details_hash`` is None where the entry has no details."""

    number: int
    id: UUID
    at: datetime
    actor: str
    verb: str
    object_kind: str
    object_id: str
    details_hash: bytes | None

    def canonical(self) -> bytes:
        """One UTF-8 JSON list without blanks; the moment in UTC with microseconds."""
        return json.dumps(
            [
                self.number,
                str(self.id),
                self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                self.actor,
                self.verb,
                self.object_kind,
                self.object_id,
                None if self.details_hash is None else self.details_hash.hex(),
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()

    def leaf(self) -> bytes:
        return leaf_hash(self.canonical())


def next_chain(before: bytes, leaf: bytes) -> bytes:
    return sha256(b"\x02" + before + leaf).digest()


def canonical_details(details: dict[str, Any]) -> str:
    """JSON with sorted keys and without blanks. Raises ``TypeError`` or ``ValueError`` for what JSON can't say."""
    return json.dumps(
        details,
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
        allow_nan=False,
        default=_plain,
    )


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"not for the journal: {type(value).__name__}")


def hash_details(salt: bytes, details: str) -> bytes:
    """Salted, so that short details can't be guessed from their hash once they are erased."""
    return sha256(salt + details.encode()).digest()


def record(
    session: Session,
    *,
    actor: str,
    verb: str,
    object_kind: str,
    object_id: UUID | str,
    details: dict[str, Any] | None = None,
    at: datetime,
) -> UUID:
    """Leave an entry in the caller's transaction: one INSERT; the sealer numbers and chains it later.

    ``actor`` is an opaque id, never a name or an address. ``details`` hold what an auditor needs and can be
    erased; availability, place and reasons of absence never enter. A blob is named by the key ``sha256``: for it
    a proof can be asked. Raises ``ValueError`` where ``actor`` is not opaque or ``at`` has no time zone.
    """
    if not _OPAQUE.fullmatch(actor):
        raise ValueError("the journal takes opaque actor ids only")
    salt = text = hashed = None
    if details is not None:
        salt = secrets.token_bytes(SALT_BYTES)
        text = canonical_details(details)
        hashed = hash_details(salt, text)
    identifier = new_id()
    session.execute(
        _INSERT,
        {
            "id": identifier,
            "at": at,
            "actor": actor,
            "verb": verb,
            "object_kind": object_kind,
            "object_id": str(object_id),
            "details_hash": hashed,
            "salt": salt,
            "details": text,
        },
    )
    return identifier


def blob_of(details: str) -> str | None:
    """The blob that canonical details speak of: their key ``sha256``, where it is one."""
    if '"sha256":' not in details:
        return None
    named = json.loads(details).get("sha256")
    return named if isinstance(named, str) and _SHA256.fullmatch(named) else None
