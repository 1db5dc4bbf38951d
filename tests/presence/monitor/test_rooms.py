"""Where a room is, as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.monitor.rooms import stands_on

A = {"a", "haus-a"}


@pytest.mark.parametrize(
    ("room", "level"),
    [
        ("A 204", 2),
        ("a204", 2),
        ("A-1204", 12),
        ("A.012", 0),
        ("2.14", 2),
        ("A 2.14", 2),
        ("A2.14", 2),
        ("Zimmer 0.03", 0),
        ("2/14", 2),
        ("-1.02", -1),
        ("A -1.02", -1),
        ("EG 12", 0),
        ("EG12", 0),
        ("Haus A, EG 12", 0),
        ("Erdgeschoss", 0),
        ("1. OG 3", 1),
        ("A, 2.OG, Zi. 5", 2),
        ("3. Obergeschoss 301", 3),
        ("UG 2", -1),
        ("2. UG", -2),
        ("KG 05", -1),
    ],
)
def test_the_floor_is_found(room: str, level: int) -> None:
    assert [each for each in range(-3, 15) if stands_on(room, A, each)] == [level]


@pytest.mark.parametrize("room", ["B 204", "Haus B, EG 12", "Haus B 2.14", "Rathaus 1. OG 3"])
def test_another_house_is_another_house(room: str) -> None:
    assert not any(stands_on(room, A, each) for each in range(-3, 15))


@pytest.mark.parametrize("room", ["", "Pforte", "OG 3", "7", "Degen", "12345"])
def test_what_tells_no_floor_is_on_none(room: str) -> None:
    assert not any(stands_on(room, A, each) for each in range(-3, 15))


@given(room=st.text(max_size=30))
def test_a_room_is_on_one_floor_at_most(room: str) -> None:
    assert sum(stands_on(room, A, each) for each in range(-99, 100)) <= 1
