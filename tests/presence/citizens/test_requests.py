"""Requests from outside on both databases: two clerks at once, two clicks at once, and what is forgotten when."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from presence.citizens.deciding import approve, decline
from presence.citizens.forgetting import forget as forget_requests
from presence.citizens.queries import overview
from presence.citizens.room_links import RoomLinks
from presence.citizens.room_requests import confirm_sending, send_request, take_back
from presence.citizens.tables import FormAttempt, RoomRequest, RoomRequestBooking, Submission
from presence.citizens.wishes import from_row
from presence.spaces.changing import cancel_range
from presence.spaces.recurrence import Pattern
from presence.spaces.series import SeriesConflictError
from presence.spaces.states import State
from presence.spaces.tables import Booking, BookingSlot
from presence.spaces.taking import TakenError
from presence.spaces.upkeep import forget as forget_bookings
from storage.actors import Citizen, Staff
from storage.conflicts import ConflictError
from storage.house import House
from storage.jobs.tables import Job
from storage.rights import NotAllowedError
from tests.presence.citizens.asking import ANTON, DAY, VERA, ask, at_once, send, states, wish


def test_two_clerks_approve_two_requests_for_one_evening(
    house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    hans = staff("hans")
    first, second = ask(house, wish(spaces)), ask(house, wish(spaces), ANTON, "f2")

    def yes(request: UUID) -> Callable[[], object]:
        return lambda: house.database.run(
            lambda session: approve(session, hans, request, 1, now=house.clock())
        )

    outcomes = at_once(yes(first), yes(second))
    assert sorted(str(type(each).__name__) for each in outcomes) == ["TakenError", "int"]
    assert states(house) == ["confirmed", "requested"]
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(BookingSlot)) == 8


def test_without_the_slots_both_would_win(
    house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    """The control: looking whether it is free says yes to both, so something else must decide."""
    ask(house, wish(spaces)), ask(house, wish(spaces), ANTON, "f2")
    with house.database.read() as session:
        rows = session.scalars(select(Booking)).all()
        free = [
            session.scalar(select(func.count()).select_from(BookingSlot).where(BookingSlot.space_id == row.space_id))
            for row in rows
        ]  # fmt: skip
    assert free == [0, 0]


def test_confirming_by_two_clicks_at_once_is_one_request(
    house: House, spaces: dict[str, UUID]
) -> None:
    links = RoomLinks(house.settings)
    with house.database.write() as session:
        row = send_request(session, wish(spaces), VERA, links, key="f1", now=house.clock())

    def click() -> object:
        return house.database.run(
            lambda session: confirm_sending(session, row.id, now=house.clock())
        )

    assert len(set(at_once(click, click, click))) == 1
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(RoomRequest)) == 1


def test_approving_while_it_is_taken_back(
    house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    hans, request = staff("hans"), ask(house, wish(spaces))
    at_once(
        lambda: house.database.run(
            lambda session: approve(session, hans, request, 1, now=house.clock())
        ),
        lambda: house.database.run(
            lambda session: take_back(session, Citizen(request), request, now=house.clock())
        ),
    )
    assert states(house) == [State.CANCELLED.value]
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(BookingSlot)) == 0


def test_a_decision_on_what_has_changed_is_refused(
    house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    request = ask(house, wish(spaces))
    house.database.run(
        lambda session: take_back(session, Citizen(request), request, now=house.clock())
    )
    with (
        pytest.raises(ConflictError, match="inzwischen geändert"),
        house.database.write() as session,
    ):
        approve(session, staff("hans"), request, 1, now=house.clock())


def test_only_the_own_link_takes_back(house: House, spaces: dict[str, UUID]) -> None:
    mine, other = ask(house, wish(spaces)), ask(house, wish(spaces), ANTON, "f2")
    with pytest.raises(NotAllowedError), house.database.write() as session:
        take_back(session, Citizen(other), mine, now=house.clock())


def test_a_series_decided_at_once_is_one_mail(
    house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    request = ask(house, wish(spaces, pattern=Pattern("week", count=12)))
    now = house.clock()
    house.database.run(lambda session: approve(session, staff("hans"), request, 1, now=now))
    assert states(house) == ["confirmed"] * 12
    with house.database.read() as session:
        told = session.scalars(select(Job.payload).where(Job.kind == "room_request.tell")).all()
    assert sorted(each["what"] for each in told) == ["decided", "received"]


def test_when_the_house_cancels_a_series_its_holder_is_told_once(
    house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    request = ask(house, wish(spaces, pattern=Pattern("week", count=4)))
    hans, now = staff("hans"), house.clock()
    house.database.run(lambda session: approve(session, hans, request, 1, now=now))
    house.clock.forward(minutes=1)  # type: ignore[attr-defined]
    later = house.clock()
    with house.database.write() as session:
        series = session.scalars(select(Booking.series_id)).first()
        assert series is not None
        first = DAY + timedelta(days=7)
        assert cancel_range(session, hans, series, first=first, now=later) == 3
    with house.database.read() as session:
        told = session.scalars(select(Job.payload).where(Job.kind == "room_request.tell")).all()
    assert sorted(each["what"] for each in told) == ["decided", "decided", "received"]


def test_a_series_keeps_its_hour_when_the_clocks_change(
    house: House, spaces: dict[str, UUID]
) -> None:
    request = ask(house, wish(spaces, date(2026, 3, 22), pattern=Pattern("week", count=2)))
    with house.database.read() as session:
        view = overview(session, session.get_one(RoomRequest, request))
        assert [each.starts.hour for each in view.bookings] == [17, 16]  # UTC
        assert view.request.series == "jede Woche am Sonntag"


def test_an_evening_may_end_after_midnight(house: House, spaces: dict[str, UUID]) -> None:
    request = ask(house, wish(spaces, last=60))
    with house.database.read() as session:
        booking = overview(session, session.get_one(RoomRequest, request)).bookings[0]
    assert booking.ends - booking.starts == timedelta(hours=7)


def test_what_waits_for_confirmation_is_read_as_it_was(spaces: dict[str, UUID]) -> None:
    asked = wish(
        spaces, pattern=Pattern("month", nth=2, until=DAY), message="Hallo", whole_day=True
    )
    assert from_row(asked.as_row(VERA)) == (asked, VERA)


def test_too_many_days_and_endless_series_are_refused(
    house: House, spaces: dict[str, UUID]
) -> None:
    for pattern in (
        Pattern("day", count=61),
        Pattern("week"),
        Pattern("day", until=date(2099, 1, 1)),
    ):
        with pytest.raises(ConflictError):
            ask(house, wish(spaces, pattern=pattern))
    with pytest.raises(SeriesConflictError):
        ask(house, wish(spaces, last=26 * 60 + 15, pattern=Pattern("week", count=3)))


def test_people_are_forgotten_when_their_bookings_are(
    house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    hans = staff("hans")
    kept, refused = (
        ask(house, wish(spaces)),
        ask(house, wish(spaces, DAY + timedelta(days=1)), ANTON, "f2"),
    )
    with house.database.write() as session:
        approve(session, hans, kept, 1, now=house.clock())
        decline(session, hans, refused, 1, reason="Umbau", now=house.clock())
        session.add(FormAttempt(sender_key="x", at=house.clock()))

    def night() -> tuple[list[str], int]:
        now = house.clock()
        house.database.run(lambda session: forget_bookings(session, now))
        house.database.run(lambda session: forget_requests(session, now))
        with house.database.read() as session:
            names = list(session.scalars(select(RoomRequest.name)))
            left = session.scalar(select(func.count()).select_from(RoomRequestBooking)) or 0
        return names, left

    house.clock.forward(days=29)  # type: ignore[attr-defined]
    assert len(night()[0]) == 2
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0
        assert session.scalar(select(func.count()).select_from(FormAttempt)) == 0
    house.clock.forward(days=2)  # type: ignore[attr-defined]
    assert night() == (["Vera Verein"], 1)
    house.clock.forward(days=44 + 90)  # type: ignore[attr-defined]
    assert night() == ([], 0)
    assert states(house) == ["confirmed"]  # without anybody's name, for planning


def test_taken_times_offer_other_rooms(
    house: House, spaces: dict[str, UUID], staff: Callable[[str], Staff]
) -> None:
    request = ask(house, wish(spaces))
    house.database.run(
        lambda session: approve(session, staff("hans"), request, 1, now=house.clock())
    )
    with pytest.raises(TakenError) as caught:
        ask(house, wish(spaces), ANTON, "f2")
    assert caught.value.offers == []  # there is one public room only, and no other is named


def test_confirming_many_at_once_does_not_slip_over_the_cap(
    house: House, spaces: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("presence.citizens.room_requests.MOST_OPEN", 2)
    sent = [
        send(house, wish(spaces, DAY + timedelta(days=number)), key=f"f{number}")
        for number in range(5)
    ]

    def confirm(submission: UUID) -> Callable[[], object]:
        return lambda: house.database.run(
            lambda session: confirm_sending(session, submission, now=house.clock())
        )

    outcomes = at_once(*(confirm(each) for each in sent))
    assert sorted(type(each).__name__ for each in outcomes) == ["ConflictError"] * 3 + ["UUID"] * 2
    assert states(house) == ["requested"] * 2
