"""The Aktenplan as the registry keeps it: taken over from a table, dated, nothing in use ever deleted."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import FILING_CLASSES, Actor, ProtectionClass
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.organisation.queries import offices, valid_on
from storage.rights import Verb, require
from workflows.eakte.tables import PlanEntry

COLUMNS = (
    "number",
    "title",
    "parent",
    "office",
    "years",
    "fate",
    "protection",
    "keywords",
    "kinds",
)
FATES = ("vernichten", "anbieten")
NAMED = 5
"""How many entries a refusal names."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A line of the table. A row without office is a heading, under which nothing is filed."""

    number: str
    title: str
    parent: str | None
    office: str | None
    years: int | None
    fate: str | None
    protection: ProtectionClass
    keywords: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What taking a table over does, in entries."""

    create: int
    update: int
    unchanged: int
    end: int


def read_table(text: str) -> list[PlanRow]:
    """Read the Aktenplan from CSV (semicolons, first line ``COLUMNS``; lists parted by commas).

    Raises ``ConflictError`` naming the line that is wrong and how to write it.
    """
    try:
        reader = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";")
        missing = set(COLUMNS[:2]) - set(reader.fieldnames or ())
        if missing:
            raise ConflictError(
                f"In der ersten Zeile fehlen die Spalten: {', '.join(sorted(missing))}."
            )
        rows = [_row(number, raw) for number, raw in enumerate(reader, start=2)]
    except csv.Error as error:
        raise ConflictError(f"Das ist keine lesbare CSV-Datei: {error}.") from error
    known: set[str] = set()
    for line, row in enumerate(rows, start=2):
        if row.number in known:
            raise ConflictError(f"Zeile {line}: Die Nummer {row.number} kommt zweimal vor.")
        if row.parent and row.parent not in known:
            raise ConflictError(
                f"Zeile {line}: Der übergeordnete Eintrag {row.parent} fehlt oder steht weiter unten."
            )
        known.add(row.number)
    return rows


def _row(line: int, raw: Mapping[str, Any]) -> PlanRow:
    def text(column: str) -> str:
        return " ".join(str(raw.get(column) or "").split())

    number, title = text("number"), text("title")
    if not number or not title:
        raise ConflictError(f"Zeile {line}: Nummer und Titel müssen angegeben sein.")
    years, fate, protection = (
        text("years"),
        text("fate"),
        text("protection") or ProtectionClass.INTERNAL.value,
    )
    if years and not (years.isascii() and years.isdigit() and int(years) <= 150):
        raise ConflictError(f"Zeile {line}: „{years}“ ist keine Aufbewahrungsfrist in Jahren.")
    if fate and fate not in FATES:
        raise ConflictError(
            f"Zeile {line}: „{fate}“ gibt es nicht. Möglich sind: {', '.join(FATES)}."
        )
    if protection not in [each.value for each in FILING_CLASSES]:
        possible = ", ".join(each.value for each in FILING_CLASSES)
        raise ConflictError(
            f"Zeile {line}: Die Schutzklasse „{protection}“ gibt es nicht. Möglich sind: {possible}."
        )
    return PlanRow(
        number, title, text("parent") or None, text("office") or None, int(years) if years else None, fate or None,
        ProtectionClass(protection), _list(text("keywords")), _list(text("kinds")),
    )  # fmt: skip


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def take_over_plan(
    session: Session, actor: Actor, rows: Iterable[PlanRow], *, valid_from: date, now: datetime
) -> PlanChange:
    """Make the Aktenplan what the table says, from a day on. What is missing there ends; Akten under it stay.

    What an entry said until that day is kept as a row that ended. An entry changes on the day itself at the earliest: Akten
    that are closed before are kept as long as it says until then.
    Raises ``ConflictError`` for an office that does not exist, or changes that lie ahead; nothing was changed then.
    """
    require(actor, Verb.AKTENPLAN_CHANGE)
    ahead: list[str] = []
    by_key = {
        name: office.id
        for office in offices(session, valid_from)
        for name in (office.key, office.number)
    }
    present = {
        entry.number: entry
        for entry in session.scalars(
            select(PlanEntry).where(valid_on(PlanEntry, valid_from)).order_by(PlanEntry.number)
        )
    }
    counts = {"create": 0, "update": 0, "unchanged": 0}
    ids: dict[str, UUID] = {}
    for row in rows:
        if row.office and row.office not in by_key:
            raise ConflictError(f"Eintrag {row.number}: Das Amt „{row.office}“ gibt es nicht.")
        values = _values(row, by_key, ids)
        entry = present.pop(row.number, None)
        if entry is None:
            entry = PlanEntry(number=row.number, valid_from=valid_from, valid_to=None, **values)
            session.add(entry)
            session.flush()
            counts["create"] += 1
        elif any(getattr(entry, name) != value for name, value in values.items()):
            if valid_from > local_date(now):
                ahead.append(row.number)
            _change(session, entry, values, valid_from)
            counts["update"] += 1
        else:
            counts["unchanged"] += 1
        ids[row.number] = entry.id
    if ahead:
        raise ConflictError(
            f"Was ein Eintrag bestimmt, ändert sich an dem Tag, an dem die Tabelle eingelesen wird. Bitte lesen Sie sie am"
            f" {valid_from:%d.%m.%Y} ein; vorher können Einträge nur dazukommen oder enden. Anders als bisher:"
            f" {', '.join(ahead[:NAMED])}{' und weitere' if len(ahead) > NAMED else ''}."
        )
    for entry in present.values():
        entry.valid_to, entry.revision = valid_from, entry.revision + 1
    change = PlanChange(end=len(present), **counts)
    record(
        session, actor=actor.journal_id, verb=Verb.AKTENPLAN_CHANGE.value, object_kind="aktenplan", object_id="aktenplan",
        details=asdict(change), at=now,
    )  # fmt: skip
    return change


def _change(session: Session, entry: PlanEntry, values: Mapping[str, Any], day: date) -> None:
    """The row Akten belong to takes the new values; another keeps the old ones for the days before."""
    if entry.valid_from < day:
        kept = {name: getattr(entry, name) for name in (*values, "number", "valid_from")}
        session.add(PlanEntry(**kept, valid_to=day))
        entry.valid_from = day
    for name, value in values.items():
        setattr(entry, name, value)
    entry.revision += 1


def _values(
    row: PlanRow, offices_by_key: Mapping[str, UUID], ids: Mapping[str, UUID]
) -> dict[str, Any]:
    return {
        "title": row.title,
        "parent_id": ids[row.parent] if row.parent else None,
        "leaf": row.office is not None,
        "keywords": list(row.keywords),
        "kinds": list(row.kinds),
        "office_id": offices_by_key[row.office] if row.office else None,
        "protection": row.protection.value,
        "retention_years": row.years,
        "fate": row.fate,
    }
