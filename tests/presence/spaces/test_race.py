"""The last desk: two hundred people at once, one of them gets it, everybody else is offered another.

The control runs the very same verb without the constraint: then the desk is booked many times over.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from presence.spaces.booking import Wish, book
from presence.spaces.tables import Booking, BookingSlot
from presence.spaces.taking import TakenError
from storage.actors import Staff
from storage.clock import new_id
from storage.house import House
from storage.organisation.tables import Person

PEOPLE = 200


@pytest.fixture
def crowd(house: House, offices: dict[str, UUID]) -> list[Staff]:
    made = [
        Person(
            id=new_id(), login=f"p{number}", name=f"Person {number}", valid_from=date(2020, 1, 1)
        )
        for number in range(PEOPLE)
    ]
    with house.database.write() as session:
        session.add_all(made)
    return [Staff(row.id, row.name, frozenset({offices["ordnungsamt"]})) for row in made]


def _rush(house: House, crowd: list[Staff], wish: Wish) -> tuple[int, list[str]]:
    """All book the same at once. How many got it, and the first offer of each of the others."""
    together = threading.Barrier(len(crowd))

    def one(staff: Staff) -> str | None:
        together.wait()
        try:
            with house.database.write() as session:
                book(session, staff, wish, key=str(new_id()), now=house.clock())
        except TakenError as refused:
            return refused.offers[0].name
        return None

    with ThreadPoolExecutor(len(crowd)) as pool:
        outcomes = list(pool.map(one, crowd))
    return outcomes.count(None), [each for each in outcomes if each]


def _last_desk(
    spaces: dict[str, UUID], tuesday: Callable[..., datetime], *, whole: bool = True
) -> Wish:
    return Wish(spaces["platz-1"], tuesday(7), tuesday(19), whole_day=whole)


def test_two_hundred_people_book_the_last_desk(
    house: House, crowd: list[Staff], spaces: dict[str, UUID], tuesday: Callable[..., datetime]
) -> None:
    got, offers = _rush(house, crowd, _last_desk(spaces, tuesday))
    assert got == 1
    assert offers == ["Platz 1.02"] * (PEOPLE - 1)
    with house.database.read() as session:
        assert session.scalar(select(func.count(Booking.id))) == 1
        assert session.scalar(select(func.count()).select_from(BookingSlot)) == 48


def test_without_the_constraint_the_same_books_it_many_times(
    house: House, crowd: list[Staff], spaces: dict[str, UUID], tuesday: Callable[..., datetime]
) -> None:
    with house.database.engine.execution_options(writer=True).begin() as connection:
        if house.database.dialect == "postgresql":
            connection.execute(text("ALTER TABLE booking_slot DROP CONSTRAINT pk_booking_slot"))
        else:
            connection.execute(text("ALTER TABLE booking_slot RENAME TO before"))
            connection.execute(text("CREATE TABLE booking_slot AS SELECT * FROM before"))
    got, _ = _rush(house, crowd[:20], _last_desk(spaces, tuesday))
    assert got > 1


def test_hours_that_overlap_in_part_race_as_well(
    house: House, crowd: list[Staff], spaces: dict[str, UUID], tuesday: Callable[..., datetime]
) -> None:
    """Spans that begin one after the other all meet in one quarter of an hour."""
    together = threading.Barrier(24)

    def one(number: int) -> bool:
        wish = Wish(spaces["zimmer"], tuesday(9 + number % 4), tuesday(12, 15), title="Runde")
        together.wait()
        try:
            with house.database.write() as session:
                book(session, crowd[number], wish, key=str(new_id()), now=house.clock())
        except TakenError:
            return False
        return True

    with ThreadPoolExecutor(24) as pool:
        assert sum(pool.map(one, range(24))) == 1
