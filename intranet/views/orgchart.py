"""The org chart as a picture with links over it, and as a list for who listens to the page."""

import base64
from collections.abc import Sequence
from datetime import date
from html import escape
from uuid import UUID

from intranet import html
from presence.people.orgchart import Box, Chart, Unit, tree

_STYLE = """
svg { color-scheme: light dark; font-family: "Source Sans 3", "Source Sans Pro", Arial, sans-serif; }
rect { fill: #ffffff; stroke: #5b6b72; stroke-width: 1.2; }
rect.haus { fill: #dceef1; stroke: #0b5c6b; }
text { fill: #17252a; font-size: 13.5px; }
text.titel { font-weight: 650; }
text.leitung { font-size: 12px; fill: #3d4c52; }
path { stroke: #5b6b72; stroke-width: 1.4; fill: none; }
@media (prefers-color-scheme: dark) {
  rect { fill: #1c2b31; stroke: #8fa3ab; }
  rect.haus { fill: #12414a; stroke: #7fd3e0; }
  text { fill: #e7eef0; }
  text.leitung { fill: #c3d0d5; }
  path { stroke: #8fa3ab; }
}
"""


def svg(chart: Chart) -> str:
    """The picture itself; decoration only, since every office stands in the links and in the list."""
    lines = " ".join(f"M{a} {b}L{c} {d}" for a, b, c, d in chart.lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {chart.width} {chart.height}" '
        f'width="{chart.width}" height="{chart.height}"><style>{_STYLE}</style>'
        f'<path d="{lines}"/>{"".join(map(_drawn, chart.boxes))}</svg>'
    )


def picture(chart: Chart, day: date, *, zoom: int) -> str:
    """The picture at ``zoom`` percent of its own size (0: as wide as the page), with a link on every office."""
    data = base64.b64encode(svg(chart).encode()).decode()
    width = f"{chart.width * zoom // 100}px" if zoom else "100%"
    links = "".join(_link(chart, box, day) for box in chart.boxes if box.unit)
    return (
        '<div class="organigramm" role="group" aria-label="Organigramm">'
        f'<div style="width:{width}"><img alt="" src="data:image/svg+xml;base64,{data}">{links}</div></div>'
    )


def listing(units: Sequence[Unit], day: date) -> str:
    """The same as nested lists."""
    parts = []
    for department, offices in tree(units):
        items = "".join(_item(depth, unit, day) for depth, unit in offices)
        parts.append(f"<li><strong>{escape(department or 'Ämter')}</strong><ul>{items}</ul></li>")
    return f'<ul class="plan">{"".join(parts)}</ul>'


def address(office: UUID, day: date) -> str:
    return f"/amt?id={office}&tag={day.isoformat()}"


def _item(depth: int, unit: Unit, day: date) -> str:
    head = f" – Leitung: {escape(', '.join(unit.heads))}" if unit.heads else ""
    people = f"{unit.people} {'Person' if unit.people == 1 else 'Personen'}"
    link = html.page_link(address(unit.id, day), unit.name).html
    return f'<li style="margin-left:{1.2 * depth}rem">{link}{head} <span class="leise">({people})</span></li>'


def _drawn(box: Box) -> str:
    kind = "" if box.unit else ' class="haus"'
    height = 18 * len(box.title) + (16 if box.subtitle else 0)
    first = (box.height - height) // 2 + 14
    texts = [
        f'<text class="titel" x="12" y="{first + 18 * place}">{escape(line)}</text>'
        for place, line in enumerate(box.title)
    ]
    if box.subtitle:
        shown = box.subtitle if len(box.subtitle) < 33 else f"{box.subtitle[:31]}…"
        y = first + 18 * len(box.title) - 1
        texts.append(f'<text class="leitung" x="12" y="{y}">{escape(shown)}</text>')
    place = f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"'
    # a picture in the picture cuts off what is wider than its box, whatever letters there are
    return f'<rect{kind} {place} rx="7"/><svg {place}>{"".join(texts)}</svg>'


def _link(chart: Chart, box: Box, day: date) -> str:
    """A link as large as its box, in percent, so that it grows with the picture."""
    assert box.unit is not None
    left, top = 100 * box.x / chart.width, 100 * box.y / chart.height
    width, height = 100 * box.width / chart.width, 100 * box.height / chart.height
    words = box.name + (f", Leitung: {box.subtitle}" if box.subtitle else "")
    return (
        f'<a class="hier" href="{escape(address(box.unit, day))}" target="_self" aria-label="{escape(words)}" '
        f'title="{escape(words)}" style="left:{left:.3f}%;top:{top:.3f}%;width:{width:.3f}%;height:{height:.3f}%"></a>'
    )
