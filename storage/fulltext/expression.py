"""Boolean expressions over tokens, and how FTS5 and PostgreSQL write them.

Tokens consist of a-z and 0-9 only (see ``storage.fulltext.tokens``) and are quoted all the same: nothing a person
types can become syntax.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Any:
    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class All:
    """All of ``parts`` and none of ``without``; there is at least one part."""

    parts: "tuple[Expression, ...]"
    without: "tuple[Expression, ...]" = ()


Expression = Token | Any | All


def any_of(tokens: Iterable[str], *, prefix: bool = False) -> Any:
    return Any(tuple(Token(token, prefix) for token in tokens))


def fts5(expression: Expression) -> str:
    """The expression in FTS5's query language (sqlite.org/fts5.html, section 3)."""
    match expression:
        case Token(text, prefix):
            return f'"{_safe(text)}"{"*" if prefix else ""}'
        case Any(parts):
            return f"({' OR '.join(fts5(part) for part in parts)})"
        case All(parts, without):
            wanted = f"({' AND '.join(fts5(part) for part in parts)})"
            if not without:
                return wanted
            return f"({wanted} NOT ({' OR '.join(fts5(part) for part in without)}))"


def tsquery(expression: Expression) -> str:
    """The expression as text of a PostgreSQL tsquery (section 8.11.2 of its manual)."""
    match expression:
        case Token(text, prefix):
            return f"'{_safe(text)}'{':*' if prefix else ''}"
        case Any(parts):
            return f"({' | '.join(tsquery(part) for part in parts)})"
        case All(parts, without):
            pieces = [tsquery(part) for part in parts]
            pieces += [f"!{tsquery(part)}" for part in without]
            return f"({' & '.join(pieces)})"


def _safe(text: str) -> str:
    if not (text.isascii() and text.isalnum()):
        msg = f"not a token: {text!r}"
        raise ValueError(msg)
    return text
