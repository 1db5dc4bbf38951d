"""How common the terms are. ``refresh`` counts now and then; search works without it, only less well ranked.

The counts serve two ends: the weight of a term (inverse document frequency), and choosing how deep to read the
impact levels of a common word. They never show what a viewer may not see: a term has weight only in entries that are
found anyway.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.orm import Session

from storage.fulltext.rows import dialect
from storage.fulltext.tables import CORPUS, ENTRY, STATISTICS
from storage.fulltext.tokens import LEVELS, PIVOT, TERM

RARE = 5  # tokens in fewer entries are not kept
SAMPLE = 20_000  # PostgreSQL counts in about so many entries
_COUNT_SQLITE = text(
    "SELECT term, doc FROM fulltext_vocabulary WHERE doc >= :rare AND (term < '1' OR term >= 'a')"
)
_COUNT_POSTGRESQL = text(
    "SELECT word, ndoc FROM ts_stat('SELECT tokens FROM fulltext_tokens TABLESAMPLE BERNOULLI ('"
    " || CAST(:percent AS text) || ')') WHERE ndoc >= :rare"
    " AND (word COLLATE \"C\" < '3' OR word COLLATE \"C\" >= 'a')"
)
_KEEP_POSTGRESQL = text(
    "INSERT INTO fulltext_statistics"
    " SELECT * FROM unnest(CAST(:tokens AS text[]), CAST(:entries AS integer[]))"
)
_TIDY = {
    "sqlite": text("INSERT INTO fulltext_tokens (fulltext_tokens, rank) VALUES ('merge', 4000)"),
    "postgresql": text("SELECT gin_clean_pending_list('ix_fulltext_tokens_tokens')"),
}
_LETTERS = " UNION ALL ".join(f"SELECT '{letter}' AS letter" for letter in TERM + LEVELS)
_LEVELS = text(
    "SELECT l.letter, (SELECT coalesce(sum(s.entries), 0) FROM fulltext_statistics s"  # noqa: S608 - fixed
    " WHERE s.token >= l.letter || :prefix AND s.token < l.letter || :prefix || '{')"
    f" FROM ({_LETTERS}) l"
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Number of entries, their mean length in words."""

    entries: int
    mean_length: float


@dataclass(frozen=True, slots=True)
class Spread:
    """In how many entries a term is, in all and by impact level; unknown (0) for rare and new terms."""

    entries: int = 0
    levels: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: "Spread") -> "Spread":
        letters = {**self.levels, **other.levels}
        levels = {one: self.levels.get(one, 0) + other.levels.get(one, 0) for one in letters}
        return Spread(self.entries + other.entries, levels)


def weight(corpus: Corpus, entries: int) -> float:
    """Inverse document frequency, never negative (Robertson and Zaragoza 2009, with Lucene's 1 + …)."""
    entries = min(entries, corpus.entries)
    return math.log(1 + (corpus.entries - entries + 0.5) / (entries + 0.5))


def corpus(session: Session | Connection) -> Corpus:
    """The corpus as last counted; before the first count a guess from the highest number given."""
    row = session.execute(select(CORPUS.c.entries, CORPUS.c.mean_length)).one_or_none()
    if row is not None and row.entries:
        return Corpus(row.entries, row.mean_length)
    return Corpus(session.execute(select(func.max(ENTRY.c.id))).scalar() or 1, PIVOT)


def spread(session: Session | Connection, terms: Iterable[str]) -> dict[str, Spread]:
    """The spread of whole terms."""
    wanted = {letter + term: (letter, term) for term in terms for letter in TERM + LEVELS}
    counts: dict[str, dict[str, int]] = {}
    for token, entries in session.execute(
        select(STATISTICS.c.token, STATISTICS.c.entries).where(STATISTICS.c.token.in_(wanted))
    ):
        letter, term = wanted[token]
        counts.setdefault(term, {})[letter] = entries
    return {term: Spread(found.pop(TERM, 0), found) for term, found in counts.items()}


def prefix_spread(session: Session | Connection, prefix: str) -> Spread:
    """The spread of all terms that start so; an entry counts once for each such term it has."""
    found = {str(row[0]): int(row[1]) for row in session.execute(_LEVELS, {"prefix": prefix})}
    return Spread(found.pop(TERM), found)


@dataclass(frozen=True, slots=True)
class Counted:
    """A new count: corpus, and in how many entries each term, access right and kind is, rare ones left out."""

    corpus: Corpus
    tokens: list[str]
    entries: list[int]


def count(session: Session | Connection) -> Counted:
    """Count the terms; reads only. Seconds for 100,000 entries. PostgreSQL counts a sample of them."""
    total, mean = session.execute(select(func.count(), func.avg(ENTRY.c.length))).one()
    counted = Corpus(int(total), float(mean or PIVOT))
    part = 1.0
    if dialect(session) == "sqlite":
        found = session.execute(_COUNT_SQLITE, {"rare": RARE})
    else:
        part = min(1.0, SAMPLE / max(counted.entries, 1))
        values = {"percent": 100 * part, "rare": max(2, round(RARE * part))}
        found = session.execute(_COUNT_POSTGRESQL, values)
    rows = [(str(row[0]), round(row[1] / part)) for row in found]
    return Counted(counted, [token for token, _ in rows], [entries for _, entries in rows])


def keep(session: Session | Connection, counted: Counted) -> None:
    """Put a new count in place of the last one, and tidy the index a little."""
    session.execute(delete(STATISTICS))
    session.execute(delete(CORPUS))
    if dialect(session) == "sqlite":
        pairs = zip(counted.tokens, counted.entries, strict=True)
        rows = [{"token": token, "entries": entries} for token, entries in pairs]
        if rows:
            session.execute(insert(STATISTICS), rows)
    else:
        values = {"tokens": counted.tokens, "entries": counted.entries}
        session.execute(_KEEP_POSTGRESQL, values)
    session.execute(_TIDY[dialect(session)])
    session.execute(
        insert(CORPUS).values(
            id=1, entries=counted.corpus.entries, mean_length=counted.corpus.mean_length
        )
    )


def refresh(session: Session | Connection) -> Corpus:
    """Count anew. For a nightly flow or after a large import; ``count`` and ``keep`` apart hold writers up less."""
    counted = count(session)
    keep(session, counted)
    return counted.corpus


def commonest(session: Session | Connection, prefix: str, enough: float) -> dict[str, int]:
    """Tokens of common terms that start so, with their entries: one in just ``enough``, or else the five commonest."""
    starts = STATISTICS.c.token >= TERM + prefix, STATISTICS.c.token < TERM + prefix + "{"
    columns = select(STATISTICS.c.token, STATISTICS.c.entries).where(*starts)
    one = columns.where(STATISTICS.c.entries >= enough).order_by(STATISTICS.c.entries).limit(1)
    five = columns.order_by(STATISTICS.c.entries.desc()).limit(5)
    found = session.execute(one).all() or session.execute(five).all()
    return {row.token: row.entries for row in found} or {TERM + prefix: 0}


def holders(session: Session | Connection, tokens: Iterable[str]) -> dict[str, int]:
    """In how many entries each of these tokens is; those not counted are left out."""
    wanted = STATISTICS.c.token.in_(list(tokens))
    found = session.execute(select(STATISTICS.c.token, STATISTICS.c.entries).where(wanted))
    return {row.token: row.entries for row in found}
