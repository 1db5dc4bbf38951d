"""Who is responsible for what is dated data: groups, topics, rules, and the texts and places that go with them.

Nothing in use is deleted: it ends on a day. Here is what entering them has in common.
"""

import re
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import Actor
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.rights import Verb
from storage.schema import WithRevision

MOST_HOURS = 2_000
Kept = TypeVar("Kept", bound=WithRevision)
_KEY = re.compile(r"(?!amt-)[a-z][a-z0-9-]{1,39}")


def check_key(key: str) -> None:
    """Raises ``ConflictError`` for what can be no key of a group or topic."""
    if not _KEY.fullmatch(key):
        raise ConflictError(
            "Ein Kürzel besteht aus 2 bis 40 kleinen Buchstaben a bis z, Ziffern und Bindestrichen und beginnt mit einem "
            "Buchstaben, zum Beispiel „baum-pflege“. „amt-“ am Anfang ist für die Gruppen ganzer Ämter vergeben."
        )


def check_hours(hours: int) -> None:
    """Raises ``ConflictError`` for a target (office hours) that can't be."""
    if not 1 <= hours <= MOST_HOURS:
        raise ConflictError(
            f"Bitte geben Sie eine Frist zwischen 1 und {MOST_HOURS} Dienststunden an."
        )


def called(name: str) -> str:
    """The name as it is kept. Raises ``ConflictError`` for an empty one."""
    found = " ".join(name.split())[:120]
    if not found:
        raise ConflictError("Bitte geben Sie einen Namen an.")
    return found


def as_seen(
    session: Session, table: type[Kept], identity: UUID, revision: int, missing: str
) -> Kept:
    """The row, locked. Raises ``NotFoundError(missing)``, and ``ConflictError`` where somebody changed it since it was seen."""
    row = session.get(table, identity, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(missing)
    if row.revision != revision:
        raise ConflictError(
            "Jemand anders hat das gerade geändert. Bitte sehen Sie es sich noch einmal an."
        )
    return row


def note(session: Session, actor: Actor, what: str, subject: UUID | str, now: datetime) -> None:
    """Into the journal: who changed what."""
    record(
        session, actor=actor.journal_id, verb=f"{Verb.RESPONSIBILITY_CHANGE.value}.{what}",
        object_kind="responsibility", object_id=subject, at=now,
    )  # fmt: skip
