"""The tables of the index for SQLAlchemy Core. They are created by ``storage.fulltext.ddl``, not from here.

Hence a metadata of their own; their privacy entries stand in the register like those of every other table.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)

from storage.privacy import privacy

_WHILE_IT_LASTS = (
    "so lange wie das Dokument; wird mit ihm und bei jeder Änderung ersetzt oder entfernt"
)

metadata = MetaData()

ENTRY = Table(
    "fulltext_entry",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("entry", Uuid, nullable=False, unique=True),
    Column("access", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("day", Date),
    Column("facets", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("forward", LargeBinary, nullable=False),
    info=privacy(
        "Volltextsuche: wonach ein Dokument gefunden, gefiltert und gereiht wird",
        "entry", _WHILE_IT_LASTS, "erase",
    ),
)  # fmt: skip

SEQUENCE = Table(
    "fulltext_sequence",
    metadata,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("words", LargeBinary, nullable=False),
    info=privacy(
        "Volltextsuche: die Wörter eines Dokuments in ihrer Reihenfolge, für Wortgruppen",
        "id", _WHILE_IT_LASTS, "erase",
    ),
)  # fmt: skip

TOKENS = Table(
    "fulltext_tokens",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("tokens", Text, nullable=False),
    info=privacy(
        "Volltextsuche: in welchen Dokumenten ein Wort steht", "id", _WHILE_IT_LASTS, "erase"
    ),
)
"""For the register only: on PostgreSQL a ``tsvector``, on SQLite an FTS5 table without columns to read."""

STATISTICS = Table(
    "fulltext_statistics",
    metadata,
    Column("token", Text, primary_key=True),
    Column("entries", Integer, nullable=False),
    info=privacy(
        "Volltextsuche: wie viele Dokumente ein verbreitetes Wort haben, für die Reihung der Treffer",
        None, "wird jede Nacht neu gezählt; Wörter aus weniger als fünf Dokumenten fehlen", "keep",
    ),
)  # fmt: skip

CORPUS = Table(
    "fulltext_corpus",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("mean_length", Float, nullable=False),
    info=privacy(
        "Volltextsuche: Zahl und mittlere Länge der Dokumente",
        None,
        "wird jede Nacht neu gezählt",
        "keep",
    ),
)
