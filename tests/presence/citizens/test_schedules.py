"""Every hour what nobody decided on or answered in time ends; every night what is over is forgotten."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from config.rooms import Room
from presence.citizens.offers import offer
from presence.citizens.tables import RoomRequest, Submission
from presence.spaces.opening import at
from presence.spaces.tables import Booking
from storage.actors import System
from storage.house import House
from storage.jobs.handlers import JobContext
from tests.presence.citizens.asking import ANTON, ask, send, wish
from workflows.routines.citizens import schedules

SOON = date(2026, 3, 4)


def run(house: House, key: str) -> dict[str, int]:
    schedule = next(each for each in schedules() if each.key == key)
    return dict(schedule.run(JobContext(house)))


def test_an_hour_ends_offers_and_requests_and_is_done_with_it(
    house: House, spaces: dict[str, UUID]
) -> None:
    ask(house, wish(spaces, SOON))
    offered = ask(house, wish(spaces, SOON + timedelta(days=40)), ANTON, "f2")
    day = SOON + timedelta(days=1)
    with house.database.write() as session:
        offer(
            session, System("test"), offered, 1, space=spaces["saal"], starts=at(day, 600),
            ends=at(day, 660), now=house.clock(),
        )  # fmt: skip
    assert run(house, "desks.angebote") == {"Angebote": 0, "Anfragen": 0}
    house.clock.forward(days=4)  # type: ignore[attr-defined]
    assert run(house, "desks.angebote") == {"Angebote": 1, "Anfragen": 1}
    assert run(house, "desks.angebote") == {"Angebote": 0, "Anfragen": 0}
    with house.database.read() as session:
        assert sorted(session.scalars(select(Booking.state))) == ["expired", "requested"]


def test_a_night_forgets_what_was_never_confirmed(house: House, spaces: dict[str, UUID]) -> None:
    send(house, wish(spaces))
    house.clock.forward(days=3)  # type: ignore[attr-defined]
    assert run(house, "presence.anfragen")["Unbestätigtes"] == 1
    with house.database.read() as session:
        for table in (Submission, RoomRequest):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_forgetting_goes_on_where_the_room_is_switched_off(house: House) -> None:
    house.settings = house.settings.model_copy(update={"rooms_off": frozenset({Room.DESKS})})
    assert [each.key for each in schedules() if house.settings.is_on(each.key)] == [
        "presence.anfragen"
    ]
