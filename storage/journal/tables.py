"""Tables of the journal.

A verb inserts into ``journal_pending`` (no index but the key, no lock shared with neighbours); the sealer moves
rows to ``journal_entry``, whose rows are never updated. Details stand in a table of their own, so that they can be
erased while the entry keeps only their salted hash.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.privacy import privacy
from storage.schema import Table, WithId

Number = BigInteger().with_variant(Integer, "sqlite")  # INTEGER PRIMARY KEY is SQLite's row id
Hash = LargeBinary(32)


class JournalPending(Table, WithId):
    """An entry that its verb has committed and the sealer has not yet numbered (at most a second)."""

    __tablename__ = "journal_pending"
    __table_args__ = (
        {
            "info": privacy(
                "Nachvollziehbarkeit des Verwaltungshandelns (noch nicht versiegelt)",
                "actor",
                "bis zur Versiegelung, höchstens Sekunden",
                "keep",
            )
        },
    )

    at: Mapped[datetime]
    actor: Mapped[str]
    verb: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    details_hash: Mapped[bytes | None] = mapped_column(Hash)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    details: Mapped[str | None] = mapped_column(Text)


class JournalEntry(Table):
    """A sealed entry. ``chain`` = SHA-256(0x02, chain of the entry before, leaf hash of this one)."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        Index(None, "object_kind", "object_id", "number"),
        {
            "info": privacy(
                "Nachvollziehbarkeit des Verwaltungshandelns",
                "actor",
                "solange das Journal geführt wird; die handelnde Person steht nur als Kennung darin",
                "keep",
            )
        },
    )

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    verb: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    details_hash: Mapped[bytes | None] = mapped_column(Hash)
    chain: Mapped[bytes] = mapped_column(Hash)


class JournalDetail(Table):
    """What an entry's salted hash stands for: canonical JSON. Erasing the row leaves the chain valid."""

    __tablename__ = "journal_detail"
    __table_args__ = (
        {
            "info": privacy(
                "Einzelheiten zu Einträgen des Journals",
                "number",
                "wie der Gegenstand des Eintrags",
                "erase",
            )
        },
    )

    number: Mapped[int] = mapped_column(
        Number, ForeignKey(JournalEntry.number), primary_key=True, autoincrement=False
    )
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    details: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(index=True)
    """The blob the details speak of, if any: the key by which a proof is asked for."""


class JournalBlock(Table):
    """Merkle hash of 256 neighbouring entries, so that a proof reads few rows of a long journal."""

    __tablename__ = "journal_block"
    __table_args__ = (
        {
            "info": privacy(
                "Prüfsummen des Journals", None, "solange das Journal geführt wird", "keep"
            )
        },
    )

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(Hash)


class JournalHead(Table):
    """The one row that says how far the journal is sealed; the sealer at work holds its lock."""

    __tablename__ = "journal_head"
    __table_args__ = (
        {
            "info": privacy(
                "Prüfsummen des Journals", None, "solange das Journal geführt wird", "keep"
            )
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Number)
    chain: Mapped[bytes] = mapped_column(Hash)
    frontier: Mapped[bytes] = mapped_column(LargeBinary)
