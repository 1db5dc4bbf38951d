"""Going on after the head outside the database was lost, or an older database was restored.

The sealer then stops, as it must: it can't tell a restored backup from a cut off journal. A person can, and says so;
the journal keeps who did it, why, and what head was given up.
"""

from storage.clock import Clock
from storage.database import Database
from storage.journal.anchor import Anchor, JournalBrokenError, SignedHead, TreeHead
from storage.journal.entries import record
from storage.journal.merkle import Frontier
from storage.journal.sealer import take_pen
from storage.journal.verification import verify


def restart(
    database: Database, anchor: Anchor, clock: Clock, *, actor: str, reason: str
) -> TreeHead:
    """Keep the head of the journal as the database has it now; that head.

    Raises ``JournalBrokenError`` where the database contradicts itself: such a journal can't be gone on with.
    """
    found = verify(database, anchor=None)
    if not found.ok:
        raise JournalBrokenError(found.problems[0].reason)
    with database.write() as session:
        row = take_pen(session)
        tree = Frontier.from_bytes(row.size, row.frontier)
        head = TreeHead(tree.size, tree.root(), clock())
        record(
            session,
            actor=actor,
            verb="journal.restart",
            object_kind="journal",
            object_id=str(tree.size),
            details={"reason": reason, "given_up": _given_up(anchor)},
            at=clock(),
        )
        anchor.replace(head)
    return head


def _given_up(anchor: Anchor) -> dict[str, int | str] | None:
    try:
        kept: SignedHead | None = anchor.read()
    except JournalBrokenError:
        return None
    return {"size": kept.head.size, "root": kept.head.root.hex()} if kept else None
