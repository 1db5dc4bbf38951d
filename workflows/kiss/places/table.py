"""A city's list of places as a table (CSV): name, district, and where they lie in degrees (WGS 84)."""

import math
from dataclasses import dataclass
from pathlib import Path

from workflows.kiss.delimited import TableError, read_columns

NAME, DISTRICT, LATITUDE, LONGITUDE = COLUMNS = ("Name", "Ortsteil", "Breite", "Länge")
MOST = 50_000
LARGEST = 16 * 1024 * 1024
LONGEST_NAME = 120
SPREAD = 1.0
"""Degrees that may lie between the places of one city; swapped columns and projected coordinates are far outside."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place; degrees with five decimals (about a metre)."""

    name: str
    district: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row (the header is row 1) and column."""

    row: int
    column: str
    message: str


def read_places(file: Path) -> tuple[list[PlaceRow], list[Fault]]:
    """The places, and what is wrong. Raises ``TableError`` where it is no table with these columns."""
    if file.stat().st_size > LARGEST:
        raise TableError("Die Tabelle ist größer als 16 MB. Bitte teilen Sie sie auf.")
    rows: list[PlaceRow] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(read_columns(file, COLUMNS), start=2):
        if number > MOST + 1:
            raise TableError(f"Die Tabelle hat mehr als {MOST} Zeilen. Bitte teilen Sie sie auf.")
        name, district = (" ".join(cell.split()) for cell in cells[:2])
        if not any(cell.strip() for cell in cells):
            continue
        latitude, longitude = _degrees(cells[2], 90), _degrees(cells[3], 180)
        found = list(_wrong(number, name, district, latitude, longitude))
        before = seen.setdefault(name.casefold(), number)
        if name and before != number:
            found.append(
                Fault(
                    number,
                    NAME,
                    f"„{name}“ steht schon in Zeile {before}. Bitte ergänzen Sie den Ortsteil im Namen.",
                )
            )
        faults += found
        if not found and latitude is not None and longitude is not None:
            rows.append(PlaceRow(name, district, latitude, longitude))
    return rows, [*faults, *_far_off(rows, seen)]


def _wrong(
    number: int, name: str, district: str, latitude: float | None, longitude: float | None
) -> list[Fault]:
    found = []
    if not name:
        found.append(Fault(number, NAME, "Der Name fehlt."))
    if len(name) > LONGEST_NAME or len(district) > LONGEST_NAME:
        found.append(Fault(number, NAME, f"Höchstens {LONGEST_NAME} Zeichen."))
    if latitude is None:
        found.append(
            Fault(number, LATITUDE, "Bitte Grad zwischen -90 und 90, zum Beispiel 48,53125.")
        )
    if longitude is None:
        found.append(
            Fault(number, LONGITUDE, "Bitte Grad zwischen -180 und 180, zum Beispiel 9,84217.")
        )
    return found


def _far_off(rows: list[PlaceRow], numbers: dict[str, int]) -> list[Fault]:
    """Places that can't lie in the same city as most others do."""
    if len(rows) < 3:
        return []
    middle = sorted(each.latitude for each in rows)[len(rows) // 2]
    across = sorted(each.longitude for each in rows)[len(rows) // 2]
    return [
        Fault(
            numbers[each.name.casefold()], LATITUDE,
            f"„{each.name}“ liegt weit weg von den anderen Orten. Bitte prüfen Sie, ob Breite und Länge vertauscht sind.",
        )
        for each in rows
        if max(abs(each.latitude - middle), abs(each.longitude - across)) > SPREAD
    ]  # fmt: skip


def _degrees(text: str, most: int) -> float | None:
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return round(found, 5) if math.isfinite(found) and abs(found) <= most else None
