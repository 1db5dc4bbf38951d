"""HTML that pages draw themselves: tables for screen readers, empty states. Everything from outside is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Safe:
    """A piece of HTML we made ourselves; everything else is text."""

    html: str


Cell = str | Safe


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, and the class of its cells: ``""``, ``zahl`` (right-aligned), ``zeit`` (not broken)
    or ``frei`` (words from outside, endless ones are broken).
    """

    title: str
    kind: str = ""


def text(value: Cell) -> str:
    return value.html if isinstance(value, Safe) else escape(value)


def link(target: str, words: str) -> Safe:
    """A link inside the house."""
    return Safe(f'<a href="{escape(target)}" target="_self">{escape(words)}</a>')


def page_link(target: str, words: str) -> Safe:
    """A link to one of our pages: followed without loading everything anew (``assets/rathaus.js``)."""
    return Safe(f'<a class="hier" href="{escape(target)}" target="_self">{escape(words)}</a>')


def state(words: str) -> Safe:
    return Safe(f'<span class="zustand">{escape(words)}</span>')


def quiet(words: str) -> Safe:
    return Safe(f'<span class="leise">{escape(words)}</span>')


def table(caption: str, columns: Sequence[Column | str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table with caption and column headings, inside a box that scrolls where it is too wide.

    On a phone each row becomes a card; the roles keep it a table for screen readers (CSS would take that away).
    """
    heads = [column if isinstance(column, Column) else Column(column) for column in columns]
    head = "".join(
        f'<th scope="col" role="columnheader"{_css(column)}>{escape(column.title)}</th>'
        for column in heads
    )
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell"{_css(column)} data-titel="{escape(column.title)}">{text(cell)}</td>'
            for column, cell in zip(heads, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="tabelle" tabindex="0" role="region" aria-label="'
        f'{escape(caption)}"><table class="liste" role="table"><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def empty(title: str, help_text: str) -> str:
    """What stands where a list has nothing to show: that it is so, and what one can do."""
    return f'<div class="leer"><strong>{escape(title)}</strong>{escape(help_text)}</div>'


def _css(column: Column) -> str:
    return f' class="{column.kind}"' if column.kind else ""
