"""Where the boxes and ribbons of a picture of ways lie: stations in columns, heights in proportion to cases. Pure geometry."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from workflows.kiss.evaluation.flows import END, Ribbon

_COLUMN = 190
"""Five stations and the names of the last fit into a page of 1400 pixels."""
_BOX = 14
_TOP, _TALL, _GAP = 28, 420, 14
_LABEL = 180
"""Right of the last column, for its names."""


@dataclass(frozen=True, slots=True)
class Box:
    """A group, or the end, at one station."""

    name: str
    is_end: bool
    x: float
    y: float
    width: float
    height: float
    cases: int


@dataclass(frozen=True, slots=True)
class Band:
    """A ribbon from ``from_y`` at the left to ``to_y`` at the right, as wide as its cases."""

    ribbon: Ribbon
    left: float
    right: float
    from_y: float
    to_y: float
    width: float


@dataclass(frozen=True, slots=True)
class Layout:
    """``columns``: the left edges of the stations."""

    boxes: list[Box]
    bands: list[Band]
    columns: list[int]
    width: float
    height: float


def lay_out(ribbons: Sequence[Ribbon]) -> Layout:
    """Places for all boxes and ribbons; the largest box of a station on top, the end at the bottom."""
    arriving: Counter[tuple[int, str]] = Counter()
    leaving: Counter[tuple[int, str]] = Counter()
    for ribbon in ribbons:
        leaving[ribbon.station, ribbon.source] += ribbon.cases
        arriving[ribbon.station + 1, ribbon.target] += ribbon.cases
    cases = {key: max(arriving[key], leaving[key]) for key in {*arriving, *leaving}}
    stations: defaultdict[int, list[str]] = defaultdict(list)
    for station, name in sorted(cases, key=lambda key: (key[1] == END, -cases[key], key)):
        stations[station].append(name)
    fullest = max(
        (sum(cases[s, name] for name in names) for s, names in stations.items()), default=1
    )
    scale = _TALL / fullest
    boxes = {
        (station, box.name): box
        for station, names in stations.items()
        for box in _column(station, names, cases, scale)
    }
    bottom = max((box.y + box.height for box in boxes.values()), default=_TOP)
    last = max(stations, default=0)
    columns = [station * _COLUMN for station in sorted(stations) if station < last]
    width = last * _COLUMN + _BOX + _LABEL
    return Layout(list(boxes.values()), _bands(ribbons, boxes, scale), columns, width, bottom + 10)


def _column(
    station: int, names: Sequence[str], cases: dict[tuple[int, str], int], scale: float
) -> list[Box]:
    boxes, y = [], float(_TOP)
    for name in names:
        height = max(1.5, cases[station, name] * scale)
        boxes.append(
            Box(name, name == END, station * _COLUMN, y, _BOX, height, cases[station, name])
        )
        y += max(height, 2) + _GAP
    return boxes


def _bands(
    ribbons: Sequence[Ribbon], boxes: dict[tuple[int, str], Box], scale: float
) -> list[Band]:
    """Ribbons leave and arrive in the order of the boxes they lead to and come from."""
    left: dict[tuple[int, str], float] = {key: box.y for key, box in boxes.items()}
    right = dict(left)
    bands = []
    for ribbon in sorted(
        ribbons,
        key=lambda each: (
            each.station,
            boxes[each.station, each.source].y,
            boxes[each.station + 1, each.target].y,
        ),
    ):
        source, target = (ribbon.station, ribbon.source), (ribbon.station + 1, ribbon.target)
        width = ribbon.cases * scale
        ends = boxes[source].x + _BOX, boxes[target].x
        bands.append(Band(ribbon, *ends, left[source], right[target], width))
        left[source] += width
        right[target] += width
    return bands
