"""Filing as a person chose it on the page: into a Vorgang that is there, or into new ones, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import Actor, ProtectionClass
from storage.conflicts import ConflictError
from workflows.eakte.akten import open_akte, open_vorgang
from workflows.eakte.filing import Filed, file_document, move_document


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one way to a Vorgang: an existing one, a new one in ``akte``, or a new Akte under ``entry``."""

    vorgang: UUID | None = None
    akte: UUID | None = None
    entry: UUID | None = None
    akte_title: str = ""
    vorgang_title: str = ""


def file_as_chosen(
    session: Session,
    actor: Actor,
    document: UUID,
    revision: int,
    choice: Choice,
    changes: Mapping[str, Any],
    *,
    now: datetime,
) -> Filed:
    """Open what has to be opened and file the document there; all of it or nothing."""
    vorgang = _vorgang(session, actor, choice, now)
    return file_document(session, actor, document, revision, vorgang, changes=changes, now=now)


def move_as_chosen(
    session: Session,
    actor: Actor,
    document: UUID,
    revision: int,
    choice: Choice,
    reason: str,
    *,
    opened_to: ProtectionClass | None = None,
    now: datetime,
) -> Filed:
    """The same for a document that lies somewhere already. ``opened_to``: see ``move_document``."""
    vorgang = _vorgang(session, actor, choice, now)
    return move_document(
        session, actor, document, revision, vorgang, reason, opened_to=opened_to, now=now
    )


def _vorgang(session: Session, actor: Actor, choice: Choice, now: datetime) -> UUID:
    if choice.vorgang is not None:
        return choice.vorgang
    akte = choice.akte
    if akte is None:
        if choice.entry is None:
            raise ConflictError("Bitte wählen Sie, wohin das Dokument gehört.")
        akte = open_akte(
            session, actor, plan_entry=choice.entry, title=choice.akte_title, now=now
        ).id
    return open_vorgang(session, actor, akte, choice.vorgang_title, now=now).id
