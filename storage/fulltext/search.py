"""Searching: which entries match, and the best of them first.

Up to ``ALL_RANKED`` matching entries are all ranked, exactly. Of more, the impact levels in the index name the
candidates (see ``storage.fulltext.levels``), and those are ranked exactly. Order of words, quoted words and very common prefixes
are checked on the entries' own rows. The right to see an entry is part of every expression that reaches the index.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from storage.fulltext import rows
from storage.fulltext.estimate import few_rights, visible
from storage.fulltext.expression import All, Any, Expression, Token, any_of
from storage.fulltext.levels import Graded, best_of_many
from storage.fulltext.normalise import Atom, Query, parse_query
from storage.fulltext.ranking import Ranking, holds, make_ranking
from storage.fulltext.statistics import commonest
from storage.fulltext.tokens import ACCESS, FACET, KIND, TERM, day_tokens, facet_token, opaque

CAP = 1_000  # „mehr als 1.000 Treffer“; pages end here
ALL_RANKED = 250
DEEP = 50_000  # so many entries are looked at for the order of words
WIDE = 20_000  # a prefix with more postings is not looked up as a whole
CHUNK = 500
PROBED = 100  # of them so many are ranked


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrowing by label. Empty means: any. Of several values of one facet any will do; dates include both ends."""

    kinds: Collection[str] = ()
    first: date | None = None
    last: date | None = None
    facets: Mapping[str, str | Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    entry: UUID
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """``total`` entries match; with ``capped`` it is a lower bound („mehr als …“)."""

    total: int
    capped: bool
    hits: tuple[Hit, ...]


NOTHING = Hits(0, capped=False, hits=())


def search(
    session: Session | Connection,
    query: str,
    tokens: frozenset[str] | None,
    *,
    limit: int = 20,
    offset: int = 0,
    filters: Filters | None = None,
    typing: bool = False,
) -> Hits:
    """The best entries for a query, best first (equal ones: newest first).

    ``tokens`` are the access tokens of the viewer, ``None`` stands for all; what bears no such token adds neither to
    hits nor to the count. ``typing`` takes the last word as not finished. Pages end at the thousandth hit.
    """
    asked = parse_query(query, typing=typing)
    if not asked.wanted or (tokens is not None and not tokens):
        return NOTHING
    ranking = make_ranking(session, asked)
    wish = _plan(asked, ranking, _scope(tokens, filters or Filters()))
    last = min(offset + limit, CAP)
    found, total, capped = _find(session, wish, ranking, last)
    found.sort(reverse=True)
    page = found[offset:last]
    names = rows.entries(session, [number for _, number in page])
    return Hits(total, capped, tuple(Hit(names[number], score) for score, number in page))


@dataclass(frozen=True, slots=True)
class _Wish:
    """A query made ready: what the index is asked, what is checked on the rows, and what may be graded by impact."""

    asked: Query
    narrow: tuple[Expression, ...]
    scope: tuple[Any, ...]
    without: tuple[Expression, ...]
    wide: tuple[Atom, ...]
    ordered: bool  # the order or form of words must be checked
    forbidden: bool  # something excluded must be checked

    def indexed(self) -> Expression | None:
        parts = (*self.narrow, *self.scope)
        return All(parts, self.without) if parts else None


def _plan(asked: Query, ranking: Ranking, scope: tuple[Any, ...]) -> _Wish:
    narrow: list[Expression] = []
    wide = []
    for atom in asked.wanted:
        narrow += (Token(TERM + term) for term in (atom.terms[:-1] if atom.prefix else atom.terms))
        if atom.prefix and ranking.postings(atom) > WIDE:
            wide.append(atom)
        elif atom.prefix:
            narrow.append(_beginning(atom))
    without: list[Expression] = []
    forbidden = False
    for atom in asked.excluded:
        if atom.checked or (atom.prefix and ranking.postings(atom) > WIDE):
            forbidden = True
        else:
            without.append(_beginning(atom) if atom.prefix else Token(TERM + atom.terms[0]))
    ordered = any(atom.checked for atom in asked.wanted)
    return _Wish(asked, tuple(narrow), scope, tuple(without), tuple(wide), ordered, forbidden)


def _beginning(atom: Atom) -> Expression:
    """A word still being typed: whatever starts so, and the word it may already be."""
    return Any((Token(TERM + atom.folded[-1], prefix=True), Token(TERM + atom.terms[-1])))


def _scope(tokens: frozenset[str] | None, filters: Filters) -> tuple[Any, ...]:
    scope: list[Any] = []
    if tokens is not None:
        scope.append(any_of(ACCESS + opaque(token) for token in sorted(tokens)))
    if filters.kinds:
        scope.append(any_of(KIND + opaque(kind) for kind in sorted(filters.kinds)))
    if filters.first is not None or filters.last is not None:
        days = list(day_tokens(filters.first, filters.last))
        scope.append(any_of(days or ["3none"]))
    for key, wanted in filters.facets.items():
        values = [wanted] if isinstance(wanted, str) else sorted(wanted)
        scope.append(any_of([facet_token(key, value) for value in values] or [FACET]))
    return tuple(scope)


Found = list[tuple[float, int]]


def _find(
    session: Session | Connection, wish: _Wish, ranking: Ranking, last: int
) -> tuple[Found, int, bool]:
    """(score and number of entries, their count, whether there are more)."""
    indexed = wish.indexed()
    if wish.ordered or wish.forbidden:
        if indexed is None:  # nothing but a common prefix, and something to check
            indexed = All(tuple(_beginning(atom) for atom in wish.wide), wish.without)
        return _checked(session, wish, ranking, rows.match(session, indexed, DEEP + 1))
    if indexed is None or _many(session, wish, ranking):
        return _best(session, wish, ranking, last, None)
    numbers = rows.match(session, indexed, CAP + 1)
    if wish.wide and len(numbers) <= CAP:
        return _sifted(session, wish, ranking, last, numbers)
    if len(numbers) <= max(ALL_RANKED, last):
        return list(ranking.scores(rows.forwards(session, numbers))), len(numbers), False
    return _best(session, wish, ranking, last, len(numbers) if len(numbers) <= CAP else None)


def _sifted(
    session: Session | Connection,
    wish: _Wish,
    ranking: Ranking,
    last: int,
    numbers: list[int],
) -> tuple[Found, int, bool]:
    """Those of ``numbers`` that hold the common prefixes; counted by the database where that can be."""
    if any(not atom.terms[-1].startswith(atom.folded[-1]) for atom in wish.wide):
        return _checked(session, wish, ranking, numbers)
    for atom in wish.wide:
        numbers = rows.holding(session, numbers, f" {atom.folded[-1]}".encode("ascii"))
    if len(numbers) > max(ALL_RANKED, last):
        return _best(session, wish, ranking, last, len(numbers))
    return list(ranking.scores(rows.forwards(session, numbers))), len(numbers), False


def _many(session: Session | Connection, wish: _Wish, ranking: Ranking) -> bool:
    """Whether there is no need to ask for all matches, there being too many to rank or, with a prefix, to check."""
    if wish.wide and not wish.narrow:
        return visible(session, wish.scope) > 2 * CAP
    share = ranking.share(wish.asked.wanted)
    few = few_rights(session, wish.scope, share, CAP)
    if few is None:
        return False
    return len(rows.match(session, All((*wish.narrow, *few), wish.without), CAP + 1)) > CAP


def _best(
    session: Session | Connection, wish: _Wish, ranking: Ranking, last: int, total: int | None
) -> tuple[Found, int, bool]:
    """The best of many by the impact levels; ``total`` is their number where it is known."""
    graded = [
        Graded(atom, ranking.spread(atom), ranking.weight(atom)) for atom in wish.asked.wanted
    ]
    rest, corpus = (*wish.narrow, *wish.scope), ranking.corpus.entries
    numbers = best_of_many(session, graded, rest, wish.without, corpus, last, total)
    if not wish.wide:
        found = list(ranking.scores(rows.forwards(session, numbers)))
        return found, CAP if total is None else total, total is None
    if total is not None:
        return _checked(session, wish, ranking, numbers)[0], total, False
    probe = _probe(session, wish, visible(session, wish.scope) / max(corpus, 1), corpus)
    found, _, _ = _checked(session, wish, ranking, list(dict.fromkeys([*numbers, *probe[:PROBED]])))
    return found, min(max(len(probe), len(found)), CAP), True


def _probe(session: Session | Connection, wish: _Wish, share: float, corpus: int) -> list[int]:
    """Entries with one of the common words that start so: a lower bound of the count."""
    enough, part = 4 * CAP / max(share or 1.0, 0.01), 1.0
    narrow = [*wish.narrow]
    for atom in wish.wide:
        common = commonest(session, atom.folded[-1], enough)
        part *= min(1.0, sum(common.values()) / max(corpus, 1))
        narrow.append(any_of(common))
    few = few_rights(session, wish.scope, part, CAP) or wish.scope
    return rows.match(session, All((*narrow, *few), wish.without), CAP)


def _checked(
    session: Session | Connection, wish: _Wish, ranking: Ranking, numbers: Sequence[int]
) -> tuple[Found, int, bool]:
    found: Found = []
    for start in range(0, len(numbers), CHUNK):
        found += _check_chunk(session, wish, ranking, numbers[start : start + CHUNK])
        if len(found) >= CAP:
            more = start + CHUNK < len(numbers) or len(found) > CAP
            return found, min(len(found), CAP) if more else len(found), more
    return found, len(found), len(numbers) > DEEP


def _check_chunk(
    session: Session | Connection, wish: _Wish, ranking: Ranking, numbers: Sequence[int]
) -> Iterator[tuple[float, int]]:
    wanted = [atom for atom in wish.asked.wanted if atom.checked]
    excluded = wish.asked.excluded if wish.forbidden else ()
    forwards = rows.forwards(session, numbers)
    sequences = rows.sequences(session, numbers) if wanted or excluded else {}
    for number, length, forward in forwards:
        sequence = sequences.get(number, b"")
        if not all(holds(atom, forward, sequence) for atom in (*wish.wide, *wanted)):
            continue
        if any(holds(atom, forward, sequence) for atom in excluded):
            continue
        yield ranking.score(length, forward), number
