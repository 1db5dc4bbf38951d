"""The sealer: numbers and chains what the verbs have left, and grows the Merkle tree.

Verbs never wait for each other here: they insert without a number. One sealer at a time takes the lock of the head
row, so two can't fork the chain. An entry that commits late is sealed late; numbers have no gaps.
"""

import logging
import threading
import time
from dataclasses import asdict
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from storage.clock import Clock
from storage.database import Database, StorageBusyError
from storage.journal.anchor import Anchor, JournalBrokenError, SignedHead, TreeHead
from storage.journal.entries import FIRST_CHAIN, SealedEntry, blob_of, next_chain
from storage.journal.merkle import EMPTY_ROOT, Frontier, consistency_holds
from storage.journal.nodes import BLOCK, BLOCK_LEVEL, consistency_path
from storage.journal.tables import (
    JournalBlock,
    JournalDetail,
    JournalEntry,
    JournalHead,
    JournalPending,
)
from storage.schema import as_core

BATCH = 1000
PAUSE = 0.2
BREATH = 0.02
PAUSE_WHEN_BROKEN = 30.0
HEAD_ID = 1

log = logging.getLogger(__name__)


def seal(database: Database, anchor: Anchor, clock: Clock, limit: int = BATCH) -> int:
    """Seal up to ``limit`` waiting entries, oldest first, and keep the new head outside; how many were sealed.

    Raises ``JournalBrokenError`` where the journal doesn't continue the head that was kept outside.
    """
    if not _has_work(database, anchor.read()):
        return 0
    with database.write() as session:
        head = take_pen(session)
        tree = Frontier.from_bytes(head.size, head.frontier)
        if (
            tree.size == 0
        ):  # an empty head goes out first: whoever dies now leaves no journal without one
            anchor.advance(TreeHead(0, EMPTY_ROOT, clock()))
        _check_continues(session, tree, anchor.read())
        sealed = _append(session, tree, head.chain, limit)
    anchor.advance(TreeHead(tree.size, tree.root(), clock()))
    return sealed


def keep_sealing(
    database: Database, anchor: Anchor, clock: Clock, stop: threading.Event, pause: float = PAUSE
) -> None:
    """Seal until ``stop`` is set, and then what came last. Trouble is logged and tried again.

    The pause counts from begin to begin: on a busy machine, where sealing itself takes long, hardly any is made, so
    that no entry waits for longer than two sealings take, or one and the pause.
    """
    while not stop.is_set():
        began = time.monotonic()
        rest = _seal_waiting(database, anchor, clock)
        stop.wait(max(rest, began + pause - time.monotonic(), BREATH))
    _seal_waiting(database, anchor, clock)


def _seal_waiting(database: Database, anchor: Anchor, clock: Clock) -> float:
    """Seal all that waits; how many seconds to leave a broken journal alone."""
    try:
        while seal(database, anchor, clock) == BATCH:
            pass
    except JournalBrokenError as error:
        log.error("journal: %s", error)  # noqa: TRY400 - the sentence says it all
        return PAUSE_WHEN_BROKEN
    except (StorageBusyError, SQLAlchemyError, OSError) as error:
        log.warning("journal: sealing failed, will try again: %s", error)
    return 0.0


def _has_work(database: Database, anchored: SignedHead | None) -> bool:
    """Entries wait, or a head was sealed that did not get out (the process died in between)."""
    with database.read() as session:
        if session.scalar(select(exists().where(JournalPending.id.is_not(None)))):
            return True
        size = session.scalar(select(JournalHead.size)) or 0
    return size != (anchored.head.size if anchored else 0)


def take_pen(session: Session) -> Row[int, bytes, bytes]:
    """Lock the head row until the transaction ends, and read it as it is then."""
    lock = (
        update(JournalHead)
        .where(JournalHead.id == HEAD_ID)
        .values(size=JournalHead.size)
        .returning(JournalHead.size, JournalHead.chain, JournalHead.frontier)
        .execution_options(synchronize_session=False)
    )
    head = session.execute(lock).one_or_none()
    if head is None:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        first = {"id": HEAD_ID, "size": 0, "chain": FIRST_CHAIN, "frontier": b""}
        session.execute(dialect.insert(JournalHead).values(first).on_conflict_do_nothing())
        head = session.execute(lock).one()
    return head


def _check_continues(session: Session, tree: Frontier, anchored: SignedHead | None) -> None:
    """The stored tree must begin with the anchored one, else we would seal over a falsification."""
    if anchored is None:
        raise JournalBrokenError("Der außerhalb der Datenbank gesicherte Kopf des Journals fehlt.")
    old = anchored.head
    if old.size == 0:
        return
    if old.size > tree.size:
        raise JournalBrokenError(
            f"Das Journal endet bei Eintrag {tree.size}, gesichert war es bis Eintrag {old.size}."
        )
    path = consistency_path(session, old.size, tree.size)
    if not consistency_holds(old.size, tree.size, old.root, tree.root(), path):
        raise JournalBrokenError("Das Journal setzt den gesicherten Stand nicht fort.")


def _append(session: Session, tree: Frontier, chain: bytes, limit: int) -> int:
    entries: list[dict[str, Any]] = []
    details: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    for row in _take_pending(session, limit):
        number = tree.size + 1
        entry = SealedEntry(number, *row[:7])
        leaf = entry.leaf()
        chain = next_chain(chain, leaf)
        completed = tree.push(leaf)
        entries.append(asdict(entry) | {"chain": chain})
        if row.details is not None:
            details.append(
                {
                    "number": number,
                    "salt": row.salt,
                    "details": row.details,
                    "sha256": blob_of(row.details),
                }
            )
        if len(completed) > BLOCK_LEVEL:
            blocks.append({"number": number // BLOCK - 1, "root": completed[BLOCK_LEVEL]})
    for table, rows in ((JournalEntry, entries), (JournalDetail, details), (JournalBlock, blocks)):
        if rows:
            session.execute(insert(as_core(table)), rows)
    session.execute(
        update(JournalHead)
        .where(JournalHead.id == HEAD_ID)
        .values(size=tree.size, chain=chain, frontier=tree.to_bytes())
        .execution_options(synchronize_session=False)
    )
    return len(entries)


def _take_pending(session: Session, limit: int) -> list[Row[*tuple[Any, ...]]]:
    """Take the oldest waiting entries out of the queue; columns in the order of ``SealedEntry``'s fields."""
    oldest = select(JournalPending.id).order_by(JournalPending.id).limit(limit)
    taken = session.execute(
        delete(JournalPending)
        .where(JournalPending.id.in_(oldest))
        .returning(
            JournalPending.id,
            JournalPending.at,
            JournalPending.actor,
            JournalPending.verb,
            JournalPending.object_kind,
            JournalPending.object_id,
            JournalPending.details_hash,
            JournalPending.salt,
            JournalPending.details,
        )
        .execution_options(synchronize_session=False)
    ).all()
    return sorted(taken, key=attrgetter("id"))
