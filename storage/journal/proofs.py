"""Proof that a file was in the house's hands at a time: to be checked years later, without the house.

The proof carries one entry with its details and salt, the Merkle path to a signed tree head, and the public key.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.journal.anchor import Anchor, SignedHead
from storage.journal.entries import SealedEntry, blob_of, hash_details
from storage.journal.merkle import inclusion_holds
from storage.journal.nodes import ENTRY_COLUMNS, entry_of, inclusion_path
from storage.journal.tables import JournalDetail, JournalEntry

FORMAT = "rathauswerk-journal-proof-1"


class UnreadableProofError(Exception):
    """The file is no proof at all (as against a proof that doesn't hold)."""

    def __init__(self) -> None:
        super().__init__(
            "Das ist keine Nachweisdatei des Journals. Bitte die richtige Datei angeben."
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """``details`` is the canonical JSON that ``salt`` and the entry's ``details_hash`` commit to."""

    entry: SealedEntry
    details: str
    salt: bytes
    path: list[bytes]
    signed: SignedHead

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "entry": {
                "number": self.entry.number,
                "id": str(self.entry.id),
                "at": self.entry.at.isoformat(timespec="microseconds"),
                "actor": self.entry.actor,
                "verb": self.entry.verb,
                "object_kind": self.entry.object_kind,
                "object_id": self.entry.object_id,
            },
            "details": self.details,
            "salt": self.salt.hex(),
            "path": [node.hex() for node in self.path],
            "head": self.signed.to_json(),
        }

    @classmethod
    def from_json(cls, text: str) -> "Proof":
        """Raises ``UnreadableProofError``."""
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                raise UnreadableProofError
            salt, details, entry = bytes.fromhex(data["salt"]), data["details"], data["entry"]
            return cls(
                SealedEntry(
                    number=int(entry["number"]),
                    id=UUID(entry["id"]),
                    at=datetime.fromisoformat(entry["at"]),
                    actor=entry["actor"],
                    verb=entry["verb"],
                    object_kind=entry["object_kind"],
                    object_id=entry["object_id"],
                    details_hash=hash_details(salt, details),
                ),
                details,
                salt,
                [bytes.fromhex(node) for node in data["path"]],
                SignedHead.from_json(data["head"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableProofError from error

    def holds_for(self, sha256: str) -> str | None:
        """None where the proof holds for a file of this SHA-256, else what is wrong, in German."""
        if blob_of(self.details) != sha256:
            return "Der Nachweis gehört zu einer anderen Datei, oder die Datei wurde verändert."
        if not self.signed.genuine:
            return "Die Unterschrift unter dem Nachweis ist falsch."
        head = self.signed.head
        if not inclusion_holds(
            self.entry.leaf(), self.entry.number - 1, head.size, self.path, head.root
        ):
            return "Der Eintrag steht nicht in dem unterschriebenen Journal."
        return None


def make_proof(session: Session, anchor: Anchor, sha256: str) -> Proof | None:
    """The proof from the earliest sealed entry about a blob; None where there is none (or it was erased).

    Raises ``JournalBrokenError`` where the journal can't prove anything any more.
    """
    signed = anchor.read()
    if signed is None:
        return None
    row = session.execute(
        select(*ENTRY_COLUMNS, JournalDetail.salt, JournalDetail.details)
        .join(JournalDetail, JournalDetail.number == JournalEntry.number)
        .where(JournalDetail.sha256 == sha256, JournalEntry.number <= signed.head.size)
        .order_by(JournalEntry.number)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    entry = entry_of(row)
    path = inclusion_path(session, entry.number, signed.head.size)
    return Proof(entry, row.details, row.salt, path, signed)
