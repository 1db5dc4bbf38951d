"""Merkle hashes of a stored journal, read with few rows: 256 entries at a time where their block is complete."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.journal.anchor import JournalBrokenError
from storage.journal.entries import SealedEntry
from storage.journal.merkle import (
    Frontier,
    Range,
    consistency_ranges,
    inclusion_ranges,
    node_hash,
    root_of,
)
from storage.journal.tables import JournalBlock, JournalEntry

BLOCK_LEVEL = 8
BLOCK = 1 << BLOCK_LEVEL

ENTRY_COLUMNS = (
    JournalEntry.number,
    JournalEntry.id,
    JournalEntry.at,
    JournalEntry.actor,
    JournalEntry.verb,
    JournalEntry.object_kind,
    JournalEntry.object_id,
    JournalEntry.details_hash,
)
"""In the order of ``SealedEntry``'s fields."""


def entry_of(row: Any) -> SealedEntry:
    """The entry from a row that begins with ``ENTRY_COLUMNS``."""
    return SealedEntry(*row[: len(ENTRY_COLUMNS)])


def inclusion_path(session: Session, number: int, size: int) -> list[bytes]:
    """The proof that entry ``number`` (from 1) is one of the first ``size``."""
    return [_hash(session, part) for part in inclusion_ranges(number - 1, size)]


def consistency_path(session: Session, old: int, new: int) -> list[bytes]:
    """The proof that the first ``old`` entries begin the first ``new``."""
    return [_hash(session, part) for part in consistency_ranges(old, new)]


def _hash(session: Session, part: Range) -> bytes:
    """The subtree over a range as RFC 6962 cuts it: it begins at a multiple of its own (rounded up) size."""
    first, end = part
    frontier = Frontier()
    tail = first
    if end - first >= BLOCK:
        tail = end - end % BLOCK
        blocks = session.scalars(
            select(JournalBlock.root)
            .where(JournalBlock.number >= first // BLOCK, JournalBlock.number < tail // BLOCK)
            .order_by(JournalBlock.number)
        ).all()
        _expect(len(blocks), (tail - first) // BLOCK)
        for block in blocks:
            frontier.push(block)
    return _fold(frontier.nodes, _leaves(session, tail, end))


def _fold(blocks: list[bytes], leaves: list[bytes]) -> bytes:
    nodes = list(blocks)
    if leaves:
        nodes.append(root_of(leaves))
    folded = nodes.pop()
    while nodes:
        folded = node_hash(nodes.pop(), folded)
    return folded


def _leaves(session: Session, first: int, end: int) -> list[bytes]:
    rows = session.execute(
        select(*ENTRY_COLUMNS)
        .where(JournalEntry.number > first, JournalEntry.number <= end)
        .order_by(JournalEntry.number)
    ).all()
    _expect(len(rows), end - first)
    return [entry_of(row).leaf() for row in rows]


def _expect(found: int, expected: int) -> None:
    if found != expected:
        raise JournalBrokenError("Im Journal fehlen Einträge.")
