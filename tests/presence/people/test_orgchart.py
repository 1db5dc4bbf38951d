"""The org chart: every office once, no two boxes over each other, every line level or upright."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from presence.people.orgchart import LETTERS, LINES, Unit, layout, tree, wrapped

IDS = [UUID(int=number + 1) for number in range(24)]


@st.composite
def offices(draw: st.DrawFn) -> list[Unit]:
    """Any offices, with parents among themselves, elsewhere, or in circles."""
    ids = draw(st.lists(st.sampled_from(IDS), unique=True))
    return [
        Unit(
            each,
            draw(st.text(max_size=60)),
            (),
            0,
            draw(st.none() | st.sampled_from(IDS)),
            draw(
                st.sampled_from([None, "Dezernat I", "Dezernat II", "Dezernat III", "a", "b", "c"])
            ),
        )
        for each in ids
    ]


@given(offices())
def test_every_office_stands_once_and_none_over_another(units: list[Unit]) -> None:
    chart = layout("Stadt Ahlenfurt", units)
    assert sorted(box.unit for box in chart.boxes if box.unit) == sorted(unit.id for unit in units)
    for place, one in enumerate(chart.boxes):
        assert 0 <= one.x <= chart.width - one.width
        assert 0 <= one.y <= chart.height - one.height
        for other in chart.boxes[place + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            below = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or below
    assert all(a == c or b == d for a, b, c, d in chart.lines)


def test_offices_hang_below_their_parent_and_departments_keep_their_order() -> None:
    main, post, social = IDS[:3]
    found = tree(
        [
            Unit(main, "Hauptamt", (), 3, None, "Dezernat I"),
            Unit(social, "Soziales", (), 3, None, "Dezernat III"),
            Unit(post, "Poststelle", (), 3, main, "Dezernat I"),
        ]
    )
    assert [(name, [(depth, unit.id) for depth, unit in units]) for name, units in found] == [
        ("Dezernat I", [(0, main), (1, post)]),
        ("Dezernat III", [(0, social)]),
    ]


@given(offices())
def test_a_link_tells_the_name_in_full(units: list[Unit]) -> None:
    named = {box.unit: box.name for box in layout("Stadt Ahlenfurt", units).boxes if box.unit}
    assert named == {unit.id: unit.name for unit in units}


@given(st.text(max_size=200))
def test_a_title_fits_into_its_box(text: str) -> None:
    lines = wrapped(text)
    assert len(lines) <= LINES
    assert all(len(line) <= LETTERS for line in lines)
