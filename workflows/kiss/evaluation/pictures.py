"""Pictures of hand-overs and ways as SVG, each with a title and a description; ``twins`` says the same in tables.

They follow the light or dark scheme of the page, hold no script and refer to nothing outside.
"""

from html import escape

from workflows.kiss.evaluation.flows import Matrix, Ribbon
from workflows.kiss.evaluation.stations import Band, Box, Layout, lay_out
from workflows.kiss.evaluation.wording import number

_STYLE = """
svg { color-scheme: light dark; font-family: "Source Sans 3", "Source Sans Pro", Arial, sans-serif; }
text { fill: #17252a; font-size: 13px; }
text.name { font-size: 12px; }
text.zahl { text-anchor: middle; }
text.leise { fill: #3d4c52; font-size: 12px; }
rect.feld { fill: #0b5c6b; }
rect.rand { fill: none; stroke: #b8c4c9; stroke-width: 0.8; }
rect.stelle { fill: #0b5c6b; }
rect.ende { fill: #5b6b72; }
path { fill: #0b5c6b; fill-opacity: 0.28; }
path.zurueck { fill: #a4341c; fill-opacity: 0.45; stroke: #a4341c; stroke-dasharray: 5 3; }
@media (prefers-color-scheme: dark) {
  text { fill: #e7eef0; }
  text.leise { fill: #c3d0d5; }
  rect.feld, rect.stelle { fill: #3fa6b8; }
  rect.rand { stroke: #4a5a61; }
  rect.ende { fill: #8fa3ab; }
  path { fill: #7fd3e0; }
  path.zurueck { fill: #ff9d85; stroke: #ff9d85; }
}
"""
_CELL = 38
_SIDE, _HEAD = 220, 150
_DARKEST = 0.55
"""Opacity of the fullest cell: the figure on it must stay readable (WCAG 1.4.3)."""


def matrix_picture(matrix: Matrix, title: str = "Weitergaben zwischen Stellen") -> str:
    """A field for each pair of groups, the darker the more hand-overs, with the figure in it."""
    size = len(matrix.groups) * _CELL
    most = max((count for row in matrix.counts for count in row), default=0)
    parts = []
    for place, group in enumerate(matrix.groups):
        middle = place * _CELL + _CELL // 2
        parts.append(
            f'<text x="{_SIDE - 8}" y="{_HEAD + middle + 4}" text-anchor="end">{_short(group)}</text>'
            f'<text transform="translate({_SIDE + middle + 4} {_HEAD - 8}) rotate(-50)">{_short(group, 20)}</text>'
        )
    for down, row in enumerate(matrix.counts):
        for across, count in enumerate(row):
            x, y = _SIDE + across * _CELL, _HEAD + down * _CELL
            parts.append(_cell(x, y, count, most))
    parts.append(f'<text class="leise" x="8" y="{_HEAD - 8}">von ↓ an →</text>')
    return _svg(title, _told(matrix), _SIDE + size + 90, _HEAD + size + 10, parts)


def ways_picture(ribbons: list[Ribbon], title: str = "Wege der Anliegen") -> str:
    """The stations from left to right; a ribbon is as wide as cases take it, red where they go right back."""
    layout = lay_out(ribbons)
    parts = [_band(band) for band in layout.bands] + [_box(box) for box in layout.boxes]
    parts += [
        f'<text class="leise" x="{x}" y="14">{place + 1}. Stelle</text>'
        for place, x in enumerate(layout.columns)
    ]
    if any(ribbon.back for ribbon in ribbons):
        parts.append(
            f'<text class="leise" x="0" y="{layout.height + 12:g}">Gestrichelt umrandet: gleich wieder zurück</text>'
        )
    return _svg(title, _ways_told(layout, ribbons), layout.width, layout.height + 20, parts)


def _cell(x: int, y: int, count: int, most: int) -> str:
    square = f'x="{x}" y="{y}" width="{_CELL}" height="{_CELL}"'
    border = f'<rect class="rand" {square}/>'
    if not count:
        return border
    filled = f'<rect class="feld" {square} fill-opacity="{_DARKEST * count / most:.3f}"/>'
    figure = (
        f'<text class="zahl" x="{x + _CELL // 2}" y="{y + _CELL // 2 + 4}">{number(count)}</text>'
    )
    return filled + border + figure


def _band(band: Band) -> str:
    middle = (band.left + band.right) / 2
    top = f"M{band.left:g} {band.from_y:.1f}C{middle:g} {band.from_y:.1f} {middle:g} {band.to_y:.1f} {band.right:g} {band.to_y:.1f}"
    low, low_to = band.from_y + band.width, band.to_y + band.width
    back = f"L{band.right:g} {low_to:.1f}C{middle:g} {low_to:.1f} {middle:g} {low:.1f} {band.left:g} {low:.1f}Z"
    ribbon = band.ribbon
    hint = f"{ribbon.source} → {ribbon.target}: {number(ribbon.cases)}"
    kind = ' class="zurueck"' if ribbon.back else ""
    return f'<path{kind} d="{top}{back}"><title>{escape(hint)}</title></path>'


def _box(box: Box) -> str:
    kind = "ende" if box.is_end else "stelle"
    label = f"{_short(box.name, 16)} ({number(box.cases)})"
    return (
        f'<rect class="{kind}" x="{box.x:g}" y="{box.y:.1f}" width="{box.width:g}" height="{box.height:.1f}"/>'
        f'<text class="name" x="{box.x + box.width + 5:g}" y="{box.y + min(box.height / 2, 400) + 4:.1f}">{label}</text>'
    )


def _told(matrix: Matrix) -> str:
    moves = sorted(
        (
            (count, source, target)
            for source, row in zip(matrix.groups, matrix.counts, strict=True)
            for target, count in zip(matrix.groups, row, strict=True)
            if count
        ),
        key=lambda move: (-move[0], move[1:]),
    )
    if not moves:
        return "Keine Weitergaben."
    most = "; ".join(
        f"{source} an {target}: {number(count)}" for count, source, target in moves[:5]
    )
    return f"{number(matrix.total)} Weitergaben zwischen {len(matrix.groups)} Stellen. Am häufigsten: {most}."


def _ways_told(layout: Layout, ribbons: list[Ribbon]) -> str:
    cases = sum(ribbon.cases for ribbon in ribbons if ribbon.station == 0)
    back = sum(ribbon.cases for ribbon in ribbons if ribbon.back)
    return (
        f"Wege von {number(cases)} Anliegen über bis zu {len(layout.columns)} Stellen; "
        f"{number(back)}-mal ging eines gleich wieder zurück."
    )


def _short(name: str, longest: int = 30) -> str:
    return escape(name if len(name) <= longest else f"{name[: longest - 1]}…")


def _svg(title: str, description: str, width: float, height: float, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="de" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
        f"<style>{_STYLE}</style>{''.join(parts)}</svg>"
    )
