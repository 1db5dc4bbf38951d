"""German words for moments, numbers and places on a page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intranet import html, words
from intranet.navigation import PAGES
from intranet.routes.sign_in import safe_way_back
from intranet.views.marks import Span, marks
from ocr.documents import Page, Word

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Berlin


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "heute 10:00"),
        (-24, "gestern 10:00"),
        (20, "morgen 6:00"),
        (72, "Donnerstag 10:00"),
        (24 * 30, "01.04.2026 11:00"),
    ],
)
def test_moments(hours: int, said: str) -> None:
    assert words.when(NOW + timedelta(hours=hours), NOW) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-3, "seit 3 Tagen überfällig"),
        (-1, "seit gestern überfällig"),
        (0, "heute fällig"),
        (1, "morgen fällig"),
        (10, "in 10 Tagen (12.03.2026)"),
    ],
)
def test_deadlines(days: int, said: str) -> None:
    assert words.due(NOW + timedelta(days=days), NOW) == said


def test_what_a_run_did_is_told_in_german() -> None:
    assert words.outcome({"done": 47, "failed": 0, "given_back": 2}) == (
        "erledigt 47, zurückgegeben 2"
    )
    assert words.outcome({"in Quarantäne": 0}) == "nichts zu tun"
    assert words.outcome({}) == ""
    assert words.log_line("mail 7: erledigt") == "E-Mail versenden 7: erledigt"
    assert words.log_line("fertig") == "fertig"


def test_the_clock_of_a_log_is_ours() -> None:
    assert words.clock("2026-07-01T22:05:09.123+00:00") == "00:05:09"
    assert words.clock("2026-11-01T22:05:09+00:00") == "23:05:09"
    assert words.clock("gestern") == "gestern"


def test_what_is_not_certain_is_never_a_hundred_per_cent() -> None:
    assert words.percent(0.9999) == "99\u00a0%"
    assert words.percent(1.0) == "100\u00a0%"
    assert words.percent(0.123) == "12\u00a0%"


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    made = html.table(text, [text], [[text]]) + html.page_link("/x?" + text, text).html
    inner = made.replace(html.table("", [""], [[""]]), "")
    assert "<script" not in inner.lower()
    assert made.count("<table") == 1
    assert made.count("<a ") == 1


@given(st.text())
def test_the_way_back_stays_on_our_side(target: str) -> None:
    back = safe_way_back(target)
    assert back.startswith("/")
    assert not back.startswith(("//", "/\\"))
    assert "\r" not in back
    assert "\n" not in back


@pytest.mark.parametrize(
    ("target", "back"),
    [
        ("/posteingang", "/posteingang"),
        ("/akten?akte=1#x", "/akten?akte=1#x"),
        ("/", "/"),
        ("/?x=1", "/?x=1"),
        ("/original/0197", "/"),
        ("/seite/0197/1", "/"),
        ("/%6Friginal/0197", "/"),
        ("/posteingang/../original/1", "/"),
        ("/health", "/"),
        ("/metrics", "/"),
        ("/anmelden", "/"),
        ("/gibtsnicht", "/"),
    ],
)
def test_the_way_back_leads_to_a_page_and_never_to_a_file(target: str, back: str) -> None:
    assert safe_way_back(target) == back


def test_every_page_of_the_menu_has_its_script() -> None:
    from pathlib import Path

    import intranet

    folder = Path(intranet.__file__).parent / "app_pages"
    assert {page.file for page in PAGES} == {
        path.name for path in folder.glob("*.py") if path.name != "__init__.py"
    }


PRINT = Page(
    1,
    "Frist bis morgen\nalso bald",
    "text",
    1.0,
    width=200,
    height=100,
    words=(
        Word("Frist", 0, 5, (20, 10, 50, 20)),
        Word("bis", 6, 9, (55, 10, 70, 20)),
        Word("morgen", 10, 16, (75, 10, 110, 20)),
        Word("also", 17, 21, (20, 30, 40, 40)),
        Word("bald", 22, 26, None),
    ),
)


def test_a_span_becomes_one_box_per_line() -> None:
    one, two = marks([PRINT], [Span(1, 6, 21)])
    assert (one.left, one.top) == (27.2, 9.8)
    assert one.width == pytest.approx(28.1)
    assert two.top == 29.8


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 3))
def test_boxes_never_leave_the_page(start: int, length: int, page: int) -> None:
    for mark in marks([PRINT], [Span(page, start, start + length)]):
        assert 0 <= mark.left <= mark.left + mark.width <= 100.001
        assert 0 <= mark.top <= mark.top + mark.height <= 100.001


def test_formats_without_layout_have_no_boxes() -> None:
    plain = Page(1, "nur Text", "text", 1.0)
    assert marks([plain], [Span(1, 0, 3)]) == []


@given(st.text(alphabet="ab*_[](){}#`<>!:/.w@\\ \n~$&", max_size=40))
def test_plain_text_reads_the_same_and_holds_no_bare_sign(text: str) -> None:
    made = words.plain(text)
    assert " ".join(text.split()) == re.sub(r"\\(.)", r"\1", made).replace("\u2060", "")
    bare = re.sub(r"\\.", "", made)
    assert not set(bare) & set("*_[]()#`<>!:~$&")
    assert "@b" not in bare


@given(st.text(alphabet="ab:/_+-1", max_size=40))
@example(":material/home:")
@example("\\:material/home:")
@example("a:smile:b :+1::100: :red[x]")
def test_no_icon_comes_of_colons(text: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", words.plain(text))  # what Streamlit looks for icons in
    assert not re.search(r":[\w+/-]+:", shown)
    assert shown.replace("\u2060", "") == " ".join(text.split())


def test_one_is_one() -> None:
    said = [words.counted(count, "Termin", "Termine") for count in (0, 1, 2)]
    assert said == ["0 Termine", "1 Termin", "2 Termine"]
