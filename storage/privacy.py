"""What the Verzeichnis von Verarbeitungstätigkeiten (GDPR Art. 30) says about each table.

Every table carries its entry in ``info``, beside the columns it speaks about, so that nobody can add a table and
forget whom it concerns::

    __table_args__ = (
        {"info": privacy("Posteingang", "sender_id", "10 Jahre nach z.d.A.", "keep")},
    )
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import MetaData, Table

OnErase = Literal["erase", "anonymise", "keep"]

_KEY = "privacy"


@dataclass(frozen=True, slots=True)
class PrivacyEntry:
    """``subject`` is the column that leads to the person, or None where a table concerns nobody.

    Where a table reaches the person only through another one, ``subject`` is the foreign key towards it.
    ``purpose`` and ``retention`` are shown to people, in German. ``on_erase`` says what a granted request for
    erasure (GDPR Art. 17) does to the row.
    """

    purpose: str
    subject: str | None
    retention: str
    on_erase: OnErase


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One line of the register: a table and its entry."""

    table: str
    purpose: str
    subject: str | None
    retention: str
    on_erase: OnErase


class MissingPrivacyEntryError(Exception):
    """Tables without an entry, or whose entry names a column they don't have."""

    def __init__(self, tables: Iterable[str]) -> None:
        self.tables = sorted(tables)
        super().__init__("no (valid) privacy entry: " + ", ".join(self.tables))


def privacy(purpose: str, subject: str | None, retention: str, on_erase: OnErase) -> dict[str, Any]:
    """The ``info`` of a table: see ``PrivacyEntry`` for the arguments."""
    if not purpose.strip() or not retention.strip():
        raise ValueError("purpose and retention are sentences for people, not blanks")
    return {_KEY: PrivacyEntry(purpose, subject, retention, on_erase)}


def entry_of(table: Table) -> PrivacyEntry | None:
    """The entry of a table, or None where it has none or the entry's subject is no column of it."""
    entry = table.info.get(_KEY)
    if not isinstance(entry, PrivacyEntry):
        return None
    if entry.subject is not None and entry.subject not in table.columns:
        return None
    return entry


def register(*metadata: MetaData) -> list[RegisterLine]:
    """The register as data, by table name. Raises ``MissingPrivacyEntryError`` for tables without an entry."""
    lines, missing = [], []
    tables = {name: table for each in metadata for name, table in each.tables.items()}
    for name in sorted(tables):
        entry = entry_of(tables[name])
        if entry is None:
            missing.append(name)
        else:
            lines.append(
                RegisterLine(name, entry.purpose, entry.subject, entry.retention, entry.on_erase)
            )
    if missing:
        raise MissingPrivacyEntryError(missing)
    return lines
