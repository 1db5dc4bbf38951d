"""Several people do the same to the same at the same moment: it happens once, and nobody is told twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.spaces.altering import change_space, form_of
from presence.spaces.booking import Holder, Wish, book
from presence.spaces.changing import cancel_several, check_in, release
from presence.spaces.opening import at
from presence.spaces.recurrence import Pattern
from presence.spaces.series import book_series
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking, BookingSeries, BookingSlot, Space
from presence.spaces.upkeep import release_unclaimed
from storage.actors import Staff
from storage.conflicts import ConflictError
from storage.house import House
from storage.jobs.tables import Mail

T = TypeVar("T")
Who = Callable[[str], Staff]
Spaces = dict[str, UUID]
MANY = 8


def _at_once(house: House, deeds: list[Callable[[Session], T]]) -> list[T | None]:
    """What each gave; ``None``: refused."""
    together = threading.Barrier(len(deeds))

    def one(deed: Callable[[Session], T]) -> T | None:
        together.wait()
        try:
            return house.database.run(deed)
        except ConflictError:
            return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def _count(house: House, of: type[Mail | Booking | BookingSeries]) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


@pytest.fixture
def club(house: House, staff: Who, spaces: Spaces) -> list[UUID]:
    """A club's evenings on three Tuesdays far enough away."""
    holder = Holder(Party.CLUB, name="Chor", mail="chor@example.org")
    made = []
    for week in range(3):
        day = date(2026, 4, 7) + timedelta(weeks=week)
        wish = Wish(spaces["saal"], at(day, 19 * 60), at(day, 21 * 60), title="Probe")
        with house.database.write() as session:
            made.append(book(session, staff("hans"), wish, key=str(day), now=house.clock(),
                             holder=holder).id)  # fmt: skip
    return made


def test_what_many_cancel_is_cancelled_and_told_once(
    house: House, staff: Who, club: list[UUID]
) -> None:
    hans, now = staff("hans"), house.clock()
    done = _at_once(
        house,
        [lambda session: cancel_several(session, hans, club, reason="Umbau", now=now)] * MANY,
    )
    assert sorted(each or 0 for each in done) == [0] * (MANY - 1) + [3]
    assert _count(house, Mail) == 1


def test_one_of_many_series_of_the_city_displaces_the_club(
    house: House, staff: Who, spaces: Spaces, club: list[UUID]
) -> None:
    hans, now, first = staff("hans"), house.clock(), date(2026, 4, 7)
    wish = Wish(spaces["saal"], at(first, 18 * 60), at(first, 20 * 60), title="Rat")
    days = [first + timedelta(weeks=week) for week in range(3)]

    def council(number: int) -> Callable[[Session], UUID]:
        return lambda session: book_series(
            session, hans, wish, Pattern("week", count=3), key=f"rat-{number}", now=now,
            displace=days,
        )[0]  # fmt: skip

    done = _at_once(house, [council(number) for number in range(MANY)])
    assert sum(each is not None for each in done) == 1
    assert _count(house, BookingSeries) == 1
    with house.database.read() as session:
        states = [session.get_one(Booking, each).state for each in club]
    assert states == ["displaced"] * 3
    assert _count(house, Mail) == 1


def test_displacing_by_many_clicks_at_once_is_one_booking(
    house: House, staff: Who, spaces: Spaces, club: list[UUID]
) -> None:
    hans, now, day = staff("hans"), house.clock(), date(2026, 4, 7)
    wish = Wish(spaces["saal"], at(day, 18 * 60), at(day, 20 * 60), title="Rat")
    done = _at_once(
        house,
        [lambda session: book(session, hans, wish, key="rat", now=now, displace=True).id] * MANY,
    )
    assert len(set(done)) == 1
    assert None not in done
    with house.database.read() as session:
        assert session.get_one(Booking, club[0]).state == State.DISPLACED
    assert _count(house, Mail) == 1


def test_a_series_asked_for_twice_at_the_same_moment_is_one(
    house: House, staff: Who, spaces: Spaces, tuesday: Callable[..., datetime]
) -> None:
    anna, now = staff("anna"), house.clock()
    wish = Wish(spaces["zimmer"], tuesday(9), tuesday(10), title="Runde")
    done = _at_once(
        house,
        [
            lambda session: book_series(
                session, anna, wish, Pattern("week", count=4), key="einmal", now=now
            )[0]
        ]
        * MANY,
    )
    assert len({each for each in done if each}) == 1
    assert (_count(house, BookingSeries), _count(house, Booking)) == (1, 4)


def test_of_many_changes_one_counts(house: House, staff: Who, spaces: Spaces) -> None:
    ada, now, room = staff("ada"), house.clock(), spaces["zimmer"]
    with house.database.read() as session:
        form = form_of(session.get_one(Space, room))

    def change(number: int) -> Callable[[Session], int]:
        def deed(session: Session) -> int:
            changed = replace(form, name=f"Zimmer {number}")
            change_space(session, ada, room, 1, changed, now=now)
            return number

        return deed

    done = [each for each in _at_once(house, [change(n) for n in range(MANY)]) if each is not None]
    with house.database.read() as session:
        row = session.get_one(Space, room)
    assert [f"Zimmer {number}" for number in done] == [row.name]
    assert row.revision == 2


def test_who_checks_in_while_the_desk_is_given_away_has_it_or_is_told(
    house: House, staff: Who, spaces: Spaces, tuesday: Callable[..., datetime]
) -> None:
    anna = staff("anna")
    wish = Wish(spaces["platz-1"], tuesday(9), tuesday(17))
    with house.database.write() as session:
        mine = book(session, anna, wish, key="p", now=house.clock()).id

    def come(session: Session) -> bool:
        check_in(session, anna, mine, now=tuesday(9, 59))
        return True

    def leave(session: Session) -> bool:
        release(session, anna, mine, now=tuesday(10))
        return True

    came, *_ = _at_once(house, [
        come, lambda session: bool(release_unclaimed(session, tuesday(10))), leave,
    ])  # fmt: skip
    with house.database.read() as session:
        row = session.get_one(Booking, mine)
        held = session.scalar(select(func.count()).select_from(BookingSlot)) or 0
    assert row.state == State.RELEASED
    assert held in {0, 4}
    assert (row.checked_in_at is not None) is bool(came)
