"""Guesses from the statistics that spare the index work. What they lead to is checked: no count rests on a guess."""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from storage.fulltext.expression import Any, Token
from storage.fulltext.statistics import holders
from storage.fulltext.tokens import ACCESS, KIND


def visible(session: Session | Connection, scope: Sequence[Any]) -> int:
    """About how many entries a scope leaves; 0 if unknown or narrowed by more than rights and kinds."""
    counts = []
    for part in scope:
        labels = _labels(part)
        if not labels or labels[0][0] not in ACCESS + KIND:
            return 0
        counts.append(sum(holders(session, labels).values()))
    return min(counts, default=0)


def few_rights(
    session: Session | Connection, scope: Sequence[Any], share: float, most: int
) -> tuple[Any, ...] | None:
    """The scope with only so many of the viewer's rights as should do for more than ``most`` matches, if there are.

    PostgreSQL finds all matches before it gives the first; for someone with many rights and a common word
    („der“) asking with few of the rights takes a fraction of the time. ``share`` is the expected share of
    matching entries among all.
    """
    access = [part for part in scope if any(label[0] == ACCESS for label in _labels(part))]
    if len(access) != 1 or len(access[0].parts) < 2:
        return None
    counts = holders(session, _labels(access[0]))
    chosen: list[str] = []
    expected = 0.0
    for label in sorted(counts, key=lambda one: counts[one], reverse=True):
        if expected >= 2 * most:
            break
        chosen.append(label)
        expected += counts[label] * share
    if expected < 2 * most or len(chosen) == len(access[0].parts):
        return None
    few = Any(tuple(Token(label) for label in chosen))
    return (few, *(part for part in scope if part is not access[0]))


def _labels(part: Any) -> list[str]:
    return [token.text for token in part.parts if isinstance(token, Token)]
