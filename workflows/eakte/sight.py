"""Scoping: every query on documents and Akten goes through one of these conditions."""

from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Session

from storage.actors import SEALED, Actor, ProtectionClass, Scope, System
from storage.conflicts import NotFoundError
from storage.organisation.queries import office_ids
from storage.rights import sees, tokens
from workflows.eakte.tables import Akte, Document


def visible_tokens(session: Session, actor: Actor) -> frozenset[str] | None:
    """The access tokens the actor sees, ``None`` for all (the house itself)."""
    if isinstance(actor, System):
        return None
    return tokens(actor, office_ids(session))


def in_sight(
    session: Session, actor: Actor, table: type[Document] | type[Akte] = Document
) -> ColumnElement[bool]:
    """The WHERE condition that keeps a query within the actor's sight."""
    allowed = visible_tokens(session, actor)
    return true() if allowed is None else table.access.in_(sorted(allowed))


def scope_of(row: Document | Akte) -> Scope:
    sealed_for = row.access.removeprefix(SEALED) if row.access.startswith(SEALED) else None
    return Scope(row.office_id, ProtectionClass(row.protection), sealed_for)


def enter_scope(row: Document | Akte, scope: Scope) -> None:
    """Put a document or Akte into a scope; the three columns always change together."""
    row.office_id, row.protection, row.access = scope.office, scope.protection.value, scope.token


def load_document(session: Session, actor: Actor, document_id: UUID) -> Document:
    """The document, locked for this transaction. Raises ``NotFoundError`` outside the actor's sight."""
    document = session.get(Document, document_id, with_for_update=True)
    if document is None or not sees(actor, scope_of(document)):
        raise NotFoundError("Dieses Dokument gibt es nicht, oder Sie dürfen es nicht sehen.")
    return document
