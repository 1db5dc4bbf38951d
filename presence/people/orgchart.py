"""Where each office stands in the picture of the house: departments as columns, offices hanging below them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

WIDTH, HEIGHT = 248, 66
GAP_X, GAP_Y = 28, 14
INDENT = 22
COLUMNS = 5
LETTERS = 27
"""As many fit into a line of a box."""
LINES = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """An office: its name on the day, who heads it, and above it another office or its department."""

    id: UUID
    name: str
    heads: tuple[str, ...]
    people: int
    parent: UUID | None
    department: str | None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels with its lines of text; ``unit`` is None for the house and its departments.

    ``name`` is the office's in full: what doesn't fit into the lines is still told by the link.
    """

    x: int
    y: int
    title: tuple[str, ...]
    subtitle: str
    unit: UUID | None = None
    name: str = ""
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Chart:
    """Boxes, and lines as ``(x1, y1, x2, y2)``, each level or upright."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[tuple[int, int, int, int], ...]


def tree(units: Sequence[Unit]) -> list[tuple[str, list[tuple[int, Unit]]]]:
    """Departments in order of appearance, each with its offices and how deep they lie, in reading order.

    An office whose parent isn't there hangs at its department; a circle of parents is cut where it is first met.
    """
    known = {unit.id for unit in units}
    below: dict[UUID | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent if unit.parent in known else None, []).append(unit)
    seen: set[UUID] = set()

    def hanging(unit: Unit, depth: int) -> Iterator[tuple[int, Unit]]:
        if unit.id in seen:
            return
        seen.add(unit.id)
        yield depth, unit
        for child in below.get(unit.id, ()):
            yield from hanging(child, depth + 1)

    tops = list(below.get(None, ()))
    order = {
        name: place for place, name in reversed(list(enumerate(u.department or "" for u in tops)))
    }
    tops.sort(key=lambda unit: order[unit.department or ""])
    found = [
        (name, [each for unit in group for each in hanging(unit, 0)])
        for name, group in groupby(tops, key=lambda unit: unit.department or "")
    ]
    in_circles = [each for unit in units for each in hanging(unit, 0)]
    return [*found, ("", in_circles)] if in_circles else found


def layout(house: str, units: Sequence[Unit]) -> Chart:
    """The picture of all units below the house."""
    columns = tree(units)
    widths = [_column_width(offices) for _, offices in columns]
    rows = [
        range(first, min(first + COLUMNS, len(columns)))
        for first in range(0, len(columns), COLUMNS)
    ]
    width = (
        max([WIDTH, *(sum(widths[c] for c in row) + GAP_X * (len(row) - 1) for row in rows)])
        + 2 * GAP_X
    )
    root = Box((width - WIDTH) // 2, GAP_Y, wrapped(house), "")
    boxes, lines = [root], []
    top = root.y + HEIGHT + 2 * GAP_Y
    trunk = width // 2
    above = root.y + HEIGHT
    for row in rows:
        x, bottom = GAP_X, top
        middles = []
        for column in row:
            name, offices = columns[column]
            made, joined, end = _column(name, offices, x, top)
            boxes += made
            lines += joined
            middles.append(x + WIDTH // 2)
            bottom = max(bottom, end)
            x += widths[column] + GAP_X
        rail = top - GAP_Y
        lines += [
            (trunk, above, trunk, rail),
            (min([trunk, *middles]), rail, max([trunk, *middles]), rail),
        ]
        lines += [(middle, rail, middle, top) for middle in middles]
        above, top = rail, bottom + 2 * GAP_Y
    return Chart(width, max(top - GAP_Y, root.y + HEIGHT + GAP_Y), tuple(boxes), tuple(lines))


def wrapped(text: str) -> tuple[str, ...]:
    """The text in at most two lines of a box; what doesn't fit ends in "…"."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > LINES:
        lines[LINES - 1 :] = [f"{lines[LINES - 1]} …"]
    return tuple(f"{line[: LETTERS - 1]}…" if len(line) > LETTERS else line for line in lines)


def _column_width(offices: Iterable[tuple[int, Unit]]) -> int:
    return WIDTH + INDENT * (1 + max((depth for depth, _ in offices), default=0))


def _column(
    name: str, offices: Sequence[tuple[int, Unit]], x: int, top: int
) -> tuple[list[Box], list[tuple[int, int, int, int]], int]:
    """Boxes and lines of a department, and where it ends."""
    boxes = [Box(x, top, wrapped(name or "Ämter"), "")]
    lines: list[tuple[int, int, int, int]] = []
    above = {-1: top + HEIGHT}
    y = top + HEIGHT + GAP_Y
    for depth, unit in offices:
        left = x + INDENT * (depth + 1)
        rail, middle = left - INDENT // 2, y + HEIGHT // 2
        head = ", ".join(unit.heads)
        boxes.append(Box(left, y, wrapped(unit.name), head, unit.id, unit.name))
        lines += [(rail, above[depth - 1], rail, middle), (rail, middle, left, middle)]
        above[depth] = y + HEIGHT
        y += HEIGHT + GAP_Y
    return boxes, lines, y - GAP_Y
