"""Desks, rooms, floors and buildings change and end: by revision, with bookings in the way shown first."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from presence.monitor.subjects import subjects
from presence.spaces.altering import (
    Decided,
    InTheWayError,
    change_building,
    change_floor,
    change_space,
    close_space,
    end_floor,
    end_space,
    form_of,
    reopen_space,
)
from presence.spaces.booking import Holder, Wish, book
from presence.spaces.closures import Closure
from presence.spaces.drawing import draw
from presence.spaces.opening import Opening, at
from presence.spaces.queries import floors, rooms, spaces_on
from presence.spaces.requests import confirm_request, request_booking
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking, BookingSlot, Building, Floor, Space
from presence.spaces.upkeep import release_unclaimed
from storage.actors import Citizen, Role, Staff
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.house import House
from storage.journal.tables import JournalPending
from storage.organisation.operations import grant_role
from storage.rights import NotAllowedError
from tests.presence.conftest import ACTOR
from tests.presence.spaces.conftest import mails

Who = Callable[[str], Staff]
When = Callable[..., datetime]
Spaces = dict[str, UUID]
TUESDAY = date(2026, 3, 3)
PAINTERS = Closure(TUESDAY, TUESDAY + timedelta(days=1), "Maler")


def _get(house: House, table: Any, key: UUID) -> Any:
    with house.database.read() as session:
        return session.get_one(table, key)


def test_who_looks_after_a_room_changes_it_once_by_revision(
    house: House, staff: Who, spaces: Spaces, offices: dict[str, UUID]
) -> None:
    now, room = house.clock(), spaces["zimmer"]
    form = replace(form_of(_get(house, Space, room)), name="Besprechung 102", capacity=12)
    for wrong in ("anna", "hans"):
        with pytest.raises(NotAllowedError), house.database.write() as session:
            change_space(session, staff(wrong), room, 1, form, now=now)
    with house.database.write() as session:
        grant_role(session, ACTOR, staff("hans").person, Role.HEAD, offices["hauptamt"], now=now)
    with house.database.write() as session:
        change_space(session, staff("hans"), room, 1, form, now=now)
    with (
        pytest.raises(ConflictError, match="inzwischen geändert"),
        house.database.write() as session,
    ):
        change_space(session, staff("ada"), room, 1, replace(form, capacity=2), now=now)
    row = _get(house, Space, room)
    assert (row.name, row.capacity, row.revision) == ("Besprechung 102", 12, 2)
    with house.database.read() as session:
        verbs = session.scalars(
            select(JournalPending.verb).where(JournalPending.object_id == str(room))
        ).all()
    assert sorted(verbs) == ["space.add", "space.change"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "}, {"capacity": 0}, {"mode": "nie"}, {"check_in_minutes": 0}, {"ahead_days": -1},
        {"notice_days": -1}, {"at": (0, 0, 0, 5)}, {"kind": "desk"}, {"rules": "x" * 3000},
    ],
)  # fmt: skip
def test_what_no_room_can_be_is_refused(
    house: House, staff: Who, spaces: Spaces, wrong: dict[str, Any]
) -> None:
    form = replace(form_of(_get(house, Space, spaces["zimmer"])), **wrong)
    with pytest.raises(ConflictError), house.database.write() as session:
        change_space(session, staff("ada"), spaces["zimmer"], 1, form, now=house.clock())


def test_bookings_in_the_way_are_shown_before_anything_changes(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces
) -> None:
    early, late = put("anna", "zimmer", 9, 10), put("ben", "zimmer", 17, 19)
    many = put("anna", "zimmer", 11, 12, people=8)
    now, ada, room = house.clock(), staff("ada"), spaces["zimmer"]
    hours = tuple(Opening(day, 8 * 60, 18 * 60) for day in range(5))
    form = replace(form_of(_get(house, Space, room)), hours=hours, capacity=6)
    with pytest.raises(InTheWayError) as refused, house.database.write() as session:
        change_space(session, ada, room, 1, form, now=now)
    assert [row.id for row in refused.value.bookings] == [many, late]
    assert _get(house, Space, room).revision == 1
    kept = Decided(frozenset({many, late}))
    with house.database.write() as session:
        change_space(session, ada, room, 1, form, decided=kept, now=now)
    assert mails(house) == []
    with house.database.write() as session:  # what stayed is asked about once
        change_space(session, ada, room, 2, replace(form, name="Neu"), now=now)
    shut = Decided(frozenset({early, many}), cancel=True)
    with pytest.raises(InTheWayError), house.database.write() as session:
        close_space(session, ada, room, 3, PAINTERS, decided=shut, now=now)
    shut = replace(shut, shown=frozenset({early, many, late}))
    with house.database.write() as session:
        close_space(session, ada, room, 3, PAINTERS, decided=shut, now=now)
    assert {_get(house, Booking, each).state for each in (early, many, late)} == {"cancelled"}
    anna, ben = mails(house)
    assert (anna.recipient, anna.text.count("03.03.2026")) == ("anna@example.org", 2)
    assert "Grund: Maler" in ben.text


def test_who_loses_a_booking_to_other_rules_is_told_why(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces
) -> None:
    now, ada = house.clock(), staff("ada")
    hours = tuple(Opening(day, 8 * 60, 18 * 60) for day in range(5))
    for key, title, who in (("zimmer", "Runde", "anna"), ("platz-1", "", "ben")):
        gone = put(who, key, 17, 19, title=title)
        form = replace(form_of(_get(house, Space, spaces[key])), hours=hours)
        decided = Decided(frozenset({gone}), cancel=True)
        with house.database.write() as session:
            change_space(session, ada, spaces[key], 1, form, decided=decided, now=now)
        assert "Öffnungszeiten" in _get(house, Booking, gone).answer
    room, desk = mails(house)
    assert "Grund: Öffnungszeiten oder Personenzahl haben sich geändert" in room.text
    assert "Meine Buchungen" in desk.text
    assert "Öffnungszeiten" not in desk.text


def test_what_is_out_of_order_is_not_booked_until_it_is_in_order_again(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces, tuesday: When
) -> None:
    now, ada, room = house.clock(), staff("ada"), spaces["zimmer"]
    for wrong in (
        replace(PAINTERS, reason=" "),
        replace(PAINTERS, last=date(2026, 3, 1)),
        Closure(date(2026, 2, 1), date(2026, 2, 2), "Maler"),
    ):
        with pytest.raises(ConflictError), house.database.write() as session:
            close_space(session, ada, room, 1, wrong, now=now)
    with house.database.write() as session:
        close_space(session, ada, room, 1, PAINTERS, now=now)
    with pytest.raises(ConflictError, match=r"vom 03\.03\.2026 bis 04\.03\.2026 gesperrt: Maler"):
        put("anna", "zimmer", 9, 10)
    put("anna", "zimmer", 24 * 2 + 9, 24 * 2 + 10)
    for _ in range(2):
        with house.database.write() as session:
            reopen_space(session, ada, room, 2, PAINTERS, now=now)
    put("anna", "zimmer", 9, 10)


def test_a_request_for_days_out_of_order_is_not_confirmed(
    house: House, staff: Who, spaces: Spaces, tuesday: When
) -> None:
    now, hall = house.clock(), spaces["saal"]
    wish = Wish(hall, tuesday(18), tuesday(20), title="Fest")
    holder = Holder(Party.CLUB, name="Chor", mail="chor@example.org")
    with house.database.write() as session:
        asked = request_booking(session, Citizen(new_id()), wish, holder, key="a", now=now)
    with house.database.write() as session:
        close_space(session, staff("ada"), hall, 1, PAINTERS, now=now)
    with pytest.raises(ConflictError, match="Maler"), house.database.write() as session:
        confirm_request(session, staff("hans"), asked.id, 1, now=now)


def test_an_end_takes_bookings_with_it_and_can_be_taken_back(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces
) -> None:
    before, after = put("anna", "zimmer", 9, 10), put("anna", "zimmer", 24 + 9, 24 + 10)
    now, ada, room = house.clock(), staff("ada"), spaces["zimmer"]
    day = TUESDAY + timedelta(days=1)
    with pytest.raises(ConflictError, match="schon vorbei"), house.database.write() as session:
        end_space(session, ada, room, 1, first_without=date(2026, 3, 1), now=now)
    with pytest.raises(InTheWayError) as refused, house.database.write() as session:
        end_space(session, ada, room, 1, first_without=day, now=now)
    assert [row.id for row in refused.value.bookings] == [after]
    with house.database.write() as session:
        end_space(
            session, ada, room, 1, first_without=day, decided=Decided(frozenset({after})), now=now
        )
    assert [_get(house, Booking, each).state for each in (before, after)] == [
        "confirmed", "cancelled",
    ]  # fmt: skip
    (mail,) = mails(house)
    assert "nicht mehr zur Verfügung" in mail.text
    with pytest.raises(ConflictError, match="nicht mehr gebucht"):
        put("anna", "zimmer", 24 + 9, 24 + 10, key="neu")
    with house.database.write() as session:
        end_space(session, ada, room, 2, first_without=None, now=now)
    put("anna", "zimmer", 24 + 9, 24 + 10, key="neu")


def test_a_floor_is_given_up_with_everything_on_it(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces
) -> None:
    taken = frozenset(
        {
            put("anna", "zimmer", 9, 10),
            put("ben", "platz-1", 9, 10),
            put("ben", "platz-2", 13, 14),
        }
    )
    now, ada = house.clock(), staff("ada")
    floor = _get(house, Space, spaces["zimmer"]).floor_id
    with pytest.raises(InTheWayError), house.database.write() as session:
        end_floor(session, ada, floor, 1, first_without=TUESDAY, now=now)
    with house.database.write() as session:
        end_floor(session, ada, floor, 1, first_without=TUESDAY, decided=Decided(taken), now=now)
    assert [mail.recipient for mail in mails(house)] == ["anna@example.org", "ben@example.org"]
    for later in (None, TUESDAY + timedelta(days=1)):
        with pytest.raises(ConflictError, match="Geschoss"), house.database.write() as session:
            end_space(session, ada, spaces["zimmer"], 2, first_without=later, now=now)
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(BookingSlot)) == 0
        assert bool([each for each in subjects(session, TUESDAY) if each.id == floor]) is False
        for day, there in ((TUESDAY - timedelta(days=1), True), (TUESDAY, False)):
            assert bool(floors(session, day)) is there
            assert bool(rooms(session, day)) is there
            assert bool(spaces_on(session, floor, day)) is there
    with house.database.write() as session:
        end_floor(session, ada, floor, 2, first_without=None, now=now)
    with house.database.read() as session:
        assert floors(session, TUESDAY)
        assert len(spaces_on(session, floor, TUESDAY)) == len(spaces)


def test_another_plan_keeps_everything_in_its_place(
    house: House, staff: Who, spaces: Spaces
) -> None:
    now, ada, room = house.clock(), staff("ada"), spaces["saal"]
    before = _get(house, Space, room)
    held = _get(house, Floor, before.floor_id)
    plan = draw(41, 21, [])  # twice as large with its margin
    with pytest.raises(ConflictError), house.database.write() as session:
        change_floor(session, ada, held.id, 1, name="1. OG", plan="<svg/>", now=now)
    with house.database.write() as session:
        change_floor(session, ada, held.id, 1, name="Beletage", plan=plan, now=now)
    floor, after = _get(house, Floor, held.id), _get(house, Space, room)
    assert (floor.name, floor.revision) == ("Beletage", 2)
    assert floor.width == 2 * held.width
    assert (after.x, after.width) == (2 * before.x, 2 * before.width)
    with pytest.raises(NotAllowedError), house.database.write() as session:
        change_floor(session, staff("hans"), held.id, 2, name="X", now=now)
    with house.database.write() as session:
        change_building(
            session, ada, held.building_id, 1, name="Altes Rathaus", address="Markt 2", now=now
        )
    assert _get(house, Building, held.building_id).name == "Altes Rathaus"


def test_who_sits_there_already_need_not_check_in_after_a_new_rule(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces, clock: Any, tuesday: When
) -> None:
    running, coming = put("anna", "zimmer", 9, 12), put("ben", "zimmer", 13, 14)
    clock.now = tuesday(11)
    form = replace(form_of(_get(house, Space, spaces["zimmer"])), check_in_minutes=15)
    with house.database.write() as session:
        change_space(session, staff("ada"), spaces["zimmer"], 1, form, now=clock())
    assert house.database.run(lambda session: release_unclaimed(session, clock())) == 0
    assert _get(house, Booking, running).state == State.CONFIRMED
    clock.now = tuesday(13, 20)
    assert house.database.run(lambda session: release_unclaimed(session, clock())) == 1
    assert _get(house, Booking, coming).state == State.RELEASED


def test_what_no_database_takes_is_left_out_of_texts(
    put: Callable[..., UUID], house: House, staff: Who, spaces: Spaces
) -> None:
    now, ada, room = house.clock(), staff("ada"), spaces["zimmer"]
    booking = put("anna", "zimmer", 9, 10, title="Run\0de")
    assert _get(house, Booking, booking).title == "Run de"
    form = replace(
        form_of(_get(house, Space, room)), name="Saal\0 1", rules="Kein\0 Rauch\n\nLicht aus",
        equipment=("Tafel\0",),
    )  # fmt: skip
    with house.database.write() as session:
        change_space(session, ada, room, 1, form, now=now)
        close_space(session, ada, room, 2, replace(PAINTERS, reason="Ma\0ler"), now=now,
                    decided=Decided(frozenset({booking}), cancel=True))  # fmt: skip
    row = _get(house, Space, room)
    assert (row.name, row.rules, row.equipment) == ("Saal 1", "Kein Rauch\n\nLicht aus", ["Tafel"])
    assert _get(house, Booking, booking).answer == "Ma ler"


def test_nobody_books_what_is_being_closed(
    house: House, staff: Who, spaces: Spaces, tuesday: When
) -> None:
    """Twenty book while somebody closes: whoever got through before was shown, nobody gets through afterwards."""
    room, now, anna, ada = spaces["zimmer"], house.clock(), staff("anna"), staff("ada")
    together = threading.Barrier(21)

    def one(number: int) -> bool:
        starts = tuesday(8) + timedelta(minutes=15 * number)
        wish = Wish(room, starts, starts + timedelta(minutes=15), title="Runde")
        together.wait()
        try:
            with house.database.write() as session:
                book(session, anna, wish, key=str(new_id()), now=now)
        except ConflictError:
            return False
        return True

    def close() -> None:
        shown: frozenset[UUID] = frozenset()
        together.wait()
        while True:
            try:
                with house.database.write() as session:
                    close_space(
                        session, ada, room, 1, PAINTERS,
                        decided=Decided(shown, cancel=True), now=now,
                    )  # fmt: skip
            except InTheWayError as refused:
                shown |= {row.id for row in refused.bookings}
            else:
                return

    with ThreadPoolExecutor(21) as pool:
        closing = pool.submit(close)
        list(pool.map(one, range(20)))
        closing.result()
    with house.database.read() as session:
        states = session.scalars(select(Booking.state)).all()
        assert session.scalar(select(func.count()).select_from(BookingSlot)) == 0
    assert set(states) <= {"cancelled"}
    assert local_date(now) < TUESDAY


def test_the_same_deed_at_the_same_moment_is_done_once(
    house: House, staff: Who, spaces: Spaces, tuesday: When
) -> None:
    anna, now = staff("anna"), house.clock()
    wish = Wish(spaces["zimmer"], tuesday(9), tuesday(10), title="Runde")
    together = threading.Barrier(8)

    def one(_: int) -> UUID:
        together.wait()
        with house.database.write() as session:
            return book(session, anna, wish, key="einmal", now=now).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(8)))) == 1
    assert at(TUESDAY, 9 * 60) == tuesday(9)
