"""Where the resolver's facts come from beside hand, absence and calendar: rooms name their sources here.

A source is a callable that says for people around a moment what it knows. One that could be used to monitor names the
Dienstvereinbarung it needs; without one in force it is never asked.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from presence.availability.facts import SourceEntry
from storage.agreements.subjects import offer

__all__ = ["SOURCES", "Source", "SourceEntry", "entries", "register"]

Load = Callable[[Session, Collection[UUID], datetime], Iterable[SourceEntry]]
"""Entries of these people that are under way at the moment or begin within the next day."""


@dataclass(frozen=True, slots=True)
class Source:
    """``agreement`` is a key of ``storage.agreements.subjects``, or None for what can't monitor anybody."""

    name: str
    agreement: str | None
    load: Load


SOURCES: dict[str, Source] = {}
"""By name. A room of presence adds a line in its own module ``sources`` (see ``register``)."""


def register(name: str, load: Load, *, agreement: str | None) -> None:
    """Let a source count, and an agreement about it be entered. Registering the same name again replaces it."""
    if agreement is not None:
        offer(agreement)
    SOURCES[name] = Source(name, agreement, load)


def entries(
    session: Session, people: Collection[UUID], now: datetime, allowed: Collection[str]
) -> dict[UUID, list[SourceEntry]]:
    """What all sources say whose agreement is among ``allowed`` (or that need none), by person."""
    found: dict[UUID, list[SourceEntry]] = {}
    for source in SOURCES.values():
        if source.agreement is None or source.agreement in allowed:
            for entry in source.load(session, people, now):
                found.setdefault(entry.person, []).append(entry)
    return found
