"""Who may not enter any more though they still work here: the owners of disabled accounts.

Accounts live in a room above (presence), so this is a port: that room tells here how to ask.
"""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy.orm import Session

Ask = Callable[[Session, Collection[UUID]], Collection[UUID]]
"""Which of these people are shut out."""

_sources: list[Ask] = []


def told_by(ask: Ask) -> None:
    """Add somebody who knows; called once, where accounts are defined."""
    _sources.append(ask)


def shut_out(session: Session, people: Collection[UUID]) -> frozenset[UUID]:
    """Those of the people who may neither sign in nor be acted for."""
    return frozenset(person for ask in _sources for person in ask(session, people))
