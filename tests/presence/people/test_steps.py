"""The steps of coming and going: what may be one, how they are edited, when they are due."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.availability.week import free_day
from presence.people.steps import Step, due_on, from_lines, lines_of, read
from presence.people.templates import delivered, set_steps, steps_on
from storage.conflicts import ConflictError
from storage.house import House
from storage.rights import NotAllowedError
from tests.presence.people.desk import Load, People


def test_other_steps_count_from_their_day_on(house: House, staff: Load, people: People) -> None:
    own = [Step("kuchen", "Kuchen backen", 0, role="head")]
    with house.database.write() as session:
        set_steps(session, staff("petra"), "leave", own, date(2026, 3, 10), now=house.clock())
    with house.database.read() as session:
        assert steps_on(session, "leave", date(2026, 3, 9)) == delivered("leave")
        assert steps_on(session, "leave", date(2026, 3, 10)) == own
    with house.database.write() as session, pytest.raises(NotAllowedError):
        set_steps(session, staff("ada"), "leave", own, date(2026, 3, 10), now=house.clock())


@pytest.mark.parametrize(
    "row",
    [
        {"key": "a", "title": "A", "days": 0},
        {"key": "a", "title": "A", "days": 0, "role": "koenig"},
        {"key": "a", "title": " ", "days": 0, "role": "head"},
        {"key": "a", "title": "A", "days": 0, "role": "head", "action": "feiern"},
        {"title": "A", "days": 0, "role": "head"},
    ],
)
def test_steps_nobody_could_do_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ConflictError):
        read([row])


@pytest.mark.parametrize("kind", ["join", "leave"])
def test_steps_can_be_edited_as_lines(kind: Any) -> None:
    assert from_lines(lines_of(delivered(kind))) == delivered(kind)


@pytest.mark.parametrize(
    "line", ["", "a | b | head | Titel", "a | 1 | head", "a | 1 | koenig | T", "a|1|head||"]
)
def test_lines_that_say_no_step_are_refused(line: str) -> None:
    with pytest.raises(ConflictError):
        from_lines(line)


WORDS = st.text("abcäöü |:\n-", max_size=12)


@given(
    st.text(max_size=120)
    | st.builds(
        "{} | {} | {} | {}".format,
        WORDS,
        st.integers(-99, 99),
        st.sampled_from(["head", "amt:bau", "x"]),
        WORDS,
    )
)
def test_what_is_read_as_steps_is_told_and_read_alike(text: str) -> None:
    """And whatever can't be read is refused, never broken at."""
    try:
        steps = from_lines(text)
    except ConflictError:
        steps = []
    assert not steps or from_lines(lines_of(steps)) == steps


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.integers(-60, 60))
def test_due_days_are_working_days_on_the_right_side(day: date, days: int) -> None:
    found, meant = due_on(day, days), day + timedelta(days=days)
    assert found.weekday() < 5
    assert free_day(found) is None
    assert found >= meant if days > 0 else found <= meant
    assert abs((found - meant).days) <= 7
