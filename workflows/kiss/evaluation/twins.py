"""The pictures' contents as HTML tables, for who would rather read or listen."""

from collections.abc import Iterable, Sequence
from html import escape

from workflows.kiss.evaluation.flows import END, Matrix, Ribbon
from workflows.kiss.evaluation.wording import number


def matrix_table(matrix: Matrix, caption: str = "Weitergaben zwischen Stellen") -> str:
    """Rows hand over to columns."""
    head = "".join(f'<th scope="col">{escape(group)}</th>' for group in matrix.groups)
    rows = "".join(
        f'<tr><th scope="row">{escape(group)}</th>{"".join(f"<td>{number(count)}</td>" for count in row)}</tr>'
        for group, row in zip(matrix.groups, matrix.counts, strict=True)
    )
    corner = '<th scope="col">von / an</th>'
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{corner}{head}</tr></thead><tbody>{rows}</tbody></table>"


def ways_table(ribbons: Sequence[Ribbon], caption: str = "Wege der Anliegen") -> str:
    """A row for each ribbon, the widest of each station first."""
    ordered = sorted(
        ribbons, key=lambda each: (each.station, -each.cases, each.source, each.target)
    )
    return _table(
        caption,
        ("Station", "von", "an", "Anliegen"),
        (
            (
                str(each.station + 1),
                each.source,
                "abgeschlossen" if each.target == END else each.target,
                number(each.cases),
            )
            for each in ordered
        ),
    )


def _table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
