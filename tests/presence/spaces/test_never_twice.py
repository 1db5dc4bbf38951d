"""Whatever people do in whatever order: no two bookings of a space ever hold the same time, also across DST."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.spaces.altering import Decided, close_space
from presence.spaces.booking import Wish, book
from presence.spaces.changing import cancel_several, release
from presence.spaces.closures import Closure
from presence.spaces.drawing import draw
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space
from presence.spaces.opening import MINUTES, SLOT_SECONDS, Opening
from presence.spaces.queries import bookings_from, terms_of
from presence.spaces.recurrence import Pattern
from presence.spaces.series import book_series
from presence.spaces.states import State
from presence.spaces.tables import Booking, BookingSlot, Space
from presence.spaces.terms import closed
from storage.actors import Staff, System
from storage.all_tables import create_all
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.database import Database
from storage.organisation.operations import add_office
from storage.organisation.tables import Person

ACTOR = System("test")
NOW = datetime(2026, 10, 23, 6, 0, tzinfo=UTC)
CHANGE = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
"""Midnight before the night in which the clocks go back."""
ALWAYS = tuple(Opening(day, 0, MINUTES) for day in range(7))

deeds = st.lists(
    st.tuples(
        st.sampled_from(["book", "series", "cancel", "release", "shut"]),
        st.integers(0, 1),
        st.integers(0, 27 * 4),
        st.integers(1, 20),
    ),
    max_size=14,
)


def _house(url: str) -> Iterator[tuple[Database, list[UUID], list[Staff]]]:
    database = Database(url)
    create_all(database.engine)
    with database.write() as session:
        office = add_office(
            session, ACTOR, key="a", number="1", name="A", short="A", valid_from=date(2020, 1, 1),
            now=NOW,
        )  # fmt: skip
        building = add_building(session, ACTOR, key="h", name="H", address="–", now=NOW)
        floor = add_floor(
            session, ACTOR, building.id, level=0, name="EG", plan=draw(9, 9, []), now=NOW
        )
        spaces = [
            add_space(
                session, ACTOR, floor.id,
                SpaceForm("room", name, office.id, (0, 0, 9, 9), hours=ALWAYS, on_holidays=True),
                key=name, now=NOW,
            ).id
            for name in ("eins", "zwei")
        ]  # fmt: skip
        people = [
            Person(id=new_id(), login=f"p{n}", name=f"P{n}", valid_from=date(2020, 1, 1))
            for n in range(2)
        ]
        session.add_all(people)
    yield database, spaces, [Staff(row.id, row.name, frozenset({office.id})) for row in people]
    database.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds)
def test_no_quarter_of_an_hour_is_held_twice(done: list[tuple[str, int, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        for database, spaces, people in _house(f"sqlite:///{Path(folder) / 'x.sqlite'}"):
            for what, who, quarter, length in done:
                _do(database, spaces[quarter % 2], people[who], what, quarter, length)
                _consistent(database)


def _do(
    database: Database, space: UUID, staff: Staff, what: str, quarter: int, length: int
) -> None:
    starts = CHANGE + timedelta(minutes=15 * quarter)
    wish = Wish(space, starts, starts + timedelta(minutes=15 * length), title="Test")
    try:
        with database.write() as session:
            if what == "book":
                book(session, staff, wish, key=str(new_id()), now=NOW)
            elif what == "series":
                pattern = Pattern("day", count=3)
                book_series(
                    session, staff, wish, pattern, key=str(new_id()), now=NOW, skip_conflicts=True
                )
            elif what == "shut":
                _shut(session, space, local_date(starts))
            else:
                own = select(Booking.id).where(
                    Booking.person_id == staff.person, Booking.state == State.CONFIRMED.value
                )
                held = session.scalars(own.order_by(Booking.starts)).all()
                if held and what == "cancel":
                    one = held[quarter % len(held)]
                    cancel_several(session, staff, [one], reason="Test", now=NOW)
                elif held:
                    release(session, staff, held[0], now=starts)
    except ConflictError:
        pass


def _shut(session: Session, space: UUID, day: date) -> None:
    """For a day, whatever is booked there then."""
    revision = session.get_one(Space, space).revision
    shown = frozenset(row.id for row in bookings_from(session, space, NOW))
    close_space(
        session, ACTOR, space, revision, Closure(day, day, "Maler"),
        decided=Decided(shown, cancel=True), now=NOW,
    )  # fmt: skip


def _consistent(database: Database) -> None:
    with database.read() as session:
        shut = {row.id: terms_of(row) for row in session.scalars(select(Space))}
        for row in session.scalars(select(Booking).where(Booking.state == State.CONFIRMED.value)):
            assert closed(shut[row.space_id], row.starts, row.ends, whole=False) is None
        rows = session.scalars(select(Booking).where(Booking.state != State.CANCELLED.value)).all()
        slots = session.execute(select(BookingSlot.booking_id, BookingSlot.slot)).all()
    for one, other in combinations(rows, 2):
        # what was given back at once held nothing
        both = one.starts < one.ends and other.starts < other.ends
        if both and one.space_id == other.space_id:
            assert one.ends <= other.starts or other.ends <= one.starts
    quarters: dict[UUID, int] = {}
    for booking, _ in slots:
        quarters[booking] = quarters.get(booking, 0) + 1
    for row in rows:
        assert quarters.get(row.id, 0) == (row.ends - row.starts).total_seconds() / SLOT_SECONDS
    assert set(quarters) <= {row.id for row in rows}
