"""Asking for the hall, and deeds at once: shared by the tests of requests."""

import threading
from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy import select

from config.settings import Settings
from presence.citizens.room_links import RoomLinks
from presence.citizens.room_requests import confirm_sending, send_request
from presence.citizens.wishes import Applicant, RoomWish
from presence.spaces.tables import Booking
from storage.house import House

DAY = date(2026, 4, 15)
VERA = Applicant("Vera Verein", "vera@chor.example", "Chor", "07089 1")
ANTON = Applicant("Anton Anders", "anton@example.org")


def wish(spaces: dict[str, UUID], day: date = DAY, **changes: object) -> RoomWish:
    given = {"title": "Probe", "people": 30, "first": 18 * 60, "last": 20 * 60} | changes
    return RoomWish(spaces["saal"], day, **given)  # type: ignore[arg-type]


def send(house: House, asked: RoomWish, who: Applicant = VERA, key: str = "f1") -> UUID:
    links = RoomLinks(Settings(data_dir=house.settings.data_dir, _env_file=None))
    with house.database.write() as session:
        return send_request(session, asked, who, links, key=key, now=house.clock()).id


def ask(house: House, asked: RoomWish, who: Applicant = VERA, key: str = "f1") -> UUID:
    sent = send(house, asked, who, key)
    with house.database.write() as session:
        return confirm_sending(session, sent, now=house.clock())


def states(house: House) -> list[str]:
    with house.database.read() as session:
        return sorted(session.scalars(select(Booking.state)))


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each gave or raised."""
    outcomes: list[object] = []
    start = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        start.wait()
        try:
            outcomes.append(deed())
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
