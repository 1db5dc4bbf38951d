"""The report as a workbook for Excel (Office Open XML): figures stay figures, and no text becomes a formula."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from io import BytesIO
from typing import TYPE_CHECKING

from workflows.kiss.evaluation.flows import END
from workflows.kiss.evaluation.measures import Figures
from workflows.kiss.evaluation.report import EvaluationReport
from workflows.kiss.evaluation.wording import MEASURES, SHARES, TOO_FEW, clean

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
_LONGEST_CELL = 32_767
_WIDEST = 60


def to_xlsx(report: EvaluationReport) -> bytes:
    """The whole workbook, a sheet for each table."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title, book.properties.creator = clean(report.title), ""
    first = book.active
    assert first is not None
    book.remove(first)
    period = f"{report.begins:%d.%m.%Y} bis {report.ends:%d.%m.%Y}"
    if report.whole is None:
        _sheet(book, "Überblick", (report.title, period), [(TOO_FEW, None)])
    else:
        _fill(book, report, report.whole, period)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _fill(book: "Workbook", report: EvaluationReport, whole: Figures, period: str) -> None:
    figures = asdict(whole)
    rows: list[tuple[Value, ...]] = [
        (word.title, figures[name], word.definition) for name, word in MEASURES.items()
    ]
    sheet = _sheet(book, "Überblick", ("Kennzahl", f"Wert ({period})", "Bedeutung"), rows)
    for place, name in enumerate(MEASURES, start=2):
        sheet.cell(place, 2).number_format = _format(name)
    for title, parts in (
        ("Themen", report.topics),
        ("Ämter", report.offices),
        ("Wegarten", report.classes),
    ):
        _parts(book, title, parts)
    _sheet(book, "Zustände", ("Zustand", "Tage (Median)"), report.states.items())
    matrix = report.matrix
    _sheet(
        book,
        "Weitergaben",
        ("von / an", *matrix.groups),
        ((group, *row) for group, row in zip(matrix.groups, matrix.counts, strict=True)),
    )
    _sheet(
        book,
        "Wege",
        ("Station", "von", "an", "Anliegen"),
        (
            (
                each.station + 1,
                each.source,
                "abgeschlossen" if each.target == END else each.target,
                each.cases,
            )
            for each in report.ribbons
        ),
    )
    _sheet(
        book,
        "Muster",
        ("Muster", "Vorschlag"),
        ((each.pattern, each.proposal) for each in report.patterns),
    )


def _parts(book: "Workbook", title: str, parts: Mapping[str, Figures]) -> None:
    rows = (
        (part, *(getattr(figures, name) for name in MEASURES)) for part, figures in parts.items()
    )
    columns = (title, *(MEASURES[name].title for name in MEASURES))
    sheet = _sheet(book, title, columns, rows)
    for place, name in enumerate(MEASURES, start=2):
        for row in range(2, len(parts) + 2):
            sheet.cell(row, place).number_format = _format(name)


def _sheet(
    book: "Workbook", title: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]
) -> "Worksheet":
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet: Worksheet = book.create_sheet(title)
    widths = [len(name) for name in columns]
    for down, row in enumerate([columns, *rows], start=1):
        for across, value in enumerate(row, start=1):
            cell = sheet.cell(down, across)
            if isinstance(value, str):
                cell.value = clean(value)[:_LONGEST_CELL]
                cell.data_type = "s"  # what begins with = is a text as well
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                widths[across - 1] = max(widths[across - 1], len(value))
            else:
                cell.value = value
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for across, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(across)].width = min(width + 3, _WIDEST)
    sheet.freeze_panes = "B2"
    return sheet


def _format(name: str) -> str:
    if name in SHARES:
        return "0.0%"
    return "#,##0" if name in {"cases", "hand_overs", "duplicates"} else "#,##0.0"
