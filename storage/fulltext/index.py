"""Putting entries into the index, taking them out, and searching, inside the caller's transaction."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, text, update
from sqlalchemy.orm import Session

from storage.fulltext.marks import marks, spans
from storage.fulltext.rows import dialect
from storage.fulltext.search import Filters, Hit, Hits, search
from storage.fulltext.statistics import refresh
from storage.fulltext.tables import ENTRY, SEQUENCE
from storage.fulltext.tokens import Analysed, Labels, analyse_entry, entry_tokens, together

BATCH = 200

_ADD = {
    "sqlite": text("INSERT INTO fulltext_tokens (rowid, tokens) VALUES (:id, :tokens)"),
    "postgresql": text(
        "INSERT INTO fulltext_tokens (id, tokens)"
        " VALUES (:id, array_to_tsvector(string_to_array(:tokens, ' ')))"
    ),
}
_PUT_POSTGRESQL = text(  # one statement: each costs a way to the server and back
    "WITH made AS (INSERT INTO fulltext_entry (entry, access, kind, day, facets, length, forward)"
    " VALUES (:entry, :access, :kind, :day, :facets, :length, :forward) RETURNING id),"
    " kept AS (INSERT INTO fulltext_sequence (id, words) SELECT id, :words FROM made)"
    " INSERT INTO fulltext_tokens (id, tokens)"
    " SELECT id, array_to_tsvector(string_to_array(:tokens, ' ')) FROM made"
)
_TAKE = {
    "sqlite": text(
        "INSERT INTO fulltext_tokens (fulltext_tokens, rowid, tokens) VALUES ('delete', :id, :tokens)"
    ),
    "postgresql": text("DELETE FROM fulltext_tokens WHERE id = :id"),
}
_MERGE_ALL = text("INSERT INTO fulltext_tokens (fulltext_tokens) VALUES ('optimize')")
_EMPTY = {
    "sqlite": text("INSERT INTO fulltext_tokens (fulltext_tokens) VALUES ('delete-all')"),
    "postgresql": text("DELETE FROM fulltext_tokens"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found: its text, and what it can be filtered by.

    ``body`` is the larger part of the text where it was analysed already (``tokens.analyse_entry`` without a title,
    say in another process); ``text`` is then what comes before it.
    ``access`` is the one opaque right needed to find it (say, office and protection class); ``facets`` are free
    pairs such as ``{"akte": "…", "office": "…"}``; ``day`` is the date that a date range asks for.
    """

    entry: UUID
    kind: str
    access: str
    title: str
    text: str
    day: date | None = None
    facets: Mapping[str, str] = field(default_factory=dict)
    body: Analysed | None = None


def put(
    session: Session | Connection,
    entry: UUID,
    kind: str,
    access: str,
    title: str,
    text: str,
    *,
    day: date | None = None,
    facets: Mapping[str, str] | None = None,
) -> None:
    """Index an entry, in place of what was indexed under this id before."""
    put_many(session, [Entry(entry, kind, access, title, text, day, facets or {})])


def put_many(session: Session | Connection, entries: Iterable[Entry]) -> None:
    """Index many entries. Of two with the same id the last one counts."""
    waiting: dict[UUID, Entry] = {}
    for entry in entries:
        waiting[entry.entry] = entry
        if len(waiting) == BATCH:
            _put(session, list(waiting.values()))
            waiting.clear()
    if waiting:
        _put(session, list(waiting.values()))


def _put(session: Session | Connection, entries: list[Entry]) -> None:
    _remove(session, [entry.entry for entry in entries])
    rows: list[dict[str, Any]] = []
    tokens: list[str] = []
    sequences: list[bytes] = []
    for entry in entries:
        analysed = analyse_entry(entry.title, entry.text)
        if entry.body is not None:
            analysed = together(analysed, entry.body)
        labels = Labels(entry.access, entry.kind, entry.day, dict(entry.facets))
        rows.append(
            {
                "entry": entry.entry,
                "access": entry.access,
                "kind": entry.kind,
                "day": entry.day,
                "facets": json.dumps(dict(entry.facets), ensure_ascii=False),
                "length": analysed.length,
                "forward": analysed.forward,
            }
        )
        sequences.append(zlib.compress(analysed.sequence, 1))
        tokens.append(" ".join(entry_tokens(analysed.forward, analysed.length, labels)))
    if dialect(session) == "postgresql":
        session.execute(
            _PUT_POSTGRESQL,
            [
                {**row, "words": words, "tokens": line}
                for row, words, line in zip(rows, sequences, tokens, strict=True)
            ],
        )
        return
    numbers = list(
        session.execute(
            insert(ENTRY).returning(ENTRY.c.id, sort_by_parameter_order=True), rows
        ).scalars()
    )
    session.execute(
        insert(SEQUENCE),
        [{"id": number, "words": line} for number, line in zip(numbers, sequences, strict=True)],
    )
    session.execute(
        _ADD["sqlite"],
        [{"id": number, "tokens": line} for number, line in zip(numbers, tokens, strict=True)],
    )


def remove(session: Session | Connection, entry: UUID) -> None:
    """Take an entry out of the index; nothing happens if it is not there."""
    _remove(session, [entry])


def erase(session: Session | Connection, entries: Sequence[UUID]) -> None:
    """Take entries out so that no trace of their words stays in the index, as erasure asks (GDPR Art. 17).

    FTS5 only strikes out what ``remove`` takes away, and lets it stand until it merges; here it merges at once, which
    takes seconds in a large index. PostgreSQL's own vacuum does the same, soon after the commit.
    """
    _remove(session, entries)
    if dialect(session) == "sqlite":
        session.execute(_MERGE_ALL)


def _remove(session: Session | Connection, entries: Sequence[UUID]) -> None:
    needed = ENTRY if dialect(session) == "sqlite" else ENTRY.c.id
    wanted = select(needed).where(ENTRY.c.entry.in_(entries)).order_by(ENTRY.c.id)
    rows = session.execute(wanted.with_for_update()).all()
    if rows:
        _take(session, rows)
        numbers = [row.id for row in rows]
        session.execute(delete(SEQUENCE).where(SEQUENCE.c.id.in_(numbers)))
        session.execute(delete(ENTRY).where(ENTRY.c.id.in_(numbers)))


def set_access(session: Session | Connection, entry: UUID, token: str) -> None:
    """Change who may find an entry, in the same transaction as its new office or protection class."""
    wanted = select(ENTRY).where(ENTRY.c.entry == entry)
    row = session.execute(wanted.with_for_update()).one_or_none()
    if row is None or row.access == token:
        return
    _take(session, [row])
    session.execute(update(ENTRY).where(ENTRY.c.id == row.id).values(access=token))
    session.execute(_ADD[dialect(session)], {"id": row.id, "tokens": _line(row, token)})


def rebuild(session: Session | Connection) -> int:
    """Make the inverted index anew from the entries' rows, say after a restore; returns their number."""
    session.execute(_EMPTY[dialect(session)])
    done, after = 0, 0
    while True:
        rows = session.execute(
            select(ENTRY).where(ENTRY.c.id > after).order_by(ENTRY.c.id).limit(BATCH)
        ).all()
        if not rows:
            return done
        lines = [{"id": row.id, "tokens": _line(row, row.access)} for row in rows]
        session.execute(_ADD[dialect(session)], lines)
        done, after = done + len(rows), rows[-1].id


def _take(session: Session | Connection, rows: Sequence[Row[Any]]) -> None:
    if dialect(session) == "sqlite":  # FTS5 deletes exactly the tokens it is given
        taken = [{"id": row.id, "tokens": _line(row, row.access)} for row in rows]
    else:
        taken = [{"id": row.id} for row in rows]
    session.execute(_TAKE[dialect(session)], taken)


def _line(row: Row[Any], access: str) -> str:
    labels = Labels(access, row.kind, row.day, json.loads(row.facets))
    return " ".join(entry_tokens(row.forward, row.length, labels))


__all__ = [
    "Entry",
    "Filters",
    "Hit",
    "Hits",
    "erase",
    "marks",
    "put",
    "put_many",
    "rebuild",
    "refresh",
    "remove",
    "search",
    "set_access",
    "spans",
]
