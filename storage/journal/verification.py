"""Is the journal the one that was sealed? Reads every entry once; memory doesn't grow with its length."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from storage.database import Database
from storage.journal.anchor import Anchor, JournalBrokenError, SignedHead
from storage.journal.entries import FIRST_CHAIN, SealedEntry, hash_details, next_chain
from storage.journal.merkle import Frontier
from storage.journal.nodes import BLOCK, BLOCK_LEVEL, ENTRY_COLUMNS, entry_of
from storage.journal.tables import (
    JournalBlock,
    JournalDetail,
    JournalEntry,
    JournalHead,
    JournalPending,
)

AT_ONCE = 5000
MOST_PROBLEMS = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """``entry`` is the number of the entry it is about, None where it is about the whole; ``reason`` is German."""

    entry: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """``sealed``: entries found; ``unsealed``: entries still waiting; ``first``, ``last``: their numbers."""

    sealed: int
    unsealed: int
    first: int | None
    last: int | None
    first_at: datetime | None
    last_at: datetime | None
    problems: list[Problem]

    @property
    def ok(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        return {
            "sealed": self.sealed,
            "unsealed": self.unsealed,
            "first": self.first,
            "last": self.last,
            "first_at": self.first_at.isoformat() if self.first_at else None,
            "last_at": self.last_at.isoformat() if self.last_at else None,
            "ok": self.ok,
            "problems": [{"entry": p.entry, "reason": p.reason} for p in self.problems],
        }


@dataclass
class _Walk:
    """Where the reading stands: the chain as stored in the last row, and the tree as computed from all rows."""

    anchored: SignedHead | None
    blocks: dict[int, bytes]
    tree: Frontier = field(default_factory=Frontier)
    chain: bytes = FIRST_CHAIN
    sealed: int = 0
    first: int | None = None
    last: int | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    whole: bool = True
    """Whether every entry so far was there and unchanged: only then does the tree tell more."""

    def step(self, row: Any) -> Iterator[Problem]:
        entry = entry_of(row)
        yield from self._place(entry)
        leaf = entry.leaf()
        if next_chain(self.chain, leaf) != row.chain:
            self.whole = False
            yield Problem(
                entry.number,
                f"Eintrag {entry.number} wurde verändert, vertauscht oder eingeschoben: "
                "Inhalt und Prüfsumme passen nicht zusammen.",
            )
        if row.details is not None and (
            entry.details_hash is None or hash_details(row.salt, row.details) != entry.details_hash
        ):
            yield Problem(
                entry.number,
                f"Die Angaben zu Eintrag {entry.number} wurden verändert oder untergeschoben.",
            )
        self.chain = row.chain
        completed = self.tree.push(leaf)
        if self.whole:
            yield from self._tree(entry.number, completed)

    def _place(self, entry: SealedEntry) -> Iterator[Problem]:
        expected = (self.last or 0) + 1
        if entry.number != expected:
            self.whole = False
            missing = (
                f"Eintrag {expected} fehlt."
                if entry.number == expected + 1
                else f"Die Einträge {expected} bis {entry.number - 1} fehlen."
            )
            yield Problem(
                expected, missing if entry.number > expected else "Die Zählung beginnt bei 1."
            )
        self.sealed += 1
        self.last, self.last_at = entry.number, entry.at
        if self.first is None:
            self.first, self.first_at = entry.number, entry.at

    def _tree(self, number: int, completed: list[bytes]) -> Iterator[Problem]:
        block = number // BLOCK - 1
        if len(completed) > BLOCK_LEVEL and self.blocks.get(block) != completed[BLOCK_LEVEL]:
            yield Problem(
                number - BLOCK + 1,
                f"Die Prüfsumme über die Einträge {number - BLOCK + 1} bis {number} stimmt nicht.",
            )
        head = self.anchored.head if self.anchored else None
        if head and head.size == number and head.root != self.tree.root():
            yield Problem(
                None,
                f"Die ersten {number} Einträge sind nicht die, die außerhalb der Datenbank gesichert sind: "
                "Das Journal wurde umgeschrieben.",
            )


def verify(
    database: Database, anchor: Anchor | None, progress: Callable[[int, int], None] | None = None
) -> Verification:
    """Compare entries, chain, tree, details and the head kept outside the database.

    Erased details are fine; an empty journal is not. At most 1000 problems are listed. ``progress`` is told, from
    time to time, how many entries were read and how many there should be. Without an ``anchor`` only the database
    is compared with itself, which finds accidents but no careful forger.
    """
    problems: list[Problem] = []
    anchored, head_missing = None, False
    if anchor is not None:
        try:
            anchored = anchor.read()  # before the database, which may only have grown since
            head_missing = anchored is None
        except JournalBrokenError as error:
            problems.append(Problem(None, str(error)))
    with database.read() as session:
        if database.dialect == "postgresql":  # one snapshot for all that follows
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        unsealed = session.scalar(select(func.count()).select_from(JournalPending)) or 0
        blocks = {block.number: block.root for block in session.scalars(select(JournalBlock))}
        walk = _Walk(anchored, blocks)
        for row in _rows(session):
            problems += walk.step(row)
            if progress and walk.sealed % AT_ONCE == 0:
                progress(walk.sealed, anchored.head.size if anchored else walk.sealed)
            if len(problems) >= MOST_PROBLEMS:
                problems.append(Problem(None, "Weitere Mängel werden nicht mehr aufgezählt."))
                break
        else:
            problems += _end(walk, session, head_missing=head_missing)
    return Verification(
        walk.sealed, unsealed, walk.first, walk.last, walk.first_at, walk.last_at, problems
    )


def _rows(session: Session) -> Iterator[Any]:
    statement = (
        select(*ENTRY_COLUMNS, JournalEntry.chain, JournalDetail.salt, JournalDetail.details)
        .join(JournalDetail, JournalDetail.number == JournalEntry.number, isouter=True)
        .order_by(JournalEntry.number)
    )
    return iter(session.execute(statement, execution_options={"yield_per": AT_ONCE}))


def _end(walk: _Walk, session: Session, *, head_missing: bool) -> Iterator[Problem]:
    """What only shows at the end: an empty or cut off journal, and heads that say something else."""
    last = walk.last or 0
    if not walk.sealed:
        yield Problem(None, "Das Journal ist leer.")
    if walk.anchored is None:
        if walk.sealed and head_missing:
            yield Problem(None, "Der außerhalb der Datenbank gesicherte Kopf des Journals fehlt.")
    elif walk.anchored.head.size > last:
        yield Problem(
            last + 1,
            f"Das Ende fehlt: Das Journal endet bei Eintrag {last}, "
            f"gesichert war es bis Eintrag {walk.anchored.head.size}.",
        )
    head = session.scalars(select(JournalHead)).one_or_none()
    size = head.size if head else 0
    if size > last:
        yield Problem(last + 1, f"Das Ende fehlt: Versiegelt wurde bis Eintrag {size}.")
    elif size < last:
        yield Problem(size + 1, f"Ab Eintrag {size + 1} hat niemand versiegelt.")
    elif head and walk.whole and (head.chain, head.frontier) != (walk.chain, walk.tree.to_bytes()):
        yield Problem(None, "Der Kopf des Journals in der Datenbank wurde verändert.")
