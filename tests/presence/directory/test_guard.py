"""When so much would go at once that nothing is done; and which office a name means."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.directory.guard import (
    FEW,
    Given,
    groups_gone,
    too_few,
    too_many_forget,
    too_many_leave,
    too_many_lose,
)
from presence.directory.mapping import Rights
from presence.directory.offices import OfficeBook, spelled
from storage.actors import Grant, Role

PERCENT = st.integers(0, 100)


@given(st.integers(0, 5000), st.integers(0, 5000), PERCENT)
def test_leaving_is_measured_by_who_is_there(leaving: int, staying: int, percent: int) -> None:
    refused = too_many_leave(leaving, leaving + staying, percent)
    assert (refused is None) == (leaving <= FEW or staying * 100 >= percent * (leaving + staying))


@given(st.integers(0, 5000), st.integers(0, 5000), PERCENT)
def test_a_reading_is_measured_by_who_is_known(seen: int, missing: int, percent: int) -> None:
    refused = too_few(seen, seen + missing, percent)
    assert (refused is None) == (seen * 100 >= percent * (seen + missing))


@given(losing=st.integers(0, 300), keeping=st.integers(0, 300), percent=PERCENT)
def test_facts_are_measured_by_who_has_one(losing: int, keeping: int, percent: int) -> None:
    known = {UUID(int=number): {"phone": "1", "room": None} for number in range(losing + keeping)}
    changes = [(UUID(int=number), dict[str, str | None]()) for number in range(losing)]
    refused = too_many_forget(changes, known, percent)
    assert (refused is None) == (losing <= FEW or keeping * 100 >= percent * (losing + keeping))


CASH = Given(grants={Grant(Role.CASH)})
OFFICE = uuid4()
HOME = Given(offices={OFFICE})


def held(losing: int, keeping: int, given_to_each: Given) -> dict[UUID, Given]:
    return {UUID(int=number): given_to_each for number in range(losing + keeping)}


@pytest.mark.parametrize("what", [CASH, HOME])
@given(losing=st.integers(0, 300), keeping=st.integers(0, 300), percent=PERCENT)
def test_losing_is_measured_by_who_holds_something(
    what: Given, losing: int, keeping: int, percent: int
) -> None:
    changes = [(UUID(int=number), Rights()) for number in range(losing)]
    refused = too_many_lose(changes, held(losing, keeping, what), percent)
    assert (refused is None) == (losing <= FEW or keeping * 100 >= percent * (losing + keeping))


@pytest.mark.parametrize(
    "rights",
    [
        Rights(lasting=frozenset({Role.CASH}), offices_last=True),
        Rights(grants=frozenset({Grant(Role.CASH, OFFICE)}), offices=frozenset({uuid4()})),
    ],
)
def test_who_keeps_or_moves_loses_nothing(rights: Rights) -> None:
    both = Given({OFFICE}, {Grant(Role.CASH)})
    changes = [(UUID(int=number), rights) for number in range(10)]
    assert too_many_lose(changes, held(10, 0, both), 80) is None


def test_of_many_groups_some_are_named() -> None:
    told = groups_gone([f"cn={letter}" for letter in "edcba"])
    assert "„cn=a“, „cn=b“, „cn=c“ und 2 weitere" in told


@given(st.text())
def test_a_name_is_spelled_one_way(name: str) -> None:
    assert spelled(spelled(name)) == spelled(name)
    book = OfficeBook({}, {spelled(name): OFFICE})
    assert book.find(name) == OFFICE
    assert book.has_closed(name)
    assert not OfficeBook({spelled(name): OFFICE}, book.carried_on).has_closed(name)
