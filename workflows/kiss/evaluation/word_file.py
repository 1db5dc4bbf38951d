"""The report as a Word document (Office Open XML), with real headings and tables that repeat their header row."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from io import BytesIO
from typing import TYPE_CHECKING

from workflows.kiss.evaluation.flows import END
from workflows.kiss.evaluation.measures import Figures
from workflows.kiss.evaluation.report import EvaluationReport
from workflows.kiss.evaluation.wording import MEASURES, SHORT, TOO_FEW, clean, number, shown

if TYPE_CHECKING:
    from docx.document import Document

_COLUMNS = (
    ("cases", "hand_overs", "with_hand_over", "ping_pong", "first_time_right", "median_days", "unclear"),
    ("cases", "revisits", "rework", "reopened", "duplicates", "duplicate_share", "satisfaction"),
)  # fmt: skip
"""Figures that fit beside each other on a page, a table each; the workbook holds all."""


def to_docx(report: EvaluationReport) -> bytes:
    """The whole document."""
    import docx

    document = docx.Document()
    document.styles["Normal"].font.name = "Calibri"
    speak_german(document)
    document.core_properties.title = clean(report.title)
    document.core_properties.author = ""
    document.core_properties.language = "de-DE"
    document.add_heading(clean(report.title), 0)
    document.add_paragraph(f"Zeitraum: {report.begins:%d.%m.%Y} bis {report.ends:%d.%m.%Y}")
    if report.whole is None:
        document.add_paragraph(TOO_FEW)
    else:
        _fill(document, report, report.whole)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _fill(document: "Document", report: EvaluationReport, whole: Figures) -> None:
    document.add_heading("Überblick", 1)
    rows = [
        (word.title, shown(name, asdict(whole)[name]), word.definition)
        for name, word in MEASURES.items()
    ]
    add_table(document, ("Kennzahl", "Wert", "Bedeutung"), rows)
    for heading, first, parts in (
        ("Nach Thema", "Thema", report.topics),
        ("Nach Amt", "Amt", report.offices),
        ("Nach Art des Wegs", "Weg", report.classes),
    ):
        _parts(document, heading, first, parts)
    if report.states:
        document.add_heading("Zeit in den Zuständen", 1)
        states = [(state, number(days)) for state, days in report.states.items()]
        add_table(document, ("Zustand", "Tage (Median)"), states)
    if report.matrix.groups:
        document.add_heading("Wer gibt an wen weiter", 1)
        matrix = report.matrix
        add_table(
            document,
            ("von / an", *matrix.groups),
            [
                (group, *map(number, row))
                for group, row in zip(matrix.groups, matrix.counts, strict=True)
            ],
        )
    _ways(document, report)
    document.add_heading("Wo es hakt, und was helfen würde", 1)
    if not report.patterns:
        document.add_paragraph("Kein Weg ging mehrmals auf dieselbe Weise schief.")
    for each in report.patterns:
        document.add_paragraph(clean(each.pattern), style="List Bullet")
        document.add_paragraph(clean(each.proposal), style="List Continue")


def _parts(document: "Document", heading: str, first: str, parts: Mapping[str, Figures]) -> None:
    if not parts:
        return
    document.add_heading(heading, 1)
    for columns in _COLUMNS:
        add_table(
            document,
            (first, *(SHORT[name] for name in columns)),
            [
                (part, *(shown(name, asdict(figures)[name]) for name in columns))
                for part, figures in parts.items()
            ],
        )
        document.add_paragraph()


def _ways(document: "Document", report: EvaluationReport) -> None:
    if not report.ribbons:
        return
    document.add_heading("Wege", 1)
    ordered = sorted(report.ribbons, key=lambda each: (each.station, -each.cases))
    add_table(
        document,
        ("Station", "von", "an", "Anliegen"),
        [
            (
                str(each.station + 1),
                each.source,
                "abgeschlossen" if each.target == END else each.target,
                number(each.cases),
            )
            for each in ordered
        ],
    )


def add_table(document: "Document", columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose header row is repeated on every page."""
    from docx.oxml import OxmlElement

    table = document.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
    for cell, text in zip(table.rows[0].cells, columns, strict=True):
        cell.text = clean(text)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 -- the library has no name for it
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = clean(text)


def speak_german(document: "Document") -> None:
    """The language of the default style, which screen readers go by."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = document.styles["Normal"].element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "de-DE")
    properties.append(language)
