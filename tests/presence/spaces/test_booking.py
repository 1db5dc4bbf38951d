"""Booking, check-in, release, cancelling and series, as people do it, on both databases."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from presence.spaces.booking import Holder, Wish, book
from presence.spaces.changing import cancel_range, cancel_several, check_in, release
from presence.spaces.opening import at
from presence.spaces.queries import own_bookings, plan_of, taken_spaces
from presence.spaces.recurrence import Pattern
from presence.spaces.series import SeriesConflictError, book_series, preview
from presence.spaces.states import State
from presence.spaces.tables import Booking, BookingSeries, BookingSlot, Space
from presence.spaces.taking import TakenError
from presence.spaces.upkeep import forget, release_unclaimed
from storage.actors import Staff
from storage.conflicts import ConflictError
from storage.house import House
from storage.journal.tables import JournalPending
from storage.organisation.tables import Person
from storage.rights import NotAllowedError
from tests.presence.spaces.conftest import club_in, state_of

Who = Callable[[str], Staff]
When = Callable[..., datetime]
Spaces = dict[str, UUID]


def _count(house: House, table: type[Any]) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_taken_desk_is_refused_with_the_nearest_free_one(put: Callable[..., UUID]) -> None:
    put("anna", "platz-1", 9, 12)
    with pytest.raises(
        TakenError, match=r"Platz 1\.01 ist in dieser Zeit schon gebucht"
    ) as refused:
        put("ben", "platz-1", 11, 13)
    assert [offer.name for offer in refused.value.offers] == ["Platz 1.02", "Platz 1.03"]
    put("ben", "platz-1", 12, 13)


def test_the_same_deed_twice_is_one_booking(put: Callable[..., UUID], house: House) -> None:
    assert put("anna", "zimmer", 9, 10) == put("anna", "zimmer", 9, 10)
    assert _count(house, Booking) == 1
    assert _count(house, BookingSlot) == 4


def test_nobody_holds_two_desks_at_once(put: Callable[..., UUID]) -> None:
    put("anna", "platz-1", 9, 12)
    with pytest.raises(TakenError, match="schon einen Platz gebucht"):
        put("anna", "platz-2", 11, 13)
    put("anna", "zimmer", 9, 12)


def test_a_whole_day_and_hours_do_not_overlap(
    put: Callable[..., UUID], house: House, spaces: Spaces, staff: Who, tuesday: When
) -> None:
    put("ben", "platz-1", 13, 14)
    day = [
        Wish(spaces[desk], tuesday(7), tuesday(19), whole_day=True)
        for desk in ("platz-1", "platz-2")
    ]
    with pytest.raises(TakenError), house.database.write() as session:
        book(session, staff("anna"), day[0], key="tag-1", now=house.clock())
    with house.database.write() as session:
        book(session, staff("anna"), day[1], key="tag-2", now=house.clock())
    with pytest.raises(TakenError):
        put("hans", "platz-2", 13, 14)


def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is(
    house: House, staff: Who, spaces: Spaces
) -> None:
    with house.database.write() as session:
        session.get_one(Space, spaces["saal"]).hours = [[day, 0, 1440] for day in range(7)]
    for day, slots in ((date(2026, 3, 29), 8), (date(2026, 10, 25), 16)):
        wish = Wish(spaces["saal"], at(day, 60), at(day, 240), title="Lange Nacht")
        with house.database.write() as session:
            row = book(session, staff("hans"), wish, key=str(day), now=house.clock())
            held = session.scalars(
                select(BookingSlot.slot).where(BookingSlot.booking_id == row.id)
            ).all()
        assert len(held) == slots
        later = Wish(spaces["saal"], row.ends - timedelta(minutes=15), row.ends, title="X")
        with pytest.raises(TakenError), house.database.write() as session:
            book(session, staff("anna"), later, key="x", now=house.clock())


def test_a_refused_booking_leaves_nothing_behind(put: Callable[..., UUID], house: House) -> None:
    put("anna", "zimmer", 9, 10)
    before = [_count(house, table) for table in (Booking, BookingSlot, JournalPending)]
    for first, last in ((9.5, 11), (17, 20), (12, 11)):
        with pytest.raises(ConflictError):
            put("ben", "zimmer", first, last)
    assert [_count(house, table) for table in (Booking, BookingSlot, JournalPending)] == before


def test_a_room_of_an_office_is_its_own(put: Callable[..., UUID]) -> None:
    with pytest.raises(NotAllowedError):
        put("anna", "amtszimmer", 9, 10)
    put("hans", "amtszimmer", 9, 10)


def test_only_who_looks_after_it_books_for_others(put: Callable[..., UUID], staff: Who) -> None:
    for_ben = Holder(person=staff("ben").person)
    with pytest.raises(NotAllowedError):
        put("anna", "zimmer", 9, 10, holder=for_ben)
    put("hans", "zimmer", 9, 10, holder=for_ben)


def test_check_in_and_nobody_came(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any, tuesday: When
) -> None:
    there, missing = put("anna", "platz-1", 9, 12), put("ben", "platz-2", 9, 12)
    with pytest.raises(ConflictError, match="ab 8:30 Uhr"), house.database.write() as session:
        check_in(session, staff("anna"), there, now=clock())
    clock.now = tuesday(8, 45)
    with house.database.write() as session:
        check_in(session, staff("anna"), there, now=clock())
        check_in(session, staff("anna"), there, now=clock())
    with pytest.raises(NotAllowedError), house.database.write() as session:
        check_in(session, staff("anna"), missing, now=clock())
    clock.now = tuesday(9, 59)
    assert house.database.run(lambda session: release_unclaimed(session, clock())) == 0
    clock.now = tuesday(10)
    assert house.database.run(lambda session: release_unclaimed(session, clock())) == 1
    assert state_of(house, missing).state == State.RELEASED
    assert state_of(house, there).state == State.CONFIRMED
    put("hans", "platz-2", 10, 12)


def test_leaving_early_frees_the_rest(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any, tuesday: When
) -> None:
    booking = put("anna", "platz-1", 9, 17)
    clock.now = tuesday(11, 50)
    with house.database.write() as session:
        release(session, staff("anna"), booking, now=clock())
        release(session, staff("anna"), booking, now=clock())
    assert state_of(house, booking).ends == tuesday(11, 45)
    put("ben", "platz-1", 11.75, 17)
    with pytest.raises(ConflictError, match="freigegeben"), house.database.write() as session:
        cancel_several(session, staff("anna"), [booking], reason="Doch nicht", now=clock())


def test_a_desk_left_early_is_offered_for_the_rest_of_the_day(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any, tuesday: When, spaces: Spaces
) -> None:
    left = put("anna", "platz-2", 9, 17)
    put("ben", "platz-1", 9, 17)
    clock.now = tuesday(11, 50)
    with house.database.write() as session:
        release(session, staff("anna"), left, now=clock())
    rest = Wish(spaces["platz-1"], tuesday(11, 45), tuesday(19), whole_day=True)
    with pytest.raises(TakenError) as refused, house.database.write() as session:
        book(session, staff("hans"), rest, key="rest", now=clock())
    assert [offer.name for offer in refused.value.offers] == ["Platz 1.02", "Platz 1.03"]
    assert refused.value.offers[0].starts == tuesday(11, 45)


def test_only_who_could_check_in_loses_the_room(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any, tuesday: When, spaces: Spaces
) -> None:
    with house.database.write() as session:
        session.get_one(Space, spaces["saal"]).check_in_minutes = 15
    club = club_in(house, spaces["saal"], staff("hans"), date(2026, 3, 3))
    own = put("anna", "saal", 9, 12)
    clock.now = tuesday(19, 30)
    assert house.database.run(lambda session: release_unclaimed(session, clock())) == 0
    clock.now = tuesday(9, 30)
    assert house.database.run(lambda session: release_unclaimed(session, clock())) == 1
    assert state_of(house, own).state == State.RELEASED
    assert state_of(house, club).state == State.CONFIRMED


def test_the_journal_does_not_tell_who_sits_where(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any, tuesday: When, spaces: Spaces
) -> None:
    booking = put("anna", "platz-1", 9, 12)
    clock.now = tuesday(9)
    with house.database.write() as session:
        check_in(session, staff("anna"), booking, now=clock())
        release(session, staff("anna"), booking, now=clock() + timedelta(hours=1))
    with house.database.read() as session:
        rows = session.scalars(
            select(JournalPending).where(JournalPending.object_kind == "booking")
        ).all()
    assert [(row.verb, row.object_id, row.details) for row in rows] == [
        ("space.book", str(booking), None)
    ]


def test_conflicts_of_a_series_are_shown_and_left_out_only_when_told(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces, tuesday: When
) -> None:
    put("ben", "zimmer", 9, 10)
    monday = at(date(2026, 3, 2), 0)
    wish = Wish(spaces["zimmer"], monday + timedelta(days=1, hours=9),
                monday + timedelta(days=1, hours=10), title="Wochenrunde")  # fmt: skip
    pattern = Pattern("week", count=6)
    now, anna = house.clock(), staff("anna")
    with house.database.read() as session:
        seen = preview(session, anna, wish, pattern, now=now)
    assert [each.problem is None for each in seen] == [False, True, True, True, True, True]
    with (
        pytest.raises(SeriesConflictError, match=r"03\.03\.2026"),
        house.database.write() as session,
    ):
        book_series(session, anna, wish, pattern, key="s", now=now)
    assert _count(house, BookingSeries) == 0
    with house.database.write() as session:
        series, left_out = book_series(
            session, anna, wish, pattern, key="s", now=now, skip_conflicts=True
        )
    assert [each.day for each in left_out] == [date(2026, 3, 3)]
    with house.database.write() as session:
        assert book_series(session, anna, wish, pattern, key="s", now=now)[0] == series
    assert _count(house, Booking) == 6
    with pytest.raises(NotAllowedError), house.database.write() as session:
        cancel_range(session, staff("ben"), series, first=date(2026, 3, 1), now=now)
    with house.database.write() as session:
        gone = cancel_range(
            session, anna, series, first=date(2026, 3, 17), last=date(2026, 3, 24), now=now
        )
    assert gone == 2
    with house.database.read() as session:
        days = [row.starts.date() for row, _ in own_bookings(session, anna, now)
                if row.state == State.CONFIRMED]  # fmt: skip
    assert days == [date(2026, 3, 10), date(2026, 3, 31), date(2026, 4, 7)]


def test_desks_of_who_has_left_are_free(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any
) -> None:
    put("anna", "platz-1", 9, 10)
    room = put("anna", "zimmer", 9, 10)
    with house.database.write() as session:
        session.get_one(Person, staff("anna").person).valid_to = date(2026, 3, 2)
    assert house.database.run(lambda session: forget(session, clock()))["gelöscht"] == 1
    assert state_of(house, room).state == State.CONFIRMED
    put("ben", "platz-1", 9, 10)


def test_plans_show_titles_to_staff_and_nothing_at_desks(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces, tuesday: When
) -> None:
    from storage.actors import Citizen
    from storage.clock import new_id

    put("anna", "zimmer", 9, 10, title="Personalgespräch")
    put("anna", "platz-1", 9, 10, title="Platz")
    with house.database.read() as session:
        for actor, space, title in (
            (staff("ben"), "zimmer", "Personalgespräch"),
            (Citizen(new_id()), "zimmer", ""),
            (staff("ben"), "platz-1", ""),
            (staff("anna"), "platz-1", "Platz"),
        ):
            row = session.get_one(Space, spaces[space])
            (taken,) = plan_of(session, actor, row, tuesday(0), tuesday(20))
            assert taken.title == title
        assert set(taken_spaces(session, spaces.values(), tuesday(9), tuesday(9, 15))) == {
            spaces["zimmer"], spaces["platz-1"],
        }  # fmt: skip


def test_the_past_is_forgotten(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any, spaces: Spaces
) -> None:
    desk, room = put("anna", "platz-1", 9, 10), put("anna", "zimmer", 9, 10)
    other = put("ben", "platz-2", 9, 10)
    club = club_in(house, spaces["saal"], staff("hans"), date(2026, 3, 3))
    with house.database.write() as session:
        release(session, staff("ben"), other, now=clock())
    clock.forward(days=5)
    assert house.database.run(lambda session: forget(session, clock()))["gelöscht"] == 2
    with house.database.read() as session:
        assert session.get(Booking, desk) is None
    assert _count(house, BookingSlot) == 0
    assert state_of(house, room).title == "Runde"
    clock.forward(days=90)
    assert house.database.run(lambda session: forget(session, clock()))["ohne Namen"] == 2
    for booking in (room, club):
        row = state_of(house, booking)
        assert (row.title, row.person_id, row.holder_name, row.holder_mail) == (
            "",
            None,
            None,
            None,
        )
    assert state_of(house, club).fee == 3000
    clock.forward(days=1100)
    house.database.run(lambda session: forget(session, clock()))
    assert _count(house, Booking) == 0


def test_why_a_desk_was_taken_back_is_read_until_that_day_is_over(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any
) -> None:
    taken, given = (
        put("anna", "platz-1", 24 * 20 + 9, 24 * 20 + 12),
        put("ben", "platz-2", 24 * 20 + 9, 24 * 20 + 12),
    )
    with house.database.write() as session:
        cancel_several(session, staff("ada"), [taken], reason="Der Tisch ist kaputt", now=clock())
        release(session, staff("ben"), given, now=clock())
    clock.forward(days=15)
    assert house.database.run(lambda session: forget(session, clock()))["gelöscht"] == 1
    assert state_of(house, taken).answer == "Der Tisch ist kaputt"
    clock.forward(days=10)
    assert house.database.run(lambda session: forget(session, clock()))["gelöscht"] == 1
    assert _count(house, Booking) == 0


def test_the_night_forgets_when_people_came_and_left(
    put: Callable[..., UUID], house: House, staff: Who, clock: Any, tuesday: When
) -> None:
    began = clock()
    desk, left = put("anna", "platz-1", 9, 10), put("ben", "zimmer", 10, 12)
    clock.now = tuesday(9, 1)
    with house.database.write() as session:
        check_in(session, staff("anna"), desk, now=clock())
    clock.now = tuesday(11, 7)
    with house.database.write() as session:
        release(session, staff("ben"), left, now=clock())
    clock.now = tuesday(22)
    house.database.run(lambda session: forget(session, clock()))
    assert state_of(house, desk).checked_in_at is None
    assert state_of(house, left).changed_at == began
    assert state_of(house, left).state == State.RELEASED
