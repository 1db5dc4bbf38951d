"""A floor plan drawn from its geometry: walls, doors, names. Pure; what it gives has passed ``plan_svg.clean``."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

SCALE = 20
"""Units of the plan per metre."""
WALL = 3
DOOR = 0.9
DOOR_AT = 0.72
"""Where along its wall a door is: away from the name in the corner."""
MARGIN = 0.5


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in metres from the floor's top left corner. ``door`` is the side it opens to (n, e, s, w)."""

    name: str
    x: float
    y: float
    width: float
    height: float
    door: str | None = "s"


def draw(width: float, height: float, areas: Iterable[Area]) -> str:
    """SVG of a floor of that many metres; it takes its colours from the page around it."""
    parts = [_rectangle(Area("", 0, 0, width, height), WALL * 1.6)]
    for area in areas:
        parts.append(_rectangle(area, WALL))
        if area.door:
            parts.append(_door(area, area.door))
        if area.name:
            parts.append(_name(area))
    edge = MARGIN * SCALE
    box = f"0 0 {(width + 2 * MARGIN) * SCALE:g} {(height + 2 * MARGIN) * SCALE:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">'
        f'<g transform="translate({edge:g} {edge:g})">{"".join(parts)}</g></svg>'
    )


def on_plan(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """A rectangle in metres, in the plan's units."""
    return (x + MARGIN) * SCALE, (y + MARGIN) * SCALE, width * SCALE, height * SCALE


def _rectangle(area: Area, stroke: float) -> str:
    return (
        f'<rect x="{area.x * SCALE:g}" y="{area.y * SCALE:g}" width="{area.width * SCALE:g}" '
        f'height="{area.height * SCALE:g}" fill="none" stroke="currentColor" stroke-width="{stroke:g}"/>'
    )


def _door(area: Area, side: str) -> str:
    """A gap in the wall is a line of the ground's colour with the leaf of the door beside it."""
    x, y = area.x * SCALE, area.y * SCALE
    across, down, leaf = area.width * SCALE, area.height * SCALE, DOOR * SCALE
    at = {
        "n": (x + across * DOOR_AT, y, 1, 0),
        "s": (x + across * DOOR_AT, y + down, 1, 0),
        "w": (x, y + down * DOOR_AT, 0, 1),
        "e": (x + across, y + down * DOOR_AT, 0, 1),
    }
    left, top, right, under = at[side]
    inward = -1 if side in "es" else 1
    swing_x, swing_y = (0, leaf * inward) if right else (leaf * inward, 0)
    return (
        f'<line x1="{left:g}" y1="{top:g}" x2="{left + right * leaf:g}" y2="{top + under * leaf:g}" '
        f'stroke="#8fa3a8" stroke-width="{WALL + 1}"/>'
        f'<line x1="{left:g}" y1="{top:g}" x2="{left + swing_x:g}" y2="{top + swing_y:g}" '
        'stroke="currentColor" stroke-width="2"/>'
    )


def _name(area: Area) -> str:
    down = area.height - 0.3 if area.door == "n" else 0.75  # where no door swings
    return (
        f'<text x="{(area.x + 0.25) * SCALE:g}" y="{(area.y + down) * SCALE:g}" font-size="11" '
        f'fill="currentColor">{escape(area.name)}</text>'
    )
