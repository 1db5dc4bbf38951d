"""The few statements that read the index."""

import json
import zlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from storage.fulltext.expression import Expression, fts5, tsquery
from storage.fulltext.tables import ENTRY

_MATCH = {
    "sqlite": text(
        "SELECT rowid FROM fulltext_tokens WHERE fulltext_tokens MATCH :wanted"
        " ORDER BY rowid DESC LIMIT :most"
    ),
    "postgresql": text("SELECT fulltext_match(CAST(:wanted AS tsquery), :most)"),
}
_SOME = {
    "sqlite": "id IN (SELECT value FROM json_each(:numbers))",
    "postgresql": "id = ANY(CAST(:numbers AS bigint[]))",
}
_FORWARDS = {
    name: text(f"SELECT id, length, forward FROM fulltext_entry WHERE {some}")  # noqa: S608 - fixed text
    for name, some in _SOME.items()
}
_SEQUENCES = {
    name: text(f"SELECT id, words FROM fulltext_sequence WHERE {some}")  # noqa: S608 - fixed text
    for name, some in _SOME.items()
}
_HOLDING = {
    "sqlite": text(
        f"SELECT id FROM fulltext_entry WHERE {_SOME['sqlite']} AND instr(forward, :piece) > 0"  # noqa: S608 - fixed text
    ),
    "postgresql": text(
        f"SELECT id FROM fulltext_entry WHERE {_SOME['postgresql']}"  # noqa: S608 - fixed text
        " AND position(CAST(:piece AS bytea) IN forward) > 0"
    ),
}


def match(session: Session | Connection, wanted: Expression, most: int) -> list[int]:
    """Numbers of at most ``most`` entries that match; SQLite gives the newest first."""
    name = dialect(session)
    line = fts5(wanted) if name == "sqlite" else tsquery(wanted)
    found = session.execute(_MATCH[name], {"wanted": line, "most": most})
    return [row[0] for row in found]


def forwards(session: Session | Connection, numbers: Sequence[int]) -> list[tuple[int, int, bytes]]:
    """(number, length, terms with frequencies) of entries."""
    name = dialect(session)
    found = session.execute(_FORWARDS[name], {"numbers": _list(name, numbers)})
    return [(row[0], row[1], row[2]) for row in found]


def holding(session: Session | Connection, numbers: Sequence[int], piece: bytes) -> list[int]:
    """Those of the entries whose terms with frequencies hold ``piece``."""
    name = dialect(session)
    values = {"numbers": _list(name, numbers), "piece": piece}
    return [row[0] for row in session.execute(_HOLDING[name], values)]


def sequences(session: Session | Connection, numbers: Sequence[int]) -> dict[int, bytes]:
    """The words of entries in their order, one blank before and after each."""
    name = dialect(session)
    found = session.execute(_SEQUENCES[name], {"numbers": _list(name, numbers)})
    return {row[0]: zlib.decompress(row[1]) for row in found}


def entries(session: Session | Connection, numbers: Sequence[int]) -> dict[int, UUID]:
    if not numbers:
        return {}
    found = session.execute(select(ENTRY.c.id, ENTRY.c.entry).where(ENTRY.c.id.in_(numbers)))
    return {row.id: row.entry for row in found}


def dialect(session: Session | Connection) -> str:
    connection = session.connection() if isinstance(session, Session) else session
    return connection.dialect.name


def _list(name: str, numbers: Sequence[int]) -> str | list[int]:
    return json.dumps(numbers) if name == "sqlite" else list(numbers)
