"""The side tables of the index for SQLAlchemy Core. They are created by ``storage.fulltext.ddl``, not from here."""

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
)

SEQUENCE = Table(
    "fulltext_sequence",
    metadata,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("words", LargeBinary, nullable=False),
)

STATISTICS = Table(
    "fulltext_statistics",
    metadata,
    Column("token", Text, primary_key=True),
    Column("entries", Integer, nullable=False),
)

CORPUS = Table(
    "fulltext_corpus",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("mean_length", Float, nullable=False),
)
