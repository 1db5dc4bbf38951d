"""Pictures that say what they show, and tables that say the same."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.kiss.evaluation.invented import way
from workflows.kiss.evaluation.flows import END, matrix, ribbons
from workflows.kiss.evaluation.pictures import matrix_picture, ways_picture
from workflows.kiss.evaluation.shielding import REST
from workflows.kiss.evaluation.stations import lay_out
from workflows.kiss.evaluation.twins import matrix_table, ways_table

SVG = "{http://www.w3.org/2000/svg}"
NASTY = {"A": "<script>alert(1)</script>", "B": 'B" onload="x', "C": "Über & Ämter"}


def test_the_matrix_counts_who_hands_to_whom() -> None:
    found = matrix([way("AABA"), way("AB"), way("C")])
    assert (found.groups, found.counts, found.total) == (("A", "B"), ((0, 2), (1, 0)), 3)


def test_the_quieter_groups_are_joined() -> None:
    found = matrix([way("ABAB"), way("CD"), way("AC")], most=2)
    assert found.groups == ("A", "B", REST)
    assert found.total == 5


def test_ribbons_follow_the_stations_and_know_the_way_back() -> None:
    found = {
        (r.station, r.source, r.target, r.back): r.cases
        for r in ribbons([way("ABA"), way("AB"), way("A")])
    }
    assert found == {
        (0, "A", END, False): 1, (0, "A", "B", False): 2, (1, "B", "A", True): 1, (1, "B", END, False): 1,
        (2, "A", END, False): 1,
    }  # fmt: skip


@pytest.mark.parametrize("ways", [[], [way("A")], [way("ABA"), way("CB"), way("ABCABCABC")]])
def test_pictures_have_a_title_a_description_and_no_script(ways: list[object]) -> None:
    for drawn in (matrix_picture(matrix(ways, NASTY)), ways_picture(ribbons(ways, NASTY))):  # type: ignore[arg-type]
        root = ET.fromstring(drawn)
        assert root.get("role") == "img"
        assert root[0].tag == f"{SVG}title"
        assert root[1].tag == f"{SVG}desc"
        assert root[1].text
        assert all("on" not in {name[:2] for name in each.attrib} for each in root.iter())
        assert f"{SVG}script" not in {each.tag for each in root.iter()}


def test_tables_tell_what_the_pictures_show() -> None:
    ways = [way("ABA") for _ in range(1234)]
    assert "<td>1.234</td>" in matrix_table(matrix(ways))
    table = ways_table(ribbons(ways, NASTY))
    assert "&lt;script&gt;" in table
    assert "<script" not in table
    assert "abgeschlossen" in table


@given(st.lists(st.text(alphabet="ABCDE", min_size=1, max_size=7), min_size=1, max_size=30))
def test_nothing_lies_over_another_and_no_case_is_lost(paths: list[str]) -> None:
    found = ribbons([way(each) for each in paths], most=3)
    assert sum(each.cases for each in found if each.station == 0) == len(paths)
    layout = lay_out(found)
    for x in {box.x for box in layout.boxes}:
        column = sorted((box for box in layout.boxes if box.x == x), key=lambda box: box.y)
        assert all(a.y + a.height <= b.y for a, b in pairwise(column))
    assert all(box.y + box.height <= layout.height for box in layout.boxes)
    for band in layout.bands:
        assert any(
            box.x == band.right
            and box.y <= band.to_y
            and band.to_y + band.width <= box.y + box.height + 1e-6
            for box in layout.boxes
        )
