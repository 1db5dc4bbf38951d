"""Time goes on while requests wait: what is left can be granted, what is over ends, and people hear of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from presence.citizens import letters
from presence.citizens.deciding import approve, decline
from presence.citizens.forgetting import forget as forget_requests
from presence.citizens.lapsing import expire
from presence.citizens.queries import overview
from presence.citizens.room_requests import take_back
from presence.citizens.tables import RoomRequest
from presence.spaces.altering import change_space, form_of
from presence.spaces.recurrence import Pattern
from presence.spaces.tables import Booking, BookingSlot, Space
from presence.spaces.upkeep import forget as forget_bookings
from storage.actors import Citizen, Staff
from storage.conflicts import ConflictError
from storage.house import House
from storage.jobs.tables import Job
from storage.tasks.list import tasks_for
from tests.presence.citizens.asking import ANTON, ask, at_once, states, wish

SOON = date(2026, 3, 4)
WEEKLY = Pattern("week", count=4)
Staffer = Callable[[str], Staff]


def told(house: House) -> list[str]:
    with house.database.read() as session:
        jobs = session.scalars(
            select(Job.payload).where(Job.kind == "room_request.tell").order_by(Job.id)
        )
        return [each["what"] for each in jobs]


def tasks(house: House, staff: Staff) -> int:
    with house.database.read() as session:
        return len(tasks_for(session, staff))


def pass_days(house: House, days: int) -> int:
    house.clock.forward(days=days)  # type: ignore[attr-defined]
    return house.database.run(lambda session: expire(session, house.clock()))


@pytest.mark.parametrize("tidied", [False, True])
def test_what_is_left_of_a_series_can_be_granted(
    house: House, spaces: dict[str, UUID], staff: Staffer, *, tidied: bool
) -> None:
    request = ask(house, wish(spaces, SOON, pattern=WEEKLY))
    house.clock.forward(days=3)  # type: ignore[attr-defined]
    if tidied:
        assert pass_days(house, 0) == 1
    done = house.database.run(
        lambda session: approve(session, staff("hans"), request, 1, now=house.clock())
    )
    assert done == 3
    assert states(house) == ["confirmed"] * 3 + ["expired"]
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(BookingSlot)) == 3 * 8
    assert tasks(house, staff("hans")) == 0


def test_what_is_over_can_be_declined_but_not_granted(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    request, hans = ask(house, wish(spaces, SOON)), staff("hans")
    house.clock.forward(days=3)  # type: ignore[attr-defined]
    with (
        pytest.raises(ConflictError, match="schon vorbei"),
        house.database.write() as session,
    ):
        approve(session, hans, request, 1, now=house.clock())
    with house.database.write() as session:
        decline(session, hans, request, 1, reason="Zu spät gesehen", now=house.clock())
    assert states(house) == ["declined"]


def test_a_request_nobody_decided_on_ends_and_its_people_are_told(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    ask(house, wish(spaces, SOON))
    ask(house, wish(spaces, SOON + timedelta(days=30)), ANTON, "f2")
    assert tasks(house, staff("hans")) == 2
    assert pass_days(house, 1) == 0
    assert pass_days(house, 2) == 1
    assert states(house) == ["expired", "requested"]
    assert tasks(house, staff("hans")) == 1
    assert pass_days(house, 0) == 0
    assert told(house) == ["received", "received", "expired"]


def test_of_a_series_people_hear_of_the_first_day_and_of_the_end(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    request, hans = ask(house, wish(spaces, SOON, pattern=WEEKLY)), staff("hans")
    for left in (3, 2, 1, 0):
        assert pass_days(house, 7) == 1
        with house.database.read() as session:
            view = overview(session, session.get_one(RoomRequest, request))
        assert len(view.waiting) == left
        assert tasks(house, hans) == (1 if left else 0)
    assert told(house) == ["received", "expired", "expired"]


def test_the_most_urgent_request_is_the_first_task(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    for number, days in enumerate((40, 3, 20)):
        ask(house, wish(spaces, SOON + timedelta(days=days)), ANTON, f"f{number}")
    with house.database.read() as session:
        dues = [task.due_at for task in tasks_for(session, staff("hans"))]
        assert dues == sorted(session.scalars(select(Booking.starts)))


def test_deciding_in_the_moment_in_which_it_expires(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    request, hans = ask(house, wish(spaces, SOON, pattern=WEEKLY)), staff("hans")
    house.clock.forward(days=3)  # type: ignore[attr-defined]
    now = house.clock()
    at_once(
        lambda: house.database.run(lambda session: approve(session, hans, request, 1, now=now)),
        lambda: house.database.run(lambda session: expire(session, now)),
    )
    assert states(house) == ["confirmed"] * 3 + ["expired"]
    assert tasks(house, hans) == 0


def test_declining_in_the_moment_in_which_it_expires_is_told_once(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    request, hans = ask(house, wish(spaces, SOON)), staff("hans")
    house.clock.forward(days=3)  # type: ignore[attr-defined]
    now = house.clock()
    at_once(
        lambda: house.database.run(
            lambda session: decline(session, hans, request, 1, reason="Voll.", now=now)
        ),
        *[lambda: house.database.run(lambda session: expire(session, now))] * 4,
    )
    assert (states(house), told(house)[1:]) in [
        (["declined"], [letters.DECIDED]),
        (["expired"], [letters.EXPIRED]),
    ]


def test_requests_wait_for_the_office_the_room_is_given_to(
    house: House, spaces: dict[str, UUID], staff: Staffer, offices: dict[str, UUID]
) -> None:
    ask(house, wish(spaces, SOON))
    assert (tasks(house, staff("hans")), tasks(house, staff("anna"))) == (1, 0)
    with house.database.write() as session:
        room = session.get_one(Space, spaces["saal"])
        form = replace(form_of(room), office=offices["ordnungsamt"])
        change_space(session, staff("ada"), room.id, room.revision, form, now=house.clock())
    assert (tasks(house, staff("hans")), tasks(house, staff("anna"))) == (0, 1)


def test_taking_back_what_has_begun_to_pass(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    request = ask(house, wish(spaces, SOON, pattern=WEEKLY))
    house.clock.forward(days=3)  # type: ignore[attr-defined]
    for _ in range(2):
        house.database.run(
            lambda session: take_back(session, Citizen(request), request, now=house.clock())
        )
    assert states(house) == ["cancelled"] * 4
    assert pass_days(house, 30) == 0
    assert tasks(house, staff("hans")) == 0
    assert told(house) == ["received", "withdrawn"]


def test_who_asked_in_vain_is_forgotten_a_month_later(
    house: House, spaces: dict[str, UUID]
) -> None:
    ask(house, wish(spaces, SOON))
    assert pass_days(house, 3) == 1
    for days, left in ((29, 1), (2, 0)):
        house.clock.forward(days=days)  # type: ignore[attr-defined]
        house.database.run(lambda session: forget_bookings(session, house.clock()))
        house.database.run(lambda session: forget_requests(session, house.clock()))
        with house.database.read() as session:
            assert session.scalar(select(func.count()).select_from(RoomRequest)) == left
