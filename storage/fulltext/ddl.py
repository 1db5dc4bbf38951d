"""The tables of the full-text index, as plain SQL, so that a migration can call it.

Three tables hold one row per entry: ``fulltext_entry`` what ranking, filtering and deleting need,
``fulltext_sequence`` its folded words in order (zlib), ``fulltext_tokens`` the inverted index. ``fulltext_statistics`` is filled by ``refresh`` from time to time; search works without it.
The statements are part of a released migration: change them only by a new one.
"""

from sqlalchemy import Connection

TABLES = (
    "fulltext_entry",
    "fulltext_sequence",
    "fulltext_tokens",
    "fulltext_statistics",
    "fulltext_corpus",
)

SQLITE_CREATE = (
    """CREATE TABLE fulltext_entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        entry CHAR(32) NOT NULL UNIQUE,
        access TEXT NOT NULL,
        kind TEXT NOT NULL,
        day TEXT,
        facets TEXT NOT NULL,
        length INTEGER NOT NULL,
        forward BLOB NOT NULL
    )""",
    """CREATE TABLE fulltext_sequence (
        id INTEGER NOT NULL PRIMARY KEY,
        words BLOB NOT NULL
    )""",
    # Contentless: the text is not stored twice. detail=none: order is checked on fulltext_sequence, not by the index.
    """CREATE VIRTUAL TABLE fulltext_tokens USING fts5(
        tokens, content='', detail=none, columnsize=0, tokenize="unicode61 remove_diacritics 0"
    )""",
    """CREATE VIRTUAL TABLE fulltext_vocabulary USING fts5vocab(fulltext_tokens, 'row')""",
    """CREATE TABLE fulltext_statistics (
        token TEXT NOT NULL PRIMARY KEY,
        entries INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE fulltext_corpus (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        entries INTEGER NOT NULL,
        mean_length REAL NOT NULL
    )""",
)
SQLITE_DROP = (
    "DROP TABLE fulltext_corpus",
    "DROP TABLE fulltext_statistics",
    "DROP TABLE fulltext_vocabulary",
    "DROP TABLE fulltext_tokens",
    "DROP TABLE fulltext_sequence",
    "DROP TABLE fulltext_entry",
)

POSTGRESQL_CREATE = (
    """CREATE TABLE fulltext_entry (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        entry UUID NOT NULL UNIQUE,
        access TEXT NOT NULL,
        kind TEXT NOT NULL,
        day DATE,
        facets TEXT NOT NULL,
        length INTEGER NOT NULL,
        forward BYTEA NOT NULL
    )""",
    """CREATE TABLE fulltext_sequence (
        id BIGINT NOT NULL PRIMARY KEY,
        words BYTEA NOT NULL
    )""",
    """CREATE TABLE fulltext_tokens (
        id BIGINT NOT NULL PRIMARY KEY,
        tokens TSVECTOR NOT NULL
    )""",
    # A short pending list: searches read it from end to end.
    """CREATE INDEX ix_fulltext_tokens_tokens ON fulltext_tokens USING gin (tokens)
        WITH (gin_pending_list_limit = 512)""",
    """CREATE TABLE fulltext_statistics (
        token TEXT COLLATE "C" NOT NULL PRIMARY KEY,
        entries INTEGER NOT NULL
    )""",
    """CREATE TABLE fulltext_corpus (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        entries INTEGER NOT NULL,
        mean_length DOUBLE PRECISION NOT NULL
    )""",
    # Without the setting the planner reads the whole table for a common word.
    """CREATE FUNCTION fulltext_match(wanted tsquery, most integer) RETURNS SETOF bigint
        LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
        BEGIN
            RETURN QUERY SELECT id FROM fulltext_tokens WHERE tokens @@ wanted LIMIT most;
        END
        $$""",
)
POSTGRESQL_DROP = (
    "DROP FUNCTION fulltext_match(tsquery, integer)",
    "DROP TABLE fulltext_corpus",
    "DROP TABLE fulltext_statistics",
    "DROP TABLE fulltext_tokens",
    "DROP TABLE fulltext_sequence",
    "DROP TABLE fulltext_entry",
)


def create(connection: Connection) -> None:
    """Create the index in the connection's transaction."""
    for statement in SQLITE_CREATE if connection.dialect.name == "sqlite" else POSTGRESQL_CREATE:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    for statement in SQLITE_DROP if connection.dialect.name == "sqlite" else POSTGRESQL_DROP:
        connection.exec_driver_sql(statement)
