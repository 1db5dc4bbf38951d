"""The report as data and as files people open."""

from datetime import date
from io import BytesIO

import docx
import openpyxl

from tests.workflows.kiss.evaluation.invented import way
from workflows.kiss.evaluation.measures import States
from workflows.kiss.evaluation.report import EvaluationReport, Townhall, evaluate
from workflows.kiss.evaluation.ways import Way, log_of, ways_of
from workflows.kiss.evaluation.word_file import to_docx
from workflows.kiss.evaluation.workbook import to_xlsx

HALL = Townhall(
    {"A": "Bürgerbüro", "B": "=Tiefbau()", "C": "Klein\x07", "licht": "Beleuchtung", "66": "Tiefbauamt", "in_work": "in Arbeit"},
    {"A": "33", "B": "66", "C": "33"},
    {"A": frozenset("abcdefghijkl"), "B": frozenset("mnopqrs"), "C": frozenset("ab")},
)  # fmt: skip


def report_on(ways: list[Way]) -> EvaluationReport:
    return evaluate("Anliegen im 1. Quartal", date(2026, 1, 1), date(2026, 3, 31), ways, HALL)


WAYS = (
    [way("AB") for _ in range(10)]
    + [way("ACA", "müll") for _ in range(3)]
    + [way("A", "müll") for _ in range(2)]
)


def test_small_teams_and_rare_topics_have_no_line_of_their_own() -> None:
    report = report_on(WAYS)
    assert "Klein\x07" not in report.matrix.groups
    assert {topic: figures.cases for topic, figures in report.topics.items()} == {
        "Beleuchtung": 10,
        "müll": 5,
    }
    assert all(figures.cases >= 5 for figures in report.offices.values())


def test_a_topic_of_a_small_team_has_no_line_of_its_own() -> None:
    ways = [way("AB") for _ in range(10)] + [way("AC", "müll") for _ in range(9)]
    assert set(report_on(ways).topics) == {"Übrige"}


def test_an_office_of_three_with_a_team_of_the_same_three_is_three_people() -> None:
    three = frozenset("xyz")
    hall = Townhall(
        {}, {"A": "33", "B": "66", "C": "66"}, {"A": frozenset("abcdefg"), "B": three, "C": three}
    )
    ways = [way(group) for group in "AAAAAABBBCCC"]
    report = evaluate("Bericht", date(2026, 1, 1), date(2026, 3, 31), ways, hall)
    assert "66" not in report.offices


def test_patterns_come_with_a_proposal_or_with_why_not() -> None:
    (only,) = report_on(WAYS).patterns
    assert "„Beleuchtung“" in only.pattern
    assert "gehen gleich an „=Tiefbau()“" in only.proposal


def test_nothing_is_said_about_a_team_of_two() -> None:
    ways = [way("AC") for _ in range(10)]
    assert report_on(ways).patterns == []
    assert "Klein" not in str(report_on(ways))


def test_the_document_can_be_read_aloud() -> None:
    document = docx.Document(BytesIO(to_docx(report_on(WAYS))))
    assert document.core_properties.language == "de-DE"
    headings = [
        each.text
        for each in document.paragraphs
        if each.style and each.style.name.startswith("Heading")
    ]
    assert headings[:2] == ["Überblick", "Nach Thema"]
    rows = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert (rows["Fälle"], rows["Weitergaben"]) == ("15", "16")
    assert "Bedeutung" in document.tables[0].rows[0].cells[2].text
    assert all("tblHeader" in table.rows[0]._tr.xml for table in document.tables)


def test_the_workbook_holds_figures_and_no_formulas() -> None:
    book = openpyxl.load_workbook(BytesIO(to_xlsx(report_on(WAYS))))
    assert book.sheetnames[0] == "Überblick"
    overview = {row[0].value: row[1] for row in book["Überblick"].iter_rows()}
    assert overview["Fälle"].value == 15
    assert overview["Gleich richtig"].number_format == "0.0%"
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "=Tiefbau()" or "=Tiefbau()" in str(cell.value) for cell in cells)


def test_the_files_tell_duplicates_reopenings_and_satisfaction_of_each_topic() -> None:
    ways = [way("AAA", duplicates=1, ratings="4", states="wra") for _ in range(6)]
    report = report_on([*ways, *(way("A", "müll", duplicates=0) for _ in range(6))])
    of_topics = {}
    for table in docx.Document(BytesIO(to_docx(report))).tables:
        head, row = ([cell.text for cell in row.cells] for row in table.rows[:2])
        of_topics |= dict(zip(head, row, strict=True)) if head[0] == "Thema" else {}
    assert (of_topics["Thema"], of_topics["Doppelte"]) == ("Beleuchtung", "6")
    assert (of_topics["Wieder geöffnet"], of_topics["Zufriedenheit (1–5)"]) == (
        "100,0\u00a0%",
        "4,0",
    )
    sheet = openpyxl.load_workbook(BytesIO(to_xlsx(report)))["Themen"]
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, (cell.value for cell in sheet[2]), strict=True))
    assert (row["Doppelte"], row["Zufriedenheit (1 bis 5)"]) == (6, 4)


def test_fewer_than_five_cases_are_not_told_at_all() -> None:
    report = report_on(WAYS[:4])
    assert report.whole is None
    assert not report.topics
    assert "weniger als fünf" in " ".join(
        p.text for p in docx.Document(BytesIO(to_docx(report))).paragraphs
    )
    assert (
        "weniger als fünf"
        in openpyxl.load_workbook(BytesIO(to_xlsx(report)))["Überblick"]["A2"].value
    )


def test_an_imported_log_is_told_by_its_cases_alone() -> None:
    ways = ways_of(log_of(WAYS))
    report = evaluate(
        "Protokoll", date(2026, 1, 1), date(2026, 3, 31), ways, Townhall({}, {}), States()
    )
    assert report.matrix.groups == ("A", "B", "C")
    assert {office: figures.cases for office, figures in report.offices.items()} == {
        "B": 10,
        "A": 5,
    }
    assert report.whole is not None
    assert report.whole.waiting_days is None
    assert to_docx(report)
    assert to_xlsx(report)
